"""What the probability that a clause answers is judged by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.search.ranking import Ranked

FEATURES = ("best cosine", "behind", "words")
"""The question's best cosine anywhere in the index (whether anything answers it at all); how far
the clause's score is behind the best one; the part of the question's words that it holds."""


def features(ranked: Ranked) -> NDArray[np.float32]:
    """Features of ranked clauses, shape (n, len(FEATURES))."""
    best = np.full(len(ranked), ranked.best_cosine, np.float32)
    return np.column_stack([best, ranked.best_score - ranked.scores, ranked.words])
