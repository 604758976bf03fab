"""One size after the other: an index is made, answered from exactly, asked, changed, and served."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from indexer.base.compacting import compact
from indexer.publishing import Progress
from service.bench import service as served
from service.bench.levels import measure
from service.bench.load import percentile
from service.bench.questions import search_target
from service.bench.scale.answering import DEPTH, Answering, Task, Timing
from service.bench.scale.exact import exact_answers, recall
from service.bench.scale.filling import Filled, disk_usage, fill
from service.bench.scale.filters import as_filter, filters_of
from service.bench.scale.keeping import kept_or_filled, what_is_made
from service.bench.scale.policies import Maker
from service.bench.scale.source import Source
from service.bench.scale.vectors import Vectors
from service.errors import BenchError
from service.settings import Settings

_FIRST_ADDED = 9_000_000
"""Number of the first policy that is added: above those that an index is made of."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured at every size.

    `searches`: how many are timed with each filter, at least. `adding`: how often clauses are added
    and removed.
    `serve_seconds`: how long the service is asked over HTTP; 0: not at all.
    """

    settings: Settings
    source: Source
    questions: tuple[str, ...]
    vectors: Vectors
    seed: int
    searches: int
    adding: int
    serve_seconds: float


@dataclass(frozen=True, slots=True)
class Service:
    """`policy-search serve` over HTTP, one client: the question is encoded, too."""

    ready_seconds: float | None
    p50: float
    p95: float
    peak_bytes: int | None


@dataclass(frozen=True, slots=True)
class Size:
    """The figures of one size. `recall` by the filter's name; `allowed`: passages that it leaves.

    `flat_p50` and `flat_p95`: milliseconds of an exact flat index over the same vectors.
    `bytes_on_disk`: after clauses were added and removed; before, a generation that is about to go
    may still lie beside the published one.
    """

    clauses: int
    filled: Filled
    answering: Answering
    recall: dict[str, float]
    allowed: dict[str, int]
    flat_p50: float
    flat_p95: float
    bytes_on_disk: int
    service: Service | None
    service_failure: str | None = None
    """Why the service could not be measured; what else was, in an hour perhaps, stays."""


def measure_size(plan: Plan, clauses: int, root: Path, tell: Progress) -> Size:
    """Makes an index of so many clauses in a folder, unless it is kept there, and measures it."""
    filled = kept_or_filled(
        root,
        what_is_made(clauses, plan.seed, plan.settings.index),
        lambda: fill(root, plan.source, Maker(plan.source, plan.seed), clauses, tell),
    )
    compact(root, tell)  # a kept index may have a base that an older version wrote
    langs = [passages.lang for passages in plan.source.languages]
    filters = filters_of(filled.policies, langs)
    records = {name: as_filter(given) for name, given in filters.items()}
    exact = exact_answers(root, plan.vectors, records, DEPTH, tell)
    vectors = root.with_name(root.name + "-questions.npy")
    np.save(vectors, plan.vectors)
    try:
        task = Task(
            index=str(root),
            questions=plan.questions,
            vectors=str(vectors),
            filters=filters,
            searches=plan.searches,
            cache=str(plan.settings.cache),
            source=str(plan.settings.index),
            seed=plan.seed,
            numbers=tuple(range(_FIRST_ADDED, _FIRST_ADDED + plan.adding)),
        )
        tell("asking", 0, 1)
        answering = ask(task)
        tell("asking", 1, 1)
    finally:
        vectors.unlink()
    service, failure = None, None
    try:
        service = _serve(plan, root) if plan.serve_seconds else None
    except BenchError as error:
        failure = str(error)
    flat = sorted(exact.flat_ms)
    return Size(
        clauses=filled.clauses,
        filled=filled,
        answering=answering,
        recall={name: recall(answering.found[name], exact.best[name]) for name in filters},
        allowed=exact.allowed,
        flat_p50=percentile(flat, 50),
        flat_p95=percentile(flat, 95),
        bytes_on_disk=disk_usage(root),
        service=service,
        service_failure=failure,
    )


def ask(task: Task) -> Answering:
    """Does a task in a fresh process. Raises `BenchError` with its last words where it fails."""
    project = str(Path(__file__).resolve().parents[3])  # of the same packages, wherever we stand
    paths = os.pathsep.join([project, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "service.bench.scale.answering"],
        input=json.dumps(asdict(task)),
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    if done.returncode:
        told = (done.stderr.strip().splitlines() or ["it told nothing"])[-1]
        raise BenchError(f"{task.index}: the questions could not be asked: {told}")
    found = json.loads(done.stdout)
    found["hybrid"] = {name: Timing(**timing) for name, timing in found["hybrid"].items()}
    found["semantic"] = Timing(**found["semantic"])
    return Answering(**found)


def _serve(plan: Plan, root: Path) -> Service:
    settings = plan.settings.model_copy(update={"index": root})
    targets = [search_target(question) for question in plan.questions]
    # Few questions are asked often: each is to be encoded every time.
    more = {"QUERY_CACHE": "0"}
    with served.running(settings, served.serve_command, more) as service:
        (level,) = measure(service, targets, [1], plan.serve_seconds)
    if not level.load.answers:
        raise BenchError(f"{root}: the service gave no answer: {level.load.failures}")
    return Service(service.ready_seconds, level.load.p50, level.load.p95, level.peak_bytes)
