"""Around every request: its id, one line in the log, bounds in size and time, the last resort.

Pure ASGI, so that responses stream and nothing is copied.
"""

from __future__ import annotations

import logging
import re
import time
import uuid

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.bounds import BoundedBody, bounds_of
from service.errors import Fault, fault_of
from service.problems import problem_response, requested_path
from service.settings import Settings

REQUEST_ID_HEADER = "X-Request-ID"

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._~:+=/-]{1,128}")

logger = logging.getLogger(__name__)


class RequestMiddleware:
    """Gives each request an id: the client's `X-Request-ID` if it is sane, otherwise a new one.

    The id is in `scope["state"]["request_id"]`, in each response and in each log line. The log
    names method, path, status, duration and id; never a query string or a body. An error that
    nothing else has translated is logged with its traceback and answered with status 500; where no
    answer has begun in time, with status 503. `HEAD` is served as `GET`; the server drops the body.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

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

        try:
            await self._in_time(scope, receive, send_with_id)
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

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; where no answer has begun in time, answer in its place and cancel it.

        A thread cannot be cancelled: it is answered for at once and goes on until it is done.
        """
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        body = BoundedBody(inner, receive, self.settings)
        began = anyio.current_time()
        begun = late = False
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
            if begun or not bounds_of(inner).timed:
                return
            late = True
            await problem_response(scope, _timeout(seconds))(scope, receive, send)
            handling.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            with anyio.CancelScope() as handling:
                try:
                    await self.app(inner, body, send_unless_late)
                except Exception as error:
                    failure = error
            if not late:
                tasks.cancel_scope.cancel()
        if failure is not None:
            if late:
                logger.warning("failed after its time was over", exc_info=failure)
            else:
                raise failure


def _timeout(seconds: float) -> Fault:
    detail = f"No answer was found within {seconds:g} s. Try again, or ask for less."
    return Fault(503, "timeout", "The answer took too long", detail)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if _SANE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
