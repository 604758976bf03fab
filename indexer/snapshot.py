"""One published generation of an index, opened for reading."""

from __future__ import annotations

import json
import logging
import queue
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.directory import IndexDirectory, Manifest, read_manifest
from indexer.errors import EncoderMismatchError, GenerationGoneError, IndexDamagedError
from indexer.lexical.search import KeywordQuery, keyword_scores
from indexer.records import Clause, Remark
from indexer.rows import (
    CLAUSE_COLUMNS,
    CLAUSES,
    POLICY_COLUMNS,
    PolicyRecord,
    clause_from,
    policy_from,
    remarks_from,
)
from indexer.store import LIVE, live, read_vectors
from indexer.vectors import Keys, VectorIndex
from models import Fingerprint

_log = logging.getLogger(__name__)


class StoreReader:
    """Read-only connections to one store, shared by threads; each is used by one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._closed = False
        if not path.is_file():
            raise IndexDamagedError(f"{path}: missing; rebuild with `policy-search index`")

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        try:
            db = self._free.get_nowait()
        except queue.Empty:
            db = self._open()
        try:
            yield db
        finally:
            if self._closed:
                db.close()
            else:
                self._free.put(db)

    def close(self) -> None:
        self._closed = True
        with suppress(queue.Empty):
            while True:
                self._free.get_nowait().close()

    def _open(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(
                f"{self._path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            db.execute("SELECT 1 FROM versions LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            raise IndexDamagedError(
                f"{self._path}: cannot be opened ({error}); rebuild with `policy-search index`"
            ) from error
        return db


class Snapshot:
    """A generation, whole and unchanging. Thread-safe."""

    def __init__(self, manifest: Manifest, reader: StoreReader, vectors: VectorIndex) -> None:
        self.manifest = manifest
        self.vectors = vectors
        self._reader = reader
        self._parameters: dict[str, object] = {"generation": manifest.generation}
        with reader.connection() as db:
            rows = db.execute(
                "SELECT passages.key, passages.clause_key, clauses.lang, versions.policy_id "
                "FROM passages JOIN clauses ON clauses.key = passages.clause_key "
                "JOIN versions ON versions.key = clauses.version_key "
                f"WHERE {live('passages')} ORDER BY passages.key",
                self._parameters,
            ).fetchall()
            policies = db.execute(
                f"SELECT {POLICY_COLUMNS} FROM versions WHERE {LIVE} ORDER BY policy_id",
                self._parameters,
            ).fetchall()
        self._policies = {record.id: record for record in map(policy_from, policies)}
        self._passage_keys: Keys = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        self._clause_keys: Keys = np.fromiter((row[1] for row in rows), np.int64, len(rows))
        self._langs = np.array([row[2] for row in rows], dtype=object)
        names, codes = np.unique(self._langs.astype(str), return_inverse=True)
        self._language_codes: NDArray[np.intp] = codes
        self.keys_by_language: dict[str, Keys] = {
            str(name): self._passage_keys[codes == code] for code, name in enumerate(names)
        }
        self._policy_ids = np.array([row[3] for row in rows], dtype=object)

    @property
    def generation(self) -> int:
        return self.manifest.generation

    @property
    def fingerprint(self) -> Fingerprint:
        return self.manifest.encoder

    @property
    def built_at(self) -> str:
        return self.manifest.built_at

    @property
    def policy_count(self) -> int:
        return self.manifest.policies

    @property
    def clause_count(self) -> int:
        return self.manifest.clauses

    @property
    def passage_count(self) -> int:
        return self.manifest.passages

    def passage_keys(
        self, langs: Sequence[str] = (), policy_ids: Sequence[str] = ()
    ) -> Keys | None:
        """The passages that a filter allows, shape (n,); `None` where it allows all."""
        allowed: NDArray[np.bool_] | None = None
        for values, column in ((langs, self._langs), (policy_ids, self._policy_ids)):
            if values:
                matching = np.isin(column, np.array(list(values), dtype=object))
                allowed = matching if allowed is None else allowed & matching
        return None if allowed is None else self._passage_keys[allowed]

    def clause_keys_of(self, passage_keys: Keys) -> Keys:
        """The clauses that passages belong to, in the same order, shape (n,)."""
        return self._clause_keys[np.searchsorted(self._passage_keys, passage_keys)]

    def languages_of(self, passage_keys: Keys) -> NDArray[np.intp]:
        """A number for the language of each passage, the same for the same language."""
        return self._language_codes[np.searchsorted(self._passage_keys, passage_keys)]

    def keyword_scores(
        self, query: KeywordQuery, depth: int, allowed: Keys | None = None
    ) -> dict[int, float]:
        """Passage keys with the part of the question's words that they hold, in [0, 1]."""
        condition, values = live("passages"), dict(self._parameters)
        if allowed is not None:
            condition += " AND passages.key IN (SELECT value FROM json_each(:allowed))"
            values["allowed"] = json.dumps(allowed.tolist())
        with self._reader.connection() as db:
            return keyword_scores(db, query, self.passage_count, depth, condition, values)

    def clauses_by_key(self, keys: Sequence[int]) -> dict[int, Clause]:
        """Clauses by the store's own keys. Raises `GenerationGoneError` where one is missing."""
        marks = ",".join("?" * len(keys))
        with self._reader.connection() as db:
            rows = db.execute(
                f"SELECT clauses.key, {CLAUSE_COLUMNS} FROM {CLAUSES} "
                f"WHERE clauses.key IN ({marks})",
                list(keys),
            ).fetchall()
        self._check_present(len(rows), keys)
        return {row[0]: clause_from(row[1:]) for row in rows}

    def clause_ids(self, keys: Sequence[int]) -> dict[int, str]:
        """Only the ids of clauses. Raises `GenerationGoneError` where one is missing."""
        marks = ",".join("?" * len(keys))
        with self._reader.connection() as db:
            ids = dict(
                db.execute(f"SELECT key, id FROM clauses WHERE key IN ({marks})", list(keys))
            )
        self._check_present(len(ids), keys)
        return ids

    def _check_present(self, found: int, keys: Sequence[int]) -> None:
        if found < len(set(keys)):
            raise GenerationGoneError(
                f"generation {self.generation} is gone from the store: newer ones were published; "
                "refresh the index"
            )

    def policies(self) -> list[PolicyRecord]:
        """All policies, by id."""
        return list(self._policies.values())

    def policy(self, policy_id: str) -> PolicyRecord | None:
        return self._policies.get(policy_id)

    def policy_of(self, clause: Clause) -> PolicyRecord:
        """The policy that a clause of this generation belongs to."""
        return self._policies[clause.policy_id]

    def source(self, policy_id: str) -> str | None:
        """The stored text that the spans of a policy's clauses refer to."""
        with self._reader.connection() as db:
            row = db.execute(
                f"SELECT source FROM versions WHERE policy_id = :policy AND {LIVE}",
                self._parameters | {"policy": policy_id},
            ).fetchone()
        return str(row[0]) if row else None

    def remarks(self, policy_id: str) -> tuple[Remark, ...]:
        """What is to be known of how a policy was read; none for an unknown policy."""
        with self._reader.connection() as db:
            row = db.execute(
                f"SELECT remarks FROM versions WHERE policy_id = :policy AND {LIVE}",
                self._parameters | {"policy": policy_id},
            ).fetchone()
        return remarks_from(row[0]) if row else ()

    def clauses(self, policy_id: str) -> list[Clause]:
        """A policy's clauses in reading order; none for an unknown policy."""
        return self._select_clauses(
            "versions.policy_id = :value ORDER BY clauses.ordinal", policy_id
        )

    def clause(self, clause_id: str) -> Clause | None:
        found = self._select_clauses("clauses.id = :value", clause_id)
        return found[0] if found else None

    def children(self, clause_id: str) -> list[Clause]:
        """The clauses directly under one, in reading order."""
        return self._select_clauses(
            "clauses.parent_id = :value ORDER BY clauses.ordinal", clause_id
        )

    def _select_clauses(self, condition: str, value: str) -> list[Clause]:
        with self._reader.connection() as db:
            rows = db.execute(
                f"SELECT {CLAUSE_COLUMNS} FROM {CLAUSES} WHERE {live('versions')} AND {condition}",
                self._parameters | {"value": value},
            ).fetchall()
        return [clause_from(row) for row in rows]


def open_snapshot(
    directory: IndexDirectory, fingerprint: Fingerprint, reader: StoreReader
) -> Snapshot:
    """Opens the published generation for searching with the encoder of the given fingerprint.

    Raises `IndexMissingError`, `IndexDamagedError`, or `EncoderMismatchError` for an index that
    another encoder built: its vectors mean something else, so it is never searched.
    """
    manifest = read_manifest(directory)
    built = manifest.encoder
    if built.digest != fingerprint.digest:
        raise EncoderMismatchError(
            f"{directory.root}: index built with {built.model} ({built.short}), but "
            f"{fingerprint.model} ({fingerprint.short}) is loaded: rebuild with "
            "`policy-search index`, or set POLICY_SEARCH_MODEL to the model it was built with"
        )
    try:
        return Snapshot(manifest, reader, _open_vectors(directory, manifest, reader))
    except (IndexDamagedError, sqlite3.DatabaseError) as error:
        if read_manifest(directory) != manifest:  # newer ones were published meanwhile
            return open_snapshot(directory, fingerprint, reader)
        if isinstance(error, IndexDamagedError):
            raise
        raise IndexDamagedError(
            f"{directory.store}: cannot be read ({error}); remove the index directory and rebuild "
            "with `policy-search index`"
        ) from error


def _open_vectors(
    directory: IndexDirectory, manifest: Manifest, reader: StoreReader
) -> VectorIndex:
    """The generation's vector index; made again from the store where its file is damaged."""
    path = directory.vectors(manifest.generation)
    dimension = manifest.encoder.dimension
    try:
        vectors = VectorIndex.load(path)
        if len(vectors) == manifest.passages and vectors.dimension == dimension:
            return vectors
        found = f"{len(vectors)} vectors of dimension {vectors.dimension}"
        _log.warning("%s: holds %s, made again from the store", path, found)
    except IndexDamagedError as error:
        _log.warning("%s: made again from the store", error)
    with reader.connection() as db:
        keys, stored = read_vectors(db, manifest.generation, dimension)
    if len(keys) != manifest.passages:
        raise IndexDamagedError(
            f"{directory.root}: the manifest promises {manifest.passages} passages, the store has "
            f"{len(keys)}; rebuild with `policy-search index`"
        )
    return VectorIndex.build(keys, stored)
