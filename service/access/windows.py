"""A moving window in memory for the `limits` library that stays small, however many ask.

The library's own memory storage never forgets a name, and starts a thread that walks over all of
them up to a hundred times a second.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from limits.storage import MovingWindowSupport, Storage

MOST_NAMES = 50_000
MOST_EVENTS = 1_000_000


class BoundedWindows(Storage, MovingWindowSupport):
    """The times of each name's last requests. All names have windows of the same length.

    Over `most_names` names or `most_events` requests, the names that were longest not seen are
    forgotten, as if they had asked nothing yet.
    """

    STORAGE_SCHEME = None

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        most_names: int = MOST_NAMES,
        most_events: int = MOST_EVENTS,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._most_names = most_names
        self._most_events = most_events
        self._windows: OrderedDict[str, array[float]] = OrderedDict()
        self._events = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._windows)

    @property
    def events(self) -> int:
        """Requests remembered, of all names."""
        return self._events

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Whether `amount` more requests are within the limit; if so they are counted."""
        with self._lock:
            now = self._clock()
            self._forget_passed(now - expiry)
            window = self._windows.setdefault(key, array("d"))
            self._windows.move_to_end(key)
            self._shorten(window, now - expiry)
            if len(window) + amount > limit:
                return False
            window.extend([now] * amount)
            self._events += amount
            while len(self._windows) > self._most_names or self._events > self._most_events:
                self._events -= len(self._windows.popitem(last=False)[1])
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest request of the window was made, and the number of its requests."""
        with self._lock:
            now = self._clock()
            window = self._windows.get(key, array("d"))
            first = bisect_right(window, now - expiry)
            return (window[first], len(window) - first) if first < len(window) else (now, 0)

    def get(self, key: str) -> int:
        """Requests remembered of a name."""
        return len(self._windows.get(key, ()))

    def clear(self, key: str) -> None:
        """Forget a name."""
        with self._lock:
            self._events -= len(self._windows.pop(key, ()))

    def reset(self) -> int:
        """Forget all names; returns how many there were."""
        with self._lock:
            count = len(self._windows)
            self._windows.clear()
            self._events = 0
            return count

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Not of moving windows."""
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        """Not of moving windows."""
        raise NotImplementedError

    @property
    def base_exceptions(self) -> type[Exception]:
        """What storing can fail with: nothing in particular."""
        return ValueError

    def _forget_passed(self, before: float) -> None:
        # The names are in the order of their last request, nearly: a refused one moves its name
        # too. It is enough that the front goes away.
        while self._windows:
            name, window = next(iter(self._windows.items()))
            if window and window[-1] > before:
                break
            self._events -= len(self._windows.pop(name))

    def _shorten(self, window: array[float], before: float) -> None:
        passed = bisect_right(window, before)
        del window[:passed]
        self._events -= passed
