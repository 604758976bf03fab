"""`GET /v1/resolve`: from a citation to the clauses that it names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MayOpen
from service.errors import (
    CitationEmptyError,
    OutOfRangeError,
    QueryTooLongError,
    UnknownPolicyError,
)
from service.openapi.resolve import RESOLVE_RESPONSES
from service.routes.search import check_text
from service.schemas.resolve import ResolveParameters, ResolveResponse
from service.views import resolve_response

router = APIRouter(tags=["clauses"], route_class=GuardedRoute)


@router.get(
    "/v1/resolve",
    operation_id="resolve",
    summary="Find a cited clause",
    responses=RESOLVE_RESPONSES,
)
def get_resolved(
    parameters: Annotated[ResolveParameters, Query()], runtime: AnyRuntime, caller: MayOpen
) -> ResolveResponse:
    """The clauses that a citation names, however it is written; several where it is ambiguous.

    Policies go by their titles, ids and distinctive words, clauses by their numbers (三, 3, 第三条
    and Article 3 are the same where a policy is numbered so) or headings. What names none has an
    empty list and what comes `nearest`.
    """
    # numpy is loaded with the index, not with the routes.
    from service.lookup.citations.resolving import Restriction, resolve
    from service.lookup.references import references_of

    citation, settings = parameters.citation, runtime.settings
    if len(citation) > settings.max_query_chars:
        raise QueryTooLongError(len(citation), settings.max_query_chars, "citation")
    langs = tuple(code.lower() for code in parameters.lang)
    check_text("", langs, settings)
    if not any(character.isalnum() for character in citation):
        raise CitationEmptyError
    if not 1 <= parameters.limit <= settings.max_limit:
        raise OutOfRangeError("limit", parameters.limit, 1, settings.max_limit)
    snapshot = runtime.view(caller, parameters.as_of)
    unknown = tuple(p for p in parameters.policy_id if snapshot.policy(p) is None)
    if unknown:
        raise UnknownPolicyError(unknown)
    restriction = Restriction(tuple(parameters.policy_id), langs)
    found = resolve(snapshot, citation, restriction, parameters.limit)
    references = references_of(snapshot, [clause for clause, _ in found.matches])
    return resolve_response(found, references)
