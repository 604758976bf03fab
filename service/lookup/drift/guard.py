"""The drift guard: what the rows of an alignment say differently, and what one side lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from indexer.records import Clause
from indexer.versions.sides import body_start
from service.lookup.alignment.records import AlignedRow, Alignment
from service.lookup.drift.compare import compare_texts
from service.lookup.drift.records import FlagKind, Quote

_HEADING_MARKS = 16
"""Characters that a heading's number and markup may add to it."""


@dataclass(frozen=True, slots=True)
class FlagSide:
    """A sentence of a clause; `start` and `marks` are offsets into the clause's text."""

    clause: Clause
    text: str
    start: int
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A difference that a person should look at; a side is `None` where it says nothing of it."""

    kind: FlagKind
    left: FlagSide | None
    right: FlagSide | None


@dataclass(frozen=True)
class Drift:
    """The flags of each row of an alignment, in its order."""

    flags: tuple[tuple[Flag, ...], ...]

    @cached_property
    def counts(self) -> dict[FlagKind, int]:
        """How many flags there are of each kind."""
        return dict(Counter(flag.kind for flags in self.flags for flag in flags))

    @property
    def total(self) -> int:
        """How many flags there are."""
        return sum(map(len, self.flags))


def find_drift(alignment: Alignment) -> Drift:
    """Compares each row's sides; a clause that one side lacks is a flag, but for mere headings."""
    return Drift(tuple(tuple(_flags(row)) for row in alignment.rows))


def _flags(row: AlignedRow) -> list[Flag]:
    if not row.left or not row.right:
        return [
            Flag(
                "missing",
                _whole(clause) if row.left else None,
                None if row.left else _whole(clause),
            )
            for clause in (*row.left, *row.right)
            if not _is_heading(clause)
        ]
    left, right = _Text(row.left), _Text(row.right)
    found = compare_texts(left.text, right.text)
    return [Flag(d.kind, left.side(d.left), right.side(d.right)) for d in found]


class _Text:
    """The clauses of one side as one text, without their printed numbers."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses
        self._cut = [body_start(clause) for clause in clauses]
        pieces = [clause.text[cut:] for clause, cut in zip(clauses, self._cut, strict=True)]
        self._ends: list[int] = []
        for piece in pieces:
            self._ends.append((self._ends[-1] if self._ends else 0) + len(piece) + 1)
        self.text = "\n".join(pieces)

    def side(self, quote: Quote) -> FlagSide | None:
        """A quote of the text in the clause that it begins in."""
        if not quote.text:
            return None
        n = next(i for i, end in enumerate(self._ends) if quote.start < end)
        begin = self._ends[n - 1] if n else 0
        start = quote.start - begin + self._cut[n]
        marks = tuple((start + a, start + b) for a, b in quote.marks)
        return FlagSide(self._clauses[n], quote.text, start, marks)


def _whole(clause: Clause) -> FlagSide:
    return FlagSide(clause, clause.text, 0)


def _is_heading(clause: Clause) -> bool:
    heading = clause.heading
    return heading is not None and len(clause.text) <= len(heading) + _HEADING_MARKS
