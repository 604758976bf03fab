"""The state of the service and of its tasks as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from service.schemas.references import IndexInfo


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
