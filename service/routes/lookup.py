"""From one clause, or a text, to the clauses that say the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body

from indexer.records import Clause
from indexer.snapshot import Snapshot
from service.access.caller import Caller
from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MaySearch
from service.errors import ClauseNotFoundError, OutOfRangeError, QueryEmptyError
from service.lookup.counterparts import Source
from service.lookup.equivalents import look_up, source_of_clause, source_of_text
from service.lookup.records import Counterpart, LookupQuery
from service.lookup.references import References, references_of
from service.openapi.lookup import EQUIVALENTS_RESPONSES, SIMILAR_REQUESTS, SIMILAR_RESPONSES
from service.routes.search import check_text, filter_of, is_visible
from service.runtime import OpenIndex, Runtime, check_policies
from service.schemas.lookup import (
    CounterpartResponse,
    EquivalentsRequest,
    LookupResponse,
    SimilarRequest,
)
from service.views import clause_summary, index_info, listed_clause, policy_reference

router = APIRouter(tags=["clauses"], route_class=GuardedRoute)


@router.post(
    "/v1/clauses/{clause_id:path}/equivalents",
    operation_id="findEquivalents",
    summary="Find a clause's counterparts",
    responses=EQUIVALENTS_RESPONSES,
)
async def find_equivalents(
    clause_id: str,
    runtime: AnyRuntime,
    caller: MaySearch,
    body: Annotated[EquivalentsRequest | None, Body()] = None,
) -> LookupResponse:
    """The clauses of other policies, languages and versions that say what this one says.

    The clause may be of any version; its counterparts are current ones, or those of `as_of`. The id
    is percent-encoded: `#` is sent as `%23`.
    """
    asked = body or EquivalentsRequest()
    query = _query(asked, runtime, caller)

    def find(opened: OpenIndex) -> LookupResponse:
        whole = opened.live.snapshot.seen_by(query.groups)
        clause = whole.clause(clause_id)
        if clause is None:
            raise ClauseNotFoundError(clause_id)
        source = source_of_clause(whole, clause, opened.searcher.encoder)
        return _answer(opened, source, query, clause)

    return await _timed(runtime, find)


@router.post(
    "/v1/similar",
    operation_id="findSimilar",
    summary="Find clauses that say what a text says",
    responses=SIMILAR_RESPONSES,
)
async def find_similar(
    body: Annotated[SimilarRequest, Body(openapi_examples=SIMILAR_REQUESTS)],
    runtime: AnyRuntime,
    caller: MaySearch,
) -> LookupResponse:
    """The same for a text of your own, such as a clause of a draft. Searching is for questions."""
    if not any(is_visible(character) for character in body.text):
        raise QueryEmptyError
    check_text(body.text, body.filter.lang, runtime.settings)
    query = _query(body, runtime, caller)

    def find(opened: OpenIndex) -> LookupResponse:
        return _answer(opened, source_of_text(body.text, opened.searcher.encoder), query)

    return await _timed(runtime, find)


def _query(asked: EquivalentsRequest, runtime: Runtime, caller: Caller) -> LookupQuery:
    check_text("", asked.filter.lang, runtime.settings)
    if not 1 <= asked.limit <= runtime.settings.max_limit:
        raise OutOfRangeError("limit", asked.limit, 1, runtime.settings.max_limit)
    return LookupQuery(
        asked.mode, asked.limit, filter_of(asked.filter), asked.min_relevance, caller.sees_groups
    )


async def _timed(runtime: Runtime, find: Callable[[OpenIndex], LookupResponse]) -> LookupResponse:
    started = time.perf_counter()
    answer = await runtime.look_up(find)
    taken = round((time.perf_counter() - started) * 1000, 2)
    return answer.model_copy(update={"processing_time_ms": taken})


def _answer(
    opened: OpenIndex, source: Source, query: LookupQuery, clause: Clause | None = None
) -> LookupResponse:
    snapshot = opened.live.snapshot.seen_by(query.groups, query.filter.as_of)
    check_policies(snapshot, query.filter)
    found = look_up(snapshot, source, query, opened.equivalence)
    shown = [one.clause for one in found.counterparts] + ([] if clause is None else [clause])
    references = references_of(snapshot, shown)
    return LookupResponse(
        clause=None
        if clause is None
        else listed_clause(clause, snapshot.policy_of(clause), references.get(clause.id)),
        lang=found.lang,
        total=found.total,
        processing_time_ms=0.0,
        index=index_info(snapshot),
        counterparts=[
            _counterpart(snapshot, one, references.get(one.clause.id)) for one in found.counterparts
        ],
    )


def _counterpart(
    snapshot: Snapshot, found: Counterpart, references: References | None
) -> CounterpartResponse:
    before, after = snapshot.beside(found.clause)
    return CounterpartResponse(
        **listed_clause(found.clause, found.policy, references).model_dump(),
        rank=found.rank,
        policy=policy_reference(found.policy),
        relevance=found.relevance,
        margin=found.margin,
        cosine=found.cosine,
        surroundings=found.surroundings,
        mutual_best=found.mutual_best,
        previous=clause_summary(before) if before else None,
        next=clause_summary(after) if after else None,
    )
