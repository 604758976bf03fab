"""How a route says what it needs, and how that is checked before anything else.

    @router.get("/v1/policies")
    def list_policies(caller: Annotated[Caller, Depends(needs("read"))]) -> PolicyList: ...

FastAPI reads and parses a body before it asks any dependency. A router of `GuardedRoute`s asks for
the caller first: a stranger's body is not even read, and nothing but 401 tells them about it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer

from service.access.access import Access
from service.access.caller import Caller
from service.access.keys import Scope
from service.errors import ScopeMissingError
from service.openapi.access import ACCESS_RESPONSES, API_KEY, BEARER
from service.openapi.parts import BODY_RESPONSES

# They name the ways to send a key in the OpenAPI document; `Access` reads the headers.
_BEARER = HTTPBearer(scheme_name="bearer", description=BEARER, auto_error=False)
_HEADER = APIKeyHeader(
    name="X-API-Key", scheme_name="apiKey", description=API_KEY, auto_error=False
)


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency that gives the `Caller`, and lets nobody pass who has none of the scopes."""

    scopes: tuple[Scope, ...]

    async def __call__(
        self,
        request: Request,
        _bearer: Annotated[object, Security(_BEARER)] = None,
        _header: Annotated[object, Security(_HEADER)] = None,
    ) -> Caller:
        return await self.admit(request)

    async def admit(self, request: Request) -> Caller:
        """The caller, found out once a request. Raises an `AccessError` or a `KeyFileError`."""
        state = request.scope.setdefault("state", {})
        if "caller" not in state:
            access: Access = request.app.state.access
            state["caller"] = await access.caller(request.scope)
        caller: Caller = state["caller"]
        if not any(caller.may(scope) for scope in self.scopes):
            raise ScopeMissingError(self.scopes, caller.scopes)
        return caller


def needs(*scopes: Scope) -> Needs:
    """What a route needs: a key with one of these scopes (`admin` is as good as any)."""
    return Needs(scopes)


class GuardedRoute(APIRoute):
    """A route that asks for the caller before it reads the body, and documents its refusals."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if needs_of(self):
            self.responses = ACCESS_RESPONSES | self.responses
        if self.body_field:
            self.responses = BODY_RESPONSES | self.responses

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, behind its needs."""
        handle = super().get_route_handler()
        needed = needs_of(self)

        async def handle_admitted(request: Request) -> Response:
            for need in needed:
                await need.admit(request)
            return await handle(request)

        return handle_admitted


class PageRoute(GuardedRoute):
    """A page for people: its errors are pages too, and no document lists it."""

    is_page = True


def needs_of(route: APIRoute) -> list[Needs]:
    """What a route asks of its callers; nothing for an open one."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [call for call in calls if isinstance(call, Needs)]
