"""`GET /v1/clauses/{id}`: one clause and its place."""

from __future__ import annotations

from fastapi import APIRouter

from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MayOpen
from service.errors import ClauseNotFoundError
from service.openapi.policies import CLAUSE_RESPONSES
from service.schemas.policies import ClauseResponse
from service.views import clause_response

router = APIRouter(tags=["clauses"], route_class=GuardedRoute)


@router.get(
    "/v1/clauses/{clause_id:path}",
    operation_id="getClause",
    summary="Open a clause",
    responses=CLAUSE_RESPONSES,
)
def get_clause(clause_id: str, runtime: AnyRuntime, caller: MayOpen) -> ClauseResponse:
    """A clause's text, citation and place. The id is percent-encoded: `#` is sent as `%23`."""
    # numpy is loaded with the index, not with the routes.
    from service.lookup.references import references_of

    snapshot = runtime.view(caller)
    clause = snapshot.clause(clause_id)
    policy = snapshot.policy_of(clause) if clause is not None else None
    if clause is None or policy is None:
        raise ClauseNotFoundError(clause_id)
    siblings = snapshot.clauses(clause.policy_id, clause.version)
    children = snapshot.children(clause)
    references = references_of(snapshot, [clause]).get(clause.id)
    return clause_response(clause, policy, children, siblings, references)
