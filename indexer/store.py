"""The store: one SQLite file that is the truth of an index.

Rows are written once and never changed but for the generations that see them (`indexer.schema`).
Keys are never used twice. Vectors are kept by the hash of what was embedded, so the same words
under the same encoder are never embedded again, also after an interrupted build.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError, IndexerError
from indexer.lexical.tokens import tokens
from indexer.records import Passage, PolicyVersion
from indexer.references.storing import add_references
from indexer.rows import remarks_as_json
from indexer.schema import LIVE, SCHEMA, live

_BATCH = 500
STORED = np.dtype("<f2")
"""How the numbers of a vector are stored: in half the room of float32, and inner products of unit
vectors differ by about 1e-5."""
CURRENT_LAST = "removed IS NULL AND superseded IS NULL"
"""Of versions: those that are current in the newest state."""


def vectors_from(stored: Sequence[bytes], dimension: int) -> NDArray[np.float32]:
    """Vectors as the store has them, shape (len(stored), dimension).

    Raises `ValueError` where they are not of that dimension.
    """
    data = np.frombuffer(b"".join(stored), STORED)
    return data.reshape(len(stored), dimension).astype(np.float32)


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """What a build needs to know of a policy that is indexed already."""

    key: int
    policy_id: str
    version: str
    content_sha256: str
    file_sha256: str
    parser: int
    source_path: str


class Counts(NamedTuple):
    """Policies, clauses of their current versions, and passages of all versions kept."""

    policies: int
    clauses: int
    passages: int


def vector_hash(encoder_digest: str, views: Sequence[str]) -> bytes:
    """The key of a vector: what was embedded, and by which encoder."""
    return hashlib.sha256("\0".join((encoder_digest, *views)).encode(errors="replace")).digest()


@contextmanager
def naming_damage(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into `IndexerError`s that name the store and say what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise IndexerError(f"{path}: the store cannot be used: {error}") from error
    except sqlite3.DatabaseError as error:
        raise IndexDamagedError(
            f"{path}: not a policy-search store ({error}); remove the index directory and "
            "build again"
        ) from error


class Store:
    """Writing access; the caller holds the directory's write lock."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            with naming_damage(path):
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute("PRAGMA foreign_keys = ON")
                self._db.executescript(SCHEMA)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the writes inside, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def roll_back_to(self, generation: int) -> None:
        """Removes what a build left that was killed before it published."""
        with self.transaction():
            for table in ("versions", "passages"):
                self._db.execute(f"DELETE FROM {table} WHERE added > ?", (generation,))
                self._db.execute(
                    f"UPDATE {table} SET removed = NULL WHERE removed > ?", (generation,)
                )
            self._db.execute(
                "UPDATE versions SET superseded = NULL WHERE superseded > ?", (generation,)
            )

    def newest_generation(self) -> int:
        """The newest generation that any row names, published or not; 0 for an empty store."""
        row = self._db.execute(
            "SELECT max(g) FROM (SELECT max(added) AS g FROM versions "
            "UNION SELECT max(removed) FROM versions "
            "UNION SELECT max(superseded) FROM versions WHERE superseded IS NOT NULL "
            "UNION SELECT max(added) FROM passages "
            "UNION SELECT max(removed) FROM passages WHERE removed IS NOT NULL)"
        ).fetchone()
        return int(row[0] or 0)

    def live_versions(self) -> dict[str, StoredVersion]:
        """The current versions in the newest state, by policy id."""
        return stored_versions(self._db, CURRENT_LAST, {})

    def live_version(self, policy_id: str) -> StoredVersion | None:
        """The current version of a policy in the newest state."""
        condition = f"policy_id = :policy_id AND {CURRENT_LAST}"
        return stored_versions(self._db, condition, {"policy_id": policy_id}).get(policy_id)

    def version_names(self, policy_id: str) -> tuple[str, ...]:
        """The names of all versions of a policy that are kept."""
        rows = self._db.execute(
            "SELECT version FROM versions WHERE policy_id = ? AND removed IS NULL", (policy_id,)
        )
        return tuple(row[0] for row in rows)

    def groups(self, key: int) -> frozenset[str]:
        """Who may read a version; nobody in particular where it is empty."""
        row = self._db.execute("SELECT groups FROM versions WHERE key = ?", (key,)).fetchone()
        return frozenset(json.loads(row[0]))

    def supersede_version(self, key: int, generation: int) -> None:
        """The version is no longer current from this generation on; it stays to be cited."""
        self._db.execute("UPDATE versions SET superseded = ? WHERE key = ?", (generation, key))

    def remove_policy(self, policy_id: str, generation: int) -> None:
        """No version of the policy is seen from this generation on."""
        keys = self._db.execute(
            "SELECT key FROM versions WHERE policy_id = ? AND removed IS NULL", (policy_id,)
        ).fetchall()
        for (key,) in keys:
            self.remove_version(key, generation)

    def expire_versions(self, keep: int, generation: int) -> int:
        """Removes superseded versions of each policy but the newest `keep`; returns how many."""
        rows = self._db.execute(
            "SELECT key FROM (SELECT key, row_number() OVER (PARTITION BY policy_id "
            "ORDER BY key DESC) AS place FROM versions "
            "WHERE removed IS NULL AND superseded IS NOT NULL) WHERE place > ?",
            (keep,),
        ).fetchall()
        for (key,) in rows:
            self.remove_version(key, generation)
        return len(rows)

    def remove_version(self, key: int, generation: int) -> None:
        """The version and its passages are not seen from this generation on."""
        self._db.execute("UPDATE versions SET removed = ? WHERE key = ?", (generation, key))
        self._db.execute(
            "UPDATE passages SET removed = ? WHERE removed IS NULL AND clause_key IN "
            "(SELECT key FROM clauses WHERE version_key = ?)",
            (generation, key),
        )

    def add_version(
        self,
        policy: PolicyVersion,
        source_name: str,
        parser: int,
        generation: int,
        file_sha256: str = "",
    ) -> None:
        """Writes a version, its clauses and what leads from them elsewhere.

        A policy that came from no file has no file's hash.
        """
        meta = policy.metadata
        now = datetime.now(UTC)
        cursor = self._db.execute(
            "INSERT INTO versions (policy_id, version, title, lang, effective_date, updated_date, "
            "revision, organisation, source_url, remarks, format, source_path, source_name, "
            "content_sha256, file_sha256, parser, source, groups, origin, valid_from, indexed_at, "
            "added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                policy.policy_id,
                policy.version,
                meta.title,
                meta.lang,
                meta.effective_date.isoformat() if meta.effective_date else None,
                meta.updated_date.isoformat() if meta.updated_date else None,
                meta.revision,
                meta.organisation,
                meta.source_url,
                remarks_as_json(policy.remarks),
                policy.format,
                policy.source_path,
                source_name,
                policy.content_sha256,
                file_sha256,
                parser,
                policy.source,
                json.dumps(policy.groups, ensure_ascii=False),
                policy.origin,
                (meta.effective_date or meta.updated_date or now.date()).isoformat(),
                now.isoformat(timespec="seconds"),
                generation,
            ),
        )
        version_key = cursor.lastrowid
        self._db.executemany(
            "INSERT INTO clauses (version_key, id, ordinal, parent_id, labels, heading, "
            'heading_path, citation, lang, text, start, "end", lead_in, anchor) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    version_key,
                    c.id,
                    c.ordinal,
                    c.parent_id,
                    json.dumps(c.labels, ensure_ascii=False),
                    c.heading,
                    json.dumps(c.heading_path, ensure_ascii=False),
                    c.citation,
                    c.lang,
                    c.text,
                    c.start,
                    c.end,
                    c.lead_in,
                    c.anchor,
                )
                for c in policy.clauses
            ),
        )
        assert version_key is not None
        add_references(self._db, version_key, meta.title, policy.clauses)

    def remove_passages(self, generation: int) -> None:
        """All passages of all versions: another encoder will make its own."""
        self._db.execute("UPDATE passages SET removed = ? WHERE removed IS NULL", (generation,))

    def versions_without_passages(self, added: int | None = None) -> list[tuple[int, str]]:
        """Keys and titles of the live versions none of whose clauses has live passages.

        `added`: only those that this generation added.
        """
        rows = self._db.execute(
            "SELECT v.key, v.title FROM versions v WHERE v.removed IS NULL "
            f"{'' if added is None else 'AND v.added = :added '}AND NOT EXISTS "
            "(SELECT 1 FROM clauses c JOIN passages p ON p.clause_key = c.key "
            "WHERE c.version_key = v.key AND p.removed IS NULL) ORDER BY v.key",
            {"added": added},
        )
        return list(rows)

    def clause_keys(self, version_key: int) -> dict[str, int]:
        rows = self._db.execute("SELECT id, key FROM clauses WHERE version_key = ?", (version_key,))
        return dict(rows)

    def connection(self) -> sqlite3.Connection:
        """The connection itself, for the readers of rows in `indexer.rows`."""
        return self._db

    def add_passages(
        self, clause_key: int, passages: Sequence[Passage], digest: str, generation: int
    ) -> None:
        """Writes a clause's passages and their lexical tokens."""
        for p in passages:
            cursor = self._db.execute(
                "INSERT INTO passages (clause_key, ordinal, context, text, vector_hash, added) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    clause_key,
                    p.ordinal,
                    p.context,
                    p.text,
                    vector_hash(digest, p.views),
                    generation,
                ),
            )
            self._db.execute(
                "INSERT INTO lexical (rowid, text, context) VALUES (?, ?, ?)",
                (cursor.lastrowid, " ".join(tokens(p.text)), " ".join(tokens(p.context))),
            )

    def passages_to_embed(self, added: int) -> list[tuple[bytes, tuple[str, ...]]]:
        """Hash and views of what a generation added and has no vector yet, the same views once."""
        rows = self._db.execute(
            "SELECT p.vector_hash, p.context, p.text FROM passages p "
            "LEFT JOIN vectors v ON v.hash = p.vector_hash WHERE p.added = ? "
            "AND p.removed IS NULL AND v.hash IS NULL GROUP BY p.vector_hash ORDER BY min(p.key)",
            (added,),
        )
        return [(key, Passage("", 0, context, text).views) for key, context, text in rows]

    def add_vectors(self, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Stores vectors, shape (len(hashes), dimension), as `STORED`."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors (hash, vector) VALUES (?, ?)",
                zip(hashes, (row.tobytes() for row in vectors.astype(STORED)), strict=True),
            )

    def counts(self) -> Counts:
        """All counted in the newest state."""
        one = self._db.execute(
            "SELECT (SELECT count(*) FROM versions WHERE removed IS NULL AND superseded IS NULL), "
            "(SELECT count(*) FROM versions v JOIN clauses c ON c.version_key = v.key "
            "WHERE v.removed IS NULL AND v.superseded IS NULL), "
            "(SELECT count(*) FROM passages WHERE removed IS NULL)"
        ).fetchone()
        return Counts(*one)

    def counts_after(self, before: Counts, generation: int) -> Counts:
        """The counts of the newest generation from those of the one before: by what changed."""
        gained = "added = :g AND removed IS NULL AND superseded IS NULL"
        lost = (
            "key IN (SELECT key FROM versions WHERE removed = :g UNION "
            "SELECT key FROM versions WHERE superseded = :g) AND added < :g "
            "AND ifnull(removed, :g) = :g AND ifnull(superseded, :g) = :g"
        )
        one = self._db.execute(
            " UNION ALL ".join(
                "SELECT count(*), ifnull(sum((SELECT count(*) FROM clauses "
                f"WHERE version_key = versions.key)), 0), "
                f"(SELECT count(*) FROM passages WHERE {passages}) FROM versions WHERE {versions}"
                for versions, passages in (
                    (gained, "added = :g AND removed IS NULL"),
                    (lost, "removed = :g AND added < :g"),
                )
            ),
            {"g": generation},
        ).fetchall()
        return Counts(*(old + new - gone for old, new, gone in zip(before, *one, strict=True)))

    def purge(self, oldest_read: int) -> None:
        """Deletes what no generation from `oldest_read` on sees, and vectors nobody refers to."""
        with self.transaction():
            self._db.execute("DELETE FROM passages WHERE removed <= ?", (oldest_read,))
            self._db.execute("DELETE FROM versions WHERE removed <= ?", (oldest_read,))
            self._db.execute(
                "DELETE FROM vectors WHERE hash IN (SELECT hash FROM loose_vectors) "
                "AND NOT EXISTS (SELECT 1 FROM passages WHERE vector_hash = vectors.hash)"
            )
            self._db.execute("DELETE FROM loose_vectors")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def stored_versions(
    db: sqlite3.Connection, condition: str, values: Mapping[str, object]
) -> dict[str, StoredVersion]:
    """The versions of which an SQL condition holds, by policy id."""
    rows = db.execute(
        "SELECT key, policy_id, version, content_sha256, file_sha256, parser, source_path "
        f"FROM versions WHERE {condition}",
        values,
    )
    return {row[1]: StoredVersion(*row) for row in rows}


def read_vectors(
    db: sqlite3.Connection, generation: int, dimension: int, covered: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Passage keys, shape (n,), and their vectors, shape (n, dimension), of a generation.

    Only of passages with keys beyond `covered`, what a base covers.
    """
    parameters = {"generation": generation, "covered": covered}
    total = db.execute(
        f"SELECT count(*) FROM passages WHERE key > :covered AND {LIVE}", parameters
    ).fetchone()[0]
    keys = np.empty(total, np.int64)
    vectors = np.empty((total, dimension), np.float32)
    rows = db.execute(
        "SELECT passages.key, vectors.vector FROM passages JOIN vectors "
        "ON vectors.hash = passages.vector_hash "
        f"WHERE passages.key > :covered AND {live('passages')} ORDER BY passages.key",
        parameters,
    )
    filled = 0
    for batch in _batched(rows):
        for key, vector in batch:
            keys[filled] = key
            vectors[filled] = np.frombuffer(vector, STORED)
            filled += 1
    if filled != total:
        raise IndexDamagedError(
            f"the store has vectors for {filled} of {total} passages of generation {generation}; "
            "rebuild with `policy-search index`"
        )
    return keys, vectors


def _batched(rows: sqlite3.Cursor) -> Iterable[list[tuple[int, bytes]]]:
    while batch := rows.fetchmany(_BATCH):
        yield batch
