"""Which pages of other origins may ask, what, and with which keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import ValidationError
from starlette.testclient import TestClient

from indexer.errors import IndexMissingError
from service.access.access import Access
from service.access.guard import needs_of
from service.access.keys import KeyFile
from service.access.pages import check_pages
from service.app import create_app
from service.errors import SettingsError
from service.settings import Settings

WIKI = "https://wiki.example"
OTHER = "https://other.example"
CLAUSE = "/v1/clauses/lanternworks-leave@2025-03-01%231.1"
ASKED = {
    "POST /v1/search": {"q": "leave"},
    "GET /v1/search?q=leave": None,
    "GET /v1/suggest?q=leave": None,
    "GET " + CLAUSE: None,
}
"""What the stand-in index answers, with its body."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        index=tmp_path / "index",
        refresh_seconds=0.05,
        cors_origins=f"{WIKI}:443/, http://localhost:3000",
    )


@pytest.fixture
def keys(settings: Settings) -> KeyFile:
    return KeyFile(settings.keys_file)


def preflight(
    client: TestClient, path: str, origin: str = WIKI, method: str = "POST",
    headers: str = "authorization,content-type",
) -> Any:  # fmt: skip
    return client.options(path, headers={
        "Origin": origin, "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    })  # fmt: skip


def ask(client: TestClient, what: str, **headers: str) -> Any:
    method, _, path = what.partition(" ")
    return client.request(method, path, json=ASKED[what], headers=headers)


@pytest.mark.parametrize("what", ASKED)
def test_page_of_an_allowed_origin_reads_the_answer(client: TestClient, what: str) -> None:
    answer = ask(client, what, Origin=WIKI)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == WIKI
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"].split(", ")
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert "Retry-After" in exposed
    assert "X-Request-ID" in exposed


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize(
    "origin",
    [OTHER, "null", "https://wiki.example.evil", "http://wiki.example", "https://wiki.example:444",
     "http://localhost:3001"],
)  # fmt: skip
def test_page_of_another_origin_does_not(client: TestClient, what: str, origin: str) -> None:
    answer = ask(client, what, Origin=origin)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Origin" in answer.headers["Vary"].split(", "), "no cache may give it to the wiki"


@pytest.mark.parametrize("what", ASKED)
def test_answer_to_no_page_varies_by_origin_too(client: TestClient, what: str) -> None:
    answer = ask(client, what)
    assert "Origin" in answer.headers["Vary"].split(", ")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_preflight_is_answered_before_any_key_is_asked_for(
    client: TestClient, keys: KeyFile
) -> None:
    keys.create("wiki", ["search"])
    for path in ("/v1/search", "/v1/suggest", "/v1/similar", CLAUSE, CLAUSE + "/equivalents"):
        answer = preflight(client, path)
        assert answer.status_code == 200, path
        assert answer.headers["Access-Control-Allow-Origin"] == WIKI
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "X-API-Key" in answer.headers["Access-Control-Allow-Headers"]
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"
        assert int(answer.headers["Access-Control-Max-Age"]) > 0
        assert "Origin" in answer.headers["Vary"]
        assert answer.headers["X-Request-ID"], "it is in the log like any other request"


def test_refused_preflight_tells_why_as_a_problem(client: TestClient) -> None:
    for answer, why in (
        (preflight(client, "/v1/search", OTHER), "origin"),
        (preflight(client, "/v1/search", method="DELETE"), "method"),
        (preflight(client, "/v1/search", headers="X-Anything"), "headers"),
    ):
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "cross-origin-refused"
        assert f"Disallowed CORS {why}." in answer.json()["detail"]
    refused = preflight(client, "/v1/search", OTHER)
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_pages_may_ask_nothing_that_a_search_key_may_not(client: TestClient) -> None:
    app: Any = client.app
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        path = (context.path or "").replace("{clause_id:path}", "x@1%23y").replace(
            "{policy_id}", "leave").replace("{task_id}", "t")  # fmt: skip
        allowed = preflight(client, path, method="GET").status_code == 200
        wanted = {s for n in needs_of(route) for s in n.scopes} if isinstance(
            route, APIRoute) else set()  # fmt: skip
        if allowed:
            assert "search" in wanted, path
        answer = client.get(path, headers={"Origin": WIKI})
        reads = answer.headers.get("Access-Control-Allow-Origin") == WIKI
        assert reads == allowed, path


def test_page_can_read_what_went_wrong(
    client: TestClient, keys: KeyFile, index: Any, settings: Settings
) -> None:
    app: Any = client.app
    _, search = keys.create("wiki", ["search"])
    _, write = keys.create("writer", ["write"])
    what = "POST /v1/search"

    def status(key: str | None) -> int:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        answer = ask(client, what, Origin=WIKI, **headers)
        assert answer.headers["Access-Control-Allow-Origin"] == WIKI
        assert "Access-Control-Allow-Origin" not in ask(client, what, Origin=OTHER).headers
        assert answer.status_code == 200 or answer.json()["code"]
        return int(answer.status_code)

    assert [status(key) for key in (search, None, "wrong", write)] == [200, 401, 401, 403]
    app.state.access = Access(settings.model_copy(update={"rate_per_key": "1/hour"}))
    assert [status(search), status(search)] == [200, 429]
    app.state.access = Access(settings)
    broken = ask(client, "GET /v1/search?q=leave", Origin=WIKI, Authorization=f"Bearer {search}")
    assert broken.status_code == 200
    app.state.runtime._opened = None
    index.failure = IndexMissingError("nowhere: no index")
    assert status(search) == 503


def test_page_can_read_that_the_answer_took_too_long_or_failed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = client.app

    async def fail(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(app.state.runtime, "search", fail)
    answer = ask(client, "POST /v1/search", Origin=WIKI)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.headers["Access-Control-Allow-Origin"] == WIKI


def test_nobody_is_allowed_unless_the_setting_says_so(
    settings: Settings, make_client: Callable[..., TestClient]
) -> None:
    client = TestClient(create_app(settings.model_copy(update={"cors_origins": None})))
    answer = preflight(client, "/v1/search")
    assert answer.status_code == 405
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_script_is_for_pages_of_any_origin(client: TestClient) -> None:
    for origin in (WIKI, OTHER):
        answer = client.get("/policy-search.js", headers={"Origin": origin})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "setting", ["wiki.example", "https://wiki.example/path", "https://*.wiki.example", "null",
                "*, https://wiki.example", "https://a.example https://b.example;x", "ftp://a.b",
                "https://user@wiki.example", "https://wiki.example?x"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(setting: str) -> None:
    with pytest.raises(ValidationError):
        Settings(cors_origins=setting)


def test_any_origin_is_allowed_only_where_keys_are_used(settings: Settings, keys: KeyFile) -> None:
    anybody = settings.model_copy(update={"cors_origins": "*"})
    check_pages(settings)
    with pytest.raises(SettingsError, match="no key was ever made"):
        check_pages(anybody)
    keys.create("wiki", ["search"])
    check_pages(anybody)
    answer = preflight(TestClient(create_app(anybody)), "/v1/search", OTHER)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def routes(app: Any) -> Iterator[tuple[str, str, set[str]]]:
    """Every route that needs a key: its method, its path, the scopes of which one will do."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and needs_of(route):
            for method in context.methods or ():
                scopes = {s for need in needs_of(route) for s in need.scopes}
                yield method, context.path or "", scopes


def test_key_for_pages_searches_and_opens_clauses_and_nothing_else(
    client: TestClient, keys: KeyFile
) -> None:
    _, text = keys.create("wiki page", ["search"])
    headers = {"Authorization": f"Bearer {text}"}
    admitted, refused = set(), set()
    for method, path, _ in routes(client.app):
        address = path.replace("{clause_id:path}", "x@1%23y").replace("{policy_id}", "no").replace(
            "{task_id}", "t")  # fmt: skip
        json = {"json": {}} if method in ("POST", "PUT") else {}
        status = client.request(method, address, headers=headers, **json).status_code
        (refused if status == 403 else admitted).add(f"{method} {path}")
    assert admitted >= {
        "POST /v1/search", "GET /v1/search", "GET /v1/suggest", "POST /v1/similar",
        "POST /v1/clauses/{clause_id:path}/equivalents", "GET /v1/clauses/{clause_id:path}",
    }  # fmt: skip
    assert not {one for one in admitted if "policies" in one or "import" in one or "task" in one}
    assert {one for one in refused if one.startswith(("PUT", "DELETE"))}
    assert admitted == {f"{m} {p}" for m, p, scopes in routes(client.app) if "search" in scopes}
