"""The OpenAPI document is complete, and its examples are true to the shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from service.app import create_app
from service.openapi.coverage import COMPARE_REQUESTS
from service.openapi.search import SEARCH_REQUESTS
from service.problems import Problem
from service.routes import (
    clauses,
    compare,
    coverage,
    health,
    lookup,
    policies,
    resolve,
    search,
    suggest,
)
from service.schemas.compare import CompareRequest
from service.schemas.search import SearchRequest
from service.settings import Settings

ROUTERS = (search, suggest, compare, resolve, lookup, clauses, policies, coverage, health)


@pytest.fixture(scope="module")
def document() -> Any:
    return create_app(Settings()).openapi()


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in document["paths"].items():
        yield from ((f"{method} {path}", operation) for method, operation in methods.items())


def test_every_operation_is_described(document: Any) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert set(operation["tags"]) <= tags, name


def test_problems_are_documented_where_they_happen(document: Any) -> None:
    for name, operation in operations(document):
        expected = set()
        if "/v1/" in name or "/readyz" in name:
            expected.add("503")
        if "{" in name:
            expected.add("404")
        if "search" in name:
            expected.add("422")
        assert expected <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                (content,) = response["content"].items()
                assert content[0] == "application/problem+json"
                assert content[1]["schema"] == {"$ref": "#/components/schemas/Problem"}
                Problem.model_validate(content[1]["example"])
                assert content[1]["example"]["status"] == int(status)


def test_every_reference_leads_somewhere(document: Any) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            node = list(node.values())
        if isinstance(node, list):
            for item in node:
                yield from references(item)

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


def test_response_examples_have_the_shape_of_their_routes() -> None:
    checked = 0
    for module in ROUTERS:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            response = route.responses.get(200)
            if response:
                example = response["content"]["application/json"]["example"]
                model = route.response_model
                shown = model.model_validate(example).model_dump(mode="json")
                assert _same_keys(shown, example), route.path
                checked += 1
    assert checked == 13


def _same_keys(shown: Any, example: Any) -> bool:
    if isinstance(shown, dict) and isinstance(example, dict):
        # A summary may be shown with more than its own fields; nothing may be missing.
        return all(key in example and _same_keys(shown[key], example[key]) for key in shown)
    if isinstance(shown, list):
        return all(_same_keys(a, b) for a, b in zip(shown, example, strict=True))
    return bool(shown == example)


def test_request_examples_are_accepted() -> None:
    for example in SEARCH_REQUESTS.values():
        SearchRequest.model_validate(example["value"])
    for example in COMPARE_REQUESTS.values():
        CompareRequest.model_validate(example["value"])


def test_search_request_is_the_one_that_is_built(document: Any) -> None:
    request = document["components"]["schemas"]["SearchRequest"]
    assert set(request["properties"]) == {
        "q", "limit", "offset", "mode", "filter",
        "language_balance", "min_relevance", "highlight", "explain",
        "facets", "group_by", "sort", "timeout_ms",
    }  # fmt: skip
    assert request["additionalProperties"] is False
