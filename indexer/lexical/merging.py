"""Laying the postings of many stretches of passages out as one list for each term and column."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.inverting import STRETCH, Inverted

COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Laid:
    """Where everything will stand; `counts` and `places` in the order of the terms' names."""

    order: NDArray[np.int64]
    """The number, as it was met, of each term that is kept."""
    counts: NDArray[np.int32]
    places: NDArray[np.int64]
    words: int
    met: int
    """Terms, also those that are not kept."""

    @staticmethod
    def words_of_bitmap(rows: int) -> int:
        """4-byte words of a bitmap over so many rows."""
        return -(-rows // 32)

    @staticmethod
    def most_listed(rows: int) -> int:
        """Most rows of a term that are listed; more of them are a bitmap."""
        return Laid.words_of_bitmap(rows)


def lay_out(names: Sequence[bytes], stretches: Sequence[Path], rows: int) -> Laid:
    """The order of the terms by name, without those of no name, and the places of their lists."""
    kept = [number for number, name in enumerate(names) if name]
    kept.sort(key=names.__getitem__)
    order = np.array(kept, np.int64)
    del kept
    totals = np.zeros((len(names), COLUMNS), np.int32)
    for stretch in stretches:
        for column in range(COLUMNS):
            found = load(stretch, column)
            totals[found.terms, column] += found.counts
    counts_in_order = totals[order]
    words = np.minimum(counts_in_order, Laid.most_listed(rows)).astype(np.int64)
    ends = np.cumsum(words.ravel())
    places = (ends - words.ravel()).reshape(words.shape)
    return Laid(order, counts_in_order, places, int(ends[-1]) if len(ends) else 0, len(names))


def write_lists(path: Path, laid: Laid, stretches: Sequence[Path], rows: int) -> None:
    """Writes every list at its place."""
    with path.open("w+b") as file:
        if laid.words:
            file.truncate(4 * laid.words)
            mapped = mmap.mmap(file.fileno(), 0)
            _fill(mapped, laid, stretches, rows)
            mapped.flush()


def _fill(mapped: mmap.mmap, laid: Laid, stretches: Sequence[Path], rows: int) -> None:
    lists = np.frombuffer(mapped, "<i4")
    dense = laid.counts > Laid.most_listed(rows)
    for column in range(COLUMNS):
        next_place = np.full(laid.met, -1, np.int64)  # stays -1 for what is no list
        listed = ~dense[:, column]
        next_place[laid.order[listed]] = laid.places[listed, column]
        bitmaps = [
            (int(laid.order[n]), int(laid.places[n, column]))
            for n in np.flatnonzero(dense[:, column]).tolist()
        ]
        for number, stretch in enumerate(stretches):
            found = load(stretch, column)
            _write_listed(lists, found, next_place)
            _write_bits(lists, found, bitmaps, number * STRETCH)
            if hasattr(mmap, "MADV_DONTNEED"):
                # What was written is the file's; it need not count as this process's memory.
                mapped.madvise(mmap.MADV_DONTNEED)


def _write_listed(lists: NDArray[np.int32], found: Inverted, next_place: NDArray[np.int64]) -> None:
    starts = np.cumsum(found.counts, dtype=np.int64) - found.counts
    first = next_place[found.terms]
    listed = np.flatnonzero(np.repeat(first >= 0, found.counts))
    lists[np.repeat(first - starts, found.counts)[listed] + listed] = found.rows[listed]
    next_place[found.terms] += np.where(first >= 0, found.counts, 0)


def _write_bits(
    lists: NDArray[np.int32],
    found: Inverted,
    bitmaps: Sequence[tuple[int, int]],
    first_row: int,
) -> None:
    ends = np.cumsum(found.counts, dtype=np.int64)
    places = np.searchsorted(found.terms, np.array([term for term, _ in bitmaps], np.int32))
    for (term, place), at in zip(bitmaps, places.tolist(), strict=True):
        if at == len(found.terms) or found.terms[at] != term:
            continue
        rows = found.rows[ends[at] - found.counts[at] : ends[at]] - first_row
        held = np.zeros(STRETCH, np.bool_)
        held[rows] = True
        words = np.packbits(held, bitorder="little").view("<i4")[: 1 + int(rows[-1]) // 32]
        lists[place + first_row // 32 :][: len(words)] = words


def save(path: Path, columns: Sequence[Inverted]) -> None:
    """Keeps the postings of a stretch until all are known."""
    arrays = [array for part in columns for array in (part.terms, part.counts, part.rows)]
    np.savez(path, *arrays)


def load(path: Path, column: int) -> Inverted:
    """What `save` kept of a column."""
    with np.load(path) as arrays:
        return Inverted(*(arrays[f"arr_{3 * column + part}"] for part in range(3)))
