"""A small real encoder, and a folder of two made-up policies with its index directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.commands import common
from service.search.live import LiveIndex
from tests.support.command import Done, running
from tests.support.small import LEAVE, PRIVACY, CountingEncoder


@pytest.fixture
def make_encoder() -> type[CountingEncoder]:
    """Makes further encoders: of another name they are another encoder."""
    return CountingEncoder


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two policies, English and Chinese."""
    path = tmp_path / "policies"
    path.mkdir()
    (path / "leave.txt").write_text(LEAVE, encoding="utf-8")
    (path / "privacy.txt").write_text(PRIVACY, encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the index is built."""
    return tmp_path / "index"


@pytest.fixture
def opened(root: Path, encoder: Any) -> Iterator[Callable[[], LiveIndex]]:
    """Opens the index; closes what was opened at the end."""
    lives: list[LiveIndex] = []

    def open_() -> LiveIndex:
        lives.append(LiveIndex(root, encoder))
        return lives[-1]

    yield open_
    for live in lives:
        live.close()


@pytest.fixture
def run(
    encoder: Any, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    """Runs the command with a small encoder, on the test's own index."""
    monkeypatch.setattr(common, "load_encoder", lambda settings: encoder)
    with running(root, monkeypatch, capsys) as run_command:
        yield run_command
