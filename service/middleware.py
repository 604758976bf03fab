"""Around every request: its id, log line, metrics and span, its bounds, and the last resort.

Pure ASGI, so that responses stream and nothing is copied.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.bounds import BoundedBody, bounds_of
from service.errors import Fault, ShuttingDownError, fault_of
from service.exchange import Exchange
from service.logs import request_fields
from service.problems import problem_response, requested_path
from service.settings import Settings

if TYPE_CHECKING:
    from service.metrics import Metrics
    from service.telemetry import Tracing

REQUEST_ID_HEADER = "X-Request-ID"

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._~:+=/-]{1,128}")

logger = logging.getLogger(__name__)


class RequestMiddleware:
    """Gives each request an id: the client's `X-Request-ID` if it is sane, otherwise a new one.

    The id is in `scope["state"]["request_id"]`, in each response and in each log line. The log
    names method, path, status, duration, id and key id; never a query string, a body or a key. An
    error that nothing else has translated is logged with its traceback and answered with status
    500; where no answer has begun in time, with status 503. `HEAD` is served as `GET`; the server
    drops the body. While the service shuts down, each answer ends its connection.
    """

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app = app
        self.settings = settings
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        exchange = Exchange(inner, scope["method"], requested_path(scope), request_id)
        service = scope["app"].state
        tracing: Tracing | None = getattr(service, "tracing", None)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = request_id
                if _is_leaving(service):
                    headers["Connection"] = "close"
            await send(message)

        with request_fields(request_id=request_id):
            try:
                with tracing.request(exchange) if tracing else nullcontext():
                    await self._handled(inner, receive, send_with_id, exchange)
            finally:
                seconds = time.perf_counter() - started
                self.metrics.answered(exchange, seconds)
                _log(exchange, seconds)

    async def _handled(
        self, scope: Scope, receive: Receive, send: Send, exchange: Exchange
    ) -> None:
        try:
            await self._in_time(scope, receive, send)
        except asyncio.CancelledError:
            if exchange.status or not _is_leaving(scope["app"].state):
                raise
            # `service.server` cuts off what takes too long to finish.
            error = ShuttingDownError("The service ends, and this took too long. Ask again.")
            await problem_response(scope, fault_of(error))(scope, receive, send)
        except Exception as error:
            logger.exception("unexpected error", extra={"request_id": exchange.request_id})
            if exchange.status:
                raise  # Half a response is out: the server has to break the connection.
            await problem_response(scope, fault_of(error))(scope, receive, send)

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; where no answer has begun in time, answer in its place and cancel it.

        A thread cannot be cancelled: it is answered for at once and goes on until it is done.
        """
        body = BoundedBody(scope, receive, self.settings)
        began = anyio.current_time()
        begun = late = watched = False
        failure: Exception | None = None

        async def send_unless_late(message: Message) -> None:
            nonlocal begun
            if not late:
                begun = True
                await send(message)

        async def watch() -> None:
            nonlocal late
            seconds = self.settings.request_seconds
            while (left := began + seconds + body.waited - anyio.current_time()) > 0:
                await anyio.sleep(left)
            if begun or not bounds_of(scope).timed:
                return
            late = True
            await problem_response(scope, _timeout(seconds))(scope, receive, send)
            handling.cancel()

        def begin_watching() -> None:
            nonlocal watched
            watched = True
            tasks.start_soon(watch)

        async with anyio.create_task_group() as tasks:
            # Hardly a request lasts so long that somebody has to watch it.
            loop = asyncio.get_running_loop()
            due = loop.call_later(self.settings.request_seconds, begin_watching)
            with anyio.CancelScope() as handling:
                try:
                    await self.app(scope, body, send_unless_late)
                except Exception as error:
                    failure = error
                finally:
                    due.cancel()
            if watched and not late:
                tasks.cancel_scope.cancel()
        if failure is not None:
            if late:
                logger.warning("failed after its time was over", exc_info=failure)
            else:
                raise failure


def _is_leaving(service: Any) -> bool:
    return bool(getattr(getattr(service, "runtime", None), "leaving", False))


def _log(exchange: Exchange, seconds: float) -> None:
    fields = {
        "method": exchange.method,
        "path": exchange.path,
        "status": exchange.status,
        "duration_ms": round(seconds * 1000, 1),
        "request_id": exchange.request_id,
    }
    found = {"key_id": exchange.key_id, "code": exchange.code}
    fields |= {name: value for name, value in found.items() if value is not None}
    logger.info("request", extra=fields)


def _timeout(seconds: float) -> Fault:
    detail = f"No answer was found within {seconds:g} s. Try again, or ask for less."
    return Fault(503, "timeout", "The answer took too long", detail)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if _SANE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
