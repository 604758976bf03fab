"""How long the stages of a search took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: when it began, on the clock of `time.perf_counter`, and how long it took."""

    name: str
    began: float
    seconds: float


class StageTimer:
    """Tells the stages of one search apart: each ends where the next begins."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = clock()
        self._stages: list[Stage] = []

    def done(self, name: str) -> None:
        """The stage that ends here is the one of this name."""
        now = self._clock()
        self._stages.append(Stage(name, self._began, now - self._began))
        self._began = now

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages so far, in their order."""
        return tuple(self._stages)
