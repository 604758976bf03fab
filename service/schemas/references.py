"""How one thing is named in the JSON of another."""

from __future__ import annotations

from datetime import date
from typing import Literal

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


class LinkTarget(BaseModel):
    """What a link leads to: a clause, or a policy as a whole."""

    kind: Literal["clause", "policy"]
    id: str
    citation: str = Field(description="What a person can quote; the title of a policy.")
    url: str = Field(description="Path that opens it, ready to be requested.")


class LinkResponse(BaseModel):
    """Where a clause's text names another clause or policy: `text[start:end]`."""

    start: int
    end: int
    text: str
    target: LinkTarget


class DefiningClause(BaseModel):
    """The clause that defines a term."""

    id: ClauseId
    citation: Citation
    url: ClauseUrl


class DefinitionResponse(BaseModel):
    """What a term means that a clause uses, in the words of its policy."""

    term: str
    text: str = Field(description="The sentence that defines it.")
    clause: DefiningClause


class Referring(BaseModel):
    """What leads from a clause elsewhere."""

    links: list[LinkResponse] = Field(
        default_factory=list,
        description="Where the text names other clauses of its version, or other policies that "
        "are indexed, in the text's order.",
    )
    definitions: list[DefinitionResponse] = Field(
        default_factory=list,
        description="Terms that the text uses and another clause of its version defines, in the "
        "text's order; five at most.",
    )
