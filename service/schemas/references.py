"""How one thing is named in the JSON of another."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from service.schemas.fields import Citation, ClauseId, ClauseUrl, Labels


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


class ClauseSummary(BaseModel):
    """A clause as other clauses refer to it."""

    id: ClauseId
    citation: Citation
    labels: Labels
    url: ClauseUrl
