"""What one caller sees of a published generation, opened for reading."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from indexer.directory import IndexDirectory, Manifest, read_manifest
from indexer.errors import EncoderMismatchError, GenerationGoneError, IndexDamagedError
from indexer.generation import Generation, Groups
from indexer.lexical.search import KeywordQuery, keyword_scores
from indexer.records import Clause, Remark
from indexer.references.places import Place
from indexer.references.records import Definition, Link
from indexer.references.storing import (
    read_citations,
    read_definitions,
    read_links,
    read_places,
)
from indexer.rows import CLAUSE_COLUMNS, CLAUSES, PolicyRecord, clause_from, remarks_from
from indexer.schema import live
from indexer.store import read_vectors
from indexer.store_reader import StoreReader
from indexer.vectors import Keys, VectorIndex, Vectors
from models import Fingerprint

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Snapshot:
    """A generation as one caller sees it, whole and unchanging. Thread-safe.

    Searched are the versions that are current, or were on a given date, of the policies that the
    caller's groups may read. Of those policies, clauses of other versions can be looked up. Nothing
    else of the generation shows: no policy, clause, count or statistic.
    """

    def __init__(
        self, whole: Generation, groups: Groups | None = None, as_of: date | None = None
    ) -> None:
        self._whole = whole
        self.vectors = whole.vectors
        self._derived: dict[str, object] = {}
        self._deriving = threading.Lock()
        self._reader = whole.reader
        self._parameters: dict[str, object] = {"generation": whole.manifest.generation}
        seen = [v for v in whole.versions if groups is None or v.is_open_to(groups)]
        self._versions = {version.key: version for version in seen}
        self._policies = _valid(seen, as_of)
        self._searched_keys = frozenset(version.key for version in self._policies.values())
        searched = np.array(sorted(self._searched_keys), np.int64)
        rows = np.isin(whole.version_keys, searched)
        self._passage_keys: Keys = whole.passage_keys[rows]
        self._clause_keys: Keys = whole.clause_keys[rows]
        self._version_keys: Keys = whole.version_keys[rows]
        self._language_codes: NDArray[np.intp] = whole.language_codes[rows]
        self.keys_by_language: dict[str, Keys] = {
            name: self._passage_keys[self._language_codes == code]
            for code, name in enumerate(whole.languages)
            if (self._language_codes == code).any()
        }

    def seen_by(self, groups: Groups | None, as_of: date | None = None) -> Snapshot:
        """The generation as it shows to these groups (`None`: all), on a date (`None`: today's)."""
        return self._whole.view((groups, as_of), lambda: Snapshot(self._whole, groups, as_of))

    @property
    def manifest(self) -> Manifest:
        return self._whole.manifest

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
        return len(self._policies)

    @property
    def clause_count(self) -> int:
        return sum(policy.clause_count for policy in self._policies.values())

    @property
    def passage_count(self) -> int:
        return len(self._passage_keys)

    def passage_keys(
        self,
        langs: Sequence[str] = (),
        policy_ids: Sequence[str] = (),
        organisations: Sequence[str] = (),
        years: Sequence[int] = (),
    ) -> Keys | None:
        """The passages that a filter allows, shape (n,); `None` where it allows all."""
        if not langs and not policy_ids and not organisations and not years:
            return None
        allowed = np.ones(len(self._passage_keys), bool)
        if langs:
            codes = [code for code, name in enumerate(self._whole.languages) if name in langs]
            allowed &= np.isin(self._language_codes, np.array(codes, np.intp))
        if policy_ids or organisations or years:
            keys = [
                policy.key
                for policy in self._policies.values()
                if (not policy_ids or policy.id in policy_ids)
                and (not organisations or policy.organisation in organisations)
                and (not years or policy.year in years)
            ]
            allowed &= np.isin(self._version_keys, np.array(keys, np.int64))
        return self._passage_keys[allowed]

    @property
    def all_passage_keys(self) -> Keys:
        """Every passage that is searched, ascending, shape (n,)."""
        return self._passage_keys

    def clause_keys_of(self, passage_keys: Keys) -> Keys:
        """The clauses that passages belong to, in the same order, shape (n,)."""
        return self._clause_keys[np.searchsorted(self._passage_keys, passage_keys)]

    def languages_of(self, passage_keys: Keys) -> NDArray[np.intp]:
        """A number for the language of each passage, the same for the same language."""
        return self._language_codes[np.searchsorted(self._passage_keys, passage_keys)]

    def language_name(self, number: int) -> str:
        """The language that `languages_of` numbers so."""
        return self._whole.languages[number]

    @cached_property
    def _by_clause(self) -> NDArray[np.intp]:
        """Places of the passages in the order of their clauses."""
        return np.argsort(self._clause_keys, kind="stable")

    @cached_property
    def _clause_versions(self) -> tuple[Keys, Keys]:
        """Each clause once, ascending, and the version that it belongs to."""
        clauses, rows = np.unique(self._clause_keys, return_index=True)
        return clauses, self._version_keys[rows]

    def version_keys_of(self, clause_keys: Keys) -> Keys:
        """The versions that searched clauses belong to, in the same order, shape (n,)."""
        clauses, versions = self._clause_versions
        return versions[np.searchsorted(clauses, clause_keys)]

    def version(self, key: int) -> PolicyRecord:
        """The version of a policy that `version_keys_of` tells."""
        return self._versions[key]

    def keyword_scores(
        self,
        query: KeywordQuery,
        depth: int,
        allowed: Keys | None = None,
        deadline: float | None = None,
    ) -> dict[int, float]:
        """Passage keys with the part of the question's words that they hold, in [0, 1].

        The `depth` best, and where only some passages are allowed, the `depth` best of these too.
        Raises `DeadlinePassedError` once `time.monotonic` is past the deadline.
        """
        with self._reader.connection() as db:
            return keyword_scores(db, query, self._passage_keys, depth, allowed, deadline)

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

    def policy(self, policy_id: str, version: str | None = None) -> PolicyRecord | None:
        """A policy's searched version, or any other one by its name."""
        if version is None:
            return self._policies.get(policy_id)
        return next((v for v in self.versions(policy_id) if v.version == version), None)

    def versions(self, policy_id: str) -> list[PolicyRecord]:
        """Every version of a policy, newest first."""
        found = [v for v in self._versions.values() if v.id == policy_id]
        return sorted(found, key=lambda version: -version.key)

    def policy_of(self, clause: Clause) -> PolicyRecord:
        """The version of a policy that a clause of this generation belongs to."""
        found = self.policy(clause.policy_id, clause.version)
        assert found is not None
        return found

    def source(self, policy_id: str, version: str | None = None) -> str | None:
        """The stored text that the spans of a policy's clauses refer to."""
        record = self.policy(policy_id, version)
        if record is None:
            return None
        with self._reader.connection() as db:
            row = db.execute("SELECT source FROM versions WHERE key = ?", (record.key,)).fetchone()
        return str(row[0]) if row else None

    def remarks(self, policy_id: str, version: str | None = None) -> tuple[Remark, ...]:
        """What was remarked when a policy was read."""
        record = self.policy(policy_id, version)
        if record is None:
            return ()
        with self._reader.connection() as db:
            row = db.execute("SELECT remarks FROM versions WHERE key = ?", (record.key,)).fetchone()
        return remarks_from(str(row[0])) if row else ()

    def clauses(self, policy_id: str, version: str | None = None) -> list[Clause]:
        """A policy's clauses in reading order; none for an unknown policy."""
        record = self.policy(policy_id, version)
        if record is None:
            return []
        return self._select_clauses("versions.key = :value ORDER BY clauses.ordinal", record.key)

    def clause_vectors(self, version: PolicyRecord) -> Vectors:
        """The mean of each clause's passages, shape (clauses, dimension), in reading order.

        A clause without passages has a row of zeros.
        """
        with self._reader.connection() as db:
            rows = db.execute(
                "SELECT key FROM clauses WHERE version_key = ? ORDER BY ordinal", (version.key,)
            ).fetchall()
        places = {key: place for place, (key,) in enumerate(rows)}
        vectors = np.zeros((len(rows), self.vectors.dimension), np.float32)
        chosen = self._whole.version_keys == version.key
        keys = self._whole.passage_keys[chosen]
        if not len(keys):
            return vectors
        owners = np.array([places[int(key)] for key in self._whole.clause_keys[chosen]], np.intp)
        np.add.at(vectors, owners, self.vectors.rows(keys))
        counts = np.maximum(np.bincount(owners, minlength=len(rows)), 1)
        return np.asarray(vectors / counts[:, None], np.float32)

    def clause_means(self, clause_keys: Keys) -> Vectors:
        """The direction of searched clauses, rows of unit length: the mean of their passages."""
        order = self._by_clause
        first = np.searchsorted(self._clause_keys, clause_keys, side="left", sorter=order)
        last = np.searchsorted(self._clause_keys, clause_keys, side="right", sorter=order)
        owners = np.repeat(np.arange(len(clause_keys)), last - first)
        starts = np.repeat(first - np.cumsum(last - first) + (last - first), last - first)
        places = order[starts + np.arange(len(owners))]
        means = np.zeros((len(clause_keys), self.vectors.dimension), np.float32)
        if not len(places):
            return means
        np.add.at(means, owners, self.vectors.rows(self._passage_keys[places]))
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        return np.asarray(means / np.where(lengths > 0, lengths, 1), np.float32)

    def surroundings_of(self, clause_keys: Keys) -> tuple[Vectors, NDArray[np.bool_]]:
        """The direction of what stands directly before and after clauses in their policies.

        Rows of unit length, and which of the clauses have any such neighbour.
        """
        clauses, versions = self._clause_versions
        own = np.searchsorted(clauses, clause_keys)
        total = np.zeros((len(clause_keys), self.vectors.dimension), np.float32)
        for step in (-1, 1):
            beside = np.clip(own + step, 0, len(clauses) - 1)
            same = (beside != own) & (versions[beside] == versions[own])
            total[same] += self.clause_means(clauses[beside[same]])
        lengths = np.linalg.norm(total, axis=1, keepdims=True)
        return np.asarray(total / np.where(lengths > 0, lengths, 1), np.float32), lengths[:, 0] > 0

    def clause_key(self, clause: Clause) -> int | None:
        """The store's key of a clause that is searched; `None` for one of another version."""
        with self._reader.connection() as db:
            row = db.execute(
                "SELECT key FROM clauses WHERE id = ? AND version_key = ?",
                (clause.id, self.policy_of(clause).key),
            ).fetchone()
        return int(row[0]) if row and self.policy_of(clause).key in self._searched_keys else None

    def clause(self, clause_id: str) -> Clause | None:
        """A clause of any version; that of the searched version where two have the id."""
        found = self._select_clauses("clauses.id = :value ORDER BY versions.key DESC", clause_id)
        return found[0] if found else None

    def beside(self, clause: Clause) -> tuple[Clause | None, Clause | None]:
        """The clauses directly before and after one in reading order."""
        found = self._select_clauses(
            "versions.key = :value AND clauses.ordinal BETWEEN :before AND :after",
            self.policy_of(clause).key,
            before=clause.ordinal - 1,
            after=clause.ordinal + 1,
        )
        at = {other.ordinal: other for other in found}
        return at.get(clause.ordinal - 1), at.get(clause.ordinal + 1)

    def children(self, clause: Clause) -> list[Clause]:
        """The clauses directly under one, in reading order."""
        siblings = self.clauses(clause.policy_id, clause.version)
        return [other for other in siblings if other.parent_id == clause.id]

    def places(self, version: PolicyRecord) -> list[Place]:
        """Where a version's clauses stand, in reading order: to look cited places up."""
        with self._reader.connection() as db:
            return read_places(db, version.key, version.title)

    def links(self, version: PolicyRecord, clause_ids: Sequence[str]) -> list[Link]:
        """Where these clauses of a version name other clauses or policies, in the text's order."""
        with self._reader.connection() as db:
            return read_links(db, version.key, clause_ids)

    def citations(self, version: PolicyRecord, clause_ids: Sequence[str]) -> dict[str, str]:
        """The citations of these clauses of a version, by their ids."""
        with self._reader.connection() as db:
            return read_citations(db, version.key, clause_ids)

    def definitions(self, version: PolicyRecord) -> list[Definition]:
        """The terms that a version defines, in reading order."""
        with self._reader.connection() as db:
            return read_definitions(db, version.key)

    def headings(self) -> list[tuple[str, str, str, str]]:
        """Heading, language, clause id and policy id wherever a clause has a heading."""
        with self._reader.connection() as db:
            rows = db.execute(
                "SELECT heading, lang, id, version_key FROM clauses WHERE heading IS NOT NULL AND "
                "version_key IN (SELECT value FROM json_each(?)) ORDER BY key",
                (json.dumps([policy.key for policy in self._policies.values()]),),
            ).fetchall()
        return [(heading, lang, id_, self._versions[key].id) for heading, lang, id_, key in rows]

    def sample_texts(self, most: int) -> list[tuple[str, str]]:
        """Language and text of so many searched clauses at most, taken at equal distances."""
        clauses, _ = self._clause_versions
        chosen = clauses[:: max(1, -(-len(clauses) // most))]
        with self._reader.connection() as db:
            return db.execute(
                "SELECT lang, text FROM clauses WHERE key IN (SELECT value FROM json_each(?)) "
                "ORDER BY key",
                (json.dumps(chosen.tolist()),),
            ).fetchall()

    def derived(self, name: str, make: Callable[[Snapshot], T]) -> T:
        """What is made of all that is seen, made at the first call and kept with this view."""
        with self._deriving:
            if name not in self._derived:
                self._derived[name] = make(self)
        return cast("T", self._derived[name])

    def _select_clauses(self, condition: str, value: object, **more: object) -> list[Clause]:
        with self._reader.connection() as db:
            rows = db.execute(
                f"SELECT versions.key, {CLAUSE_COLUMNS} FROM {CLAUSES} "
                f"WHERE {live('versions')} AND {condition}",
                self._parameters | {"value": value} | more,
            ).fetchall()
        return [clause_from(row[1:]) for row in rows if row[0] in self._versions]


def _valid(versions: Sequence[PolicyRecord], as_of: date | None) -> dict[str, PolicyRecord]:
    """The version of each policy that is current, or was valid on a date, by policy id."""
    valid: dict[str, PolicyRecord] = {}
    for version in versions:  # oldest first
        if as_of is None:
            if version.is_current:
                valid[version.id] = version
        elif version.valid_from <= as_of:
            other = valid.get(version.id)
            if other is None or other.valid_from <= version.valid_from:
                valid[version.id] = version
    return valid


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
        vectors = _open_vectors(directory, manifest, reader)
        whole = Generation(manifest, reader, vectors)
        return Snapshot(whole).seen_by(None)
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
