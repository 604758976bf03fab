"""`/v1/suggest`: what it takes and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.fields import QueryValues, Text
from service.search.records import SuggestionKind


class SuggestParameters(BaseModel):
    """The query string of `GET /v1/suggest`."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[Text, Field(description="What has been typed so far; may be empty.")] = ""
    limit: Annotated[int, Field(description="Most suggestions, at least 1.")] = 10
    lang: QueryValues = Field(
        default_factory=list,
        description="Only what clauses in these languages say, such as `en` or `zh`; empty for "
        "all.",
    )
    format: Literal["json", "opensearch"] = Field(
        default="json",
        description="`opensearch`: as browsers' search fields want them, "
        "`[q, texts, descriptions, addresses]`; also with "
        "`Accept: application/x-suggestions+json`.",
    )


class SuggestionResponse(BaseModel):
    """A title, heading or term that goes on from what was typed."""

    text: str
    kind: SuggestionKind = Field(
        description="`title` of a policy, `heading` of a clause, or `term`: a word or phrase that "
        "several clauses hold."
    )
    policy_id: str | None = Field(description="`null` for a term, and for a heading of several.")
    clause_id: str | None = Field(description="Of the one clause that has the heading.")
    url: str | None = Field(description="Path that opens the policy or the clause.")
    highlights: list[tuple[int, int]] = Field(
        description="[start, end) spans of the text that were typed."
    )


class SuggestResponse(BaseModel):
    """Suggestions, best first."""

    query: str
    suggestions: list[SuggestionResponse]
