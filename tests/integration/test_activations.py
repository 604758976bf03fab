"""The activations' scales that come with the package are what their command makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import indexer
from models.activations import Rounding, read_roundings
from models.trained import read_trained_layers
from models.training import activations
from models.weights import find_weights_file, read_weights

SAMPLES = sorted((Path(indexer.__file__).parent / "samples").glob("*.*"))


def test_the_packaged_scales_are_those_of_the_sample_policies() -> None:
    lines = [
        line.strip()
        for path in SAMPLES
        if path.suffix in {".md", ".txt"}
        for line in path.read_text("utf-8").splitlines()
        if len(line.strip()) >= 20
    ]
    weights = read_weights(find_weights_file())
    layers = read_trained_layers(weights.shape)
    # In another order: what a batch is padded with must not count.
    made = activations.roundings(weights, layers, lines[::-1])
    packaged = read_roundings("neutral")
    assert made.keys() == packaged.keys()
    for name, rounding in packaged.items():
        assert made[name].scale == pytest.approx(rounding.scale, rel=1e-3), name
        assert made[name].zero == pytest.approx(rounding.zero, abs=1), name
        assert np.ptp(rounding.scale) > 0


def test_the_command_writes_both_forms_of_the_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def made(_: object, layers: dict[str, object], lines: list[str]) -> dict[str, Rounding]:
        asked.append(bool(layers))
        return {"l0.fo": Rounding(np.full(4, len(lines), np.float32), 3)}

    monkeypatch.setattr(activations, "roundings", made)
    text, out = tmp_path / "text.txt", tmp_path / "out.safetensors"
    text.write_text(
        "A line that is long enough.\nshort\n这一行足够长，可以用来测量激活值的各个范围。\n"
    )
    assert activations.main([str(text), "--out", str(out)]) == 0
    assert "1 inputs, from 2 lines" in capsys.readouterr().out
    assert asked == [True, False]
    for layers in ("neutral", "base"):
        (rounding,) = read_roundings(layers, out).values()
        assert rounding.scale.tolist() == [2.0] * 4
        assert rounding.zero == 3


def test_texts_without_a_line_are_refused(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("too short\n")
    with pytest.raises(SystemExit):
        activations.main([str(tmp_path / "short.txt"), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert activations.main([str(tmp_path / "none.txt")]) == 1
    assert "none.txt" in capsys.readouterr().err
