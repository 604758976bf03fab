"""Clients that take their time, over a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import Encoder
from service.app import create_app
from service.connections import impatient_protocol
from service.settings import Settings
from tests.support.server import address_of, serving

PATIENCE = 0.4


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """A service without an index that waits `PATIENCE` seconds for a request."""
    finish = threading.Event()

    def load(settings: Settings) -> Encoder:
        finish.wait(60)
        raise RuntimeError("never mind")

    settings = Settings(index=Path("nowhere"), refresh_seconds=3600, body_seconds=PATIENCE)
    app = create_app(settings, load=load)
    with serving(app, http=impatient_protocol(PATIENCE)) as url:
        try:
            yield address_of(url)
        finally:
            finish.set()


def until_closed(connection: socket.socket) -> tuple[bytes, float]:
    """What comes until the server closes, and after how many seconds it does."""
    started, received = time.perf_counter(), b""
    connection.settimeout(10)
    while piece := connection.recv(65536):
        received += piece
    return received, time.perf_counter() - started


def seconds_of_trickling(connection: socket.socket, piece: bytes) -> float:
    """Send a piece again and again until the server has closed; how long that took."""
    started = time.perf_counter()
    while (seconds := time.perf_counter() - started) < 10:
        try:
            connection.sendall(piece)
        except OSError:
            break
        time.sleep(0.05)
    return seconds


@pytest.mark.parametrize("begun", [b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: a\r\n"])
def test_headers_that_do_not_come_end_the_connection(
    address: tuple[str, int], begun: bytes
) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(begun)
        received, seconds = until_closed(connection)
    assert received == b""
    assert PATIENCE * 0.5 < seconds < 5


def test_headers_that_trickle_end_the_connection(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert seconds_of_trickling(connection, b"X: y\r\n") < 5


def test_second_request_of_a_connection_has_its_own_time(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as connection:
        for _ in range(3):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = b""
            while not answer.endswith(b'{"status":"ok"}'):
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(PATIENCE * 0.75)
        connection.sendall(b"GET /healthz HT")
        received, seconds = until_closed(connection)
    assert received == b""
    assert seconds < 5


def test_body_that_does_not_come_is_told_and_ends_the_connection(
    address: tuple[str, int],
) -> None:
    head = (
        b"POST /v1/search HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n"
    )
    with socket.create_connection(address) as connection:
        connection.sendall(head + b"{")
        received, seconds = until_closed(connection)
    assert received.startswith(b"HTTP/1.1 408")
    assert b'"code":"request-timeout"' in received
    assert seconds < 5


def test_body_that_nobody_wants_is_not_taken_for_ever(address: tuple[str, int]) -> None:
    head = b"POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
    with socket.create_connection(address) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 404")
        assert seconds_of_trickling(connection, b"x") < 5
