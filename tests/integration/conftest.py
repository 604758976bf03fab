"""A small real encoder, and a folder of two made-up policies with its index directory."""

from __future__ import annotations

import logging
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models import Fingerprint
from service import cli
from service.commands import common
from service.search.live import LiveIndex

LEAVE = """\
Lanternworks Leave Policy

Effective date: 1 March 2025

1. Annual leave

1.1 Every employee has twenty-five days of annual leave in a calendar year.

1.2 Unused days may be carried over until the end of March.

2. Sick leave

2.1 Sick leave is paid in full for six weeks.
"""

PRIVACY = """\
灯塔隐私政策

一、信息的收集

（一）我们收集您的姓名和手机号码。

二、账户注销

（一）您可以随时注销账户。

（二）注销账户后，信息保存三十日。
"""


class CountingEncoder:
    """An encoder's surface over hashed pairs of letters, which remembers what it embedded."""

    dimension = 64
    max_tokens = 512
    passage_token_budget = 500

    def __init__(self, name: str = "letter-pairs") -> None:
        self.name = name
        self.embedded: list[str] = []
        self.fingerprint = Fingerprint(
            model=name,
            dimension=self.dimension,
            quantization="fp32",
            pooling="mean",
            query_prompt="",
            passage_prompt="",
            weights_sha256="",
            tokenizer_sha256="",
        )

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for first, second in zip(text.lower(), text.lower()[1:], strict=False):
                row[zlib.crc32((first + second).encode()) % self.dimension] += 1
            row[0] += 1e-3
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        vectors = self.encode_queries(texts)
        self.embedded.extend(texts)
        if on_progress:
            on_progress(len(texts))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [(i, i + 1) for i in range(len(text))]


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


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def run(
    encoder: Any, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    """Runs the command with a small encoder, on the test's own index."""
    for name in list(os.environ):
        if name.startswith("POLICY_SEARCH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("POLICY_SEARCH_INDEX", str(root))
    monkeypatch.setattr(common, "load_encoder", lambda settings: encoder)

    def run_command(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["policy-search", *map(str, arguments)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = leaving.code or 0
        captured = capsys.readouterr()
        assert isinstance(code, int)
        return Done(code, captured.out, captured.err)

    log = logging.getLogger()
    handlers, level = log.handlers[:], log.level
    yield run_command
    log.handlers[:] = handlers  # `serve` sets up the log of the whole process
    log.setLevel(level)
    logging.captureWarnings(False)
