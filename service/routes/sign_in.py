"""`/sign-in`, `/sign-out`: a person's key, kept in the browser's cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from service.access.access import Access
from service.access.guard import PageRoute
from service.access.session import forget_key, is_same_origin, keep_key
from service.errors import ForeignOriginError, KeyInvalidError, KeyMissingError
from service.web.links import local_path
from service.web.rendering import HEADERS, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_Next = Annotated[str, Form(alias="next", max_length=4096)]


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/") -> Response:
    """The form that takes a key."""
    return render(request, "sign_in.html", next=local_path(next), invalid=False)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    key: Annotated[str, Form(max_length=1000)] = "",
    next_: _Next = "/",
    remember: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Keep a good key, and go on to the page that was asked for.

    Only the form of this site may do so: a foreign one could sign a person in as somebody else.
    """
    access: Access = request.app.state.access
    target = local_path(next_)
    if not is_same_origin(request.scope):
        raise ForeignOriginError
    try:
        await access.caller(request.scope, key.strip())
    except (KeyInvalidError, KeyMissingError):
        return render(request, "sign_in.html", 401, next=target, invalid=True)
    response = RedirectResponse(target, 303, headers=HEADERS)
    secure = access.is_https(request.scope)
    keep_key(response, key.strip(), secure=secure, remember=bool(remember))
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Take the key out of the browser, and what it kept of the pages."""
    access: Access = request.app.state.access
    if not is_same_origin(request.scope):
        raise ForeignOriginError
    response = RedirectResponse("/sign-in", 303, headers={**HEADERS, "Clear-Site-Data": '"cache"'})
    forget_key(response, secure=access.is_https(request.scope))
    return response
