"""Every route answers what it documents, in one shape; none is open by accident."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from indexer.errors import IndexMissingError
from indexer.lifecycle import Outcome
from service.access.access import Access
from service.access.guard import needs_of
from service.access.keys import SCOPES
from service.app import create_app
from service.bounds import bounds_of
from service.settings import Settings

OPEN = {"/healthz", "/readyz", "/version"}
OPEN_PAGES = {"/docs", "/openapi.json", "/sign-in", "/sign-out", "/static/{name}",
    "/policy-search.js", "/embed", "/opensearch.xml",
}  # fmt: skip
PAGES = {
    "/", "/clauses/{clause_id}/equivalents", "/policies/{policy_id}", "/policies/{policy_id}/diff",
    "/compare", "/coverage",
}  # fmt: skip
UNLISTED = PAGES | OPEN_PAGES
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}


def document() -> Any:
    return create_app(Settings(index=Path("nowhere"))).openapi()


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


REFUSALS = [
    pytest.param(method, path, int(status), id=f"{method} {path} {status}")
    for method, path, operation in operations()
    for status in operation["responses"]
    if int(status) >= 400
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        index=tmp_path / "index", refresh_seconds=0.05, body_seconds=0.2, max_upload_bytes=1 << 20
    )


BODIES: dict[str, Any] = {
    "/v1/search": {"q": "leave"},
    "/v1/similar": {"text": "leave"},
    "/v1/align": {"left": {"policy_id": "none"}, "right": {"policy_id": "none"}},
    "/v1/compare": {"clause_id": "none@1#x"},
    "/v1/clauses/{clause_id}/equivalents": {},
    "/v1/policies/{policy_id}": {"text": "1. Leave"},
}
"""What the routes with a JSON body accept."""


class Asker:
    """Asks one route in the way that provokes one status."""

    def __init__(self, client: TestClient, index: Any, method: str, path: str) -> None:
        self.client, self.index, self.method, self.path = client, index, method, path
        self.app: Any = client.app
        self.keys = self.app.state.access.keys
        self.route = next(
            context.original_route
            for context in iter_route_contexts(self.app.routes)
            if context.path == path.replace("{clause_id}", "{clause_id:path}")
            and method in (context.methods or ())
        )
        assert isinstance(self.route, APIRoute)
        self.wanted = {scope for need in needs_of(self.route) for scope in need.scopes}
        self.headers: dict[str, str] = {}
        if self.wanted:
            self.headers = self.key("admin")

    def key(self, scope: str) -> dict[str, str]:
        return {"Authorization": "Bearer " + self.keys.create("a key", [scope])[1]}

    def ask(self, query: str = "", **options: Any) -> Any:
        return self.client.request(
            self.method, self.address + query, **({"headers": self.headers} | options)
        )

    @property
    def address(self) -> str:
        return self.path.format(clause_id="none@1%23x", policy_id="none", task_id="none")

    def provoke(self, status: int) -> Any:
        return getattr(self, f"provoke_{status}")()

    def provoke_400(self) -> Any:
        kind = {"Content-Type": "application/json"}
        return self.ask(content=b"\xff", headers=self.headers | kind)

    def provoke_401(self) -> Any:
        return self.ask(headers={})

    def provoke_403(self) -> Any:
        other = next(scope for scope in SCOPES if scope not in self.wanted | {"admin"})
        return self.ask(headers=self.key(other))

    def provoke_404(self) -> Any:
        self.writer_answers("absent")
        return self.ask(**self.body())

    def provoke_412(self) -> Any:
        self.writer_answers("conflict")
        return self.ask(headers=self.headers | {"If-Match": "x"}, **self.body())

    def body(self) -> dict[str, Any]:
        wanted = self.method in ("POST", "PUT") and self.path in BODIES
        return {"json": BODIES[self.path]} if wanted else {}

    def writer_answers(self, state: Any) -> None:
        async def apply(change: Any) -> Outcome:
            return Outcome(change, state)

        self.app.state.runtime.writer.apply = apply

    def provoke_408(self) -> Any:
        return self.over_the_wire(anyio.sleep_forever)

    def provoke_413(self) -> Any:
        bounds = bounds_of({"endpoint": self.route.endpoint})  # type: ignore[attr-defined]
        most = bounds.body_bytes(self.app.state.runtime.settings)
        kind = "application/zip" if self.path == "/v1/import" else "text/plain"
        headers = self.headers | {"Content-Type": kind}
        return self.ask(content=b"x" * (most + 1), headers=headers)

    def provoke_415(self) -> Any:
        headers = self.headers | {"Content-Type": "text/x-unknown"}
        return self.ask(content=b"q=leave", headers=headers)

    def provoke_422(self) -> Any:
        if self.method in ("POST", "PUT"):
            return self.ask(json={"q": 7})
        return self.ask("?limit=many&q=&unchanged=maybe")

    def provoke_429(self) -> Any:
        settings = self.app.state.runtime.settings.model_copy(update={"rate_per_key": "1/hour"})
        self.app.state.access = Access(settings)
        self.ask()
        return self.ask()

    def provoke_503(self) -> Any:
        if self.path == "/metrics":  # answers without an index, but not without the keys
            self.keys.path.write_bytes(b"")
            return self.ask()
        if "write" in self.wanted:
            self.app.state.runtime.settings.keys_file.write_text("no keys")
            return self.ask()
        self.app.state.runtime._opened = None
        self.index.failure = IndexMissingError("nowhere: no index")
        named = {"/v1/search": "q", "/v1/suggest": "q", "/v1/resolve": "citation"}
        query = f"?{named[self.path]}=leave" if self.path in named else ""
        return self.ask(query, **self.body())

    def over_the_wire(self, wait: Callable[[], Any]) -> Any:
        """The answer to a request whose body never comes."""
        sent: list[Any] = []
        path = self.address

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": self.method, "path": path, "raw_path": path.encode(),
            "root_path": "", "query_string": b"", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80), "headers": [
                (name.lower().encode(), value.encode()) for name, value in self.headers.items()
            ] + [(b"content-type", b"application/json")],
        }  # fmt: skip
        anyio.run(self.app, scope, wait, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return SimpleNamespace(
            status_code=sent[0]["status"],
            headers=Headers(raw=sent[0]["headers"]),
            json=lambda: json.loads(body),
            request=self.client.build_request(self.method, path),
        )


@pytest.mark.parametrize(("method", "path", "status"), REFUSALS)
def test_documented_refusal_happens_in_the_one_shape(
    client: TestClient, index: Any, method: str, path: str, status: int
) -> None:
    response = Asker(client, index, method, path).provoke(status)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == MEMBERS
    assert problem["status"] == status
    assert problem["type"] == "urn:policy-search:problem:" + problem["code"]
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"] == response.request.url.raw_path.split(b"?")[0].decode()
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert ("WWW-Authenticate" in response.headers) == (status in (401, 403))
    assert ("Retry-After" in response.headers) == (status in (429, 503))
    assert bool(problem["errors"]) == (status == 422)


def test_every_route_is_documented_or_known_not_to_be() -> None:
    app = create_app(Settings(index=Path("nowhere")))
    walked = {
        (context.path or "").replace(":path}", "}") for context in iter_route_contexts(app.routes)
    }
    assert walked - UNLISTED == set(document()["paths"])


def test_every_route_needs_a_key_or_is_known_to_be_open() -> None:
    app = create_app(Settings(index=Path("nowhere")))
    for context in iter_route_contexts(app.routes):
        if context.path not in OPEN | OPEN_PAGES:
            assert isinstance(context.original_route, APIRoute)
            assert needs_of(context.original_route), context.path


def test_refusals_of_guarded_routes_and_of_bodies_are_documented() -> None:
    for method, path, operation in operations():
        documented = {int(status) for status in operation["responses"]}
        if path not in OPEN:
            assert {401, 403, 429, 503} <= documented, (method, path)
            assert {"bearer": []} in operation["security"]
            assert {"apiKey": []} in operation["security"]
        else:
            assert not {401, 403, 429} & documented
            assert "security" not in operation
        if "requestBody" in operation:
            assert {400, 408, 413, 415, 422} <= documented, (method, path)
        if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
            assert 422 in documented, (method, path)


def test_ways_to_send_a_key_are_documented() -> None:
    schemes = document()["components"]["securitySchemes"]
    assert set(schemes) == {"bearer", "apiKey"}
    bearer, header = SimpleNamespace(**schemes["bearer"]), schemes["apiKey"]
    assert (bearer.type, bearer.scheme) == ("http", "bearer")
    assert (header["type"], header["in"], header["name"]) == ("apiKey", "header", "X-API-Key")
