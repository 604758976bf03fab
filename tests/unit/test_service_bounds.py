"""How large and how slow a request may be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import APIRouter, Request
from starlette.testclient import TestClient

from service.app import create_app
from service.bounds import MAX_BODY_BYTES, UPLOAD, Bounds, bounded
from service.settings import Settings

router = APIRouter()


@router.put("/small/{name}")
@bounded(Bounds(max_body=10))
async def small(name: str, request: Request) -> int:
    return len(await request.body())


@router.put("/upload")
@bounded(UPLOAD)
async def upload(request: Request) -> int:
    return len(await request.body())


@router.put("/usual")
async def usual(request: Request) -> int:
    return len(await request.body())


@router.get("/asleep")
async def asleep(seconds: float) -> str:
    await anyio.sleep(seconds)
    return "rested"


@router.get("/busy")
def busy(seconds: float) -> str:
    time.sleep(seconds)
    return "done"


@router.put("/working")
@bounded(UPLOAD)
async def working() -> str:
    await anyio.sleep(0.3)
    return "done"


@router.get("/broken")
async def broken() -> str:
    try:
        await anyio.sleep(10)
    finally:
        raise RuntimeError("while being cancelled")


@router.get("/stubborn")
async def stubborn() -> str:
    try:
        await anyio.sleep(10)
    except BaseException:  # also when it is cancelled
        return "here I am"
    return "never"


@pytest.fixture
def settings() -> Settings:
    return Settings(index=Path("nowhere"), refresh_seconds=0.05, request_seconds=0.3)


@pytest.fixture
def serve() -> Callable[..., TestClient]:
    """The service with the routes above, which needs no index."""

    def make(**settings: Any) -> TestClient:
        app = create_app(Settings(index=Path("nowhere"), **settings))
        app.include_router(router)
        return TestClient(app)

    return make


def test_each_route_has_its_own_bound(serve: Callable[..., TestClient]) -> None:
    client = serve(max_upload_bytes=2 * MAX_BODY_BYTES)
    for path, most in (
        ("/small/a", 10),
        ("/usual", MAX_BODY_BYTES),
        ("/upload", 2 * MAX_BODY_BYTES),
    ):
        assert client.put(path, content=b"x" * most).json() == most
        announced = client.put(path, content=b"x" * (most + 1))
        in_pieces = client.put(path, content=iter([b"x" * most, b"x"]))
        for refused in (announced, in_pieces):
            assert refused.status_code == 413
            assert refused.json()["code"] == "content-too-large"
            assert str(most) in refused.json()["detail"]


def test_upload_bound_is_a_setting_in_any_unit(
    serve: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICY_SEARCH_MAX_UPLOAD_BYTES", "2KiB")
    client = serve()
    assert client.put("/upload", content=b"x" * 2048).status_code == 200
    assert client.put("/upload", content=b"x" * 2049).status_code == 413


def test_answer_that_takes_too_long_is_503(serve: Callable[..., TestClient]) -> None:
    client = serve(request_seconds=1.0)
    assert client.get("/asleep?seconds=0").json() == "rested"
    started = time.perf_counter()
    late = client.get("/asleep?seconds=30", headers={"X-Request-ID": "r1"})
    assert time.perf_counter() - started < 10
    assert (late.status_code, late.json()["code"]) == (503, "timeout")
    assert late.headers["Content-Type"] == "application/problem+json"
    assert late.json()["request_id"] == late.headers["X-Request-ID"] == "r1"
    assert late.headers["Retry-After"]
    assert "1 s" in late.json()["detail"]


def test_upload_takes_as_long_as_it_takes(serve: Callable[..., TestClient]) -> None:
    assert serve(request_seconds=0.05).put("/working").json() == "done"


def test_failure_after_the_time_is_over_is_logged_and_not_answered_twice(
    serve: Callable[..., TestClient], caplog: pytest.LogCaptureFixture
) -> None:
    late = serve(request_seconds=0.05).get("/broken")
    assert late.json()["code"] == "timeout"
    assert "while being cancelled" in caplog.text


class Wire:
    """An ASGI request whose body comes at a pace of its own."""

    def __init__(self, app: Any, method: str, path: str) -> None:
        self.app = app
        self.scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "path": path.partition("?")[0], "raw_path": path.encode(), "root_path": "",
            "query_string": path.partition("?")[2].encode(), "headers": [], "scheme": "http",
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        self.sent: list[tuple[float, Any]] = []
        self.began = time.perf_counter()

    def run(self, pieces: list[tuple[float, bytes]], *, ends: bool) -> int:
        """Send `pieces`, each after so many seconds; the status of the answer."""
        waiting = iter(pieces)

        async def receive() -> Any:
            piece = next(waiting, None)
            if piece is None:
                if not ends:
                    await anyio.sleep_forever()
                return {"type": "http.request", "body": b"", "more_body": False}
            await anyio.sleep(piece[0])
            return {"type": "http.request", "body": piece[1], "more_body": True}

        async def send(message: Any) -> None:
            self.sent.append((time.perf_counter() - self.began, message))

        anyio.run(self.app, self.scope, receive, send)
        return int(self.sent[0][1]["status"])


def test_body_that_does_not_come_is_408(serve: Callable[..., TestClient]) -> None:
    wire = Wire(serve(body_seconds=0.1).app, "PUT", "/usual")
    assert wire.run([(0, b"x")], ends=False) == 408
    assert wire.sent[0][0] < 5
    assert (b"connection", b"close") in wire.sent[0][1]["headers"]
    assert b'"code":"request-timeout"' in wire.sent[1][1]["body"]
    assert b"1 bytes of the body had arrived" in wire.sent[1][1]["body"]


def test_body_that_trickles_is_408(serve: Callable[..., TestClient]) -> None:
    wire = Wire(serve(body_seconds=0.3).app, "PUT", "/usual")
    assert wire.run([(0.05, b"x")] * 200, ends=True) == 408
    assert wire.sent[0][0] < 3


def test_large_body_that_keeps_coming_is_waited_for(serve: Callable[..., TestClient]) -> None:
    wire = Wire(serve(body_seconds=0.2, request_seconds=0.2).app, "PUT", "/usual")
    assert wire.run([(0.1, b"x" * 16384)] * 6, ends=True) == 200
    assert wire.sent[0][0] > 0.6, "waiting for the body is not the handler's time"


def test_answer_after_the_time_is_over_is_dropped(serve: Callable[..., TestClient]) -> None:
    wire = Wire(serve(request_seconds=0.05).app, "GET", "/stubborn")
    assert wire.run([], ends=True) == 503
    assert len(wire.sent) == 2
    assert b'"code":"timeout"' in wire.sent[1][1]["body"]


def test_busy_thread_is_answered_for_at_once(serve: Callable[..., TestClient]) -> None:
    wire = Wire(serve(request_seconds=0.1).app, "GET", "/busy?seconds=1.0")
    assert wire.run([], ends=True) == 503
    assert wire.sent[0][0] < 0.8
    assert [message["type"] for _, message in wire.sent] == [
        "http.response.start",
        "http.response.body",
    ]


def test_search_that_takes_too_long_is_503_and_the_next_is_answered(
    client: Any, index: Any
) -> None:
    go_on = threading.Event()
    plain = index.search

    def search(query: Any) -> Any:
        if query.q == "slow":
            go_on.wait(10)
        return plain(query)

    index.search = search
    threading.Timer(0.7, go_on.set).start()
    late = client.get("/v1/search?q=slow")
    assert (late.status_code, late.json()["code"]) == (503, "timeout")
    assert go_on.wait(10)
    assert client.get("/v1/search?q=leave").status_code == 200
