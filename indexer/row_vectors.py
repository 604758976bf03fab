"""The vectors of some rows in memory, to be compared with one vector after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Values = NDArray[np.float32]
Places = NDArray[np.integer[Any]] | slice


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbers that stand for vectors: of each dimension, so many steps above its lowest."""

    low: Vectors
    """Shape (dimension,)."""
    step: Vectors
    """The same; above 0."""

    def vectors(self, numbers: Vectors) -> Vectors:
        """What numbers, shape (n, dimension), stand for; in their place."""
        numbers *= self.step
        numbers += self.low
        return numbers

    def numbers(self, vectors: Vectors) -> Vectors:
        """The numbers, not whole ones, that stand for vectors."""
        return np.asarray((vectors - self.low) / self.step, np.float32)


class RowVectors:
    """Vectors, shape (n, dimension), themselves or as numbers of steps.

    What is compared with steps is multiplied by them first: that spares making vectors of numbers.
    """

    def __init__(self, numbers: Vectors, steps: Steps | None = None) -> None:
        self._numbers, self._steps = numbers, steps

    def products(self, vector: Vectors, places: Places = slice(None)) -> Values:
        """Inner products with a vector, shape (dimension,): the same for equal rows wherever they
        stand; BLAS's are not."""
        numbers, steps = self._numbers[places], self._steps
        if steps is None:
            return np.asarray(np.einsum("ij,j->i", numbers, vector), np.float32)
        products = np.einsum("ij,j->i", numbers, vector * steps.step)
        return np.asarray(products + np.einsum("j,j->", vector, steps.low), np.float32)

    def vectors(self, places: Places) -> Vectors:
        """The vectors at some places."""
        numbers = self._numbers[places]
        return numbers if self._steps is None else self._steps.vectors(numbers)

    def replace(self, places: Places, vectors: Vectors) -> None:
        """Takes better copies of the vectors at some places."""
        self._numbers[places] = vectors if self._steps is None else self._steps.numbers(vectors)
