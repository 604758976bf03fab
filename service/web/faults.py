"""Errors as pages, where a person asked for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.responses import Response

from service.access.session import COOKIE, has_cookie, is_from_elsewhere
from service.web.interface import TABLES
from service.web.rendering import render

if TYPE_CHECKING:
    from starlette.types import Scope

    from service.errors import Fault

_API = ("/v1/", "/static/")


def wants_page(scope: Scope) -> bool:
    """Whether the error of a request is to be a page.

    That is where a page was asked for, unless only JSON is accepted, or a browser (which accepts
    HTML by name) asked for what is not there; never below `/v1/`.
    """
    accepted = HTTPConnection(scope).headers.get("accept", "*/*").lower()
    if getattr(scope.get("route"), "is_page", False):
        return "text/html" in accepted or "*/*" in accepted
    return (
        scope.get("route") is None
        and scope["method"] == "GET"
        and "text/html" in accepted
        and not scope["path"].startswith(_API)
    )


def fault_page(scope: Scope, fault: Fault, headers: Mapping[str, str] | None = None) -> Response:
    """A fault as a page. Without a key it is the form that takes one.

    A link on another site brings a signed-in person here without their `Strict` cookie: the page
    then only leads to itself, which the browser sees as our own doing.
    """
    request = HTTPConnection(scope)
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    part = "part" in request.query_params
    if fault.status == 401 and not part:
        arrived = fault.code == "key-missing" and is_from_elsewhere(scope)
        template = "arrived.html" if arrived else "sign_in.html"
        values = {"next": address, "invalid": fault.code == "key-invalid" and has_cookie(scope)}
        response = render(request, template, 401, **values)
    else:
        template = "_fault.html" if part else "fault.html"
        status = fault.status if f"fault.{fault.status}" in TABLES["en"] else None
        told = f"fault.{status}.lead" in TABLES["en"]
        detail = "" if told else fault.detail
        if fault.status in (403, 503):  # what is awaited, and what is missing, is worth saying
            detail = fault.detail
        if fault.code == "foreign-origin":  # about no key
            status, told = None, False
        request_id = scope.get("state", {}).get("request_id", "")
        response = render(
            request,
            template,
            fault.status,
            kind=status,
            told=told,
            detail=detail,
            request_id=request_id,
            address=address,
        )
    response.headers.update(headers or {})
    if fault.status == 401 and fault.code == "key-invalid":
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response
