"""Measuring a service at one number of clients after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from service.bench.load import Job, Load, run
from service.bench.processes import Usage, load_average, usage
from service.bench.service import Running


@dataclass(frozen=True, slots=True)
class Level:
    """One number of clients: what they saw, and what the server used meanwhile.

    `cpu_seconds` is of the server's processes in the measured time, `peak_bytes` their largest
    memory so far; `None` where the server is not ours to look at. `load_before`: runnable processes
    on the machine just before, averaged over a minute.
    """

    load: Load
    cpu_seconds: float | None
    peak_bytes: int | None
    load_before: float | None

    @property
    def cpu_ms(self) -> float | None:
        """Milliseconds of processor time for an answer."""
        if self.cpu_seconds is None or not self.load.answers:
            return None
        return 1000 * self.cpu_seconds / self.load.answers


def measure(
    service: Running,
    targets: Sequence[str],
    clients: Sequence[int],
    seconds: float,
    *,
    warm_seconds: float = 1.0,
    tell: Callable[[int], object] = lambda clients: None,
) -> Iterator[Level]:
    """Ask the targets in turn, by so many clients at once for so many seconds each.

    `tell` is called with each number of clients before it is measured.
    """
    for count in clients:
        tell(count)
        before = load_average()
        marks: list[Usage | None] = []

        def mark(marks: list[Usage | None] = marks) -> None:
            marks.append(usage(service.pid) if service.pid else None)

        job = Job(service.url, tuple(targets), count, seconds, warm_seconds, service.headers)
        load = run(job, mark)
        mark()
        began, ended = marks
        known = began is not None and ended is not None
        yield Level(
            load,
            ended.cpu_seconds - began.cpu_seconds if began and ended else None,
            ended.peak_bytes if known and ended else None,
            before,
        )
