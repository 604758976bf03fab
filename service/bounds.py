"""How large and how slow a request may be, by the route that it asks for.

@router.put("/v1/policies/{policy_id}")
@bounded(UPLOAD)
async def put_policy(…): ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

if TYPE_CHECKING:
    from service.settings import Settings

MAX_BODY_BYTES = 1 << 20
LEAST_BYTES_PER_SECOND = 16 * 1024
"""A large body that arrives no slower than this is waited for (128 kbit/s)."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a route accepts. `max_body`: bytes, or the name of the setting that tells them."""

    max_body: int | str = MAX_BODY_BYTES
    timed: bool = True
    """Whether an answer has to begin within `request_seconds`."""

    def body_bytes(self, settings: Settings) -> int:
        """Most bytes of a body."""
        return self.max_body if isinstance(self.max_body, int) else getattr(settings, self.max_body)


JSON = Bounds()
UPLOAD = Bounds("max_upload_bytes", timed=False)


def bounded(bounds: Bounds) -> Callable[[Endpoint], Endpoint]:
    """Gives an endpoint other bounds than `JSON`; stands below the route's own decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.bounds = bounds  # type: ignore[attr-defined]
        return endpoint

    return mark


def bounds_of(scope: Scope) -> Bounds:
    """The bounds of the route that a request was found to ask for."""
    bounds: Bounds = getattr(scope.get("endpoint"), "bounds", JSON)
    return bounds


class BoundedBody:
    """The `receive` of a request, which refuses a body that is too large or too slow.

    Too large is refused as soon as it is known, announced or not. The route is known only when
    its handler begins to read, so its bounds are looked up in `scope` then.
    """

    def __init__(self, scope: Scope, receive: Receive, settings: Settings) -> None:
        self._scope = scope
        self._receive = receive
        self._settings = settings
        self._announced = Headers(scope=scope).get("content-length", "")
        self._received = 0
        self._whole = False
        self._waited = 0.0
        self._waiting_since: float | None = None

    @property
    def waited(self) -> float:
        """Seconds spent waiting for the body: no fault of the one who handles it."""
        since = self._waiting_since
        return self._waited + (anyio.current_time() - since if since is not None else 0.0)

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        most = bounds_of(self._scope).body_bytes(self._settings)
        if self._announced.isdecimal() and int(self._announced) > most:
            raise _too_large(most)
        message = await self._awaited()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._received > most:
                raise _too_large(most)
        return message

    async def _awaited(self) -> Message:
        allowed = self._settings.body_seconds + self._received / LEAST_BYTES_PER_SECOND
        left = max(0.0, allowed - self._waited)
        self._waiting_since = anyio.current_time()
        try:
            with anyio.fail_after(left):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(
                408,
                f"After {allowed:.0f} s, {self._received} bytes of the body had arrived. "
                "Send the whole request at once.",
                {"Connection": "close"},
            ) from None
        finally:
            self._waited, self._waiting_since = self.waited, None


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {most} bytes, the most accepted.")
