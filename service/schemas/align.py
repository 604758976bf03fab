"""Two policies clause by clause, as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.lookup.drift.records import FlagKind
from service.schemas.fields import Text
from service.schemas.references import ClauseSummary, IndexInfo, PolicyReference


class AlignedPolicy(BaseModel):
    """A policy of the index, and the version of it that is meant."""

    model_config = ConfigDict(extra="forbid", strict=True)

    policy_id: Text
    version: Text | None = Field(default=None, description="The current one unless named.")


class AlignRequest(BaseModel):
    """The body of `POST /v1/align`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    left: AlignedPolicy
    right: AlignedPolicy = Field(description="Another policy, or another version of the same.")
    drift: bool = Field(default=False, description="Also tell where matched clauses differ.")


class AlignedClause(ClauseSummary):
    """A clause with its text."""

    heading: str | None
    lang: str
    text: str


class FlagSideResponse(BaseModel):
    """A sentence of a clause; `start` and `marks` are offsets into the clause's `text`."""

    clause_id: str
    text: str
    start: int
    marks: list[tuple[int, int]] = Field(description="The [start, end) spans that differ.")


class FlagResponse(BaseModel):
    """A difference that a person should look at."""

    kind: FlagKind
    left: FlagSideResponse | None = Field(description="`null` where it says nothing of it.")
    right: FlagSideResponse | None


class AlignedRowResponse(BaseModel):
    """Clauses that say the same; several of a side where one of the other says as much."""

    status: Literal["matched", "partial", "only_here", "only_there"] = Field(
        description="`only_here`: on the left alone; `only_there`: on the right alone."
    )
    score: float = Field(
        description="How near the texts are in meaning: 0 as any clauses of the two, 1 the same."
    )
    moved: bool = Field(description="Whether they stand in another order or section.")
    left: list[AlignedClause]
    right: list[AlignedClause]
    flags: list[FlagResponse] | None = Field(description="`null` unless drift was asked for.")


class AlignResponse(BaseModel):
    """All clauses of both policies, each in one row, in the left one's order."""

    left: PolicyReference
    right: PolicyReference
    index: IndexInfo | None = Field(description="`null` where a file was aligned.")
    counts: dict[str, int] = Field(description="Rows of each status.")
    flag_counts: dict[str, int] | None = Field(
        description="Flags of each kind; `null` unless drift was asked for."
    )
    rows: list[AlignedRowResponse]
