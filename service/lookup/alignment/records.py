"""The rows of an alignment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from indexer.records import Clause

Status = Literal["matched", "partial", "only_here", "only_there"]


@dataclass(frozen=True, slots=True)
class AlignedRow:
    """Clauses that say the same, one or several of each side, or one that only one side has.

    `score` is how near their texts are in meaning: 0 as any two clauses of these policies, 1 the
    same; 0 where a side is missing. `moved`: they stand in another order or another section.
    """

    status: Status
    left: tuple[Clause, ...]
    right: tuple[Clause, ...]
    score: float = 0.0
    moved: bool = False


@dataclass(frozen=True)
class Alignment:
    """All clauses of both policies, each in one row, in the left one's order.

    A row that only the right policy has stands after the row of the clause before it.
    """

    rows: tuple[AlignedRow, ...]

    @cached_property
    def counts(self) -> dict[Status, int]:
        """How many rows there are of each status."""
        found = Counter(row.status for row in self.rows)
        order: tuple[Status, ...] = ("matched", "partial", "only_here", "only_there")
        return {status: found[status] for status in order}
