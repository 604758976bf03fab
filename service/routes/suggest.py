"""`GET /v1/suggest`: what a person who is typing may want."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MaySearch
from service.errors import OutOfRangeError
from service.openapi.search import SUGGEST_RESPONSES
from service.routes.search import check_text
from service.schemas.suggest import SuggestParameters, SuggestResponse
from service.views import suggestion_response

router = APIRouter(tags=["search"], route_class=GuardedRoute)


@router.get(
    "/v1/suggest",
    operation_id="suggest",
    summary="Suggest while typing",
    responses=SUGGEST_RESPONSES,
)
def get_suggestions(
    parameters: Annotated[SuggestParameters, Query()], runtime: AnyRuntime, caller: MaySearch
) -> SuggestResponse:
    """Titles, headings and frequent terms in which a word begins as typed, or nearly so.

    Those that begin so as a whole come first, then those with a word that does, then those with a
    typo or two; of equal ones the more frequent. Nothing typed: the longest policies.
    """
    # The word lists and numpy are loaded with the index, not with the routes.
    from service.search.suggest import suggest

    langs = tuple(code.lower() for code in parameters.lang)
    check_text(parameters.q, langs, runtime.settings)
    if not 1 <= parameters.limit <= runtime.settings.max_limit:
        raise OutOfRangeError("limit", parameters.limit, 1, runtime.settings.max_limit)
    found = suggest(runtime.view(caller), parameters.q, parameters.limit, langs)
    return SuggestResponse(
        query=parameters.q, suggestions=[suggestion_response(one) for one in found]
    )
