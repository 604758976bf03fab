"""`/v1/coverage`: which policies speak of which topics."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.fields import (
    AS_OF,
    LANG,
    ORGANISATION,
    POLICY_ID,
    Citation,
    ClauseId,
    ClauseUrl,
    FilterValues,
    QueryValues,
)
from service.schemas.references import IndexInfo, PolicyReference

MOST_CLAUSES = 10
CoverageFormat = Literal["json", "csv", "html"]


class CoverageParameters(BaseModel):
    """The query string of `GET /v1/coverage`; lists may be repeated or joined with commas."""

    model_config = ConfigDict(extra="forbid")

    policy_id: QueryValues = Field(default_factory=list, description=POLICY_ID)
    lang: QueryValues = Field(default_factory=list, description=LANG)
    organisation: FilterValues = Field(
        default_factory=list,
        description=ORGANISATION + " May be repeated; a comma is part of a name.",
    )
    topic: QueryValues = Field(
        default_factory=list, description="Only these topics, by their ids; all by default."
    )
    as_of: date | None = Field(default=None, description=AS_OF)
    clauses: Annotated[
        int, Field(ge=1, le=MOST_CLAUSES, description="Most clauses that a cell cites.")
    ] = 3
    limit: Annotated[
        int | None,
        Field(description="Policies wanted, at least 1; as many as one page may have by default."),
    ] = None
    offset: Annotated[int, Field(description="Policies to skip before the first one returned.")] = 0
    format: CoverageFormat | None = Field(
        default=None,
        description="`json`, `csv` (a line for each cell) or `html` (a page to read); what the "
        "request accepts unless given.",
    )


class TopicResponse(BaseModel):
    """What a policy may speak of."""

    id: str
    en: str = Field(description="Its name in English.")
    zh: str = Field(description="Its name in Chinese.")
    references: str = Field(description="Where it is asked for, such as articles of law.")


class CitedClauseResponse(BaseModel):
    """A clause that deals with the topic, or mentions it."""

    id: ClauseId
    citation: Citation
    lang: str
    snippet: str = Field(description="The sentence of it that holds most of the topic's key terms.")
    relevance: float = Field(
        description="Probability that it deals with the topic, in [0, 1], if as many clauses did "
        "as did not."
    )
    url: ClauseUrl


class CellResponse(BaseModel):
    """One topic in one policy."""

    topic: str
    state: Literal["covered", "mentioned", "none"] = Field(
        description="`covered`: a clause deals with it; `mentioned`: one of its key terms stands "
        "in a clause that deals with something else; `none`: neither."
    )
    relevance: float = Field(description="Of the clause most likely to deal with it.")
    clauses: list[CitedClauseResponse]


class CoverageRow(BaseModel):
    """A policy, or its part in one language where it is written in several."""

    policy: PolicyReference
    lang: str
    cells: list[CellResponse] = Field(description="In the order of the topics.")


class CoverageResponse(BaseModel):
    """The table, its rows by policy id."""

    total: int = Field(description="Policies that the filters leave; the rows may be a page.")
    processing_time_ms: float
    index: IndexInfo
    topics: list[TopicResponse]
    rows: list[CoverageRow]
