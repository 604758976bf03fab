"""Citations and the clauses that they name as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.fields import AS_OF, LANG, POLICY_ID, Citation, QueryValues, Text
from service.schemas.policies import ListedClause
from service.schemas.references import PolicyReference


class ResolveParameters(BaseModel):
    """The query string of `GET /v1/resolve`; lists may be repeated or joined with commas."""

    model_config = ConfigDict(extra="forbid")

    citation: Annotated[
        Text,
        Field(
            description="What names a clause: a citation as this service prints it or as people "
            "write it (`the leave policy, clause 3.2`, `休假制度第三条第（二）项`), a policy and a "
            "heading, a clause's id, or the path that opens it."
        ),
    ]
    lang: QueryValues = Field(default_factory=list, description=LANG)
    policy_id: QueryValues = Field(default_factory=list, description=POLICY_ID)
    as_of: date | None = Field(default=None, description=AS_OF)
    limit: Annotated[int, Field(description="Most matches, at least 1.")] = 10


class ResolvedClause(ListedClause):
    """A clause that a citation names."""

    policy: PolicyReference


class NearestResponse(BaseModel):
    """What comes closest to a citation that names no clause."""

    kind: Literal["above", "label", "heading", "title", "version"] = Field(
        description="`above`: the clause in which the cited one would stand; `label`: one numbered "
        "nearly so; `heading`: one headed nearly so; `title`: a policy of nearly that name, or all "
        "that was cited; `version`: the clause in another version."
    )
    citation: Citation
    policy: PolicyReference
    clause_id: str | None = Field(description="`null` for a policy as a whole.")
    url: str = Field(description="Path that opens the clause or the policy.")


class ResolveResponse(BaseModel):
    """The clauses that a citation names, best first."""

    citation: str
    ambiguous: bool = Field(description="Whether it may name several.")
    total: int = Field(description="Clauses that it may name; `matches` has `limit` at most.")
    matches: list[ResolvedClause]
    nearest: list[NearestResponse] = Field(
        description="Where there are no matches: up to five that come closest."
    )
