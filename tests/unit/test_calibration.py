"""Relevance: probabilities from features, kept with the encoder they belong to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.calibration import Calibration, calibration_file, find_calibration, read_calibration
from models.errors import ModelFormatError
from models.fingerprint import Fingerprint
from service.evaluation.calibrating import Hits, _logistic, _threshold, calibration_error, draw
from service.search.searcher import Searcher

PRINT = Fingerprint("tiny fp32", 8, "fp32", "mean", "", "", "w" * 64, "t" * 64)
MADE = Calibration(
    PRINT.digest, ("a", "b"), {"en-zh": (0.0, 1.0, -1.0), "any": (-2.0, 1.0, -1.0)}, 0.3, {"n": 1}
)


def test_probabilities_by_hand() -> None:
    rows = np.array([[0, 0], [2, 0], [0, 0]], np.float32)
    found = MADE.probabilities(rows, ["en-zh", "en-zh", "fr-en"])
    assert np.allclose(found, [0.5, 1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))])
    assert MADE.probabilities(rows[:0], []).shape == (0,)
    extreme = MADE.probabilities(np.full((1, 2), 1e9, np.float32) * [1, -1], ["any"])
    assert np.isfinite(extreme).all()


def test_a_calibration_is_found_for_its_encoder_alone(tmp_path: Path) -> None:
    assert find_calibration(PRINT, tmp_path) is None
    MADE.write(calibration_file(PRINT, tmp_path))
    assert find_calibration(PRINT, tmp_path) == MADE
    assert find_calibration(replace(PRINT, weights_sha256="x" * 64), tmp_path) is None


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"en-zh": [0, 1, 2]}},
        {"weights": {"any": [0, 1]}},
        {"weights": 3},
        {"features": None},
        {"min_relevance": "much"},
    ],
)
def test_a_damaged_calibration_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "calibration.json"
    MADE.write(path)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(ModelFormatError, match="not a calibration"):
        read_calibration(path)
    path.write_text("{", "utf-8")
    with pytest.raises(ModelFormatError, match="policy-search calibrate"):
        read_calibration(path)


def made_hits(count: int) -> Hits:
    """Ten hits a question: right ones lie higher in the first feature; half have no answer."""
    rng = np.random.default_rng(4)
    questions = np.repeat(np.arange(count), 10)
    answerable = questions % 2 == 0
    right = answerable & (np.tile(np.arange(10), count) < 3)
    values = rng.normal(size=(len(questions), 3)) * 0.05
    values[:, 0] += 0.86 + 0.05 * answerable
    values[:, 1] -= 0.2 * right
    pairs = np.where(questions % 3 == 0, "en-zh", "zh-zh")
    return Hits(values.astype(np.float32), pairs, right, questions, questions, answerable)


def test_a_fit_tells_right_hits_from_others_and_is_calibrated() -> None:
    hits = made_hits(400)
    weights = _logistic(hits, np.ones(len(hits.right), np.bool_))
    assert set(weights) == {"en-zh", "zh-zh", "any"}
    fitted = Calibration("", ("a", "b", "c"), weights, 0.0)
    found = fitted.probabilities(hits.features, hits.pairs.tolist()).astype(np.float64)
    assert found[hits.right].mean() > found[~hits.right].mean() + 0.4
    assert calibration_error(found, hits.right) < 0.05


def test_the_threshold_spares_answerable_questions() -> None:
    hits = made_hits(400)
    best = np.where(hits.answerable, 0.8, 0.2)
    assert _threshold(hits, best) == pytest.approx(0.48)  # three fifths


def test_calibration_error_by_hand() -> None:
    said = np.array([0.15, 0.15, 0.85, 0.85])
    assert calibration_error(said, np.array([0, 0, 1, 1], np.bool_)) == pytest.approx(0.15)
    assert calibration_error(said, np.array([1, 1, 0, 0], np.bool_)) == pytest.approx(0.85)


def test_the_diagram_is_drawn(tmp_path: Path) -> None:
    from service.evaluation.calibrating import Fitted

    said = np.linspace(0, 1, 50)
    draw(Fitted(MADE, said, said > 0.5), tmp_path / "reliability.png")
    assert (tmp_path / "reliability.png").read_bytes().startswith(b"\x89PNG")


def test_a_calibration_for_other_features_is_refused() -> None:
    with pytest.raises(ModelFormatError, match="policy-search calibrate"):
        Searcher(None, None, calibration=MADE)  # type: ignore[arg-type]
