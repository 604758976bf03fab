"""Every error, on every route, is problem+json of one shape."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.errors import (
    EncoderMismatchError,
    IndexDamagedError,
    IndexerError,
    IndexLockedError,
    IndexMissingError,
)
from models.errors import ModelError
from service.bounds import MAX_BODY_BYTES

ROUTES = {
    "/v1/search": {"GET", "POST"},
    "/v1/suggest": {"GET"},
    "/v1/clauses/{clause_id}": {"GET"},
    "/v1/clauses/{clause_id}/equivalents": {"POST"},
    "/v1/similar": {"POST"},
    "/v1/resolve": {"GET"},
    "/v1/compare": {"POST"},
    "/v1/align": {"POST"},
    "/v1/coverage": {"GET"},
    "/v1/policies": {"GET"},
    "/v1/policies/{policy_id}": {"DELETE", "GET", "PUT"},
    "/v1/policies/{policy_id}/changes.atom": {"GET"},
    "/v1/policies/{policy_id}/clauses": {"GET"},
    "/v1/policies/{policy_id}/diff": {"GET"},
    "/v1/policies/{policy_id}/versions": {"GET"},
    "/v1/changes.atom": {"GET"},
    "/v1/import": {"POST"},
    "/v1/tasks/{task_id}": {"GET"},
    "/healthz": {"GET"},
    "/readyz": {"GET"},
    "/version": {"GET"},
    "/metrics": {"GET"},
}
METHODS = {"DELETE", "GET", "PATCH", "POST", "PUT"}


def assert_problem(response: Any, status: int, code: str | None = None) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    members = {"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}
    assert set(problem) == members
    assert problem["status"] == status
    assert problem["type"] == "urn:policy-search:problem:" + problem["code"]
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == response.request.url.raw_path.split(b"?")[0].decode()
    assert problem["request_id"] == response.headers["X-Request-ID"]
    for error in problem["errors"]:
        assert error["detail"]
        assert ("pointer" in error) != ("parameter" in error)
    if code:
        assert problem["code"] == code
    return problem


def test_the_routes_walked_here_are_all_there_are(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    found = {path: {m.upper() for m in methods} for path, methods in document["paths"].items()}
    assert found == ROUTES


@pytest.mark.parametrize("path", ROUTES)
def test_method_not_offered_names_those_that_are(client: TestClient, path: str) -> None:
    # Ids may hold slashes: a GET there asks for a clause whose id ends so.
    clause = {"GET"} if path.endswith("/equivalents") else set()
    for method in METHODS - ROUTES[path] - clause:
        response = client.request(
            method, path.format(clause_id="a@1%23b", policy_id="a", task_id="a")
        )
        assert_problem(response, 405, "method-not-allowed")
        assert set(response.headers["Allow"].split(", ")) == ROUTES[path] | clause


@pytest.mark.parametrize("path", [p for p in ROUTES if "{" in p])
def test_unknown_id_is_a_problem(client: TestClient, path: str) -> None:
    method = "GET" if "GET" in ROUTES[path] else "POST"
    address = path.format(clause_id="无", policy_id="无", task_id="无")
    problem = assert_problem(client.request(method, address), 404)
    assert problem["code"].endswith("-not-found")
    assert "'无'" in problem["detail"]


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/search/", "/v1/policies/a/b", "/%0Aa"])
def test_unknown_route_is_a_problem(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404, "route-not-found")


@pytest.mark.parametrize(
    "target",
    [
        "/v1/search",
        "/v1/search?q=",
        "/v1/search?q=a&limit=many",
        "/v1/search?q=a&nothing=1",
        "/v1/policies/lanternworks-leave/clauses?limit=0",
        "/v1/policies/lanternworks-leave/clauses?offset=x",
    ],
)
def test_parameter_at_fault_is_named(client: TestClient, target: str) -> None:
    problem = assert_problem(client.get(target), 422)
    (error,) = problem["errors"]
    assert error["parameter"] in {"q", "limit", "offset", "nothing"}
    assert error["parameter"] in problem["detail"] or problem["code"] == "query-empty"


def test_place_in_the_body_is_named(client: TestClient) -> None:
    body = {"q": "a", "filter": {"lang": ["en", 7], "to/day": 1}}
    problem = assert_problem(client.post("/v1/search", json=body), 422)
    pointers = [error["pointer"] for error in problem["errors"]]
    assert pointers == ["#/filter/lang/1", "#/filter/to~1day"]


def test_many_faults_are_told_up_to_a_point(client: TestClient) -> None:
    body = {"q": "a"} | {f"x{n}": n for n in range(1000)}
    assert len(assert_problem(client.post("/v1/search", json=body), 422)["errors"]) == 20


@pytest.mark.parametrize("body", [b"{", b"", b"[1,]", b"q=leave", rb'{"\ud800\n": 1}'])
def test_body_that_is_no_json_is_a_problem(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert_problem(client.post("/v1/search", content=body, headers=headers), 422)


@pytest.mark.parametrize("body", [b'{"q": "\xff"}', b"[" * 100_000])
def test_body_that_cannot_be_read_is_a_problem(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert_problem(client.post("/v1/search", content=body, headers=headers), 400, "bad-request")


def test_form_instead_of_json_is_told_what_to_send(client: TestClient) -> None:
    response = client.post("/v1/search", data={"q": "leave"})
    problem = assert_problem(response, 415, "content-type-unsupported")
    assert "Content-Type: application/json" in problem["detail"]


def test_oversized_body_is_refused_announced_or_not(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"q": "' + b"a" * MAX_BODY_BYTES + b'"}'
    assert_problem(client.post("/v1/search", content=body, headers=headers), 413)
    pieces = iter([body[: MAX_BODY_BYTES // 2], body[MAX_BODY_BYTES // 2 :]])
    assert_problem(client.post("/v1/search", content=pieces, headers=headers), 413)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (IndexMissingError("no index: run `policy-search index`"), "index-missing"),
        (IndexDamagedError("store.sqlite is damaged: rebuild"), "index-damaged"),
        (EncoderMismatchError("built with another: rebuild"), "encoder-mismatch"),
        (IndexLockedError("being written: wait"), "index-locked"),
        (IndexerError("something else: look"), "index-error"),
        (ModelError("no session: restart"), "model-error"),
    ],
)
def test_failing_index_or_encoder_is_unavailable_with_its_remedy(
    client: TestClient, index: Any, error: Exception, code: str
) -> None:
    index.failure = error
    response = client.post("/v1/search", json={"q": "leave"})
    assert assert_problem(response, 503, code)["detail"] == str(error)
    assert response.headers["Retry-After"]


def test_unexpected_error_tells_the_log_and_not_the_client(
    client: TestClient, index: Any, caplog: pytest.LogCaptureFixture
) -> None:
    index.failure = RuntimeError("password=hunter2 in /srv/secret-place")
    with caplog.at_level(logging.INFO):
        response = client.post("/v1/search", json={"q": "leave"})
    problem = assert_problem(response, 500, "internal-error")
    assert "hunter2" not in response.text
    assert "RuntimeError" not in response.text
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR and r.exc_info]
    assert vars(record)["request_id"] == problem["request_id"]


def test_request_id_of_the_client_is_used(client: TestClient) -> None:
    response = client.get("/nothing", headers={"X-Request-ID": "wiki-7:42"})
    assert assert_problem(response, 404)["request_id"] == "wiki-7:42"
    assert client.get("/healthz", headers={"X-Request-ID": "a.b"}).headers["X-Request-ID"] == "a.b"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<script>", 'a"b'])
def test_request_id_that_is_not_sane_is_replaced(client: TestClient, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", answer)


def test_one_line_per_request_without_the_question(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="service.middleware"):
        client.get("/v1/search?q=my+secret+illness", headers={"X-Request-ID": "r1"})
        client.post("/v1/search", json={"q": "my secret illness"})
        client.get("/v1/clauses/a%0AERROR%20forged")
    lines = [vars(record) for record in caplog.records]
    assert [(x["msg"], x["method"], x["path"], x["status"]) for x in lines] == [
        ("request", "GET", "/v1/search", 200),
        ("request", "POST", "/v1/search", 200),
        ("request", "GET", "/v1/clauses/a%0AERROR%20forged", 404),
    ]
    assert lines[0]["request_id"] == "r1"
    assert lines[2]["code"] == "route-not-found"
    assert all(line["duration_ms"] > 0 for line in lines)
    assert not [line for line in lines if "secret" in repr(line)]


def test_head_is_answered_as_get(client: TestClient) -> None:
    assert client.head("/healthz").status_code == 200
    assert client.head("/v1/policies/nobodys").status_code == 404


def test_nothing_of_the_api_is_answered_with_a_page(client: TestClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/v1/policies/nobodys", "/v1/nothing", "/v1/search?q="):
        response = client.get(path, headers=browser)
        assert response.headers["Content-Type"] == "application/problem+json", path
    for path in ("/policies/nobodys", "/nothing"):
        assert client.get(path, headers=browser).headers["Content-Type"].startswith("text/html")
        plain = client.get(path, headers={"Accept": "application/json"})
        assert plain.headers["Content-Type"] == "application/problem+json"
