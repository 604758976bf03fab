"""A key that a browser keeps: in a cookie, which counts only where the pages themselves ask.

The cookie is `SameSite=Strict` and unreadable to scripts. What changes something, or is sent with a
body, is asked by cookie from the same origin alone: `Sec-Fetch-Site: same-origin`, which no page
can forge, or from a browser without it an `Origin` that is the address asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

COOKIE = "policy_search_key"
REMEMBERED_SECONDS = 30 * 24 * 3600
_READING = frozenset({"GET", "HEAD"})


def cookie_key(scope: Scope) -> str | None:
    """The key in a request's cookie; `None` where there is none or another site may have asked."""
    if scope["method"] not in _READING and not is_same_origin(scope):
        return None
    return _cookie(scope) or None


def has_cookie(scope: Scope) -> bool:
    """Whether a person is signed in, with whatever key."""
    return bool(_cookie(scope))


def is_same_origin(scope: Scope) -> bool:
    """Whether a page of this very site sent the request, as far as a browser tells.

    The scheme is not compared: a proxy that ends TLS hides it.
    """
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    try:
        origin = urlsplit(headers.get("origin", ""))
    except ValueError:
        return False
    return bool(origin.netloc) and origin.netloc.lower() == headers.get("host", "").lower()


def is_from_elsewhere(scope: Scope) -> bool:
    """Whether a link on another site led here: then the browser keeps the cookie back, once."""
    headers = Headers(scope=scope)
    return (
        headers.get("sec-fetch-site") in ("cross-site", "same-site")
        and headers.get("sec-fetch-mode") == "navigate"
        and scope["method"] in _READING
    )


def keep_key(response: Response, key: str, *, secure: bool, remember: bool) -> None:
    """Put a key into the browser's cookie: for as long as it runs, or for 30 days."""
    response.set_cookie(
        COOKIE,
        key,
        max_age=REMEMBERED_SECONDS if remember else None,
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def forget_key(response: Response, *, secure: bool) -> None:
    """Take the key out of the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=secure)


def _cookie(scope: Scope) -> str:
    for line in Headers(scope=scope).getlist("cookie"):
        value = cookie_parser(line).get(COOKIE)
        if value:
            return value
    return ""
