"""Exact answers over all vectors of a store: what recall is measured against, and its price."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.directory import IndexDirectory, read_manifest
from indexer.publishing import Progress
from indexer.schema import CURRENT, live
from indexer.store import vectors_from
from indexer.store_reader import StoreReader
from service.bench.scale.vectors import Vectors
from service.search.records import SearchFilter

Keys = NDArray[np.int64]
BLOCK = 65_536
"""Vectors that are compared at a time: 100 MB of 384 numbers each."""
_SPARE = 8
"""More passages than asked for are kept: a clause may have several."""
_SELECT = (
    "SELECT passages.clause_key, clauses.lang, versions.policy_id, versions.organisation, "
    "vectors.vector FROM versions JOIN clauses ON clauses.version_key = versions.key "
    "JOIN passages ON passages.clause_key = clauses.key "
    "JOIN vectors ON vectors.hash = passages.vector_hash "
    f"WHERE versions.key IN (SELECT key FROM versions WHERE {CURRENT}) AND {live('passages')}"
)


@dataclass(frozen=True, slots=True)
class Exact:
    """The best clauses of each question under each filter, and how long a flat index takes.

    `best`: keys, shape (questions, depth), by the filter's name; -1 where there are fewer.
    `flat_ms`: for each question that was timed, a search of a flat index of all vectors (FAISS,
    inner product, one thread), added up over its blocks. `allowed`: passages that each filter
    leaves.
    """

    best: dict[str, Keys]
    flat_ms: list[float]
    allowed: dict[str, int]


def exact_answers(
    root: Path,
    questions: Vectors,
    filters: Mapping[str, SearchFilter],
    depth: int,
    tell: Progress,
    timed: int = 50,
) -> Exact:
    """Compares every question, shape (n, dimension), with every searched vector of an index."""
    import faiss

    directory = IndexDirectory(root)
    manifest = read_manifest(directory)
    best = {name: Best(len(questions), depth + _SPARE) for name in filters}
    allowed = dict.fromkeys(filters, 0)
    flat = np.zeros(min(timed, len(questions)))
    reader, done = StoreReader(directory.store), 0
    threads = faiss.omp_get_max_threads()
    try:
        with reader.connection() as db:
            for block in _blocks(db, manifest.generation, questions.shape[1]):
                faiss.omp_set_num_threads(1)
                flat += _flat_seconds(block.vectors, questions[: len(flat)], depth)
                faiss.omp_set_num_threads(threads)
                scores = questions @ block.vectors.T
                for name, restriction in filters.items():
                    rows = block.left_by(restriction)
                    allowed[name] += len(rows)
                    best[name].add(block.clauses[rows], scores[:, rows])
                done += len(block.clauses)
                tell("exact answers", done, manifest.passages)
    finally:
        reader.close()
        faiss.omp_set_num_threads(threads)
    return Exact(
        {name: found.clauses(depth) for name, found in best.items()},
        (1000 * flat).tolist(),
        allowed,
    )


def recall(found: Sequence[Sequence[int]], exact: Keys) -> float:
    """The mean over questions of the part of the exact best clauses that was found; NaN of none."""
    parts = [
        len(set(mine) & set(wanted)) / len(wanted)
        for mine, row in zip(found, exact.tolist(), strict=True)
        if (wanted := [key for key in row if key >= 0])
    ]
    return float(np.mean(parts)) if parts else float("nan")


@dataclass(frozen=True, slots=True)
class _Block:
    clauses: Keys
    langs: NDArray[np.str_]
    policies: NDArray[np.str_]
    organisations: NDArray[np.str_]
    vectors: Vectors

    def left_by(self, restriction: SearchFilter) -> NDArray[np.intp]:
        """Rows that a filter leaves."""
        kept = np.ones(len(self.clauses), bool)
        for column, values in (
            (self.langs, restriction.lang),
            (self.policies, restriction.policy_id),
            (self.organisations, restriction.organisation),
        ):
            if values:
                kept &= np.isin(column, values)
        return np.flatnonzero(kept)


class Best:
    """The best passages of each question so far."""

    def __init__(self, questions: int, depth: int) -> None:
        self._depth = depth
        self._keys = np.full((questions, 0), -1, np.int64)
        self._scores = np.empty((questions, 0), np.float32)

    def add(self, clauses: Keys, scores: Vectors) -> None:
        """Passages of these clauses, with the scores of each, shape (questions, n)."""
        if scores.shape[1] > self._depth:
            rows = np.argpartition(-scores, self._depth, axis=1)[:, : self._depth]
            keys, scores = clauses[rows], np.take_along_axis(scores, rows, 1)
        else:
            keys = np.broadcast_to(clauses, scores.shape)
        keys = np.concatenate([self._keys, keys], axis=1)
        scores = np.concatenate([self._scores, scores], axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, : self._depth]
        self._keys = np.take_along_axis(keys, order, 1)
        self._scores = np.take_along_axis(scores, order, 1)

    def clauses(self, depth: int) -> Keys:
        """Each question's best clauses, each once, best first."""
        found = np.full((len(self._keys), depth), -1, np.int64)
        for row, keys in zip(found, self._keys.tolist(), strict=True):
            once = list(dict.fromkeys(keys))[:depth]
            row[: len(once)] = once
        return found


def _blocks(db: sqlite3.Connection, generation: int, dimension: int) -> Iterator[_Block]:
    rows = db.execute(_SELECT, {"generation": generation})
    while batch := rows.fetchmany(BLOCK):
        clauses, langs, policies, organisations, vectors = zip(*batch, strict=True)
        yield _Block(
            np.array(clauses, np.int64),
            np.array(langs),
            np.array(policies),
            np.array([name or "" for name in organisations]),
            vectors_from(vectors, dimension),
        )


def _flat_seconds(vectors: Vectors, questions: Vectors, depth: int) -> NDArray[np.float64]:
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    taken = np.empty(len(questions))
    index.search(questions[:1], depth)
    for place in range(len(questions)):
        began = time.perf_counter()
        index.search(questions[place : place + 1], depth)
        taken[place] = time.perf_counter() - began
    return taken
