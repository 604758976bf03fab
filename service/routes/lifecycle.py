"""`PUT` and `DELETE /v1/policies/{id}`: policies come and go."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from indexer.lifecycle import ANY, NONE, Change, Delete, Outcome
from indexer.policy_id import check_policy_id
from service.access.guard import GuardedRoute
from service.bounds import UPLOAD, bounded
from service.deps import AnyRuntime, MayWrite
from service.errors import (
    PolicyIdError,
    PolicyNotFoundError,
    PolicyUnreadableError,
    PreconditionFailedError,
)
from service.openapi.lifecycle import DELETE_RESPONSES, PUT_BODY, PUT_RESPONSES
from service.runtime import Runtime
from service.schemas.policies import StoredPolicy
from service.uploads import read_upload
from service.views import policy_response, tag_header

router = APIRouter(tags=["policies"], route_class=GuardedRoute)

IfMatch = Annotated[
    str | None, Header(description="The `ETag` that the policy must have; `*`: it must exist.")
]
IfNoneMatch = Annotated[str | None, Header(description="`*`: the policy must not exist yet.")]


@router.put(
    "/v1/policies/{policy_id}",
    operation_id="putPolicy",
    summary="Store a policy",
    response_model=StoredPolicy,
    responses=PUT_RESPONSES,
    openapi_extra=PUT_BODY,
)
@bounded(UPLOAD)
async def put_policy(
    policy_id: str,
    request: Request,
    response: Response,
    runtime: AnyRuntime,
    caller: MayWrite,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Any:
    """Store a policy's text as its current version; found by searches once this has answered.

    The body is the file itself, a form with the file in `file`, or JSON with a `text`. The same
    content again changes nothing. The version before stays to be cited.
    """
    try:
        check_policy_id(policy_id)
    except ValueError as error:
        raise PolicyIdError(str(error)) from error
    put = await read_upload(request, policy_id)
    expected = _expected(if_match, if_none_match)
    outcome = await _apply(runtime, replace(put, expected=expected, groups=caller.sees_groups))
    if outcome.error is not None:
        raise PolicyUnreadableError(str(outcome.error))
    policy = runtime.snapshot().policy(policy_id)
    if policy is None:
        raise PolicyNotFoundError(policy_id)  # deleted by another client meanwhile
    response.status_code = 201 if outcome.state == "created" else 200
    response.headers["ETag"] = tag_header(policy)
    stored = policy_response(policy).model_dump()
    return {**stored, "state": outcome.state, "groups": sorted(policy.groups)}


@router.delete(
    "/v1/policies/{policy_id}",
    operation_id="deletePolicy",
    summary="Remove a policy",
    status_code=204,
    responses=DELETE_RESPONSES,
)
async def delete_policy(
    policy_id: str, runtime: AnyRuntime, caller: MayWrite, if_match: IfMatch = None
) -> Response:
    """Remove a policy with all its versions; no search finds it once this has answered."""
    await _apply(runtime, Delete(policy_id, _expected(if_match, None), caller.sees_groups))
    return Response(status_code=204)


async def _apply(runtime: Runtime, change: Change) -> Outcome:
    outcome = await runtime.writer.apply(change)
    if outcome.state == "conflict":
        raise PreconditionFailedError(change.policy_id)
    if outcome.state == "absent":
        raise PolicyNotFoundError(change.policy_id)
    await runtime.catch_up()
    return outcome


def _expected(if_match: str | None, if_none_match: str | None) -> str | None:
    if if_none_match is not None and if_none_match.strip() == "*":
        return NONE
    if if_match is None:
        return None
    tag = if_match.strip()
    return ANY if tag == "*" else tag.removeprefix("W/").strip('"')
