"""`POST` and `GET /v1/search`: the clauses that answer a question."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Query, Response

from service.access.caller import Caller
from service.deps import AnyRuntime, MaySearch
from service.direct import DirectRoute
from service.errors import LanguageCodeError, OutOfRangeError, QueryEmptyError, QueryTooLongError
from service.hits import search_answer
from service.openapi.search import SEARCH_REQUESTS, SEARCH_RESPONSES
from service.runtime import Runtime
from service.schemas.search import FilterRequest, SearchParameters, SearchRequest, SearchResponse
from service.search.records import SearchFilter, SearchQuery
from service.settings import Settings

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot
    from service.lookup.references import References
    from service.search.records import Hit, SearchResult

router = APIRouter(tags=["search"], route_class=DirectRoute)

_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")


@router.post(
    "/v1/search",
    operation_id="search",
    summary="Search the clauses",
    response_model=SearchResponse,
    responses=SEARCH_RESPONSES,
)
async def search(
    asked: Annotated[SearchRequest, Body(openapi_examples=SEARCH_REQUESTS)],
    runtime: AnyRuntime,
    caller: MaySearch,
) -> Response:
    """Find the clauses that answer a question, best first, whichever language they are in."""
    return await _answer(_query(asked, asked.filter), runtime, caller)


@router.get(
    "/v1/search",
    operation_id="searchByUrl",
    summary="Search the clauses, all in the URL",
    response_model=SearchResponse,
    responses=SEARCH_RESPONSES,
)
async def search_by_url(
    asked: Annotated[SearchParameters, Query()], runtime: AnyRuntime, caller: MaySearch
) -> Response:
    """The same as `POST /v1/search`; lists may be repeated or, but for `organisation`, joined with
    commas."""
    return await _answer(_query(asked, asked), runtime, caller)


def _query(
    asked: SearchRequest | SearchParameters, restriction: FilterRequest | SearchParameters
) -> SearchQuery:
    return SearchQuery(
        q=asked.q,
        limit=asked.limit,
        offset=asked.offset,
        mode=asked.mode,
        filter=filter_of(restriction),
        language_balance=asked.language_balance,
        min_relevance=asked.min_relevance,
        highlight=asked.highlight,
        explain=asked.explain,
        facets=tuple(asked.facets),
        group_by=asked.group_by,
        sort=asked.sort,
        deadline=_deadline(asked.timeout_ms),
    )


async def _answer(query: SearchQuery, runtime: Runtime, caller: Caller) -> Response:
    started = time.perf_counter()
    check_query(query, runtime.settings)

    def references_in(result: SearchResult) -> Mapping[str, References]:
        snapshot = runtime.view(caller, query.filter.as_of)
        return _references(snapshot, (*result.hits, *result.nearest))

    result, references = await runtime.search(
        replace(query, groups=caller.sees_groups), references_in
    )
    seconds = time.perf_counter() - started
    answer = search_answer(result, references, runtime.snapshot(), seconds)
    return Response(answer, media_type="application/json")


def _references(snapshot: Snapshot, hits: Sequence[Hit]) -> Mapping[str, References]:
    from service.lookup.references import Citing, references_at_hand

    citing = [Citing(hit.id, hit.policy.id, hit.policy.version, hit.text) for hit in hits]
    return references_at_hand(snapshot, citing)


def check_query(query: SearchQuery, settings: Settings) -> None:
    """Raise the `QueryError` that tells what is wrong with a query, if anything is."""
    if not any(is_visible(character) for character in query.q):
        raise QueryEmptyError
    check_text(query.q, query.filter.lang, settings)
    if not 1 <= query.limit <= settings.max_limit:
        raise OutOfRangeError("limit", query.limit, 1, settings.max_limit)
    if not 0 <= query.offset <= settings.max_offset:
        raise OutOfRangeError("offset", query.offset, 0, settings.max_offset)


def check_text(q: str, langs: Sequence[str], settings: Settings) -> None:
    """Raise the `QueryError` for a text that is too long or a language that is none."""
    if len(q) > settings.max_query_chars:
        raise QueryTooLongError(len(q), settings.max_query_chars)
    for lang in langs:
        if not _LANGUAGE_CODE.fullmatch(lang):
            raise LanguageCodeError(lang)


def is_visible(character: str) -> bool:
    """Neither white space nor a control or format character, such as a zero-width space."""
    return not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf"}


def filter_of(asked: FilterRequest | SearchParameters) -> SearchFilter:
    """What a request restricts the clauses to."""
    return SearchFilter(
        lang=tuple(code.lower() for code in asked.lang),
        policy_id=tuple(asked.policy_id),
        organisation=tuple(asked.organisation),
        year=tuple(asked.year),
        as_of=asked.as_of,
    )


def _deadline(timeout_ms: int | None) -> float | None:
    return None if timeout_ms is None else time.monotonic() + timeout_ms / 1000
