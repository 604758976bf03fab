"""The differences between two versions of a policy. All records are frozen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, get_args

from indexer.records import Clause

Kind = Literal[
    "unchanged", "reworded", "renumbered", "moved", "added", "removed", "split", "merged"
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a clause's text; empty (`start == end`) where the other side has words alone.

    `part` is the position of the clause in `Change.old` or `Change.new`; `start` and `end` are
    character offsets into its `text`.
    """

    part: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of the old text that were deleted, and the words that stand in their place."""

    old: Span
    new: Span


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a clause.

    `kind` is what matters most to a reader: of several at once, in this order, split or merged,
    reworded, moved, renumbered. The flags say all that is true. `renumbered` and `moved` exclude
    each other: a clause that moved has another number as a matter of course.
    """

    kind: Kind
    old: tuple[Clause, ...]
    """None for an added clause, several for merged ones."""
    new: tuple[Clause, ...]
    """None for a removed clause, several where one was split."""
    reworded: bool = False
    renumbered: bool = False
    moved: bool = False
    heading_changed: bool = False
    edits: tuple[Edit, ...] = ()
    """Word by word, in reading order; also where only the mark that ends the clause changed."""
    section: str | None = None
    """The clause above with which it was moved, renumbered, added or removed as a whole.

    An id of the old version for a removed clause, of the new version otherwise.
    """
    old_places: tuple[str, ...] = ()
    """Where the old clauses stand, as their citations say: `§3.2`, `第三条`."""
    new_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """All clauses of two versions, each once, in the reading order of the new version.

    Removed clauses stand where they stood.
    """

    changes: tuple[Change, ...]

    @property
    def counts(self) -> dict[Kind, int]:
        """How many changes there are of each kind, `unchanged` too."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in KINDS}

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return all(change.kind == "unchanged" for change in self.changes)
