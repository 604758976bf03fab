"""`POST /v1/import` and `GET /v1/tasks/{id}`: many policies at once."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from indexer.lifecycle import Outcome, Put
from indexer.limits import Limits
from indexer.policy_id import check_policy_id, policy_id_of
from indexer.readers import READABLE_SUFFIXES
from service.access.guard import GuardedRoute
from service.bounds import UPLOAD, bounded
from service.deps import AnyRuntime, MayWrite
from service.errors import PolicyIdError, PolicyNotFoundError, UploadInvalidError
from service.openapi.lifecycle import IMPORT_BODY, IMPORT_RESPONSES, TASK_RESPONSES
from service.schemas.operation import TaskOutcome, TaskResponse
from service.tasks import Task
from service.uploads import put_from_json, read_json

router = APIRouter(tags=["policies"], route_class=GuardedRoute)

MOST_POLICIES = 10_000
_ZIP_TYPES = ("application/zip", "application/x-zip-compressed")


@router.post(
    "/v1/import",
    operation_id="importPolicies",
    summary="Store many policies",
    status_code=202,
    response_model=TaskResponse,
    responses=IMPORT_RESPONSES,
    openapi_extra=IMPORT_BODY,
)
@bounded(UPLOAD)
async def import_policies(
    request: Request, response: Response, runtime: AnyRuntime, caller: MayWrite
) -> Any:
    """Store many policies as a task: a ZIP file of policy files, or JSON with `policies`.

    In a ZIP file an id is the file's place, as `policy-search index` makes it. What is refused is
    told in the task and stops nothing else.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in _ZIP_TYPES:
        data = await request.body()
        puts = await to_thread.run_sync(_from_zip, data, runtime.settings.limits)
    elif kind == "application/json":
        puts = _from_json(await read_json(request))
    else:
        raise HTTPException(
            415,
            f"The Content-Type is {kind or 'none'!r}; send application/zip or application/json.",
        )
    puts = [replace(put, groups=caller.sees_groups) for put in puts]
    try:
        task = runtime.tasks.add(puts, caller.key_id)
    except anyio.WouldBlock:
        raise HTTPException(503, "Too many imports are waiting; try again later.") from None
    answer = _task_response(task)
    response.headers["Location"] = answer.url
    return answer


@router.get(
    "/v1/tasks/{task_id}",
    operation_id="getTask",
    summary="Ask how far an import is",
    responses=TASK_RESPONSES,
)
async def get_task(task_id: str, runtime: AnyRuntime, caller: MayWrite) -> TaskResponse:
    """How many policies are stored, and what became of each. A task is its own key's to see."""
    return _task_response(runtime.tasks.get(task_id, caller.key_id, sees_all=caller.sees_all))


def _task_response(task: Task) -> TaskResponse:
    return TaskResponse(
        id=task.id,
        state=task.state,
        done=len(task.outcomes),
        total=len(task.puts),
        outcomes=[
            TaskOutcome(
                policy_id=outcome.change.policy_id,
                state=outcome.state,
                version=outcome.version,
                error=_error_of(outcome),
            )
            for outcome in task.outcomes
        ],
        error=task.error,
        url=f"/v1/tasks/{task.id}",
    )


def _error_of(outcome: Outcome) -> str | None:
    if outcome.state == "absent":  # there for others alone
        return str(PolicyNotFoundError(outcome.change.policy_id))
    return str(outcome.error) if outcome.error else None


def _from_json(body: Any) -> list[Put]:
    policies = body.get("policies") if isinstance(body, dict) else None
    if not isinstance(policies, list) or not policies:
        raise UploadInvalidError("expected a JSON object with a list of `policies`", "policies")
    if len(policies) > MOST_POLICIES:
        raise UploadInvalidError(
            f"{len(policies)} policies; at most {MOST_POLICIES} at a time", "policies"
        )
    puts = []
    for number, policy in enumerate(policies):
        where = f"policies.{number}"
        given = dict(policy) if isinstance(policy, dict) else {}
        try:
            policy_id = check_policy_id(str(given.pop("id", "")))
        except ValueError as error:
            raise PolicyIdError(f"policies/{number}/id: {error}", f"{where}.id") from error
        try:
            puts.append(put_from_json(policy_id, given))
        except UploadInvalidError as error:
            message = f"policies/{number}, {policy_id}: {str(error)[:-1]}"
            raise UploadInvalidError(message, f"{where}.{error.field}") from error
    return puts


def _from_zip(data: bytes, limits: Limits) -> list[Put]:
    """The policy files of a ZIP file, unpacked within the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            members = [m for m in members if _suffix(m.filename) in READABLE_SUFFIXES]
            if len(members) > MOST_POLICIES:
                raise UploadInvalidError(f"more than {MOST_POLICIES} files", "")
            puts: dict[str, Put] = {}
            total = 0
            for member in members:
                with archive.open(member) as file:
                    content = file.read(limits.max_bytes + 1)
                total += len(content)
                if len(content) > limits.max_bytes or total > limits.max_expanded_bytes:
                    raise UploadInvalidError(
                        "the files are larger than POLICY_SEARCH_MAX_BYTES, or together than "
                        "POLICY_SEARCH_MAX_EXPANDED_BYTES, allow",
                        "",
                    )
                policy_id = policy_id_of(PurePosixPath(member.filename))
                if policy_id in puts:
                    raise UploadInvalidError(f"two files give the id {policy_id}; rename one", "")
                puts[policy_id] = Put(policy_id, content, _suffix(member.filename))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise UploadInvalidError(
            f"the body is no ZIP file that can be read: {error}", ""
        ) from error
    if not puts:
        known = ", ".join(sorted(READABLE_SUFFIXES))
        raise UploadInvalidError(
            f"the ZIP file holds no policies: expected files ending in {known}", ""
        )
    return list(puts.values())


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
