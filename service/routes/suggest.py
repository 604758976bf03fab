"""`GET /v1/suggest`: what a person who is typing may want."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MaySearch
from service.errors import OutOfRangeError
from service.openapi.search import SUGGEST_RESPONSES
from service.routes.search import check_text
from service.schemas.suggest import SuggestParameters, SuggestResponse
from service.views import suggestion_response
from service.web.address import public_base
from service.web.opensearch import SUGGESTIONS_TYPE, suggestions_array

router = APIRouter(tags=["search"], route_class=GuardedRoute)


@router.get(
    "/v1/suggest",
    operation_id="suggest",
    summary="Suggest while typing",
    response_model=SuggestResponse,
    responses=SUGGEST_RESPONSES,
)
def get_suggestions(
    parameters: Annotated[SuggestParameters, Query()],
    request: Request,
    response: Response,
    runtime: AnyRuntime,
    caller: MaySearch,
) -> SuggestResponse | Response:
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
    snapshot = runtime.view(caller)
    found = suggest(snapshot, parameters.q, parameters.limit, langs)
    wanted = request.headers.get("accept", "").lower()
    if parameters.format == "opensearch" or SUGGESTIONS_TYPE in wanted:
        base = public_base(request, runtime.settings)
        body = json.dumps(
            suggestions_array(parameters.q, found, snapshot, base), ensure_ascii=False
        )
        return Response(body, headers={"Vary": "Accept"}, media_type=SUGGESTIONS_TYPE)
    response.headers["Vary"] = "Accept"
    return SuggestResponse(
        query=parameters.q, suggestions=[suggestion_response(one) for one in found]
    )
