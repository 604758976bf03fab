"""What the search takes and gives. Frozen; the HTTP shapes in `service.schemas` mirror them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Mode = Literal["semantic"]


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Restricts the clauses searched; an empty tuple restricts nothing. Values are alternatives."""

    lang: tuple[str, ...] = ()
    policy_id: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A question and the page of hits wanted."""

    q: str
    limit: int = 10
    offset: int = 0
    mode: Mode = "semantic"
    filter: SearchFilter = field(default_factory=SearchFilter)


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """The policy that a hit belongs to."""

    id: str
    title: str
    version: str
    effective_date: date | None


@dataclass(frozen=True, slots=True)
class Hit:
    """One clause that may answer. `score`: cosine in [-1, 1], higher is better."""

    rank: int
    id: str
    citation: str
    policy: PolicyRef
    lang: str
    labels: tuple[str, ...]
    heading_path: tuple[str, ...]
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits, best first; ties stand in the order of clause ids.

    `total` counts all clauses ranked for the question, of which the page is a part.
    """

    query: str
    query_lang: str
    total: int
    generation: int
    hits: tuple[Hit, ...]
