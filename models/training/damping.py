"""The last step of a run: a linear map that damps the directions in which texts hardly differ.

What vectors of texts differ by is meaning and noise. Noise (of 4-bit weights, of rounding, of the
words that a translator happened to choose) is much alike in all directions, meaning is not: along a
direction of variance v, a part v / (v + n) of what a cosine sees is meaning, where n is the noise.
The map multiplies by that part, as a Wiener filter does. Whitening would do the opposite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def damping(vectors: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """The map, a symmetric matrix of shape (dimension, dimension).

    Args:
        vectors: unit vectors of texts of all kinds, in all languages, shape (n, dimension).
        strength: the noise's variance, as a part of what the vectors vary by along a direction on
            average; 0 gives the identity.
    """
    rows = vectors.astype(np.float64)
    noise = strength * float(rows.var(axis=0).mean())
    # Their common mean is a direction like any other, and keeps its length: it is long.
    lengths, directions = np.linalg.eigh(rows.T @ rows / len(rows))
    kept = lengths / (lengths + noise) if noise else np.ones_like(lengths)
    return np.asarray((directions * kept) @ directions.T, np.float32)
