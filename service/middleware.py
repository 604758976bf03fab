"""Around every request: its id, one line in the log, a bounded body, and the last resort.

Pure ASGI, so that responses stream and nothing is copied.
"""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import fault_of
from service.problems import problem_response, requested_path

REQUEST_ID_HEADER = "X-Request-ID"
MAX_BODY_BYTES = 1 << 20

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._~:+=/-]{1,128}")

logger = logging.getLogger(__name__)


class RequestMiddleware:
    """Gives each request an id: the client's `X-Request-ID` if it is sane, otherwise a new one.

    The id is in `scope["state"]["request_id"]`, in each response and in each log line. The log
    names method, path, status, duration and id; never a query string or a body. An error that
    nothing else has translated is logged with its traceback and answered with status 500.
    `HEAD` is served as `GET`; the server drops the body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        try:
            await self.app(inner, _bounded(scope, receive), send_with_id)
        except Exception as error:
            logger.exception("unexpected error, request_id=%s", request_id)
            if status:
                raise  # Half a response is out: the server has to break the connection.
            await problem_response(scope, fault_of(error))(scope, receive, send_with_id)
        finally:
            logger.info(
                "%s %s %d %.1fms request_id=%s",
                scope["method"],
                requested_path(scope),
                status,
                (time.perf_counter() - started) * 1000,
                request_id,
            )


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if _SANE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """`receive` that refuses a body of more than `MAX_BODY_BYTES`, announced or not."""
    announced = Headers(scope=scope).get("content-length", "")
    received = 0

    async def bounded() -> Message:
        nonlocal received
        if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
            raise _too_large()
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise _too_large()
        return message

    return bounded


def _too_large() -> HTTPException:
    return HTTPException(413, f"The body is larger than {MAX_BODY_BYTES} bytes, the most accepted.")
