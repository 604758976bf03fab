"""`/v1/compare`: what each policy says on one question."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.fields import POLICY_ID, FilterValues, Q, Relevance, Text
from service.schemas.references import ClauseSummary, IndexInfo, PolicyReference
from service.schemas.search import FilterRequest, HitResponse

MOST_CLAUSES = 10


class CompareRequest(BaseModel):
    """The body of `POST /v1/compare`: a question, or a clause to stand for one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    q: Q | None = None
    clause_id: Annotated[
        Text | None,
        Field(description="Compare what the others say on what this clause says, instead of `q`."),
    ] = None
    policy_id: FilterValues = Field(
        default_factory=list, description="The same as `filter.policy_id`; both must allow."
    )
    filter: FilterRequest = Field(
        default_factory=FilterRequest, description=f"Which policies are compared. {POLICY_ID}"
    )
    clauses: Annotated[
        int, Field(ge=1, le=MOST_CLAUSES, description="Most clauses of each policy.")
    ] = 3
    min_relevance: Relevance = None
    limit: Annotated[
        int | None,
        Field(description="Policies wanted, at least 1; 20, or as many as one page may have."),
    ] = None
    offset: Annotated[int, Field(description="Policies to skip before the first one returned.")] = 0


class PolicyAnswerResponse(BaseModel):
    """What one policy says."""

    policy: PolicyReference
    found: bool = Field(description="Whether a clause is relevant enough to answer.")
    relevance: float | None = Field(
        description="Probability that its best clause answers, judged by this policy's own "
        "evidence; `null` where the encoder has no calibration."
    )
    clauses: list[HitResponse] = Field(description="Best first; empty where nothing is found.")
    nearest: list[HitResponse] = Field(
        description="Where nothing is found: what comes closest, and most likely does not answer."
    )


class CompareResponse(BaseModel):
    """A page of policies, those first that answer best, then by id."""

    query: str
    query_lang: str
    clause: ClauseSummary | None = Field(description="The clause that was asked by, if one was.")
    total: int = Field(description="Policies compared; the page is a part of them.")
    found: int = Field(description="Those of all compared in which a clause was found.")
    processing_time_ms: float
    index: IndexInfo
    policies: list[PolicyAnswerResponse]
