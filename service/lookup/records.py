"""What a lookup takes and gives; the HTTP shapes in `service.schemas.lookup` mirror it."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.records import Clause
from indexer.rows import PolicyRecord
from service.search.records import Likeness, SearchFilter


@dataclass(frozen=True, slots=True)
class LookupQuery:
    """What is looked up, and how much of it."""

    likeness: Likeness = "equivalent"
    limit: int = 10
    filter: SearchFilter = field(default_factory=SearchFilter)
    min_relevance: float | None = None
    """Least relevance; `None`: the default of `likeness`."""
    groups: frozenset[str] | None = None
    """The caller's; `None`: who may read everything."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A clause beside the one that was looked up."""

    rank: int
    clause: Clause
    policy: PolicyRecord
    relevance: float | None
    """Probability that both say the same, in [0, 1]; `None` without a calibration."""
    margin: float
    """How much closer the two are than neighbours are: 1 is as close as these."""
    cosine: float
    surroundings: float | None
    """Cosine of what stands around the two; `None` where nothing does, or for a free text."""
    mutual_best: bool | None
    """Each is the other's closest clause among its own policy's; `None` for a free text."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The counterparts of a clause or a text."""

    lang: str
    generation: int
    total: int
    counterparts: tuple[Counterpart, ...]
