"""Making a base of a generation: its columns, its vectors, and which rows hold which words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.base.codes import write_codes
from indexer.base.folder import (
    BaseFolder,
    Columns,
    Description,
    write_columns,
    write_description,
)
from indexer.base.part import kind_for, new_index, sample_size
from indexer.base.record import BaseRecord
from indexer.base.rows import RowFile, Vectors
from indexer.errors import IndexDamagedError
from indexer.lexical.postings import write_postings
from indexer.schema import live
from indexer.store import STORED, vectors_from

Keys = NDArray[np.int64]
Tell = Callable[[str, int, int], None]
WritePostings = Callable[[sqlite3.Connection, Keys, Path, Tell], None]
STAGE = "arranging"
_AT_ONCE = 20_000
"""Rows in memory at a time."""


def build_base(
    db: sqlite3.Connection,
    folder: Path,
    generation: int,
    covers: int,
    dimension: int,
    tell: Tell,
    encoder: str = "",
    postings: WritePostings = write_postings,
) -> BaseRecord:
    """Writes the base of all passages with keys up to `covers` that a generation sees.

    Reads in short transactions: another process may publish, and remove passages, meanwhile.

    Args:
        db: a connection of its own, outside of a transaction.
        folder: does not exist yet; without its `base.json`, written last, it is unfinished.
        encoder: the digest of the fingerprint of what made the vectors.
        postings: writes which rows hold which words.
    """
    folder.mkdir(parents=True)
    files = BaseFolder(folder)
    columns, languages = _columns_of(db, generation, covers)
    write_columns(files, columns)
    total = len(columns.passage_keys)
    steps = _Steps(tell, 3 * total)
    ends = _write_rows(db, files.rows, columns.passage_keys, dimension, steps)
    kinds = {}
    rows = RowFile(files.rows, dimension)
    try:
        slices = (rows.slice(at, min(at + _AT_ONCE, total)) for at in range(0, total, _AT_ONCE))
        write_codes(slices, ends, files.ends, files.codes)
        for code, language in enumerate(languages):
            own = np.flatnonzero(columns.languages == code)
            index = _index_of(rows, own, steps)
            faiss.write_index(index, str(files.vectors(code)))
            kinds[language] = kind_for(len(own), dimension)
            del index
    finally:
        rows.close()
    _write_postings(db, columns.passage_keys, files.postings, steps, postings)
    description = Description(covers, total, dimension, encoder, languages, kinds)
    write_description(files, description)
    return BaseRecord(folder.name.removesuffix(".new"), covers, total, kinds)


class _Steps:
    """Tells one stage's progress, in rows handled, whatever is done with them."""

    def __init__(self, tell: Tell, total: int) -> None:
        self._tell, self._done, self._total = tell, 0, total
        tell(STAGE, 0, total)

    def done(self, rows: int) -> None:
        self._done = min(self._total, self._done + rows)
        self._tell(STAGE, self._done, self._total)


def _columns_of(
    db: sqlite3.Connection, generation: int, covers: int
) -> tuple[Columns, tuple[str, ...]]:
    """The passages' columns, and the languages' names."""
    found = db.execute(
        "SELECT passages.key, passages.clause_key, clauses.version_key, clauses.lang "
        "FROM passages JOIN clauses ON clauses.key = passages.clause_key "
        f"WHERE passages.key <= :covers AND {live('passages')} ORDER BY passages.key",
        {"generation": generation, "covers": covers},
    )
    numbers: dict[str, int] = {}
    parts = []
    while batch := found.fetchmany(_AT_ONCE):
        rows = [(row[0], row[1], row[2], numbers.setdefault(row[3], len(numbers))) for row in batch]
        parts.append(np.array(rows, np.int64))
    table = np.concatenate(parts) if parts else np.empty((0, 4), np.int64)
    version_keys, versions = np.unique(table[:, 2], return_inverse=True)
    names = sorted(numbers)
    codes = np.empty(len(numbers), np.int16)
    for place, name in enumerate(names):
        codes[numbers[name]] = place
    columns = Columns(
        np.ascontiguousarray(table[:, 0]),
        np.ascontiguousarray(table[:, 1]),
        versions.astype(np.int32),
        codes[table[:, 3]],
        version_keys,
    )
    return columns, tuple(names)


def _write_rows(
    db: sqlite3.Connection, path: Path, keys: Keys, dimension: int, steps: _Steps
) -> Vectors:
    """Returns the least and the greatest of each dimension, shape (2, dimension)."""
    least = np.full(dimension, np.inf, np.float32)
    greatest = -least
    with path.open("wb") as file:
        for part in _parts(keys):
            low, high = int(part[0]), int(part[-1])
            found = dict(
                db.execute(
                    "SELECT passages.key, vectors.vector FROM passages JOIN vectors "
                    "ON vectors.hash = passages.vector_hash WHERE passages.key BETWEEN ? AND ?",
                    (low, high),
                )
            )
            # A passage that was removed meanwhile: no search will give it.
            nothing = bytes(STORED.itemsize * dimension)
            try:
                vectors = vectors_from(
                    [found.get(key, nothing) for key in part.tolist()], dimension
                )
            except ValueError as error:
                raise IndexDamagedError(
                    f"the store's vectors of passages {low} to {high} are not all of "
                    f"{dimension} dimensions; rebuild with `policy-search index`"
                ) from error
            least = np.minimum(least, vectors.min(axis=0))
            greatest = np.maximum(greatest, vectors.max(axis=0))
            file.write(vectors.astype("<f2").tobytes())
            steps.done(len(part))
    return np.asarray([least, greatest], np.float32)


def _index_of(rows: RowFile, own: NDArray[np.intp], steps: _Steps) -> faiss.Index:
    """The index of one language's rows."""
    wanted = sample_size(len(own))
    chosen = np.sort(np.random.default_rng(1).choice(own, wanted, replace=False))
    sample = np.empty((wanted, rows.dimension), np.float32)
    for start in range(0, wanted, _AT_ONCE):
        part = chosen[start : start + _AT_ONCE]
        sample[start : start + len(part)] = rows.read(part)
    index = new_index(len(own), rows.dimension, sample)
    del sample
    for part in _parts(own):
        index.add(rows.read(part))
        steps.done(len(part))
    return index


def _write_postings(
    db: sqlite3.Connection,
    keys: Keys,
    folder: Path,
    steps: _Steps,
    write: WritePostings,
) -> None:
    told = 0

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal told
        now = len(keys) * done // max(total, 1)
        steps.done(max(0, now - told))
        told = max(told, now)

    write(db, keys, folder, tell)


def _parts(array: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    return (array[start : start + _AT_ONCE] for start in range(0, len(array), _AT_ONCE))
