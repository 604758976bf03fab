"""`GET /v1/coverage`: which policies speak of which topics."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MayRead
from service.errors import OutOfRangeError
from service.openapi.coverage import COVERAGE_RESPONSES
from service.routes.search import check_text
from service.schemas.coverage import CoverageFormat, CoverageParameters, CoverageResponse

router = APIRouter(tags=["policies"], route_class=GuardedRoute)

_MEDIA_TYPES: dict[str, CoverageFormat] = {
    "application/json": "json",
    "text/csv": "csv",
    "text/html": "html",
}


@router.get(
    "/v1/coverage",
    operation_id="coverage",
    summary="See which policies speak of which topics",
    response_model=CoverageResponse,
    responses=COVERAGE_RESPONSES,
)
def coverage(
    parameters: Annotated[CoverageParameters, Query()],
    request: Request,
    response: Response,
    runtime: AnyRuntime,
    caller: MayRead,
) -> CoverageResponse | Response:
    """Policies and their languages × topics, each cell with the clauses that deal with the topic.

    As JSON, as CSV or as a page to read: as `format` says, else as the request's `Accept` prefers.
    """
    from service.lookup.answers import coverage_response
    from service.lookup.coverage.page import POLICY, as_page
    from service.lookup.coverage.records import CoverageQuery
    from service.lookup.coverage.rendering import as_csv
    from service.lookup.coverage.table import cover
    from service.views import clause_url

    started = time.perf_counter()
    settings = runtime.settings
    limit = settings.max_limit if parameters.limit is None else parameters.limit
    if not 1 <= limit <= settings.max_limit:
        raise OutOfRangeError("limit", limit, 1, settings.max_limit)
    if not 0 <= parameters.offset <= settings.max_offset:
        raise OutOfRangeError("offset", parameters.offset, 0, settings.max_offset)
    langs = tuple(code.lower() for code in parameters.lang)
    check_text("", langs, settings)
    snapshot = runtime.view(caller, parameters.as_of)
    query = CoverageQuery(
        policy_id=tuple(parameters.policy_id),
        lang=langs,
        organisation=tuple(parameters.organisation),
        topic=tuple(parameters.topic),
        limit=limit,
        offset=parameters.offset,
        clauses=parameters.clauses,
    )
    table = cover(snapshot, query, runtime.topics, runtime.opened().searcher.encoder.encode_queries)
    headers = {"Vary": "Accept"}
    wanted = parameters.format or _accepted(request.headers.get("accept", ""))
    if wanted == "csv":
        return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)
    if wanted == "html":
        headers["Content-Security-Policy"] = POLICY
        page = as_page(table, clause_url)
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)
    response.headers.update(headers)
    return coverage_response(table, snapshot, time.perf_counter() - started)


def _accepted(accept: str) -> CoverageFormat:
    """The format that an `Accept` prefers; JSON where it prefers none (RFC 9110, 12.5.1)."""
    best: tuple[float, CoverageFormat] = (0.0, "json")
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        found = _MEDIA_TYPES.get("application/json" if name == "*/*" else name)
        if found is not None and quality > best[0]:
            best = (quality, found)
    return best[1]
