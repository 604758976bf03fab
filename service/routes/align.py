"""`POST /v1/align`: two policies clause by clause, and where they drift apart."""

from __future__ import annotations

from fastapi import APIRouter

from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MayRead
from service.lookup.alignment.comparing import compare_policies
from service.lookup.alignment.responses import align_response
from service.lookup.alignment.sources import from_index, stored_version
from service.openapi import align as openapi
from service.schemas.align import AlignRequest, AlignResponse
from service.views import index_info

router = APIRouter(tags=["policies"], route_class=GuardedRoute)


@router.post(
    "/v1/align",
    operation_id="align",
    summary="Align two policies",
    responses=openapi.ALIGN_RESPONSES,
)
def align(asked: AlignRequest, runtime: AnyRuntime, caller: MayRead) -> AlignResponse:
    """Which clause of one policy says what which of another says, in either language.

    With `drift`, matched clauses whose numbers, dates, duties or denials differ are flagged, as are
    clauses that one side lacks.
    """
    snapshot = runtime.view(caller)
    sides = [
        stored_version(snapshot, side.policy_id, side.version) for side in (asked.left, asked.right)
    ]
    left, right = (from_index(snapshot, side) for side in sides)
    return align_response(compare_policies(left, right, asked.drift), index_info(snapshot))
