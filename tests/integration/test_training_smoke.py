"""The short form of training, on real text and the real model: about a minute."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.training.__main__ import main
from models.training.errors import TrainingError
from models.training.packages import unpacked
from models.training.sources import SMOKE_SOURCES, SOURCES


@pytest.mark.slow
def test_smoke_training_brings_real_languages_together(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    try:
        for source in SOURCES:
            if source.name in SMOKE_SOURCES:
                unpacked(source.packages, cache / "packages")
    except TrainingError as error:
        pytest.skip(f"needs Debian's packages: {error}")
    assert main(["--smoke", "--cache", str(cache), "--out", str(tmp_path / "run")]) == 0
    figures = json.loads((tmp_path / "run" / "record.json").read_text("utf-8"))["figures"]
    before, after = (figures[when]["held-aside"] for when in ("before", "after"))
    # Each text looks for its translation among all texts of both languages.
    assert after["ndcg@10"] > before["ndcg@10"] + 0.1
    assert after["cross ndcg@10"] >= before["cross ndcg@10"]
