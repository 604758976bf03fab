"""A fresh process that opens an index, answers questions, and adds clauses to it.

`python -m service.bench.scale.answering` reads a `Task` as JSON from standard input, and writes an
`Answering` as JSON to standard output. A search of FAISS takes one thread, and vectors of the
questions are given.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from service.bench.load import percentile

if TYPE_CHECKING:
    from service.bench.scale.filters import Given
    from service.bench.scale.given import GivenVectors
    from service.search.live import LiveIndex
    from service.search.records import Mode, SearchFilter
    from service.search.searcher import Searcher

T = TypeVar("T")
WARM = 10
"""Questions that are asked before the clock runs, with each filter."""
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Task:
    """What to ask of an index. `vectors`: a file of the questions' vectors, shape (n, dimension).

    `filters`: fields of `SearchFilter` by a name. `source`, `seed` and `numbers` make the policies
    that are added and removed again, one after the other.
    """

    index: str
    questions: tuple[str, ...]
    vectors: str
    filters: Mapping[str, Given]
    searches: int
    """That are timed with each filter, at least: few questions are asked several times."""
    cache: str
    source: str
    seed: int
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of searches. `hits`: on average."""

    p50: float
    p95: float
    mean: float
    hits: float


@dataclass(frozen=True, slots=True)
class Answering:
    """What the process saw. Timings and keys of the found clauses by the filter's name.

    `peak_bytes`: its largest resident set (VmHWM) when all questions were answered;
    `opened_bytes` when the index was open; `bare_bytes` before.
    """

    open_seconds: float
    first_ms: float
    passages: int
    hybrid: dict[str, Timing]
    semantic: Timing
    found: dict[str, list[list[int]]]
    bare_bytes: int
    opened_bytes: int
    peak_bytes: int
    adding_seconds: list[float]
    removing_seconds: list[float]
    adding_peak_bytes: int


def answer(task: Task) -> Answering:
    """Does the whole task."""
    import faiss

    from service.bench.scale.filters import as_filter
    from service.bench.scale.given import GivenVectors
    from service.search.live import LiveIndex
    from service.search.records import SearchFilter, SearchQuery

    faiss.omp_set_num_threads(1)
    vectors = dict(zip(task.questions, np.load(task.vectors), strict=True))
    encoder = GivenVectors(_fingerprint(task.index), vectors)
    filters = {name: as_filter(given) for name, given in task.filters.items()}
    bare = peak_bytes()
    began = time.perf_counter()
    live = LiveIndex(Path(task.index), encoder.as_encoder())
    opened, opened_bytes = time.perf_counter() - began, peak_bytes()
    try:
        searcher = make_searcher(task, live, encoder)
        began = time.perf_counter()
        searcher.search(SearchQuery(task.questions[0]))
        first = time.perf_counter() - began
        hybrid = {name: _timing(searcher, task, left) for name, left in filters.items()}
        semantic = _timing(searcher, task, SearchFilter(), "semantic")
        peak = peak_bytes()
        found = {name: _found(searcher, task, left) for name, left in filters.items()}
        passages = live.snapshot.passage_count
        changes = _changes(task, live, searcher, encoder, vectors)
    finally:
        live.close()
    return Answering(
        open_seconds=opened,
        first_ms=1000 * first,
        passages=passages,
        hybrid=hybrid,
        semantic=semantic,
        found=found,
        bare_bytes=bare,
        opened_bytes=opened_bytes,
        peak_bytes=peak,
        adding_seconds=[added for added, _ in changes],
        removing_seconds=[removed for _, removed in changes],
        adding_peak_bytes=peak_bytes(),
    )


def make_searcher(task: Task, live: LiveIndex, encoder: GivenVectors) -> Searcher:
    """The search as the service makes it."""
    from service.runtime import make_searcher
    from service.settings import Settings

    settings = Settings(index=Path(task.index), cache=Path(task.cache), query_cache=0)
    return make_searcher(settings, live, encoder.as_encoder())


def peak_bytes() -> int:
    """This process's largest resident set so far; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((1024 * int(x.split()[1]) for x in lines if x.startswith("VmHWM:")), 0)


def timing(milliseconds: list[float], hits: list[int]) -> Timing:
    """Times of searches, and how many hits each had, as one record."""
    ordered = sorted(milliseconds)
    return Timing(
        p50=percentile(ordered, 50),
        p95=percentile(ordered, 95),
        mean=sum(ordered) / len(ordered),
        hits=sum(hits) / len(hits),
    )


def _timing(
    searcher: Searcher, task: Task, restriction: SearchFilter, mode: Mode = "hybrid"
) -> Timing:
    from service.search.records import SearchQuery

    queries = [SearchQuery(q, DEPTH, mode=mode, filter=restriction) for q in task.questions]
    for query in queries[:WARM]:
        searcher.search(query)
    taken, hits = [], []
    for query in queries * -(-task.searches // len(queries)):
        seconds, result = clocked(lambda query=query: searcher.search(query))  # type: ignore[misc]
        taken.append(1000 * seconds)
        hits.append(len(result.hits))
    return timing(taken, hits)


def clocked(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that a call takes, and what it gives."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def _changes(
    task: Task,
    live: LiveIndex,
    searcher: Searcher,
    encoder: GivenVectors,
    vectors: dict[str, Any],
) -> list[tuple[float, float]]:
    """Seconds of adding and of removing each policy."""
    from service.bench.scale.adding import CLAUSES, add_and_remove
    from service.bench.scale.policies import Maker
    from service.bench.scale.source import read_source

    if not task.numbers:
        return []
    maker = Maker(read_source(Path(task.source)), task.seed)
    made = [maker.policy(number, count=CLAUSES)[0] for number in task.numbers]
    root = Path(task.index)
    return [add_and_remove(root, one, live, searcher, encoder, vectors) for one in made]


def _found(searcher: Searcher, task: Task, restriction: SearchFilter) -> list[list[int]]:
    """The clauses that the semantic leg finds, best first, by the store's keys."""
    from service.search.records import SearchQuery

    found = []
    for question in task.questions:
        query = SearchQuery(question, mode="semantic", language_balance="off", filter=restriction)
        found.append(searcher.ranking(query)[1].clauses[:DEPTH].tolist())
    return found


def _fingerprint(index: str) -> Any:
    from indexer.directory import IndexDirectory, read_manifest

    return read_manifest(IndexDirectory(Path(index))).encoder


def main() -> None:
    """The process: a task from standard input, what it saw to standard output."""
    given = json.load(sys.stdin)
    given |= {"questions": tuple(given["questions"]), "numbers": tuple(given["numbers"])}
    print(json.dumps(asdict(answer(Task(**given)))), flush=True)


if __name__ == "__main__":
    main()
