"""Turning passages' tokens into postings: by passage as the store has them, by term as asked for.

One stretch of passages at a time, so that memory does not grow with the index but for the
vocabulary itself.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]

STRETCH = 1 << 13
"""Passages that are inverted at a time; a multiple of 32, so that bitmaps are made of whole words
of them."""

TEXT, CONTEXT = 0, 1
"""The columns: terms of a passage's own text; terms of its title and headings alone."""


@dataclass(frozen=True, slots=True)
class Inverted:
    """The postings of one column over one stretch of passages.

    `terms`: numbers ascending, each with so many (`counts`) of the `rows`, which are ascending
    within a term.
    """

    terms: NDArray[np.int32]
    counts: NDArray[np.int32]
    rows: NDArray[np.int32]


class Vocabulary(defaultdict[str, int]):
    """Numbers terms in the order in which they are met."""

    def __init__(self) -> None:
        super().__init__()
        self.default_factory = self.__len__


def invert(db: sqlite3.Connection, keys: Keys, vocabulary: Vocabulary) -> Iterator[list[Inverted]]:
    """The postings of each stretch of the passages, in order, for `TEXT` and for `CONTEXT`.

    A passage's row is its place in `keys`. One that was removed from the store meanwhile holds no
    words.
    """
    for start in range(0, len(keys), STRETCH):
        wanted = keys[start : start + STRETCH]
        found = db.execute(
            "SELECT rowid, text, context FROM lexical WHERE rowid BETWEEN ? AND ? ORDER BY rowid",
            (int(wanted[0]), int(wanted[-1])),
        ).fetchall()
        if [row[0] for row in found] != wanted.tolist():
            words = {row[0]: row for row in found}
            found = [words.get(key, (key, "", "")) for key in wanted.tolist()]
        yield _inverted(found, start, vocabulary)


def _inverted(
    passages: list[tuple[int, str, str]], first_row: int, vocabulary: Vocabulary
) -> list[Inverted]:
    from scipy.sparse import csr_array

    own = [text.split(" ") for _, text, _ in passages]
    above = [context.split(" ") for _, _, context in passages]
    lengths = np.array([list(map(len, own)), list(map(len, above))], np.int64).T.ravel()
    total = int(lengths.sum())
    met = chain.from_iterable(chain.from_iterable(zip(own, above, strict=True)))
    terms = np.fromiter(map(vocabulary.__getitem__, met), np.int32, total)
    columns = np.repeat(np.tile(np.array([TEXT, CONTEXT], np.int8), len(passages)), lengths)
    ends = np.concatenate(([0], np.cumsum(lengths)))[::2]
    by_passage = csr_array((columns, terms, ends), shape=(len(passages), len(vocabulary)))
    # Stable: within a term by passage, within a passage its text before what stands above it.
    by_term = by_passage.tocsc()
    owners = np.repeat(np.arange(len(vocabulary), dtype=np.int32), np.diff(by_term.indptr))
    rows, columns = by_term.indices, by_term.data
    again = np.zeros(total, np.bool_)
    again[1:] = (rows[1:] == rows[:-1]) & (owners[1:] == owners[:-1])
    return [
        _counted(owners[part], rows[part] + first_row)
        for part in (~again & (columns == column) for column in (TEXT, CONTEXT))
    ]


def _counted(owners: NDArray[np.int32], rows: NDArray[np.int32]) -> Inverted:
    terms, counts = np.unique_counts(owners)
    return Inverted(terms, counts.astype(np.int32), rows.astype(np.int32))
