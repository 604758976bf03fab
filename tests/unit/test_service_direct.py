"""Searches are read and answered without FastAPI, and nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic_core import to_json
from starlette.testclient import TestClient

from service import direct
from service.hits import hit_response, search_answer
from service.lookup.references import References, ResolvedLink, UsedTerm
from service.schemas.search import SearchResponse
from service.search.records import Facet, FacetValue, PolicyRef, ScoreDetails, SearchQuery, Snippet

WELL_FORMED = [
    "q=leave",
    "q=leave&q=sick",
    "q=leave&limit=2&limit=3",
    "q=leave&limit=%202",
    "q=leave&lang=en,zh&lang=EN",
    "q=leave&lang=",
    "q=leave&organisation=a,b&organisation=c",
    "q=leave&year=2023,2025&as_of=2025-01-01",
    "q=leave&facets=lang,year&facets=lang&group_by=policy&sort=date",
    "q=leave&explain=yes&highlight=off&min_relevance=0.25&mode=keyword&language_balance=off",
    "q=%E6%B3%A8%E9%94%80%2B+%FF",
]
NOT_WELL_FORMED = [
    "",
    "q=",
    "limit=3",
    "Q=leave",
    "q=leave&nope=1",
    "q=leave&nope=1&nope=2",
    "q=leave&limit=x",
    "q=leave&limit=1.5",
    "q=leave&mode=loud",
    "q=leave&facets=x",
    "q=leave&year=0",
    "q=leave&group_by=",
    "q=leave&as_of=soon",
    "q=leave&min_relevance=nan",
]
BODIES = [
    '{"q": "leave"}',
    '{"q": "leave", "limit": 2, "filter": {"lang": ["EN"], "as_of": "2025-01-01"}, "facets": []}',
    '{"q": "leave", "min_relevance": 1, "explain": true, "timeout_ms": null}',
    '{"q": "leave", "q": "sick"}',
    '{"q": ""}',
    "",
    "null",
    "[]",
    "{",
    '{"q": "leave"} {}',
    '{"q": "\\ud800"}',
    '{"q": 5}',
    '{"q": "leave", "limit": "5"}',
    '{"q": "leave", "limit": 5.0}',
    '{"q": "leave", "limit": true}',
    '{"q": "leave", "min_relevance": NaN}',
    '{"q": "leave", "filter": null}',
    '{"q": "leave", "filter": {"nope": 1}}',
    "[" * 100_000,
]
TYPES = [
    "application/json",
    "Application/JSON; charset=utf-8",
    "application/merge-patch+json",
    "application/json, text/plain",
    "text/plain",
    "",
]


def told(response: Any) -> Any:
    answer = response.json()
    for changing in ("processing_time_ms", "request_id"):
        answer.pop(changing, None)
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in ("x-request-id", "content-length")
    }
    return response.status_code, headers, answer


def refuse(*_: object) -> Any:
    raise ValueError("left to FastAPI")


@pytest.fixture
def asked_both_ways(
    client: TestClient, index: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """What a request is told and what it searched for: read directly, and by FastAPI."""

    def ask(method: str, target: str, **request: Any) -> Any:
        index.queries = []
        return told(client.request(method, target, **request)), index.queries

    def ask_twice(*request: Any, **more: Any) -> Any:
        ours = ask(*request, **more)
        with monkeypatch.context() as patch:
            patch.setattr(direct, "_body", refuse)
            patch.setattr(direct, "_parameters", refuse)
            return ours, ask(*request, **more)

    return ask_twice


def test_query_string_is_read_as_fastapi_reads_it(asked_both_ways: Callable[..., Any]) -> None:
    for query in (*WELL_FORMED, *NOT_WELL_FORMED):
        ours, theirs = asked_both_ways("GET", f"/v1/search?{query}")
        assert ours == theirs, query
        assert ours[0][0] == (200 if query in WELL_FORMED else 422), query


@pytest.mark.parametrize("content_type", TYPES)
def test_body_is_read_as_fastapi_reads_it(
    asked_both_ways: Callable[..., Any], content_type: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    for body in BODIES:
        ours, theirs = asked_both_ways("POST", "/v1/search", content=body, headers=headers)
        assert ours == theirs, body[:80]


def test_well_formed_requests_do_not_wait_for_fastapi(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastapi.routing.solve_dependencies", refuse)
    assert client.post("/v1/search", json={"q": "leave"}).status_code == 200
    assert client.get("/v1/search?q=leave&lang=en").status_code == 200


def full_result(index: Any) -> Any:
    """A result in which everything that can be there is."""
    found = index.search(SearchQuery("“年假”\n\u2028 </script>", limit=2))
    whole = replace(
        found.hits[0],
        policy=PolicyRef("p", "P", "2", date(2025, 3, 1)),
        labels=("1", "1.1"),
        heading_path=("Leave", "年假"),
        snippet=Snippet("…leave…", ((1, 3), (4, 6))),
        relevance=0.8125,
        score=1e-07,
        score_details=ScoreDetails(-0.5, 1, 0.0, None, 1e22),
        more=3,
        source_url="https://lanternworks.example/leave#1",
    )
    return replace(
        found,
        hits=(whole, found.hits[1]),
        nearest=(replace(whole, rank=1, relevance=None),),
        facets=(
            Facet("lang", (FacetValue("zh", 2), FacetValue("en", 1))),
            Facet("policy_id", (FacetValue("p", 2, "P"),)),
            Facet("year", (FacetValue(2025, 1),)),
            Facet("organisation", ()),
        ),
        degraded=("keyword", "facets"),
    )


def test_answer_is_what_the_documented_models_would_say(index: Any) -> None:
    result = full_result(index)
    references = {
        result.hits[0].id: References(
            (
                ResolvedLink(0, 4, "§ 2", "p", "p@2#2", "P §2"),
                ResolvedLink(5, 6, "Other", "other", None, "Other Policy"),
            ),
            (UsedTerm("Leave", "“Leave” is 假.", "p@2#一.1", "P §一.1"),),
        ),
        result.hits[1].id: References(),
    }
    answer = search_answer(result, references, index.snapshot, 0.0123456)
    model = SearchResponse.model_validate_json(answer)
    assert to_json(model) == answer
    assert {*SearchResponse.model_fields} == model.model_fields_set
    for hit in (*model.hits, *model.nearest):
        assert {*type(hit).model_fields} == hit.model_fields_set


def test_hits_of_other_answers_are_the_same(index: Any) -> None:
    hit = full_result(index).hits[0]
    shown = hit_response(hit).model_dump()
    assert (shown["links"], shown["definitions"], shown["rank"]) == ([], [], 1)
    assert shown["policy"]["effective_date"] == date(2025, 3, 1)
    assert shown["snippet"] == {"text": "…leave…", "highlights": [(1, 3), (4, 6)]}
