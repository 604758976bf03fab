"""The pages `/compare` and `/coverage`: what several policies say, side by side."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from service.access.guard import PageRoute
from service.deps import AnyRuntime, MayRead, MaySearch
from service.errors import QueryError, fault_of
from service.routes.compare import compare_policies
from service.routes.coverage import coverage
from service.routes.pages import Values
from service.schemas.compare import CompareRequest
from service.schemas.coverage import CoverageParameters
from service.web.interface import interface_of
from service.web.rendering import render
from service.web.searching import lang_label, likelihood

router = APIRouter(route_class=PageRoute, include_in_schema=False)

CLAUSES = 2
"""Clauses of each policy that a comparison shows, and of each cell of the table."""
PAGE = 20

_Chosen = Annotated[Values, Query()]


@router.get("/compare")
def compare_page(
    request: Request,
    runtime: AnyRuntime,
    caller: MaySearch,
    policy_id: _Chosen = [],  # noqa: B006  FastAPI copies it
    q: str = "",
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """One question, and what each of some policies says on it."""
    interface = interface_of(request)
    answer, problem, status = None, "", 200
    if q.strip():
        asked = CompareRequest(q=q, policy_id=policy_id, clauses=CLAUSES, limit=PAGE, offset=offset)
        try:
            answer = compare_policies(asked, runtime, caller)
        except QueryError as error:
            status, problem = error.status, fault_of(error).detail
    return render(
        request,
        "compare.html",
        status,
        q=q,
        chosen=policy_id,
        answer=answer,
        problem=problem,
        next_offset=_next(offset, answer.total) if answer else None,
        policies=runtime.view(caller).policies(),
        may_read=caller.may("read"),
        likely=lambda relevance: likelihood(relevance, "relevance", interface),
        lang_label=lambda code: lang_label(code, interface),
    )


@router.get("/coverage")
def coverage_page(
    request: Request,
    runtime: AnyRuntime,
    caller: MayRead,
    policy_id: _Chosen = [],  # noqa: B006
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Topics × policies, each cell with the clause that deals with the topic."""
    interface = interface_of(request)
    table, problem, status = None, "", 200
    asked: dict[str, Any] = {"policy_id": policy_id, "offset": offset, "limit": PAGE}
    try:
        parameters = CoverageParameters(**asked, clauses=CLAUSES, format="json")
        table = coverage(parameters, request, Response(), runtime, caller)
    except QueryError as error:
        status, problem = error.status, fault_of(error).detail
    return render(
        request,
        "coverage.html",
        status,
        chosen=policy_id,
        table=table,
        problem=problem,
        next_offset=_next(offset, getattr(table, "total", 0)),
        policies=runtime.view(caller).policies(),
        lang_label=lambda code: lang_label(code, interface),
    )


def _next(offset: int, total: int) -> int | None:
    return offset + PAGE if offset + PAGE < total else None
