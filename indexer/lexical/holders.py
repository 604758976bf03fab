"""Who holds a term: lists of rows out of a base's postings and out of the store."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import DeadlinePassedError
from indexer.lexical.postings import CONTEXT, TEXT, Postings, is_plain

Keys = NDArray[np.int64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.integer[Any]]
Bits = NDArray[np.uint8]

MANY_ROWS, MOST_COUNTS = 1000, 5000
"""Rows of a term from which on it is kept how many of them are searched; of so many terms."""
MOST_KEPT = 4_000_000
"""Rows in all the lists out of the store that a generation keeps, 4 bytes each."""
_ROWS_OF_A_TERM = 100
"""As many as keeping a term costs beside its rows."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The rows that hold a term in one column, as a list or, of the base's rows, as a bitmap.

    Rows that are not searched are among them.
    """

    column: int
    rows: Rows | None
    bits: Bits | None = None
    length: int = 0

    def all_rows(self, base_rows: int) -> Rows:
        """The rows, ascending, of a base of so many rows."""
        if self.bits is None:
            assert self.rows is not None
            return self.rows
        held = np.unpackbits(self.bits, count=base_rows, bitorder="little")
        return np.flatnonzero(held.view(np.bool_))


class KeptTerms:
    """Who holds the words asked for so far, as far as it is out of the store. Thread-safe.

    Words come again and again, the commonest first; when it is full, the rest are looked up.
    """

    def __init__(self) -> None:
        self._terms: dict[str, tuple[Holding, ...]] = {}
        self._rows = 0

    def get(self, term: str) -> tuple[Holding, ...] | None:
        """What was kept of a term."""
        return self._terms.get(term)

    def add(self, term: str, holdings: tuple[Holding, ...]) -> None:
        """Keeps it while there is room."""
        rows = _ROWS_OF_A_TERM + sum(holding.length for holding in holdings)
        if self._rows + rows <= MOST_KEPT:
            self._rows += rows
            self._terms[term] = holdings


@dataclass(frozen=True)
class Passages:
    """The passages of a generation as rows, ascending by key, and those that are searched.

    The first rows are those of a base, if there is one. Thread-safe.
    """

    keys: Keys
    searched: Mask
    count: int
    """How many are searched."""
    base_rows: int = 0
    kept: KeptTerms = field(default_factory=KeptTerms)
    """Lists of the generation that were read out of the store, by column and term."""
    counts: dict[str, int] = field(default_factory=dict)
    """Of terms that many hold and were asked for: how many of the searched ones do."""

    @property
    def all_searched(self) -> bool:
        return self.count == len(self.keys)

    @cached_property
    def bits(self) -> Bits:
        """Which of the base's rows are searched, as `Postings.bits_of` tells rows."""
        packed = np.packbits(self.searched[: self.base_rows], bitorder="little")
        return np.pad(packed, (0, -len(packed) % 4))


@dataclass(frozen=True, slots=True)
class Term:
    """All that hold a term: no row twice. `count`: how many of them are searched."""

    holdings: tuple[Holding, ...]
    count: int


def holders_of(
    db: sqlite3.Connection,
    terms: Sequence[str],
    passages: Passages,
    postings: Postings | None,
    deadline: float | None,
) -> Iterator[Term]:
    """The terms that any passage holds which is searched.

    Raises `DeadlinePassedError` once `time.monotonic` is past the deadline.
    """
    numbers: list[int | None] = [None] * len(terms)
    if postings is not None:
        numbers = postings.numbers(terms)
    for term, number in zip(terms, numbers, strict=True):
        if deadline is not None and time.monotonic() > deadline:
            raise DeadlinePassedError("the question's words were not all looked up in time")
        covered = passages.base_rows if postings is not None and is_plain(term) else 0
        holdings = _in_store(db, term, passages, covered)
        if postings is not None and number is not None and covered:
            holdings += _in_base(postings, number)
        count = _count(term, holdings, passages)
        if count:
            yield Term(holdings, count)


def _in_base(postings: Postings, number: int) -> tuple[Holding, ...]:
    found = []
    for column in (TEXT, CONTEXT):
        length = postings.count_of(number, column)
        if postings.is_dense(number, column):
            bits = postings.bits_of(number, column)
            found.append(Holding(column, None, bits, length))
        elif length:
            found.append(Holding(column, postings.rows_of(number, column), None, length))
    return tuple(found)


def _in_store(
    db: sqlite3.Connection, term: str, passages: Passages, covered: int
) -> tuple[Holding, ...]:
    """Of the rows from `covered` on."""
    if covered == len(passages.keys):
        return ()
    known = passages.kept.get(term)
    if known is not None:
        return known
    in_text = _rows(db, "text", term, passages, covered)
    in_context = _rows(db, "context", term, passages, covered)
    if len(in_text) and len(in_context):
        in_context = np.setdiff1d(in_context, in_text, assume_unique=True)
    holdings = tuple(
        Holding(column, rows, None, len(rows))
        for column, rows in ((TEXT, in_text), (CONTEXT, in_context))
        if len(rows)
    )
    passages.kept.add(term, holdings)
    return holdings


def _rows(db: sqlite3.Connection, column: str, term: str, passages: Passages, covered: int) -> Rows:
    keys = passages.keys
    # One text, parsed at once, takes a third of the time that a row for each passage does.
    (found,) = db.execute(
        "SELECT group_concat(rowid) FROM lexical WHERE lexical MATCH ? AND rowid > ?",
        (f'{column} : "{term}"', int(keys[covered - 1]) if covered else 0),
    ).fetchone()
    wanted = np.fromstring(found or "", np.int64, sep=",")
    places = np.searchsorted(keys, wanted)
    inside = places < len(keys)
    inside[inside] = keys[places[inside]] == wanted[inside]
    return places[inside].astype(np.int32)


def _count(term: str, holdings: Sequence[Holding], passages: Passages) -> int:
    """How many searched passages hold a term."""
    length = sum(holding.length for holding in holdings)
    if passages.all_searched:
        return length
    count = passages.counts.get(term)
    if count is None:
        count = sum(_searched(holding, passages) for holding in holdings)
        if length >= MANY_ROWS and len(passages.counts) < MOST_COUNTS:
            passages.counts[term] = count
    return count


def _searched(holding: Holding, passages: Passages) -> int:
    if holding.bits is not None:
        both = (holding.bits & passages.bits).view(np.uint32)
        return int(np.bitwise_count(both).sum())
    assert holding.rows is not None
    return int(np.count_nonzero(passages.searched.take(holding.rows)))
