"""`/v1/search`: what it takes and what it answers."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from service.schemas.fields import (
    AS_OF,
    LANG,
    ORGANISATION,
    POLICY_ID,
    YEAR,
    BalanceField,
    Citation,
    ClauseId,
    ClauseSourceUrl,
    ClauseUrl,
    ExplainField,
    FacetNames,
    FilterValues,
    GroupByField,
    HeadingPath,
    HighlightField,
    HitRelevance,
    Labels,
    Limit,
    ModeField,
    Offset,
    Q,
    QueryValues,
    QueryYears,
    SortField,
    TimeoutField,
    Years,
    split_at_commas,
)
from service.schemas.references import IndexInfo, PolicyReference, Referring
from service.search.records import FacetName, Part


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
    min_relevance: HitRelevance = None
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
    min_relevance: HitRelevance = None
    highlight: HighlightField = True
    explain: ExplainField = False
    lang: QueryValues = Field(default_factory=list, description=LANG)
    policy_id: QueryValues = Field(default_factory=list, description=POLICY_ID)
    organisation: FilterValues = Field(
        default_factory=list,
        description=ORGANISATION + " May be repeated; a comma is part of a name.",
    )
    year: QueryYears = Field(default_factory=list, description=YEAR)
    facets: Annotated[FacetNames, BeforeValidator(split_at_commas)] = Field(default_factory=list)
    group_by: GroupByField = None
    sort: SortField = "relevance"
    timeout_ms: TimeoutField = None
    as_of: date | None = Field(default=None, description=AS_OF)


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


class HitResponse(Referring):
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
    source_url: ClauseSourceUrl


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
