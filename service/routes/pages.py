"""The pages: `/`, `/policies/{id}`, its differences, and a clause beside its equivalents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from indexer.versions.describing import describe_counts
from service.access.guard import PageRoute
from service.deps import AnyRuntime, MayRead, MaySearch
from service.errors import ClauseNotFoundError, PolicyNotFoundError, QueryError, fault_of
from service.routes.lookup import find_equivalents
from service.routes.search import check_query
from service.routes.versions import compared_versions
from service.schemas.fields import FilterValues, QueryYears, Text, split_at_commas
from service.schemas.lookup import EquivalentsRequest
from service.search.records import SearchFilter, SearchQuery, SearchResult
from service.web.diffing import change_view
from service.web.interface import interface_of
from service.web.reading import outline, tree
from service.web.rendering import render
from service.web.searching import FACETS, PAGE, found_view, lang_label, likelihood

if TYPE_CHECKING:
    from service.access.caller import Caller
    from service.runtime import Runtime
    from service.web.searching import Found

router = APIRouter(route_class=PageRoute, include_in_schema=False)

EQUIVALENTS, RELATED = 8, 3
"""Clauses shown beside one: those that say the same, or where none does, the closest."""

Values = Annotated[FilterValues, BeforeValidator(split_at_commas)]


class SearchPage(BaseModel):
    """The address of the search page. What it does not know it leaves alone."""

    model_config = ConfigDict(extra="ignore")

    q: Text = ""
    lang: Values = Field(default_factory=list)
    policy_id: Values = Field(default_factory=list)
    organisation: FilterValues = Field(default_factory=list)
    year: QueryYears = Field(default_factory=list)
    offset: Annotated[int, Field(ge=0)] = 0
    part: Literal["results", "hits"] | None = None
    """Only this part of the page: what the script asks for."""


@router.get("/")
async def search_page(
    request: Request, asked: Annotated[SearchPage, Query()], runtime: AnyRuntime, caller: MaySearch
) -> Response:
    """The search page, with the hits of what its address asks."""
    restriction = SearchFilter(
        lang=tuple(code.lower() for code in asked.lang),
        policy_id=tuple(asked.policy_id),
        organisation=tuple(asked.organisation),
        year=tuple(asked.year),
    )
    values: dict[str, Any] = {"q": asked.q, "found": None, "problem": "", "policies": None}
    status = 200
    if asked.q.strip():
        query = SearchQuery(
            q=asked.q, limit=PAGE, offset=asked.offset, filter=restriction, facets=FACETS
        )
        try:
            check_query(query, runtime.settings)
            values["found"] = await _found(query, request, runtime, caller)
        except QueryError as error:
            status, values["problem"] = error.status, fault_of(error).detail
    elif caller.may("read"):
        values["policies"] = runtime.view(caller).policies()
    template = {None: "search.html", "results": "_results.html", "hits": "_hits.html"}[asked.part]
    return render(request, template, status, may_read=caller.may("read"), **values)


@router.get("/clauses/{clause_id:path}/equivalents")
async def equivalents_page(
    clause_id: str,
    request: Request,
    runtime: AnyRuntime,
    caller: MaySearch,
    part: Literal["list"] | None = None,
) -> Response:
    """A clause and those that say the same; where none does, the closest, told as such."""
    interface = interface_of(request)
    asked = EquivalentsRequest(limit=EQUIVALENTS)
    answer = await find_equivalents(clause_id, runtime, caller, asked)
    related = None
    if not answer.counterparts:
        asked = EquivalentsRequest(mode="related", limit=RELATED)
        related = await find_equivalents(clause_id, runtime, caller, asked)
    return render(
        request,
        "_equivalents.html" if part else "equivalents.html",
        clause=answer.clause,
        answer=answer,
        related=related,
        may_read=caller.may("read"),
        same=lambda relevance: likelihood(relevance, "same", interface),
        lang_label=lambda code: lang_label(code, interface),
    )


@router.get("/policies/{policy_id}")
def policy_page(
    policy_id: str,
    request: Request,
    runtime: AnyRuntime,
    caller: MayRead,
    version: str | None = None,
    clause: str | None = None,
) -> Response:
    """A policy to read; `clause` is marked, and decides on the version unless one is named."""
    # numpy is loaded with the index, not with the routes.
    from service.lookup.references import references_of

    snapshot = runtime.view(caller)
    current = snapshot.policy(policy_id)
    versions = snapshot.versions(policy_id)
    if current is None:
        raise PolicyNotFoundError(policy_id)
    cited = snapshot.clause(clause) if clause else None
    if cited is not None and cited.policy_id != policy_id:
        cited = None
    policy = current
    if version is not None:
        named = snapshot.policy(policy_id, version)
        if named is None:
            raise ClauseNotFoundError(f"{policy_id}@{version}")
        policy = named
    elif cited is not None:
        policy = snapshot.policy_of(cited)
    if cited is not None and cited.version != policy.version:
        cited = None
    clauses = snapshot.clauses(policy_id, policy.version)
    nodes = tree(clauses, references_of(snapshot, clauses), cited.id if cited else None)
    interface = interface_of(request)
    return render(
        request,
        "policy.html",
        policy=policy,
        current=current,
        versions=versions,
        nodes=nodes,
        outline=outline(nodes),
        cited=cited,
        missing=clause if clause and cited is None else None,
        lang_label=lambda code: lang_label(code, interface),
        may_search=caller.may("search"),
    )


@router.get("/policies/{policy_id}/diff")
def diff_page(
    policy_id: str,
    request: Request,
    runtime: AnyRuntime,
    caller: MayRead,
    from_: Annotated[str | None, Query(alias="from")] = None,
    to: str | None = None,
) -> Response:
    """What changed between two versions of a policy, word by word."""
    snapshot = runtime.view(caller)
    older, newer, found = compared_versions(snapshot, policy_id, from_ or None, to or None)
    ui = interface_of(request).ui
    changes = [change_view(change) for change in found.changes if change.kind != "unchanged"]
    return render(
        request,
        "diff.html",
        policy=newer,
        older=older,
        newer=newer,
        versions=snapshot.versions(policy_id),
        changes=changes,
        counts=describe_counts(found, ui),
    )


async def _found(query: SearchQuery, request: Request, runtime: Runtime, caller: Caller) -> Found:
    snapshot = runtime.view(caller)
    interface = interface_of(request)

    def title_of(policy_id: str) -> str:
        policy = snapshot.policy(policy_id)
        return policy.title if policy else policy_id

    def show(result: SearchResult) -> Found:
        return found_view(
            result,
            query.filter,
            query.offset,
            interface,
            may_read=caller.may("read"),
            title_of=title_of,
        )

    _, found = await runtime.search(replace(query, groups=caller.sees_groups), show)
    return found
