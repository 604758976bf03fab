"""Types of single fields that several shapes share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from service.search.records import FacetName, GroupBy, LanguageBalance, Mode, Sort

MAX_FILTER_VALUES = 100
MAX_TIMEOUT_MS = 60_000


def split_at_commas(values: object) -> object:
    """`["en,zh", "ja"]` → `["en", "zh", "ja"]`; query parameters may be repeated or joined."""
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list):
        return values
    return [part.strip() for value in values for part in str(value).split(",") if part.strip()]


def _whole_characters(text: str) -> str:
    """JSON can bring half of a surrogate pair (`"\\ud800"`), which nothing can encode or store."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds half of a surrogate pair, which is not a character")
    return text


Text = Annotated[str, AfterValidator(_whole_characters)]
FilterValues = Annotated[list[Text], Field(max_length=MAX_FILTER_VALUES)]
QueryValues = Annotated[FilterValues, BeforeValidator(split_at_commas)]
Q = Annotated[Text, Field(description="A question or a few words, in any indexed language.")]
Limit = Annotated[int, Field(description="Hits wanted, at least 1; 100 at most by default.")]
Offset = Annotated[int, Field(description="Hits to skip before the first one returned.")]
ModeField = Annotated[
    Mode,
    Field(
        description="How clauses are matched: `semantic` by meaning, `keyword` by words, `hybrid` "
        "by both."
    ),
]
BalanceField = Annotated[
    LanguageBalance,
    Field(description="`fair` brings the languages' clauses to one level; `off` leaves them."),
]
Relevance = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        description="Least relevance of a hit; `null` takes the default, 0 gives every clause.",
    ),
]
HitRelevance = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        description="Least relevance of a hit; 0 gives every clause. `null`: no hits where none "
        "reaches the calibration's threshold, else all that do, and of the ten best those from "
        "0.01 on.",
    ),
]
HighlightField = Annotated[
    bool, Field(description="Whether snippets tell where the question's words stand.")
]
ExplainField = Annotated[bool, Field(description="Whether hits tell how they came by their place.")]
FacetNames = Annotated[
    list[FacetName],
    Field(
        max_length=MAX_FILTER_VALUES,
        description="Count all hits by these. A facet's counts ignore the filter on the same field "
        "and obey the others.",
    ),
]
GroupByField = Annotated[
    GroupBy | None,
    Field(description="`policy`: each policy once, by its best clause; `more` counts the others."),
]
SortField = Annotated[
    Sort,
    Field(
        description="`relevance`: best first; `date`: of the policies that are in effect, or were "
        "updated, most recently first; `policy`: by title, then in reading order."
    ),
]
TimeoutField = Annotated[
    int | None,
    Field(
        ge=1,
        le=MAX_TIMEOUT_MS,
        description="Milliseconds after which an answer is wanted even with less in it: "
        "`degraded` then names what was left out. Where there is nothing to answer by then, the "
        "problem `timeout`.",
    ),
]
Years = Annotated[list[Annotated[int, Field(ge=1, le=9999)]], Field(max_length=MAX_FILTER_VALUES)]
QueryYears = Annotated[Years, BeforeValidator(split_at_commas)]
LANG = "Only clauses in these languages, such as `en` or `zh`; empty for all."
POLICY_ID = "Only clauses of these policies; an id that is not indexed is an error."
ORGANISATION = "Only clauses of policies of these organisations, as the facet names them."
AS_OF = "A date: search the versions that were valid then, instead of the current ones."
YEAR = "Only clauses of policies that took effect in these years, or were updated where none says."
ClauseId = Annotated[str, Field(description="`policy@version#path`, stable across re-indexing.")]
Citation = Annotated[str, Field(description="What a person can quote.")]
Labels = Annotated[list[str], Field(description="Numbers or names from the root to the clause.")]
HeadingPath = Annotated[list[str], Field(description="Headings from the root to the clause.")]
ClauseSourceUrl = Annotated[
    str | None,
    Field(
        description="Where the clause is published: the policy's `source_url` with the nearest "
        "section that a link reaches as its fragment; `null` where the policy has none."
    ),
]
ClauseUrl = Annotated[str, Field(description="Path that opens the clause, ready to be requested.")]
