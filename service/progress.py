"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_SECONDS_BETWEEN_LINES = 5.0


class Reporter(Protocol):
    """Called with a stage's name, the number done, the total, and how far a long item is."""

    def __call__(self, stage: str, done: int, total: int, detail: str = "") -> None: ...


@contextmanager
def progress_reporter() -> Iterator[Reporter]:
    """A reporter that writes to standard error for as long as the context lasts."""
    if sys.stderr.isatty():
        with _bars() as reporter:
            yield reporter
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Reporter]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(),
        TimeRemainingColumn(), TextColumn("{task.fields[detail]}", markup=False),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int, detail: str = "") -> None:
            if not total:
                return
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, detail="")
            bars.update(tasks[stage], completed=done, total=total, detail=detail)

        yield report


def _lines() -> Reporter:
    """Says a stage's progress every few seconds, and nothing for a stage that is over sooner."""
    last: dict[str, float] = {}

    def report(stage: str, done: int, total: int, detail: str = "") -> None:
        now = time.monotonic()
        if stage not in last:
            last[stage] = now
        elif now - last[stage] >= _SECONDS_BETWEEN_LINES and total:
            last[stage] = now
            at_hand = f" ({detail})" if detail else ""
            print(f"{stage}: {done} of {total}{at_hand}", file=sys.stderr, flush=True)

    return report
