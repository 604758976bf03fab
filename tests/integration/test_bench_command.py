"""`policy-search bench` over a real service with the small encoder."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from service.access.keys import KeyFile
from service.app import create_app
from service.bench import service as served
from service.bench.questions import questions_of_index
from service.settings import Settings
from tests.support.server import serving

HERE = Path(__file__).parent
BRIEF = ("--clients", "1,3", "--seconds", "0.3")


@pytest.fixture(autouse=True)
def _keep_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command changes how the process takes signals: not that of the tests."""
    monkeypatch.setattr("service.bench.processes.leave_on_signals", lambda: None)


@pytest.fixture
def index(root: Path, folder: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The index of two policies, which a service started for the measuring opens."""
    build_index([folder], root, encoder)

    def serve(settings: Settings) -> list[str]:
        return [sys.executable, str(HERE / "served.py"), str(settings.index)]

    monkeypatch.setattr(served, "serve_command", serve)
    monkeypatch.setenv("PYTHONPATH", str(HERE.parents[1]))
    return root


def figures(path: Path) -> list[dict[str, Any]]:
    levels: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["levels"]
    return levels


def test_own_index_is_served_and_measured(
    run: Callable[..., Any], index: Path, tmp_path: Path
) -> None:
    done = run("bench", "--index", index, *BRIEF, "--json", tmp_path / "found.json")
    assert (done.code, done.err) == (0, "")
    assert "peak memory of the service" in done.out
    levels = figures(tmp_path / "found.json")
    assert [level["load"]["clients"] for level in levels] == [1, 3]
    for level in levels:
        assert level["load"]["answers"] > 0
        assert level["load"]["failures"] == {}
        assert 0 < level["load"]["p50"] <= level["load"]["p95"] <= level["load"]["p99"]
        assert level["cpu_ms"] > 0
        assert level["peak_bytes"] > 2**20


def test_index_with_keys_is_measured_without_one_and_keeps_its_keys(
    run: Callable[..., Any], index: Path, tmp_path: Path
) -> None:
    KeyFile(index / "keys.sqlite").create("wiki", ["search"])
    done = run("bench", "--index", index, *BRIEF, "--json", tmp_path / "found.json")
    assert (done.code, done.err) == (0, "")
    assert all(level["load"]["failures"] == {} for level in figures(tmp_path / "found.json"))
    assert [key.name for key in KeyFile(index / "keys.sqlite").all()] == ["wiki"]


def test_running_service_is_measured_with_ones_own_questions(
    run: Callable[..., Any], index: Path, encoder: Any, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text("How much leave do I get?\n如何注销账户？\n", "utf-8")
    with serving(create_app(Settings(index=index), load=lambda settings: encoder)) as url:
        done = run(
            "bench", "--url", url, "--questions", questions, *BRIEF, "--json", tmp_path / "f.json"
        )
    assert done.code == 0
    assert "2 distinct questions" in done.out
    assert all(level["load"]["answers"] > 0 for level in figures(tmp_path / "f.json"))
    assert all(level["cpu_seconds"] is None for level in figures(tmp_path / "f.json"))


def test_service_that_wants_a_key_is_told(
    run: Callable[..., Any], index: Path, encoder: Any
) -> None:
    KeyFile(index / "keys.sqlite").create("wiki", ["search"])
    with serving(create_app(Settings(index=index), load=lambda settings: encoder)) as url:
        done = run("bench", "--index", index, "--url", url, "--clients", "1", "--seconds", "0.2")
    assert done.code == 2
    assert "no answer at all: 401" in done.err


def test_service_that_limits_its_rate_is_told(
    run: Callable[..., Any], index: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = KeyFile(index / "keys.sqlite").create("wiki", ["search"])
    monkeypatch.setenv("POLICY_SEARCH_KEY", key)
    settings = Settings(index=index, rate_per_key="5/minute")
    with serving(create_app(settings, load=lambda settings: encoder)) as url:
        done = run("bench", "--url", url, "--clients", "1", "--seconds", "0.5")
    assert "429 × " in done.out + done.err
    assert "POLICY_SEARCH_RATE_PER_KEY" in done.out


def test_index_that_is_not_there_is_told(run: Callable[..., Any], tmp_path: Path) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text("How much leave do I get?\n", "utf-8")
    for more in ((), ("--questions", questions)):
        done = run("bench", "--index", tmp_path / "none", *more)
        assert done.code != 0
        assert "policy-search index" in done.err


def test_questions_come_from_headings_and_beginnings(index: Path) -> None:
    asked = questions_of_index(index)
    assert "Lanternworks Leave Policy Annual leave" in asked
    assert any("随时注销账户" in text for text in asked)
    assert len(asked) == len(set(asked))
