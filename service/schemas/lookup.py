"""Counterparts of a clause or a text: what is asked and what is answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.fields import Relevance, Text
from service.schemas.policies import ListedClause
from service.schemas.references import ClauseSummary, IndexInfo, PolicyReference
from service.schemas.search import FilterRequest
from service.search.records import Likeness

LikenessField = Annotated[
    Likeness,
    Field(
        description="`equivalent`: clauses that say the same, other languages first, the languages "
        "in turn. `related`: whatever comes closest, each other's closest first."
    ),
]
CounterpartLimit = Annotated[int, Field(description="Counterparts wanted, at least 1.")]


class EquivalentsRequest(BaseModel):
    """The body of `POST /v1/clauses/{id}/equivalents`; it may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    mode: LikenessField = "equivalent"
    limit: CounterpartLimit = 10
    filter: FilterRequest = Field(default_factory=FilterRequest)
    min_relevance: Relevance = None


class SimilarRequest(EquivalentsRequest):
    """The body of `POST /v1/similar`."""

    text: Annotated[
        Text, Field(description="A clause or a sentence, as a policy would say it; no question.")
    ]


class CounterpartResponse(ListedClause):
    """A clause beside the one that was looked up, and how close the two are."""

    rank: int
    policy: PolicyReference
    relevance: float | None = Field(
        description="Probability that both say the same, in [0, 1]; `null` where the encoder has "
        "no calibration."
    )
    margin: float = Field(
        description="How much closer the two are than the nearest others of each: 1 is as close "
        "as these. Artetxe & Schwenk 2019."
    )
    cosine: float = Field(description="Of the two clauses' vectors.")
    surroundings: float | None = Field(
        description="Cosine of what stands directly before and after each; `null` for a free text."
    )
    mutual_best: bool | None = Field(
        description="Whether each is the closest clause to the other in its own policy; `null` "
        "for a free text."
    )
    previous: ClauseSummary | None = Field(description="The one before it in reading order.")
    next: ClauseSummary | None = Field(description="The one after it in reading order.")


class LookupResponse(BaseModel):
    """Counterparts, in order."""

    clause: ListedClause | None = Field(description="What was looked up; `null` for a free text.")
    lang: str = Field(description="The language of what was looked up.")
    total: int = Field(description="How many candidates are probable enough; 32 a language.")
    processing_time_ms: float
    index: IndexInfo
    counterparts: list[CounterpartResponse]
