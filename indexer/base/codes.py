"""The vectors of a base in memory, one byte a dimension: to compare a few hundred or thousand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError
from indexer.row_vectors import Steps

Vectors = NDArray[np.float32]
Rows = NDArray[np.integer[Any]]
_STEPS = 255
_AT_ONCE = 2000
"""Rows made numbers at a time: they stay in the processor's cache."""


class Codes:
    """Each dimension of each row as one of 256 steps between the dimension's ends. Thread-safe.

    An inner product with a vector of unit length is off by about 3e-4.
    """

    def __init__(self, ends: Vectors, codes: NDArray[np.uint8]) -> None:
        """`ends`: the least and the greatest of each dimension, shape (2, dimension)."""
        self._codes = codes
        self.steps = Steps(ends[0], np.asarray(_width(ends) / np.float32(_STEPS), np.float32))

    @classmethod
    def load(cls, ends: Path, codes: Path) -> Codes:
        """Raises `IndexDamagedError` for files that are missing or hold something else."""
        try:
            found = np.load(ends, allow_pickle=False)
            # Read rather than mapped: pages that the system takes back are slow to come again.
            array = np.fromfile(codes, np.uint8)
            return cls(found.astype(np.float32), array.reshape(-1, found.shape[1]))
        except (OSError, ValueError, IndexError) as error:
            raise IndexDamagedError(f"{codes}: cannot be read: {error}") from error

    def __len__(self) -> int:
        return len(self._codes)

    def rows(self, rows: Rows) -> Vectors:
        """The vectors of some rows, shape (len(rows), dimension)."""
        return self.steps.vectors(self.numbers(rows))

    def numbers(self, rows: Rows) -> Vectors:
        """What stands for the vectors of some rows, in `steps`; the same shape."""
        return self._codes.take(rows, axis=0).astype(np.float32)

    def products(self, rows: Rows, queries: Vectors) -> Vectors:
        """Inner products of queries, shape (n, dimension), with rows: shape (n, len(rows))."""
        weights = queries * self.steps.step
        products = np.empty((len(queries), len(rows)), np.float32)
        for start in range(0, len(rows), _AT_ONCE):
            part = self.numbers(rows[start : start + _AT_ONCE])
            if len(queries) == 1:  # BLAS would share so little work out to all processors
                products[0, start : start + len(part)] = np.einsum("ij,j->i", part, weights[0])
            else:
                products[:, start : start + len(part)] = weights @ part.T
        products += (queries @ self.steps.low)[:, None]
        return products


def write_codes(parts: Iterable[Vectors], ends: Vectors, ends_path: Path, path: Path) -> None:
    """Writes the codes of vectors that are given a part at a time, with the ends of all."""
    width = _width(ends)
    with path.open("wb") as file:
        for vectors in parts:
            codes = np.rint((vectors - ends[0]) * (_STEPS / width)).clip(0, _STEPS)
            file.write(codes.astype(np.uint8).tobytes())
    np.save(ends_path, ends)


def _width(ends: Vectors) -> Vectors:
    """How far the ends of each dimension are apart, above 0."""
    return np.asarray(np.maximum(ends[1] - ends[0], np.float32(1e-9)), np.float32)
