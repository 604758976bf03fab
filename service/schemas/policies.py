"""Policies and their clauses as JSON."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from service.schemas.fields import ClauseSourceUrl, HeadingPath
from service.schemas.references import (
    ClauseSummary,
    IndexInfo,
    PolicyReference,
    Referring,
    Span,
)


class ListedClause(ClauseSummary, Referring):
    """A clause in its policy's reading order."""

    parent_id: str | None
    heading: str | None
    heading_path: HeadingPath
    lang: str
    text: str = Field(description="The clause's own words, without those of its sub-clauses.")
    span: Span
    source_url: ClauseSourceUrl


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
    origin: str | None = Field(
        description="The import that keeps it up to date; `null` where none does."
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
