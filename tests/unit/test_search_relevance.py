"""Which of the ranked clauses are worth showing."""

from __future__ import annotations

import numpy as np
import pytest

from service.search.relevance import LEAST_SHOWN, SHOWN, kept_by_default

THRESHOLD = 0.1


@pytest.mark.parametrize(
    ("relevance", "kept"),
    [
        ([], []),
        ([0.09, 0.05, 0.02], []),
        ([0.1], [0]),
        ([0.05, 0.6, 0.02, 0.009], [0, 1, 2]),
        ([np.nan, np.nan], [0, 1]),
    ],
)
def test_an_answer_brings_the_less_likely_along(relevance: list[float], kept: list[int]) -> None:
    found = kept_by_default(np.array(relevance, np.float32), THRESHOLD)
    assert found.tolist() == kept


def test_beyond_the_first_ones_the_threshold_counts() -> None:
    relevance = np.full(SHOWN + 5, 2 * LEAST_SHOWN, np.float32)
    relevance[[0, SHOWN + 2]] = 0.5
    assert kept_by_default(relevance, THRESHOLD).tolist() == [*range(SHOWN), SHOWN + 2]
    assert kept_by_default(relevance, 0.0).tolist() == list(range(SHOWN + 5))
