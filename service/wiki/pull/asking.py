"""Requests to a wiki: bounded in size and time, asked again where it has no time, never elsewhere.

A redirect to another host is refused: what was asked for comes from the wiki or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from indexer.limits import MIB
from service import package_version
from service.client.flow import pause_after
from service.errors import WikiError

_ATTEMPTS = 5
_LONGEST_PAUSE = 60.0
_MOST_REDIRECTS = 5
_ASKED_AGAIN = (429, 500, 502, 503, 504)
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Bounds:
    """`seconds`: for a connection or the next piece of an answer; `total_seconds`: for a whole
    answer; `most_bytes`: its size, unpacked."""

    seconds: float = 30.0
    total_seconds: float = 300.0
    most_bytes: int = 64 * MIB


class Asking:
    """The connection to one wiki; keeps its cookies."""

    def __init__(
        self,
        url: str,
        bounds: Bounds | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base = _checked(url)
        self._bounds = bounds or Bounds()
        self._sleep = sleep
        self._http = httpx.Client(
            transport=transport,
            timeout=self._bounds.seconds,
            headers={"User-Agent": f"policy-search/{package_version()} (import of wiki pages)"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    @property
    def is_readable_by_others(self) -> bool:
        """Whether a password sent there crosses a network unencrypted."""
        loopback = self.base.host in ("localhost", "127.0.0.1", "::1")
        return self.base.scheme == "http" and not loopback

    def pause(self, seconds: float) -> None:
        self._sleep(min(seconds, _LONGEST_PAUSE))

    def get(self, url: httpx.URL, params: Mapping[str, Any] | None = None) -> httpx.Response:
        """The answer to a GET. Raises `WikiError` unless it is a success."""
        asked = url if params is None else url.copy_merge_params(params)
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._answer("GET", asked)
            if response.status_code not in _REDIRECTS:
                return _successful(response)
            asked = self._next(asked, response)
        raise WikiError(f"{url}: more than {_MOST_REDIRECTS} redirects")

    def post(self, url: httpx.URL, **content: Any) -> httpx.Response:
        """The answer to a POST, which follows no redirect: it may carry a password."""
        response = self._answer("POST", url, **content)
        if response.status_code in _REDIRECTS:
            where = response.headers.get("location", "elsewhere")
            raise WikiError(f"{url} redirects to {where}: give that wiki's address itself")
        return _successful(response)

    def _answer(self, method: str, url: httpx.URL, **content: Any) -> httpx.Response:
        for attempt in range(_ATTEMPTS):
            last = attempt + 1 == _ATTEMPTS
            try:
                response = self._read(method, url, **content)
            except httpx.HTTPError as error:
                if last:
                    reason = str(error) or type(error).__name__
                    raise WikiError(f"{_shown(url)} cannot be reached: {reason}") from error
                self.pause(0.5 * 2.0**attempt)
                continue
            if response.status_code not in _ASKED_AGAIN or last:
                return response
            self.pause(pause_after(response, attempt))
        raise AssertionError("unreachable")

    def _read(self, method: str, url: httpx.URL, **content: Any) -> httpx.Response:
        """One answer, read piece by piece so that it cannot be larger or slower than allowed."""
        ends = time.monotonic() + self._bounds.total_seconds
        with self._http.stream(method, url, **content) as response:
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > self._bounds.most_bytes:
                    most = f"{self._bounds.most_bytes:,}"
                    raise WikiError(f"{_shown(url)} answers with more than {most} bytes")
                if time.monotonic() > ends:
                    raise WikiError(f"{_shown(url)} takes too long to answer")
            headers = [
                (name, value)
                for name, value in response.headers.multi_items()
                if name.lower() not in ("content-encoding", "content-length")
            ]
            return httpx.Response(
                response.status_code, headers=headers, content=bytes(body), request=response.request
            )

    def _next(self, asked: httpx.URL, response: httpx.Response) -> httpx.URL:
        try:
            following = asked.join(response.headers.get("location", ""))
        except httpx.InvalidURL as error:
            raise WikiError(f"{_shown(asked)} redirects to no address") from error
        same = following.host == asked.host and following.userinfo == b""
        ports = (asked.port, following.port)
        upgraded = (asked.scheme, following.scheme) == ("http", "https") and ports == (None, None)
        if not same or not (
            upgraded or (asked.scheme == following.scheme and ports[0] == ports[1])
        ):
            raise WikiError(
                f"{_shown(asked)} redirects to {_shown(following)}, another host: give that wiki's "
                "address itself, if it is the one that is meant"
            )
        return following


def _checked(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL as error:
        raise WikiError(f"{text!r} is no address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise WikiError(f"{text!r} is no address of a wiki; expected one with https:// or http://")
    if url.userinfo:
        raise WikiError("the address holds a user or password: give --user, and the password by "
                        "--password-env")  # fmt: skip
    return url.copy_with(query=None, fragment=None)


def _successful(response: httpx.Response) -> httpx.Response:
    if not response.is_success:
        raise WikiError(f"{_shown(response.url)} answers {response.status_code}")
    return response


def _shown(url: httpx.URL) -> str:
    """An address without what was asked of it, which may be long or nobody's business."""
    return str(url.copy_with(query=None, fragment=None))
