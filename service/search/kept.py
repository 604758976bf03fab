"""What was made of clauses lately, kept at hand within bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_CHARACTERS = 500_000
"""Of the texts that one view of an index keeps at hand for one purpose."""
OVERHEAD = 1_000
"""Characters that an entry counts for beside its text: small ones take memory too."""


class Kept(Generic[K, V]):
    """Values by their keys; beyond `most` characters those used longest ago go. Thread-safe."""

    def __init__(self, characters: Callable[[K, V], int], most: int = MOST_CHARACTERS) -> None:
        """`characters` of an entry's text."""
        self._characters = characters
        self._most = most
        self._held = 0
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, keys: Iterable[K], make: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """The values of keys; `make` gives those that are not at hand, or that there are of them.

        Whatever `make` raises is raised here, and nothing is kept of it.
        """
        found: dict[K, V] = {}
        missing: list[K] = []
        with self._lock:
            for key in keys:
                if key in self._values:
                    self._values.move_to_end(key)
                    found[key] = self._values[key]
                else:
                    missing.append(key)
        if missing:
            made = make(missing)
            found.update(made)
            self._keep(made)
        return found

    def _keep(self, made: Mapping[K, V]) -> None:
        with self._lock:
            for key, value in made.items():
                if key not in self._values:
                    self._held += self._size(key, value)
                    self._values[key] = value
            while self._held > self._most:
                self._held -= self._size(*self._values.popitem(last=False))

    def _size(self, key: K, value: V) -> int:
        return OVERHEAD + self._characters(key, value)
