"""An app behind a real server and socket, for as long as a test needs it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn


@contextmanager
def serving(app: Any, **options: Any) -> Iterator[str]:
    """Serves an ASGI app on a free port of this machine; gives its URL.

    `options` are uvicorn's. Its logging is left alone: it would stay changed after the test.
    """
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, **options))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


def address_of(url: str) -> tuple[str, int]:
    """Host and port of a URL, for a plain connection."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port
