"""What the search takes and gives. Frozen; the HTTP shapes in `service.schemas` mirror them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from service.search.stages import Stage

Mode = Literal["hybrid", "semantic", "keyword"]
LanguageBalance = Literal["fair", "off"]
FacetName = Literal["lang", "policy_id", "organisation", "year"]
"""What hits are counted by; each is also a field of `SearchFilter`."""
GroupBy = Literal["policy"]
Sort = Literal["relevance", "date", "policy"]
"""`date`: newest first; `policy`: by title, then in reading order. Ties stand by relevance."""
SuggestionKind = Literal["title", "heading", "term"]
Likeness = Literal["equivalent", "related"]
"""Of counterparts. `equivalent`: clauses that say the same; `related`: whatever comes closest."""
Part = Literal["keyword", "snippets", "highlights", "facets"]
"""What an answer may lack for want of time."""


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Restricts the clauses searched; an empty tuple restricts nothing. Values are alternatives."""

    lang: tuple[str, ...] = ()
    policy_id: tuple[str, ...] = ()
    as_of: date | None = None
    """The day whose valid versions are searched; None: the current versions."""
    organisation: tuple[str, ...] = ()
    year: tuple[int, ...] = ()
    """Of the policy's effective date, else of its update."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A question and the page of hits wanted."""

    q: str
    limit: int = 10
    offset: int = 0
    mode: Mode = "hybrid"
    filter: SearchFilter = field(default_factory=SearchFilter)
    language_balance: LanguageBalance = "fair"
    min_relevance: float | None = None
    """Least relevance of a hit; 0 gives everything, None what `kept_by_default` tells."""
    highlight: bool = True
    explain: bool = False
    groups: frozenset[str] | None = None
    """The groups that ask: they see the policies that are open to them; None sees all."""
    facets: tuple[FacetName, ...] = ()
    group_by: GroupBy | None = None
    sort: Sort = "relevance"
    deadline: float | None = field(default=None, compare=False)
    """When an answer is wanted, as `time.monotonic` counts: from then on, what can be left out
    is. None: all, however long it takes."""


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """The policy that a hit belongs to."""

    id: str
    title: str
    version: str
    effective_date: date | None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a clause; `highlights` are spans (start, end) of the question's words in it."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreDetails:
    """How a hit came by its place, for those who want to know.

    `cosine` with the question; `words`: the part of the question's words found, in [0, 1]; the
    ranks are those that either alone would give, None for a clause without any of the words.
    `balance` is all that feedback and fairness between languages added.
    """

    cosine: float
    semantic_rank: int
    words: float
    keyword_rank: int | None
    balance: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One clause that may answer.

    `score` ranks the hits of one question. `relevance` is the probability that the clause answers,
    in [0, 1]; None with an encoder whose scores were never calibrated.
    """

    rank: int
    id: str
    citation: str
    policy: PolicyRef
    lang: str
    labels: tuple[str, ...]
    heading_path: tuple[str, ...]
    text: str
    snippet: Snippet
    score: float
    relevance: float | None = None
    score_details: ScoreDetails | None = None
    more: int | None = None
    """Other hits of the policy; None where hits are not grouped."""
    source_url: str | None = None
    """Where the clause is published."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many hits have it; `title` names a policy."""

    value: str | int
    count: int
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of the hits, most frequent first, then in the order of values."""

    name: FacetName
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits in the order asked for; ties stand in the order of clause ids.

    `total` counts all clauses found for the question, or all policies where they are grouped, of
    which the page is a part. `nearest` holds a few clauses that come closest where none is relevant
    enough to be a hit. `degraded` names what was left out for want of time.
    """

    query: str
    query_lang: str
    total: int
    generation: int
    hits: tuple[Hit, ...]
    nearest: tuple[Hit, ...] = ()
    facets: tuple[Facet, ...] = ()
    degraded: tuple[Part, ...] = ()
    stages: tuple[Stage, ...] = field(default=(), compare=False, repr=False)
    """How long it took: encode, rank, details."""
