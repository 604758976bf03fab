"""The service behind a real server and socket: what only the wire shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from models import Encoder
from service.app import create_app
from service.settings import Settings
from tests.support.server import address_of, serving


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """A service whose encoder never finishes loading until the end: it listens all the same."""
    finish = threading.Event()

    def load(settings: Settings) -> Encoder:
        finish.wait(60)
        raise RuntimeError("never mind")

    app = create_app(Settings(index=Path("nowhere"), refresh_seconds=3600), load=load)
    with serving(app) as url:
        try:
            yield address_of(url)
        finally:
            finish.set()


def request(address: tuple[str, int], method: str, target: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(*address, timeout=10)
    try:
        connection.request(method, target)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_health_is_answered_while_the_encoder_is_being_loaded(address: tuple[str, int]) -> None:
    response, body = request(address, "GET", "/healthz")
    assert (response.status, body) == (200, b'{"status":"ok"}')
    response, body = request(address, "GET", "/readyz")
    assert response.status == 503
    assert b"the encoder is being loaded" in body


def test_head_has_the_headers_of_get_and_no_body(address: tuple[str, int]) -> None:
    response, body = request(address, "HEAD", "/healthz")
    assert (response.status, body) == (200, b"")
    assert response.headers["X-Request-ID"]


@pytest.mark.parametrize("target", ["/v1/nothing/%E5%9B%9B%23%2F?q=secret", "/%00", "/a%0Ab"])
def test_instance_is_the_path_as_sent(address: tuple[str, int], target: str) -> None:
    response, body = request(address, "GET", target)
    assert response.status == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert f'"instance":"{target.split("?", maxsplit=1)[0]}"'.encode() in body
    assert b"secret" not in body
