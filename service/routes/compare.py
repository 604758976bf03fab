"""`POST /v1/compare`: what each policy says on one question."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Body

from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MaySearch
from service.errors import ComparisonError
from service.openapi.coverage import COMPARE_REQUESTS, COMPARE_RESPONSES
from service.routes.search import check_query
from service.schemas.compare import CompareRequest, CompareResponse
from service.search.records import SearchFilter, SearchQuery

router = APIRouter(tags=["search"], route_class=GuardedRoute)

PAGE = 20
"""Policies of a page, unless the request asks for more or fewer."""


@router.post(
    "/v1/compare",
    operation_id="compare",
    summary="Compare what policies say",
    responses=COMPARE_RESPONSES,
)
def compare_policies(
    body: Annotated[CompareRequest, Body(openapi_examples=COMPARE_REQUESTS)],
    runtime: AnyRuntime,
    caller: MaySearch,
) -> CompareResponse:
    """One row for each policy: its best clauses, or that it says nothing, judged by its own
    evidence. A verdict does not depend on which other policies are chosen."""
    import faiss

    from service.lookup.answers import compare_response
    from service.lookup.compare import CompareQuery, compare

    started = time.perf_counter()
    if (body.q is None) == (body.clause_id is None):
        raise ComparisonError
    restriction = SearchFilter(
        lang=tuple(code.lower() for code in body.filter.lang),
        policy_id=tuple(body.filter.policy_id),
        as_of=body.filter.as_of,
        organisation=tuple(body.filter.organisation),
        year=tuple(body.filter.year),
    )
    limit = min(PAGE, runtime.settings.max_limit) if body.limit is None else body.limit
    page = SearchQuery(body.q or "?", limit, body.offset, filter=restriction)
    check_query(page, runtime.settings)
    faiss.omp_set_num_threads(1)  # per calling thread: requests already use every processor
    snapshot = runtime.view(caller, body.filter.as_of)
    query = CompareQuery(
        q=body.q,
        clause_id=body.clause_id,
        filter=restriction,
        policy_id=tuple(body.policy_id),
        clauses=body.clauses,
        min_relevance=body.min_relevance,
        limit=limit,
        offset=body.offset,
    )
    compared = compare(snapshot, runtime.opened().searcher, query)
    return compare_response(compared, snapshot, time.perf_counter() - started)
