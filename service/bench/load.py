"""The load generator: so many clients, each asking its next question when it has its answer.

It runs in a process of its own (`python -m service.bench.load`), so that it takes no time from the
one that watches. It reads a `Job` as JSON from standard input, writes the line `measuring` when the
warm-up is over, and at last the `Load` as JSON.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from service.bench.connection import Connection
from service.errors import BenchError

PAUSE_AFTER_FAILURE = 0.05
"""Seconds. A server that refuses at once must not be asked in a hot loop."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to ask of whom, and for how long. `targets`: path and query of each request."""

    url: str
    targets: tuple[str, ...]
    clients: int
    seconds: float
    warm_seconds: float = 1.0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw. Latencies in milliseconds, of the answers with status 200 alone.

    `failures`: how often each other status or error came. `client_cpu_seconds`: what the load
    generator itself took.
    """

    clients: int
    seconds: float
    answers: int
    p50: float
    p95: float
    p99: float
    mean: float
    failures: dict[str, int]
    client_cpu_seconds: float

    @property
    def throughput(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds if self.seconds else 0.0


def run(job: Job, on_start: Callable[[], object] = lambda: None) -> Load:
    """Run a job in a process of its own. `on_start` is called when the warm-up is over.

    Raises `BenchError` when the load generator itself fails.
    """
    command = [sys.executable, "-m", "service.bench.load"]
    root = str(Path(__file__).resolve().parents[2])  # of the same packages, wherever we stand
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,  # Ctrl-C comes to us, and we end it
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with child.stdin as given:
            json.dump(asdict(job), given)
        if child.stdout.readline().strip() == "measuring":
            on_start()
            result = child.stdout.read()
            if child.wait() == 0:
                return Load(**json.loads(result))
        raise BenchError(f"the load generator ended with code {child.wait()}")
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        child.stdout.close()


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The least value that so many percent do not exceed (nearest rank); NaN of nothing."""
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


async def generate(job: Job, on_start: Callable[[], object]) -> Load:
    """Ask for the warm-up, then for the seconds that count; every question in turn."""
    connections = [Connection(job.url, job.headers) for _ in range(job.clients)]
    requests = [connections[0].request(target) for target in job.targets]
    turn = 0

    async def ask(
        connection: Connection, until: float, seen: list[float], bad: Counter[str]
    ) -> None:
        nonlocal turn
        while time.perf_counter() < until:
            request = requests[turn % len(requests)]
            turn += 1
            began = time.perf_counter()
            try:
                status, _ = await connection.send(request)
            except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
                status = 0
                bad[type(error).__name__] += 1
            if status == 200:
                seen.append(time.perf_counter() - began)
                continue
            if status:
                bad[str(status)] += 1
            await asyncio.sleep(PAUSE_AFTER_FAILURE)

    async def phase(seconds: float) -> tuple[list[float], Counter[str]]:
        seen: list[float] = []
        bad: Counter[str] = Counter()
        until = time.perf_counter() + seconds
        await asyncio.gather(*(ask(connection, until, seen, bad) for connection in connections))
        return seen, bad

    await phase(job.warm_seconds)
    on_start()
    began, cpu = time.perf_counter(), time.process_time()
    seen, bad = await phase(job.seconds)
    # To the last answer, not to the end of the time: the requests under way count as well.
    took = time.perf_counter() - began
    for connection in connections:
        connection.close()
    ordered = [1000 * seconds for seconds in sorted(seen)]
    return Load(
        clients=job.clients,
        seconds=took,
        answers=len(ordered),
        p50=percentile(ordered, 50),
        p95=percentile(ordered, 95),
        p99=percentile(ordered, 99),
        mean=sum(ordered) / len(ordered) if ordered else math.nan,
        failures=dict(bad),
        client_cpu_seconds=time.process_time() - cpu,
    )


def main() -> None:
    """The process: a job from standard input, its load to standard output."""
    job = Job(**json.load(sys.stdin))
    load = asyncio.run(generate(job, lambda: print("measuring", flush=True)))
    print(json.dumps(asdict(load)), flush=True)


if __name__ == "__main__":
    main()
