"""The load generator: it counts what clients saw, and nothing else."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from service.bench.connection import Connection
from service.bench.load import Job, Load, generate, percentile


class Answering(BaseHTTPRequestHandler):
    """Answers each path in its own way, and remembers who asked what."""

    protocol_version = "HTTP/1.1"
    clients: set[int]
    asked: Counter[str]
    headers_seen: list[str | None]

    def do_GET(self) -> None:
        self.clients.add(self.client_address[1])
        self.asked[self.path] += 1
        self.headers_seen.append(self.headers["Authorization"])
        if self.path == "/slow":
            time.sleep(0.05)
        self.send_response(429 if self.path == "/refused" else 200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
            return
        body = b"0123456789"
        if self.path == "/last":
            self.send_header("Connection", "close")
            self.close_connection = True
        if self.path != "/unmeasured":
            self.send_header("Content-Length", str(len(body)))
        else:
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def answering() -> Iterator[tuple[str, type[Answering]]]:
    kind = type("Remembering", (Answering,), {})
    kind.clients, kind.asked, kind.headers_seen = set(), Counter(), []
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", kind
        finally:
            server.shutdown()
            thread.join(10)


def load(url: str, *targets: str, clients: int = 1, seconds: float = 0.2) -> Load:
    job = Job(url, targets, clients, seconds, warm_seconds=0.02, headers={"Authorization": "key"})
    return asyncio.run(generate(job, lambda: None))


def test_each_client_keeps_its_connection_and_questions_are_asked_in_turn() -> None:
    with answering() as (url, seen):
        found = load(url, "/a", "/b", "/c", clients=3)
    assert found.answers > 10
    assert found.failures == {}
    assert len(seen.clients) == 3
    assert set(seen.asked) == {"/a", "/b", "/c"}
    assert max(seen.asked.values()) - min(seen.asked.values()) <= 1
    assert set(seen.headers_seen) == {"key"}


def test_the_warm_up_does_not_count_and_what_is_under_way_at_the_end_does() -> None:
    with answering() as (url, seen):
        began: list[int] = []
        job = Job(url, ("/slow",), 2, 0.12, warm_seconds=0.06)
        found = asyncio.run(generate(job, lambda: began.append(seen.asked["/slow"])))
    assert began[0] >= 2, "the warm-up asked nothing"
    assert found.answers == seen.asked["/slow"] - began[0]
    assert found.seconds >= 0.15, "three answers of 50 ms, the last of them after the time"
    assert found.p50 >= 50


def test_a_refusal_is_told_and_is_no_answer() -> None:
    with answering() as (url, _):
        found = load(url, "/a", "/refused")
    assert set(found.failures) == {"429"}
    assert abs(found.answers - found.failures["429"]) <= 2


def test_a_server_that_is_not_there_is_told() -> None:
    with answering() as (url, _):
        pass
    found = load(url, "/a", clients=2, seconds=0.1)
    assert (found.answers, set(found.failures)) == (0, {"ConnectionRefusedError"})
    assert sum(found.failures.values()) < 20, "asked in a hot loop"
    assert math.isnan(found.p50)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/plain", b"0123456789"),
        ("/chunked", b"abcdefg"),
        ("/last", b"0123456789"),
        ("/unmeasured", b"0123456789"),
    ],
)
def test_however_an_answer_ends_the_next_is_read_from_its_beginning(path: str, body: bytes) -> None:
    async def ask(url: str) -> list[tuple[int, bytes]]:
        connection = Connection(url)
        found = [await connection.send(connection.request(p)) for p in (path, "/next")]
        connection.close()
        return found

    with answering() as (url, _):
        assert asyncio.run(ask(url)) == [(200, body), (200, b"0123456789")]


def test_a_path_in_the_url_goes_before_every_target() -> None:
    request = Connection("http://search.example:81/policies/").request("/v1/search?q=a")
    assert request.startswith(
        b"GET /policies/v1/search?q=a HTTP/1.1\r\nHost: search.example:81\r\n"
    )


def test_percentiles_are_values_that_were_seen() -> None:
    hundred = [float(value) for value in range(1, 101)]
    assert [percentile(hundred, p) for p in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 99) == 7
    assert percentile([1.0, 2.0], 50) == 1
    assert math.isnan(percentile([], 50))
