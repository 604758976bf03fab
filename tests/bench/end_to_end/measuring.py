"""Measuring one system after the other, and the parts beside them."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from indexer.records import Clause
from service.bench.levels import Level, measure
from service.bench.processes import free_port, load_average, started, wait_until
from service.bench.service import Running
from service.errors import BenchError
from tests.bench.end_to_end.corpus import Data, Quality, export_clauses, judge
from tests.bench.end_to_end.running import Asking, figures_of, seconds_of
from tests.bench.end_to_end.systems import PARTS, PLAIN_SCRIPT, PYTHON, System

READY_SECONDS = 300.0
_FIRST = "How do I cancel my account?"
_TRIED_CLIENTS = (1, 16)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one system did; with `failure`, why it did not, and the rest is empty."""

    name: str
    label: str
    failure: str | None = None
    ready_seconds: float | None = None
    quality: Quality | None = None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A figure of a part: ours and the plain pipeline's where it has one; less is better unless
    `more_is_better`."""

    name: str
    unit: str
    ours: float
    plain: float | None
    load_before: float | None
    more_is_better: bool = False


def say(line: str) -> None:
    """Progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def measure_system(
    system: System,
    data: Data,
    clauses: list[Clause],
    asked: Sequence[str],
    clients: Sequence[int],
    seconds: float,
    work: Path,
) -> Measured:
    """Index, serve, judge, and load one system. What goes wrong is its `failure`."""
    if system.missing:
        say(f"{system.label}: {system.missing}")
        return Measured(system.name, system.label, system.missing)
    try:
        index(system, work)
        with serving(system, work) as (service, ready):
            asking = Asking(service.url)
            quality = judge(
                clauses, data.questions, lambda q: system.ids(asking.get(system.target(q)))
            )
            asking.close()
            targets = [system.target(question) for question in asked]
            levels = []
            for level in measure(service, targets, clients, seconds, warm_seconds=2.0):
                say(
                    f"{system.label}: {level.load.clients} clients, "
                    f"{level.load.throughput:.1f} answers/s, p50 {level.load.p50:.1f} ms"
                )
                levels.append(level)
            return Measured(system.name, system.label, None, ready, quality, tuple(levels))
    except (BenchError, OSError, KeyError, ValueError) as error:
        say(f"{system.label}: {error}")
        return Measured(system.name, system.label, str(error).splitlines()[-1])


def index(system: System, work: Path) -> None:
    """Index the clauses, unless this was done already. Raises `BenchError`."""
    done = work / f"{system.name}.indexed"
    if system.index is None or done.exists():
        return
    say(f"{system.label}: indexing")
    shutil.rmtree(system.out, ignore_errors=True)  # of another run
    figures = figures_of(system.index, work / f"{system.name}-index.log", system.variables)
    done.write_text(json.dumps(figures), "utf-8")


@contextmanager
def serving(system: System, work: Path) -> Iterator[tuple[Running, float]]:
    """Serves a system; gives how to ask it, and seconds from its start to its first answer."""
    port = free_port()
    log = work / f"{system.name}-serve.log"
    began = time.perf_counter()
    with started(system.serve(port), log, system.variables) as process:
        url = f"http://127.0.0.1:{port}"
        first = system.ready or system.target(_FIRST)
        wait_until(process, url + first, log, READY_SECONDS, {})
        ready = time.perf_counter() - began
        yield Running(url, {}, process.pid), ready


def choose(
    ways: Sequence[System], asked: Sequence[str], seconds: float, work: Path
) -> tuple[int, list[str]]:
    """Which way to run a system has the best throughput over one and many clients together.

    Gives its place among the ways, and what each of them did. Raises `BenchError`.
    """
    found: list[float] = []
    told = []
    for system in ways:
        index(system, work)
        with serving(system, work) as (service, _):
            targets = [system.target(question) for question in asked]
            levels = list(measure(service, targets, _TRIED_CLIENTS, seconds))
        one, many = (level.load.throughput for level in levels)
        found.append(one * many)
        told.append(f"{system.setting}: {one:.1f} answers/s for 1 client, {many:.1f} for 16")
        say(f"{system.label}, {told[-1]}")
    return found.index(max(found)), told


def encoder_part(asked: Sequence[str], rounds: int, work: Path) -> list[Part]:
    """One question encoded in process, by either; torch with its better number of threads."""
    file = work / "asked.json"
    file.write_text(json.dumps(list(asked)), "utf-8")
    before = load_average()
    say("encoding alone")
    command = [PYTHON, PARTS, "encode"]
    log, model = work / "encode.log", str(work / "model")
    ours = figures_of([*command, "ours", str(file), str(rounds)], log)
    threads = ("0", "1")  # as torch decides, and one
    tried = [figures_of([*command, model, str(file), str(rounds), n], log) for n in threads]
    sides = [ours, min(tried, key=lambda figures: float(figures["p50"]))]
    names = {"p50": "encoding one question, p50", "p95": "encoding one question, p95"}
    return [Part(name, "ms", sides[0][key], sides[1][key], before) for key, name in names.items()]


def indexing_parts(data: Data, work: Path) -> list[Part]:
    """Clauses a second of all the policies: ours from files, the plain pipeline's from clauses."""
    before = load_average()
    out = work / "many"
    shutil.rmtree(out, ignore_errors=True)
    say("indexing speed")
    files = [str(file) for file in data.many]
    ours = figures_of([PYTHON, PARTS, "index", str(out), *files], work / "many.log")
    clauses = work / "many.jsonl"
    kept = len(export_clauses(out, clauses))
    command = [PYTHON, PLAIN_SCRIPT, "index", str(work / "model"), str(clauses)]
    plainly = figures_of([*command, str(work / "many-plain")], work / "many.log")
    rate = kept / plainly["seconds"]
    told = f"indexing {len(files)} policies, {kept} clauses with text"
    return [
        Part(f"{told}: all of it", "clauses/s", kept / ours["seconds"], rate, before, True),
        Part(
            "— embedding alone", "clauses/s", kept / ours["embedding_seconds"], rate, before, True
        ),
    ]


def start_parts(service: System, reference: System, work: Path, rounds: int) -> list[Part]:
    """Cold starts of both servers, and the command with and without a running service."""
    before = load_average()
    say("starts")
    starts: dict[str, list[float]] = {service.name: [], reference.name: []}
    for _ in range(rounds):
        for system in (service, reference):
            with serving(system, work) as (_, ready):
                starts[system.name].append(ready)
    index_ = str(work / "ours")
    log = work / "command.log"
    search = [PYTHON, "-m", "service.cli", "search", _FIRST, "--index", index_]
    alone = median(seconds_of(search, log) for _ in range(rounds))
    with serving(service, work) as (running, _):
        ask = [PYTHON, PARTS, "ask", running.url, _FIRST]
        through = median(seconds_of(ask, log) for _ in range(rounds))
        asking = Asking(running.url)
        asked = []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            asking.get(service.target(_FIRST))
            asked.append(time.perf_counter() - began)
    ours, theirs = (median(starts[name]) for name in (service.name, reference.name))
    return [
        Part("start of the server to its first answer", "s", ours, theirs, before),
        Part("`policy-search search`, alone", "s", alone, None, before),
        Part("Python client in a new process, running service", "s", through, None, before),
        Part("the same question over a kept connection", "ms", 1000 * min(asked), None, before),
    ]
