"""The best of many, without putting all in order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]
Places = NDArray[np.intp]


def best_first(scores: Values, count: int) -> Places:
    """The places of so many of the highest scores, or of all; the first of equal ones first."""
    if len(scores) <= count:
        return np.argsort(-scores, kind="stable")
    likely = np.flatnonzero(scores >= np.partition(scores, -count)[-count])
    return likely[np.argsort(-scores[likely], kind="stable")[:count]]


def best_of_each(owners: NDArray[np.int64], scores: Values) -> Places:
    """The place of each owner's highest score, by owner ascending; the first of equal ones."""
    order = np.argsort(owners, kind="stable")
    owners, scores = owners[order], scores[order]
    begins = np.ones(len(order), bool)
    begins[1:] = owners[1:] != owners[:-1]
    number = np.cumsum(begins) - 1
    highest = np.maximum.reduceat(scores, np.flatnonzero(begins))
    best = np.flatnonzero(scores == highest[number])
    first = np.ones(len(best), bool)
    first[1:] = number[best[1:]] != number[best[:-1]]
    return order[best[first]]


def union(*arrays: Places) -> Places:
    """What is in any of some arrays, ascending, each once."""
    # The stable sort takes runs that are in order as they are.
    values = np.sort(np.concatenate(arrays), kind="stable")
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return values[new]
