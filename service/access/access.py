"""One service's answer to "who asks?": its keys, its rates, its trusted proxies."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers

from service.access.addresses import client_address, counted_as, parse_networks, peer_is_in
from service.access.caller import ANYBODY, Caller, caller_with
from service.access.keys import ApiKey, KeyFile
from service.access.session import cookie_key
from service.errors import KeyAmbiguousError, KeyFileError, KeyInvalidError, KeyMissingError

if TYPE_CHECKING:
    from starlette.types import Scope as ASGIScope

    from service.settings import Settings

CHECKING_THREADS = 4

logger = logging.getLogger(__name__)


class Access:
    """Says who makes a request. Making it opens nothing; the keys file may appear at any time."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        from service.access.rates import Counter

        self.keys = KeyFile(settings.keys_file, now=now, monotonic=monotonic)
        self._proxies = parse_networks(settings.trusted_proxies)
        self._per_key = Counter(settings.rate_per_key, monotonic, "key")
        self._per_address = Counter(settings.rate_per_address, monotonic, "address")
        self._failures = Counter(settings.rate_of_failures, monotonic, "failures")
        self._threads = CapacityLimiter(CHECKING_THREADS)
        self._told: str | None = None

    async def caller(self, scope: ASGIScope, key: str | None = None) -> Caller:
        """Who makes the request: the holder of the key that it carries, or of the one given here.

        Raises an `AccessError` for a request without a good key where one is needed or for one too
        many, `KeyFileError` where keys cannot be checked.
        """
        headers = Headers(scope=scope)
        peer = scope.get("client")
        address = client_address(
            peer[0] if peer else None, headers.getlist("x-forwarded-for"), self._proxies
        )
        try:
            needed = self.keys.any()
            if address and (needed or not address.is_loopback):
                self._per_address.count(counted_as(address), f"Address {address}")
            if not needed:
                return ANYBODY
            found = await self._check(carried_key(scope) if key is None else key)
        except KeyFileError as error:
            if str(error) != self._told:  # Once, not at every request.
                self._told = str(error)
                logger.error("%s", error)
            raise
        if found is None:
            if address:
                self._failures.count(counted_as(address), f"Address {address}, with invalid keys,")
            raise KeyInvalidError
        self._per_key.count(found.id, "This key")
        return caller_with(found)

    def is_https(self, scope: ASGIScope) -> bool:
        """Whether the browser speaks TLS, to the service or to a trusted proxy before it."""
        if scope.get("scheme") == "https":
            return True
        peer = scope.get("client")
        if not peer or not peer_is_in(peer[0], self._proxies):
            return False
        said = Headers(scope=scope).get("x-forwarded-proto", "")
        return said.rpartition(",")[2].strip().lower() == "https"

    async def _check(self, text: str) -> ApiKey | None:
        known = self.keys.remembered(text)
        if known is not None:
            return known
        # In a thread: a writer may hold the file for a moment.
        return await to_thread.run_sync(self.keys.check, text, limiter=self._threads)


def carried_key(scope: ASGIScope) -> str:
    """The key that a request carries in a header, else in the cookie of a person who signed in.

    Raises as `sent_key` does.
    """
    try:
        return sent_key(Headers(scope=scope))
    except KeyMissingError:
        key = cookie_key(scope)
        if key is None:
            raise
        return key


def sent_key(headers: Headers) -> str:
    """The key in a request's headers.

    Raises `KeyMissingError`, or `KeyAmbiguousError` for several that differ. Another scheme than
    Bearer (a proxy's own Basic authentication, say) is no key.
    """
    sent = {value.strip() for value in headers.getlist("x-api-key")}
    for value in headers.getlist("authorization"):
        scheme, _, credentials = value.strip().partition(" ")
        if scheme.lower() == "bearer":
            sent.add(credentials.strip())
    sent.discard("")
    if not sent:
        raise KeyMissingError
    if len(sent) > 1:
        raise KeyAmbiguousError
    return sent.pop()
