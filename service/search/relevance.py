"""What the probability that a clause answers is judged by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.search.ranking import Ranked

FEATURES = ("best cosine", "behind", "words")
"""The question's best cosine (whether anything answers it at all); how far the clause's score is
behind the best one; the part of the question's words that it holds. The best is that of the clauses
which the filter allows: what may not be found has no say in how relevant the rest is."""


SHOWN, LEAST_SHOWN = 10, 0.01
"""Of a question that has an answer, so many first hits that are at least so relevant are shown
beside all that reach the threshold. That one tells by the best hit whether anything answers; of the
answers to questions over real policies, one in seven lies below it."""


def kept_by_default(relevance: NDArray[np.float32], least: float) -> NDArray[np.intp]:
    """The places of hits worth showing, of the relevance of ranked clauses, shape (n,).

    None where no clause reaches `least`; all where relevance is not known, that is not a number.
    """
    worth = ~(relevance < least)
    if worth.any():
        worth[:SHOWN] |= relevance[:SHOWN] >= LEAST_SHOWN
    return np.flatnonzero(worth)


def features(ranked: Ranked) -> NDArray[np.float32]:
    """Features of ranked clauses, shape (n, len(FEATURES))."""
    if not len(ranked):
        return np.empty((0, len(FEATURES)), np.float32)
    best = np.full(len(ranked), ranked.cosines.max(), np.float32)
    return np.column_stack([best, ranked.scores[0] - ranked.scores, ranked.words])
