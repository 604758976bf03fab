"""Margin scores: how much closer two texts are than each is to its other neighbours.

A cosine alone favours texts that are close to everything. The ratio margin of Artetxe & Schwenk
(2019, arXiv:1811.01136) divides it by the mean of both sides' nearest neighbours, so that 1 means
"as close as neighbours are" and more means "closer".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 4
"""Of each side; the paper's k. Fewer are taken where fewer are there."""

Values = NDArray[np.float32]


def density(cosines: Values, neighbours: int = NEIGHBOURS) -> Values:
    """The mean of each row's highest cosines, shape (n,) for cosines of shape (n, m); m ≥ 1."""
    kept = min(neighbours, cosines.shape[1])
    best = np.partition(cosines, -kept, axis=1)[:, -kept:]
    return np.asarray(best.mean(axis=1), np.float32)


def margins(cosines: Values, rows: Values, columns: Values) -> Values:
    """Ratio margins, shape (n, m), of cosines (n, m) with both sides' densities (n,) and (m,)."""
    means = (rows[:, None] + columns[None, :]) / 2
    return np.asarray(cosines / np.maximum(means, 1e-6), np.float32)
