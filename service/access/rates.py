"""How often a key or an address may ask: moving windows, counted in memory."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItem, parse_many
from limits.strategies import MovingWindowRateLimiter

from service.access.windows import BoundedWindows
from service.errors import RateLimitedError

MOST_REQUESTS = 100_000
LONGEST_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` requests in any `seconds`."""

    item: RateLimitItem

    def __str__(self) -> str:
        item = self.item
        unit = item.GRANULARITY.name
        span = unit if item.multiples == 1 else f"{item.multiples} {unit}s"
        return f"{item.amount} request{'s' if item.amount > 1 else ''} per {span}"


def parse_rate(text: str) -> Rate | None:
    """`600/minute`, `10 per 5 seconds` → a rate; `off` → `None`. Raises `ValueError`."""
    if text.strip().lower() == "off":
        return None
    try:
        (item,) = parse_many(text)
    except ValueError:
        raise ValueError("a rate reads like 600/minute, 10/second, or off") from None
    if not 1 <= item.amount <= MOST_REQUESTS or not 1 <= item.get_expiry() <= LONGEST_SECONDS:
        raise ValueError(
            f"a rate allows 1 to {MOST_REQUESTS} requests in at most a day, or it is off"
        )
    return Rate(item)


class Counter:
    """Counts the requests of each name against one rate, or nothing where there is none.

    `limit` is what the `RateLimitedError` calls the rate.
    """

    def __init__(
        self, rate: str, clock: Callable[[], float] = time.monotonic, limit: str = "key"
    ) -> None:
        self._rate = parse_rate(rate)
        self._limit = limit
        self._clock = clock
        self.windows = BoundedWindows(clock)
        self._limiter = MovingWindowRateLimiter(self.windows)

    def count(self, name: str, who: str) -> None:
        """One more request of a name. Raises `RateLimitedError`, which calls the name `who`."""
        if self._rate is None or self._limiter.hit(self._rate.item, name):
            return
        free_at = self._limiter.get_window_stats(self._rate.item, name).reset_time
        wait = max(1, math.ceil(free_at - self._clock()))
        raise RateLimitedError(who, str(self._rate), wait, self._limit)
