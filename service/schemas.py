"""The JSON shapes of the HTTP contract; `service.views` fills them from the records.

Requests refuse fields they do not know, so that a misspelt one is noticed.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from service.search.records import (
    FacetName,
    GroupBy,
    LanguageBalance,
    Mode,
    Part,
    Sort,
    SuggestionKind,
)

MAX_FILTER_VALUES = 100
MAX_TIMEOUT_MS = 60_000


def _split_at_commas(values: object) -> object:
    """`["en,zh", "ja"]` → `["en", "zh", "ja"]`; query parameters may be repeated or joined."""
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list):
        return values
    return [part.strip() for value in values for part in str(value).split(",") if part.strip()]


def _whole_characters(text: str) -> str:
    """JSON can bring half of a surrogate pair (`"\\ud800"`), which nothing can encode or store."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds half of a surrogate pair, which is not a character")
    return text


Text = Annotated[str, AfterValidator(_whole_characters)]
FilterValues = Annotated[list[Text], Field(max_length=MAX_FILTER_VALUES)]
QueryValues = Annotated[FilterValues, BeforeValidator(_split_at_commas)]

Q = Annotated[Text, Field(description="A question or a few words, in any indexed language.")]
Limit = Annotated[int, Field(description="Hits wanted, at least 1; 100 at most by default.")]
Offset = Annotated[int, Field(description="Hits to skip before the first one returned.")]
ModeField = Annotated[
    Mode,
    Field(
        description="How clauses are matched: `semantic` by meaning, `keyword` by words, `hybrid` "
        "by both."
    ),
]
BalanceField = Annotated[
    LanguageBalance,
    Field(description="`fair` brings the languages' clauses to one level; `off` leaves them."),
]
Relevance = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        description="Least relevance of a hit; `null` takes the default, 0 gives every clause.",
    ),
]
HighlightField = Annotated[
    bool, Field(description="Whether snippets tell where the question's words stand.")
]
ExplainField = Annotated[bool, Field(description="Whether hits tell how they came by their place.")]
FacetNames = Annotated[
    list[FacetName],
    Field(
        max_length=MAX_FILTER_VALUES,
        description="Count all hits by these. A facet's counts ignore the filter on the same field "
        "and obey the others.",
    ),
]
GroupByField = Annotated[
    GroupBy | None,
    Field(description="`policy`: each policy once, by its best clause; `more` counts the others."),
]
SortField = Annotated[
    Sort,
    Field(
        description="`relevance`: best first; `date`: of the policies that are in effect, or were "
        "updated, most recently first; `policy`: by title, then in reading order."
    ),
]
TimeoutField = Annotated[
    int | None,
    Field(
        ge=1,
        le=MAX_TIMEOUT_MS,
        description="Milliseconds after which an answer is wanted even with less in it: "
        "`degraded` then names what was left out. Where there is nothing to answer by then, the "
        "problem `timeout`.",
    ),
]
Years = Annotated[list[Annotated[int, Field(ge=1, le=9999)]], Field(max_length=MAX_FILTER_VALUES)]
QueryYears = Annotated[Years, BeforeValidator(_split_at_commas)]
LANG = "Only clauses in these languages, such as `en` or `zh`; empty for all."
POLICY_ID = "Only clauses of these policies; an id that is not indexed is an error."
ORGANISATION = "Only clauses of policies of these organisations, as the facet names them."
AS_OF = "A date: search the versions that were valid then, instead of the current ones."
YEAR = "Only clauses of policies that took effect in these years, or were updated where none says."


class FilterRequest(BaseModel):
    """Which clauses may be found. The values of one list are alternatives."""

    model_config = ConfigDict(extra="forbid", strict=True)

    lang: FilterValues = Field(default_factory=list, description=LANG)
    policy_id: FilterValues = Field(default_factory=list, description=POLICY_ID)
    organisation: FilterValues = Field(default_factory=list, description=ORGANISATION)
    year: Years = Field(default_factory=list, description=YEAR)
    as_of: date | None = Field(default=None, strict=False, description=AS_OF)


class SearchRequest(BaseModel):
    """The body of `POST /v1/search`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    q: Q
    limit: Limit = 10
    offset: Offset = 0
    mode: ModeField = "hybrid"
    filter: FilterRequest = Field(default_factory=FilterRequest)
    language_balance: BalanceField = "fair"
    min_relevance: Relevance = None
    highlight: HighlightField = True
    explain: ExplainField = False
    facets: FacetNames = Field(default_factory=list)
    group_by: GroupByField = None
    sort: SortField = "relevance"
    timeout_ms: TimeoutField = None


class SearchParameters(BaseModel):
    """The query string of `GET /v1/search`; lists may be repeated or joined with commas."""

    model_config = ConfigDict(extra="forbid")

    q: Q
    limit: Limit = 10
    offset: Offset = 0
    mode: ModeField = "hybrid"
    language_balance: BalanceField = "fair"
    min_relevance: Relevance = None
    highlight: HighlightField = True
    explain: ExplainField = False
    lang: QueryValues = Field(default_factory=list, description=LANG)
    policy_id: QueryValues = Field(default_factory=list, description=POLICY_ID)
    organisation: FilterValues = Field(
        default_factory=list,
        description=ORGANISATION + " May be repeated; a comma is part of a name.",
    )
    year: QueryYears = Field(default_factory=list, description=YEAR)
    facets: Annotated[FacetNames, BeforeValidator(_split_at_commas)] = Field(default_factory=list)
    group_by: GroupByField = None
    sort: SortField = "relevance"
    timeout_ms: TimeoutField = None
    as_of: date | None = Field(default=None, description=AS_OF)


class SuggestParameters(BaseModel):
    """The query string of `GET /v1/suggest`."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[Text, Field(description="What has been typed so far; may be empty.")] = ""
    limit: Annotated[int, Field(description="Most suggestions, at least 1.")] = 10
    lang: QueryValues = Field(
        default_factory=list,
        description="Only what clauses in these languages say, such as `en` or `zh`; empty for "
        "all.",
    )


class IndexInfo(BaseModel):
    """The published index that answered."""

    generation: int = Field(description="Grows by one with each publishing.")
    model: str = Field(description="The encoder's name.")
    fingerprint: str = Field(description="Digest of all that shapes the encoder's vectors.")


class PolicyReference(BaseModel):
    """The policy that a clause belongs to."""

    id: str
    title: str
    version: str
    effective_date: date | None = Field(description="`null` where nothing states one.")


class Span(BaseModel):
    """Character offsets into the policy's stored source text: `source[start:end]`."""

    start: int
    end: int


ClauseId = Annotated[str, Field(description="`policy@version#path`, stable across re-indexing.")]
Citation = Annotated[str, Field(description="What a person can quote.")]
Labels = Annotated[list[str], Field(description="Numbers or names from the root to the clause.")]
HeadingPath = Annotated[list[str], Field(description="Headings from the root to the clause.")]
ClauseUrl = Annotated[str, Field(description="Path that opens the clause, ready to be requested.")]


class ClauseSummary(BaseModel):
    """A clause as other clauses refer to it."""

    id: ClauseId
    citation: Citation
    labels: Labels
    url: ClauseUrl


class SnippetResponse(BaseModel):
    """The piece of a clause to show; `highlights` are [start, end) spans of it."""

    text: str
    highlights: list[tuple[int, int]]


class ScoreDetailsResponse(BaseModel):
    """How a hit came by its place."""

    cosine: float = Field(description="Of the question's and the clause's vectors.")
    semantic_rank: int = Field(description="Place by cosine alone.")
    words: float = Field(description="Part of the question's words found, in [0, 1].")
    keyword_rank: int | None = Field(description="Place by words alone; `null` without any.")
    balance: float = Field(description="What feedback and fairness between languages added.")


class HitResponse(BaseModel):
    """One clause that may answer."""

    rank: int = Field(description="Place in the order asked for, from 1, through all pages.")
    id: ClauseId
    citation: Citation
    policy: PolicyReference
    lang: str
    labels: Labels
    heading_path: HeadingPath
    text: str
    snippet: SnippetResponse
    relevance: float | None = Field(
        description="Probability that the clause answers, in [0, 1]; `null` where the encoder has "
        "no calibration."
    )
    score: float = Field(description="Ranks the hits of one question; higher is better.")
    score_details: ScoreDetailsResponse | None = Field(
        default=None, description="With `explain` alone."
    )
    more: int | None = Field(
        default=None, description="Other hits of the policy; `null` unless grouped by policy."
    )
    url: ClauseUrl


class FacetValueResponse(BaseModel):
    """One value of a facet, ready to be filtered by."""

    value: str | int
    count: int = Field(description="Hits that have it, on all pages.")
    title: str | None = Field(description="The policy's, for `policy_id`; else `null`.")


class SearchResponse(BaseModel):
    """A page of hits in the order asked for."""

    query: str
    query_lang: str
    total: int = Field(
        description="Clauses found for the query, or policies where they are grouped; the page is "
        "a part of them."
    )
    processing_time_ms: float
    index: IndexInfo
    hits: list[HitResponse]
    nearest: list[HitResponse] = Field(
        description="Where nothing is relevant enough to be a hit: the few clauses that come "
        "closest, which most likely do not answer."
    )
    facets: dict[FacetName, list[FacetValueResponse]] = Field(
        description="The facets asked for: most frequent value first, 50 at most. What has no "
        "organisation or no date is not counted."
    )
    degraded: list[Part] = Field(
        description="What was left out for want of time: `keyword` (ranked by meaning alone), "
        "`snippets` (the clauses' beginnings instead), `highlights`, `facets`. Pages fit together "
        "where this is the same."
    )


class ListedClause(ClauseSummary):
    """A clause in its policy's reading order."""

    parent_id: str | None
    heading: str | None
    heading_path: HeadingPath
    lang: str
    text: str = Field(description="The clause's own words, without those of its sub-clauses.")
    span: Span


class ClauseResponse(ListedClause):
    """A clause with its place among the others."""

    policy: PolicyReference
    children: list[ClauseSummary] = Field(description="Its direct sub-clauses, in order.")
    previous: ClauseSummary | None = Field(description="The one before it in reading order.")
    next: ClauseSummary | None = Field(description="The one after it in reading order.")


class PolicyResponse(PolicyReference):
    """An indexed policy."""

    lang: str
    updated_date: date | None = Field(description="`null` where nothing states one.")
    revision: str | None = Field(description="The revision as it is stated.")
    organisation: str | None = Field(
        description="Whose policy it is; `null` where nothing says so."
    )
    source_url: str | None = Field(
        description="Where it is published; `null` where nothing says so."
    )
    format: str = Field(
        description="Format of its source: `text`, `markdown`, `html`, `docx` or `pdf`."
    )
    clause_count: int
    url: str = Field(description="Path of this policy.")
    clauses_url: str = Field(description="Path of its clauses.")


class StoredPolicy(PolicyResponse):
    """A policy as it was stored."""

    state: Literal["created", "updated", "unchanged"]
    groups: list[str] = Field(description="Who may read it; empty: everybody with a key.")


class VersionItem(PolicyReference):
    """One text of a policy."""

    updated_date: date | None
    revision: str | None
    valid_from: date = Field(description="From when `as_of` finds it.")
    indexed_at: str = Field(description="ISO 8601, UTC.")
    is_current: bool
    clause_count: int
    clauses_url: str = Field(description="Path of its clauses.")


class VersionList(BaseModel):
    """The kept versions of a policy, newest first."""

    policy_id: str
    total: int
    versions: list[VersionItem]


class EditSpan(BaseModel):
    """A piece of a clause's text; empty where words were only put in or taken out."""

    clause_id: str
    start: int
    end: int


class EditResponse(BaseModel):
    """Words that were replaced by others."""

    old: EditSpan
    new: EditSpan


class ChangeResponse(BaseModel):
    """What became of a clause."""

    kind: Literal[
        "unchanged", "reworded", "renumbered", "moved", "added", "removed", "split", "merged"
    ]
    description: str
    old: list[ClauseSummary]
    new: list[ClauseSummary]
    reworded: bool
    renumbered: bool
    moved: bool
    heading_changed: bool
    edits: list[EditResponse]
    section: str | None = Field(description="The clause above with which it changed as a whole.")


class DiffResponse(BaseModel):
    """What changed between two versions, in the reading order of the newer one."""

    policy_id: str
    from_version: PolicyReference
    to_version: PolicyReference
    counts: dict[str, int]
    summary: list[str] = Field(description="A line for each change; sections as a whole.")
    changes: list[ChangeResponse]


class TaskOutcome(BaseModel):
    """What became of one policy of an import."""

    policy_id: str
    state: str
    version: str | None = None
    error: str | None = None


class TaskResponse(BaseModel):
    """Work that goes on after its request was answered."""

    id: str
    state: Literal["waiting", "running", "done", "failed"]
    done: int
    total: int
    outcomes: list[TaskOutcome]
    error: str | None = None
    url: str


class RemarkResponse(BaseModel):
    """Something to know of how a policy was read."""

    code: str = Field(description="Stable name of what it is about, such as `numbering-jump`.")
    message: str
    clause_id: str | None = Field(description="`null` where it is about the policy as a whole.")
    kind: Literal["repair", "warning"] = Field(
        description="`repair`: damage of the file that was mended; `warning`: it may be wrong."
    )


class DescribedPolicy(PolicyResponse):
    """An indexed policy, and how well its file could be read."""

    remarks: list[RemarkResponse] = Field(description="In reading order.")


class PolicyList(BaseModel):
    """The indexed policies, in the order of their ids."""

    total: int
    index: IndexInfo
    policies: list[PolicyResponse]


class ClauseList(BaseModel):
    """Clauses of a policy in reading order; `total` counts all of them."""

    policy: PolicyReference
    total: int
    clauses: list[ListedClause]


class HealthResponse(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class ReadyResponse(BaseModel):
    """The service answers searches."""

    status: Literal["ready"] = "ready"
    index: IndexInfo
    policies: int
    clauses: int
    refresh_failure: str | None = Field(
        description="Why a newer index could not be opened, while this one goes on serving."
    )


class VersionResponse(BaseModel):
    """What is running. The encoder and the generation are `null` until they are known."""

    version: str
    python: str
    model: str | None
    fingerprint: str | None
    generation: int | None


class SuggestionResponse(BaseModel):
    """A title, heading or term that goes on from what was typed."""

    text: str
    kind: SuggestionKind = Field(
        description="`title` of a policy, `heading` of a clause, or `term`: a word or phrase that "
        "several clauses hold."
    )
    policy_id: str | None = Field(description="`null` for a term, and for a heading of several.")
    clause_id: str | None = Field(description="Of the one clause that has the heading.")
    url: str | None = Field(description="Path that opens the policy or the clause.")
    highlights: list[tuple[int, int]] = Field(
        description="[start, end) spans of the text that were typed."
    )


class SuggestResponse(BaseModel):
    """Suggestions, best first."""

    query: str
    suggestions: list[SuggestionResponse]
