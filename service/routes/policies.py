"""`GET /v1/policies…`: the indexed policies and their clauses in reading order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MayRead
from service.errors import PolicyNotFoundError, VersionNotFoundError
from service.openapi.policies import CLAUSES_RESPONSES, POLICIES_RESPONSES, POLICY_RESPONSES
from service.schemas.policies import ClauseList, DescribedPolicy, PolicyList
from service.views import (
    described_policy,
    index_info,
    listed_clause,
    policy_reference,
    policy_response,
    tag_header,
)

if TYPE_CHECKING:
    from indexer.rows import PolicyRecord
    from indexer.snapshot import Snapshot

router = APIRouter(tags=["policies"], route_class=GuardedRoute)


@router.get(
    "/v1/policies",
    operation_id="listPolicies",
    summary="List the policies",
    responses=POLICIES_RESPONSES,
)
def list_policies(runtime: AnyRuntime, caller: MayRead) -> PolicyList:
    """Every indexed policy, in the order of the ids."""
    snapshot = runtime.view(caller)
    policies = [policy_response(policy) for policy in snapshot.policies()]
    return PolicyList(total=len(policies), index=index_info(snapshot), policies=policies)


@router.get(
    "/v1/policies/{policy_id}",
    operation_id="getPolicy",
    summary="Describe a policy",
    responses=POLICY_RESPONSES,
)
def get_policy(
    policy_id: str, runtime: AnyRuntime, caller: MayRead, response: Response
) -> DescribedPolicy:
    """What is known of it: title, organisation, language, version, dates; how it could be read.

    The `ETag` goes into the `If-Match` of a change.
    """
    snapshot = runtime.view(caller)
    policy = _policy(snapshot, policy_id)
    response.headers["ETag"] = tag_header(policy)
    return described_policy(policy, snapshot.remarks(policy_id))


@router.get(
    "/v1/policies/{policy_id}/clauses",
    operation_id="listClauses",
    summary="Read a policy clause by clause",
    responses=CLAUSES_RESPONSES,
)
def list_clauses(
    policy_id: str,
    runtime: AnyRuntime,
    caller: MayRead,
    version: Annotated[str | None, Query(description="Another than the current version.")] = None,
    limit: Annotated[int | None, Query(ge=1, description="Clauses wanted; all by default.")] = None,
    offset: Annotated[int, Query(ge=0, description="Clauses to skip.")] = 0,
) -> ClauseList:
    """The clauses in reading order; their spans, in order, are the whole source text."""
    snapshot = runtime.view(caller)
    policy = _policy(snapshot, policy_id)
    if version is not None:
        found = snapshot.policy(policy_id, version)
        if found is None:
            names = [other.version for other in snapshot.versions(policy_id)]
            raise VersionNotFoundError(policy_id, version, names)
        policy = found
    from service.lookup.references import references_of

    clauses = snapshot.clauses(policy_id, version)
    page = clauses[offset : len(clauses) if limit is None else offset + limit]
    references = references_of(snapshot, page)
    return ClauseList(
        policy=policy_reference(policy),
        total=len(clauses),
        clauses=[listed_clause(clause, policy, references.get(clause.id)) for clause in page],
    )


def _policy(snapshot: Snapshot, policy_id: str) -> PolicyRecord:
    policy = snapshot.policy(policy_id)
    if policy is None:
        raise PolicyNotFoundError(policy_id)
    return policy
