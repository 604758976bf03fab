"""`policy-search bench scale` over a made index of two thousand clauses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from service.bench import service as served
from service.settings import Settings

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "indexer" / "samples"


@pytest.fixture
def source(root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of the samples by the small encoder, which the made service uses as well."""
    build_index([SAMPLES], root, encoder)

    def serve(settings: Settings) -> list[str]:
        return [sys.executable, str(HERE / "served.py"), str(settings.index)]

    monkeypatch.setattr(served, "serve_command", serve)
    monkeypatch.setattr("service.bench.processes.leave_on_signals", lambda: None)
    monkeypatch.setenv("PYTHONPATH", str(HERE.parents[1]))
    return root


def test_made_index_is_measured_whole(
    run: Callable[..., Any], source: Path, tmp_path: Path
) -> None:
    done = run(
        *("bench", "scale", "--clauses", "2k", "--most-questions", 20, "--adding", 2),
        *("--searches", 20),
        *("--serve-seconds", 0.3, "--work", tmp_path / "w", "--json", tmp_path / "found.json"),
    )
    assert done.code == 0, done.err
    assert "2,000" in done.out
    (size,) = json.loads((tmp_path / "found.json").read_text("utf-8"))["sizes"]
    answering = size["answering"]
    assert size["clauses"] == answering["passages"] == 2000
    assert set(size["recall"].values()) <= {1.0}  # so small an index is searched exactly
    assert size["allowed"]["all"] == 2000
    assert size["allowed"]["language en"] + size["allowed"]["language zh"] == 2000
    assert 0 < size["allowed"]["1% by organisation"] < 200
    assert size["allowed"]["99% by organisation"] > 1800
    for timing in answering["hybrid"].values():
        assert 0 < timing["p50"] <= timing["p95"]
    assert answering["hybrid"]["all"]["hits"] > 0
    assert 2**20 < answering["bare_bytes"] <= answering["opened_bytes"] <= answering["peak_bytes"]
    assert len(answering["adding_seconds"]) == len(answering["removing_seconds"]) == 2
    assert size["bytes_on_disk"] > 2000 * 400
    assert size["flat_p50"] > 0
    assert size["service"]["peak_bytes"] > 2**20
    assert list((tmp_path / "w").iterdir()) == []  # what was made is gone


def test_service_that_does_not_start_costs_no_other_figure(
    run: Callable[..., Any], source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = [sys.executable, "-c", "raise SystemExit('no port for me')"]
    monkeypatch.setattr(served, "serve_command", lambda settings: fails)
    done = run(
        *("bench", "scale", "--clauses", "500", "--most-questions", 10, "--adding", 0),
        *("--searches", 10, "--work", tmp_path / "w", "--json", tmp_path / "found.json"),
    )
    assert done.code == 0
    assert "no port for me" in done.err
    (size,) = json.loads((tmp_path / "found.json").read_text("utf-8"))["sizes"]
    assert size["service"] is None
    assert size["recall"]["all"] == 1.0


def test_options_before_scale_are_refused(run: Callable[..., Any], source: Path) -> None:
    done = run("bench", "--seconds", "3", "scale")
    assert done.code == 2
    assert "--seconds stands before scale" in done.err


def test_index_of_another_model_is_told(
    run: Callable[..., Any], source: Path, make_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_encoder("other")
    monkeypatch.setattr("service.commands.common.load_encoder", lambda settings: other)
    done = run("bench", "scale", "--clauses", "2k")
    assert done.code == 2
    assert "was built with letter-pairs, but other is loaded" in done.err


def test_too_small_an_index_is_told(
    run: Callable[..., Any], folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder / "leave.txt"], root, encoder)
    done = run("bench", "scale", "--clauses", "2k")
    assert done.code == 2
    assert "no language has 5 passages or more" in done.err
