"""What one caller sees of a published generation, opened for reading."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from indexer.base.opening import Base, open_base
from indexer.directory import IndexDirectory, Manifest, read_manifest
from indexer.errors import EncoderMismatchError, GenerationGoneError, IndexDamagedError
from indexer.generation import Generation, Groups
from indexer.lexical.search import KeywordQuery, keyword_scores
from indexer.passage_table import Keys, Rows, Selection
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
from indexer.vectors import VectorIndex, Vectors
from models import Fingerprint

T = TypeVar("T")

MOST_SELECTIONS = 8
"""Filters kept at hand for each view: of a large index, about a byte for each passage."""

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
        self._selections: dict[object, Selection] = {}
        self._selecting = threading.Lock()
        self._reader = whole.reader
        self._parameters: dict[str, object] = {"generation": whole.manifest.generation}
        seen = [v for v in whole.versions if groups is None or v.is_open_to(groups)]
        self._versions = {version.key: version for version in seen}
        self._by_policy: defaultdict[str, list[PolicyRecord]] = defaultdict(list)
        for version in seen:
            self._by_policy[version.id].append(version)
        self._policies = _valid(seen, as_of)
        self._searched_keys = frozenset(version.key for version in self._policies.values())
        self._table = whole.passages
        searched = self._table.versions_mask(sorted(self._searched_keys))
        self.searched = Selection(self._table, searched)
        """The passages that are searched."""

    def seen_by(self, groups: Groups | None, as_of: date | None = None) -> Snapshot:
        """The generation as it shows to these groups (`None`: all), on a date (`None`: today's)."""
        return self._whole.view((groups, as_of), lambda: Snapshot(self._whole, groups, as_of))

    @property
    def manifest(self) -> Manifest:
        return self._whole.manifest

    @property
    def whole(self) -> Generation:
        """The generation with all that this caller may not see: for opening the next one."""
        return self._whole

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
        return self.searched.count

    def selection(
        self,
        langs: Sequence[str] = (),
        policy_ids: Sequence[str] = (),
        organisations: Sequence[str] = (),
        years: Sequence[int] = (),
    ) -> Selection | None:
        """The passages that a filter allows; `None` where it allows all.

        Kept for a while: the pages and facets of one question ask for the same.
        """
        if not langs and not policy_ids and not organisations and not years:
            return None
        asked = (tuple(langs), tuple(policy_ids), tuple(organisations), tuple(years))
        with self._selecting:
            found = self._selections.pop(asked, None) or self._selected(*asked)
            self._selections[asked] = found
            while len(self._selections) > MOST_SELECTIONS:
                del self._selections[next(iter(self._selections))]
        return found

    def _selected(
        self,
        langs: Sequence[str],
        policy_ids: Sequence[str],
        organisations: Sequence[str],
        years: Sequence[int],
    ) -> Selection:
        languages = versions = None
        if langs:
            languages = np.array([name in langs for name in self._table.languages], bool)
        if policy_ids or organisations or years:
            ids, names, dates = set(policy_ids), set(organisations), set(years)
            chosen = (
                self._policies.values()
                if not ids
                else [self._policies[id_] for id_ in ids if id_ in self._policies]
            )
            keys = [
                policy.key
                for policy in chosen
                if (not names or policy.organisation in names)
                and (not dates or policy.year in dates)
            ]
            versions = self._table.versions_mask(keys)
        return self.searched.and_only(versions, languages)

    def clause_keys_of(self, rows: Rows) -> Keys:
        """The clauses that passages belong to, in the same order and shape."""
        return self._table.clause_keys[rows]

    def languages_of(self, rows: Rows) -> NDArray[np.intp]:
        """A number for the language of each passage, the same for the same language."""
        return self._table.language_codes[rows].astype(np.intp)

    def language_name(self, number: int) -> str:
        """The language that `languages_of` numbers so."""
        return self._table.languages[number]

    def version_keys_of(self, clause_keys: Keys) -> Keys:
        """The versions that searched clauses belong to, in the same order, shape (n,)."""
        rows = self._table.first_rows_of_clauses(clause_keys)
        return self._table.version_keys[self._table.versions[rows]]

    def version(self, key: int) -> PolicyRecord:
        """The version of a policy that `version_keys_of` tells."""
        return self._versions[key]

    def keyword_scores(
        self,
        query: KeywordQuery,
        depth: int,
        allowed: Selection | None = None,
        deadline: float | None = None,
    ) -> tuple[Rows, NDArray[np.float32]]:
        """Rows, ascending, with the part of the question's words that passages hold: [0, 1].

        The `depth` best, and where only some passages are allowed, the `depth` best of these too.
        Raises `DeadlinePassedError` once `time.monotonic` is past the deadline.
        """
        with self._reader.connection() as db:
            return keyword_scores(
                db, query, self.searched, depth, allowed, deadline, self._whole.postings
            )

    def clauses_by_key(self, keys: Sequence[int]) -> dict[int, Clause]:
        """Clauses by the store's own keys. Raises `GenerationGoneError` where one is missing."""
        if not keys:
            return {}
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
        found = self._by_policy.get(policy_id, ())
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
        vectors = np.zeros((len(rows), self.vectors.dimension), np.float32)
        found, owners = self._table.rows_of_clauses(np.array([key for (key,) in rows], np.int64))
        if not len(found):
            return vectors
        np.add.at(vectors, owners, self.vectors.rows(found))
        counts = np.maximum(np.bincount(owners, minlength=len(rows)), 1)
        return np.asarray(vectors / counts[:, None], np.float32)

    def clause_means(self, clause_keys: Keys) -> Vectors:
        """The direction of searched clauses, rows of unit length: the mean of their passages."""
        rows, owners = self._table.rows_of_clauses(clause_keys)
        means = np.zeros((len(clause_keys), self.vectors.dimension), np.float32)
        if not len(rows):
            return means
        np.add.at(means, owners, self.vectors.rows(rows))
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        return np.asarray(means / np.where(lengths > 0, lengths, 1), np.float32)

    def surroundings_of(self, clause_keys: Keys) -> tuple[Vectors, NDArray[np.bool_]]:
        """The direction of what stands directly before and after clauses in their policies.

        Rows of unit length, and which of the clauses have any such neighbour.
        """
        table = self._table
        own = table.versions[table.first_rows_of_clauses(clause_keys)]
        total = np.zeros((len(clause_keys), self.vectors.dimension), np.float32)
        for step in (-1, 1):
            beside = table.beside(clause_keys, step)
            same = (beside >= 0) & (table.versions[beside] == own)
            total[same] += self.clause_means(table.clause_keys[beside[same]])
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

    def headings(self, most: int) -> list[tuple[str, str, str, str]]:
        """Heading, language, clause id and policy id wherever a clause has a heading.

        Looks at so many clauses at most, of each policy at equal distances.
        """
        with self._reader.connection() as db:
            rows = db.execute(
                "SELECT heading, lang, id, version_key FROM clauses WHERE heading IS NOT NULL AND "
                "version_key IN (SELECT value FROM json_each(:versions)) AND ordinal % :step = 0 "
                "ORDER BY key",
                {
                    "versions": json.dumps([policy.key for policy in self._policies.values()]),
                    "step": max(1, -(-self.clause_count // most)),
                },
            ).fetchall()
        return [(heading, lang, id_, self._versions[key].id) for heading, lang, id_, key in rows]

    def sample_texts(self, most: int) -> list[tuple[str, str]]:
        """Language and text of so many searched clauses at most, taken at equal distances."""
        clauses = np.unique(self._table.clause_keys[self.searched.mask])
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
    directory: IndexDirectory,
    fingerprint: Fingerprint,
    reader: StoreReader,
    earlier: Generation | None = None,
) -> Snapshot:
    """Opens the published generation for searching with the encoder of the given fingerprint.

    `earlier`: an open generation of the same store; what did not change since is used again.

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
        base = _open_base(directory, manifest, None if earlier is None else earlier.base)

        def recent(keys: Keys) -> VectorIndex:
            return _open_vectors(directory, manifest, reader, keys, base)

        whole = Generation(manifest, reader, base, recent, earlier)
        return whole.view((None, None), lambda: Snapshot(whole))
    except (IndexDamagedError, sqlite3.DatabaseError) as error:
        if read_manifest(directory) != manifest:  # newer ones were published meanwhile
            return open_snapshot(directory, fingerprint, reader, earlier)
        if isinstance(error, IndexDamagedError):
            raise
        raise IndexDamagedError(
            f"{directory.store}: cannot be read ({error}); remove the index directory and rebuild "
            "with `policy-search index`"
        ) from error


def _open_base(directory: IndexDirectory, manifest: Manifest, known: Base | None) -> Base | None:
    """The base that the generation has, if any; where it is damaged, all goes without."""
    record = manifest.base
    if record is None:
        return None
    encoder = manifest.encoder
    if known is not None and (known.record, known.description.encoder) == (record, encoder.digest):
        return known
    try:
        return open_base(directory.root, record, encoder.digest, encoder.dimension)
    except IndexDamagedError as error:
        _log.warning(
            "%s; the index is slow without it: `policy-search index` makes it again", error
        )
        return None


def _open_vectors(
    directory: IndexDirectory,
    manifest: Manifest,
    reader: StoreReader,
    keys: Keys,
    base: Base | None,
) -> VectorIndex:
    """The vectors of the passages with these keys, which are all that no base covers.

    Made again from the store where the generation's file is damaged, or its base is.
    """
    path = directory.vectors(manifest.generation)
    dimension = manifest.encoder.dimension
    covers = 0 if base is None else base.record.covers
    if base is not None or manifest.base is None:
        try:
            vectors = VectorIndex.load(path)
            if np.array_equal(vectors.keys, keys) and vectors.dimension == dimension:
                return vectors
            found = f"{len(vectors)} vectors of dimension {vectors.dimension}"
            _log.warning("%s: holds %s, made again from the store", path, found)
        except IndexDamagedError as error:
            _log.warning("%s: made again from the store", error)
    with reader.connection() as db:
        keys, stored = read_vectors(db, manifest.generation, dimension, covers)
    return VectorIndex.build(keys, stored)
