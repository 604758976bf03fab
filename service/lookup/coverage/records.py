"""What the coverage table holds. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indexer.rows import PolicyRecord
from service.lookup.coverage.topics import Topic

State = Literal["covered", "mentioned", "none"]
"""`covered`: a clause deals with the topic; `mentioned`: a key term of the topic stands in a clause
that deals with something else; `none`: neither."""


@dataclass(frozen=True, slots=True)
class CoverageQuery:
    """Which policies, languages and topics the table is of; an empty tuple restricts nothing."""

    policy_id: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    limit: int | None = None
    """Policies wanted; None: all."""
    offset: int = 0
    clauses: int = 3
    """Most clauses that a cell cites."""


@dataclass(frozen=True, slots=True)
class CitedClause:
    """A clause that a cell cites, with the probability that it deals with the topic."""

    id: str
    citation: str
    lang: str
    snippet: str
    relevance: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One topic in one policy; `relevance` is that of the clause most likely to deal with it."""

    state: State
    relevance: float
    clauses: tuple[CitedClause, ...] = ()
    """Best first; none where the state is `none`."""


@dataclass(frozen=True, slots=True)
class Row:
    """A policy, or its part in one language; `cells` stand in the order of the topics."""

    policy: PolicyRecord
    lang: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The table: rows by policy id, then the language with most text first."""

    topics: tuple[Topic, ...]
    rows: tuple[Row, ...]
    total: int
    """Policies that the filters leave, of which the rows may be a page."""
    generation: int
