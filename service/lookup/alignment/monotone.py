"""The best alignment without crossings: Needleman & Wunsch (1970) without a cost of gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def best_chain(gains: Floats) -> list[tuple[int, int]]:
    """Pairs (row, column), both ascending, of the greatest total gain; gains ≤ 0 are not taken.

    A row of the table at a time: gaps cost nothing, so going along a row is a running maximum.
    """
    rows, columns = gains.shape
    best = np.zeros((rows + 1, columns + 1), np.float32)
    for i in range(rows):
        taken = best[i, :-1] + np.maximum(gains[i], 0)
        np.maximum(best[i, 1:], taken, out=best[i + 1, 1:])
        np.maximum.accumulate(best[i + 1], out=best[i + 1])
    pairs: list[tuple[int, int]] = []
    i, j = rows, columns
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]
