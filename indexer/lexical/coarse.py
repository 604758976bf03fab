"""Coarse sums of what rows hold, a byte for each: which of a million can be among the best.

A byte takes little time to add to. It is exact to about one part in 200 for each list that is
added, so somewhat more rows are taken than are wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.holders import Holding, Mask, Passages

Bytes = NDArray[np.uint8]
Among = Mask | NDArray[np.intp]

WHOLE = 200
"""What stands at most for a question all of whose words are held, and for the most that any part
can add up to; rounding up leaves room to 255."""
SLACK = 4
"""By which a sum may fall short of the worst of the best for rounding."""

_SAMPLED_FROM, _SAMPLE, _NEAR = 100_000, 16, 4
"""Of so many sums or more, one in 16 tells near which value the level is; how many are tried."""

CoarseList = tuple[Holding, int]


def coarse_lists(weighed: Iterable[tuple[Holding, float]], unit: float) -> list[CoarseList]:
    """The lists that count for anything, with what they count: their weight by a unit."""
    scaled = ((holding, round(weight * unit)) for holding, weight in weighed)
    return [(holding, value) for holding, value in scaled if value]


@dataclass(slots=True)
class Coarse:
    """The sums of one part of a question, as far as they were added."""

    sums: Bytes
    most: int
    """What no sum counts for more than."""
    missing: list[CoarseList]
    """Bitmaps that were not added."""

    @classmethod
    def of(cls, lists: Sequence[CoarseList], most: int, passages: Passages) -> Coarse:
        """The sums of what is kept as lists."""
        sums = np.zeros(len(passages.keys), np.uint8)
        for holding, value in lists:
            if holding.rows is not None:
                np.add.at(sums, holding.rows, np.uint8(value))  # no row twice; quicker than +=
        missing = [item for item in lists if item[0].rows is None]
        return cls(sums, most, missing)

    @classmethod
    def together(cls, parts: Sequence[Coarse]) -> Coarse:
        """The sum of parts."""
        missing = [item for part in parts for item in part.missing]
        total = parts[0]._at_most()
        for part in parts[1:]:
            total = total + part._at_most()
        return cls(total, 255, missing)

    def _at_most(self) -> Bytes:
        above = self.sums > self.most
        if not above.any():
            return self.sums
        # Choosing between bytes takes many times as long as reckoning with them.
        excess = self.sums - np.uint8(self.most)
        excess *= above.view(np.uint8)
        return np.asarray(self.sums - excess, np.uint8)

    def add_bitmaps(self) -> None:
        """Adds what is kept as bitmaps."""
        for holding, value in self.missing:
            if holding.bits is not None:
                rows = 8 * len(holding.bits)
                held = np.unpackbits(holding.bits, bitorder="little")
                held *= np.uint8(value)
                part = self.sums[:rows]
                part += held[: len(part)]
        self.missing = []

    def best(self, among: Among | None, depth: int, most: int) -> NDArray[np.intp] | None:
        """Ascending rows that hold the `depth` best of a selection, `most` at most.

        `among`: the mask of the selection, or its rows ascending.
        `None` where the bitmaps that are missing could bring others in, so that more than `most`
        rows would have to be looked at.
        """
        own: NDArray[np.intp] | None = None
        if among is None:
            sums = self.sums
        elif among.dtype == np.bool_:
            sums = self.sums * among.view(np.uint8)
        else:
            own = among.astype(np.intp, copy=False)
            sums = self.sums.take(own)
        short = min(255, SLACK + sum(value for _, value in self.missing))
        if self.missing and np.count_nonzero(sums > short) < depth:
            return None
        worst = _level(sums, depth)
        least = worst - short
        if self.missing and np.count_nonzero(sums >= least) > most:
            return None
        while least < worst and (least < 1 or np.count_nonzero(sums >= least) > most):
            least += 1
        rows = np.flatnonzero(sums >= max(1, least))
        if len(rows) > most:
            rows = np.sort(rows[np.argsort(-sums[rows].astype(np.int16), kind="stable")[:most]])
        return rows if own is None else own[rows]


def _level(sums: Bytes, depth: int) -> int:
    """The highest value that `depth` of the sums reach; 0 where fewer are above 0."""
    if len(sums) < _SAMPLED_FROM:
        return _search(sums, depth, 128)
    # What a part of them reaches is near it, so that few values are tried on all.
    sample = np.ascontiguousarray(sums[::_SAMPLE])
    return _search(sums, depth, _search(sample, depth // _SAMPLE, 128))


def _search(sums: Bytes, depth: int, guess: int) -> int:
    """The same: tries values next to the guess, then halves what is left."""
    low, high, tried = 0, 255, 0
    while low < high:
        near = tried < _NEAR and low < guess <= high
        middle = guess if near else (low + high + 1) // 2
        if np.count_nonzero(sums >= middle) >= depth:
            low, guess = middle, middle + 1
        else:
            high, guess = middle - 1, middle - 1
        tried += 1
    return low
