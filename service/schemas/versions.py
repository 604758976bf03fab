"""Versions of a policy, and what changed between two, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from service.schemas.references import ClauseSummary, PolicyReference


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
