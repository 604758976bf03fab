"""How probable it is that a candidate says the same as what it was found for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.calibration import Calibration
from service.lookup.counterparts import Candidates

FEATURES = ("cosine", "margin", "surroundings")
"""How close the two are; how much closer than neighbours are; how close what stands around them."""

Values = NDArray[np.float32]


def features(candidates: Candidates) -> Values:
    """Features of candidates, shape (n, len(FEATURES))."""
    return np.column_stack([candidates.cosines, candidates.margins, candidates.surroundings])


def likelihoods(
    candidates: Candidates, pairs: Sequence[str], calibration: Calibration | None
) -> Values:
    """Probabilities, shape (n,); NaN where the encoder has no calibration.

    `pairs` names the languages of source and candidate, as in `en-zh`.
    """
    if calibration is None:
        return np.full(len(candidates), np.nan, np.float32)
    return calibration.probabilities(features(candidates), pairs)
