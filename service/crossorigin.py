"""CORS: which pages of other origins may ask, and what.

Two layers around `RequestMiddleware`. The outer one puts its headers on every answer, also on those
that `RequestMiddleware` gives itself, so that a page can read what went wrong; the inner one
answers preflights, before any key is asked for and with a request id and a line in the log.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import Fault
from service.problems import problem_response

PATHS: Final = re.compile(r"/v1/(?:search|suggest|similar|clauses/.+)")
"""What a page may ask; a key with the scope `search` alone is enough for all of it."""
PREFLIGHT_SECONDS = 3600


class CrossOriginHeaders:
    """Lets pages of the allowed origins read the answers. No cookie is ever sent or asked for."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self.app = app
        self._cors = _cors(app, origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_concerned(scope) and not _is_preflight(scope):
            await self._cors.simple_response(scope, receive, send, Headers(scope=scope))
        else:
            await self.app(scope, receive, send)


class Preflights:
    """Answers what browsers ask before a page's request."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self.app = app
        self._cors = _cors(app, origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not (_is_concerned(scope) and _is_preflight(scope)):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        response = self._cors.preflight_response(headers)
        if response.status_code != 200:
            told = {
                name: value
                for name, value in response.headers.items()
                if name == "vary" or name.startswith("access-control-")
            }
            response = problem_response(scope, _refusal(bytes(response.body).decode()), (), told)
        await response(scope, receive, send)


def _cors(app: ASGIApp, origins: tuple[str, ...]) -> CORSMiddleware:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "POST"),
        allow_headers=("Authorization", "X-API-Key", "X-Request-ID"),
        expose_headers=("Retry-After", "X-Request-ID"),
        max_age=PREFLIGHT_SECONDS,
    )


def _is_concerned(scope: Scope) -> bool:
    return scope["type"] == "http" and PATHS.fullmatch(scope["path"]) is not None


def _is_preflight(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return (
        scope["method"] == "OPTIONS"
        and "origin" in headers
        and "access-control-request-method" in headers
    )


def _refusal(said: str) -> Fault:
    detail = (
        f"{said}. Pages may ask if an operator names their origin in POLICY_SEARCH_CORS_ORIGINS; "
        "they may GET and POST, with a key in Authorization or X-API-Key."
    )
    return Fault(400, "cross-origin-refused", "A page of this origin may not ask this", detail)
