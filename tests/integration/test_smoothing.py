"""The smoothing factors that come with the package are what their command makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import indexer
from models.smoothing import read_smoothing
from models.training import smoothing

SAMPLES = sorted((Path(indexer.__file__).parent / "samples").glob("*.*"))


def test_the_command_makes_the_packaged_factors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "smoothing.safetensors"
    texts = [str(path) for path in SAMPLES if path.suffix in {".md", ".txt"}]
    assert smoothing.main([*texts, "--out", str(out)]) == 0
    assert "24 inputs" in capsys.readouterr().out
    made, packaged = read_smoothing(out), read_smoothing()
    assert made.keys() == packaged.keys()
    for name, factors in packaged.items():
        # The order of the lines decides what is padded: see `models.training.smoothing`.
        assert made[name] == pytest.approx(factors, rel=0.02), name
        assert np.ptp(factors) > 0


def test_texts_without_a_line_are_refused(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("too short\n")
    with pytest.raises(SystemExit):
        smoothing.main([str(tmp_path / "short.txt"), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert smoothing.main([str(tmp_path / "none.txt")]) == 1
    assert "none.txt" in capsys.readouterr().err
