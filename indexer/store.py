"""The store: one SQLite file that is the truth of an index.

Rows are written once and never changed. `added` and `removed` are the generations in which a row
appears and disappears; generation N is the rows with `added <= N` and not `removed <= N`. Keys are
never used twice. Vectors are kept by the hash of what was embedded, so the same words under the
same encoder are never embedded again, also after an interrupted build.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError, IndexerError
from indexer.lexical.tokens import tokens
from indexer.records import Passage, PolicyVersion
from indexer.rows import remarks_as_json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    policy_id TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    lang TEXT NOT NULL,
    effective_date TEXT,
    updated_date TEXT,
    revision TEXT,
    organisation TEXT,
    source_url TEXT,
    remarks TEXT NOT NULL,
    format TEXT NOT NULL,
    source_path TEXT NOT NULL,
    source_name TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    parser INTEGER NOT NULL,
    source TEXT NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER
);
CREATE INDEX IF NOT EXISTS versions_policy ON versions (policy_id);
CREATE TABLE IF NOT EXISTS clauses (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    version_key INTEGER NOT NULL REFERENCES versions (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    parent_id TEXT,
    labels TEXT NOT NULL,
    heading TEXT,
    heading_path TEXT NOT NULL,
    citation TEXT NOT NULL,
    lang TEXT NOT NULL,
    text TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    lead_in TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS clauses_id ON clauses (id);
CREATE INDEX IF NOT EXISTS clauses_version ON clauses (version_key, ordinal);
CREATE TABLE IF NOT EXISTS passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    clause_key INTEGER NOT NULL REFERENCES clauses (key) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    context TEXT NOT NULL,
    text TEXT NOT NULL,
    vector_hash BLOB NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER
);
CREATE INDEX IF NOT EXISTS passages_clause ON passages (clause_key);
CREATE TABLE IF NOT EXISTS vectors (hash BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS lexical USING fts5 (
    text, context, detail = column,
    tokenize = "unicode61 remove_diacritics 0 tokenchars '._@:/+-'"
);
"""
LIVE = "added <= :generation AND (removed IS NULL OR removed > :generation)"
_BATCH = 500


def live(table: str) -> str:
    """The SQL condition for a table's rows that `:generation` sees."""
    return (
        f"{table}.added <= :generation AND "
        f"({table}.removed IS NULL OR {table}.removed > :generation)"
    )


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
                self._db.executescript(_SCHEMA)
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
            self._forget_tokens()

    def newest_generation(self) -> int:
        """The newest generation that any row names, published or not; 0 for an empty store."""
        row = self._db.execute(
            "SELECT max(g) FROM (SELECT max(added) AS g FROM versions "
            "UNION SELECT max(removed) FROM versions UNION SELECT max(added) FROM passages "
            "UNION SELECT max(removed) FROM passages)"
        ).fetchone()
        return int(row[0] or 0)

    def live_versions(self) -> dict[str, StoredVersion]:
        """The newest state, by policy id."""
        return stored_versions(self._db, "removed IS NULL", {})

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
        """Writes a version and its clauses; a policy that came from no file has no file's hash."""
        meta = policy.metadata
        cursor = self._db.execute(
            "INSERT INTO versions (policy_id, version, title, lang, effective_date, updated_date, "
            "revision, organisation, source_url, remarks, format, source_path, source_name, "
            "content_sha256, file_sha256, parser, source, added) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                generation,
            ),
        )
        version_key = cursor.lastrowid
        self._db.executemany(
            "INSERT INTO clauses (version_key, id, ordinal, parent_id, labels, heading, "
            'heading_path, citation, lang, text, start, "end", lead_in) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                )
                for c in policy.clauses
            ),
        )

    def remove_passages(self, generation: int) -> None:
        """All passages of all versions: another encoder will make its own."""
        self._db.execute("UPDATE passages SET removed = ? WHERE removed IS NULL", (generation,))

    def versions_without_passages(self) -> list[tuple[int, str]]:
        """Keys and titles of the live versions none of whose clauses has live passages."""
        rows = self._db.execute(
            "SELECT v.key, v.title FROM versions v WHERE v.removed IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM clauses c JOIN passages p ON p.clause_key = c.key "
            "WHERE c.version_key = v.key AND p.removed IS NULL) ORDER BY v.key"
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

    def passages_to_embed(self) -> list[tuple[bytes, tuple[str, ...]]]:
        """Hash and views of everything live that has no vector yet, the same views once."""
        rows = self._db.execute(
            "SELECT p.vector_hash, p.context, p.text FROM passages p "
            "LEFT JOIN vectors v ON v.hash = p.vector_hash "
            "WHERE p.removed IS NULL AND v.hash IS NULL GROUP BY p.vector_hash ORDER BY min(p.key)"
        )
        return [(key, Passage("", 0, context, text).views) for key, context, text in rows]

    def add_vectors(self, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Stores vectors, shape (len(hashes), dimension), as little-endian float32."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors (hash, vector) VALUES (?, ?)",
                zip(hashes, (row.astype("<f4").tobytes() for row in vectors), strict=True),
            )

    def counts(self) -> tuple[int, int, int]:
        """Live policies, clauses and passages."""
        one = self._db.execute(
            "SELECT (SELECT count(*) FROM versions WHERE removed IS NULL), "
            "(SELECT count(*) FROM clauses c JOIN versions v ON v.key = c.version_key "
            "WHERE v.removed IS NULL), (SELECT count(*) FROM passages WHERE removed IS NULL)"
        ).fetchone()
        return int(one[0]), int(one[1]), int(one[2])

    def purge(self, oldest_read: int) -> None:
        """Deletes what no generation from `oldest_read` on sees, and vectors nobody refers to."""
        with self.transaction():
            self._db.execute("DELETE FROM passages WHERE removed <= ?", (oldest_read,))
            self._db.execute("DELETE FROM versions WHERE removed <= ?", (oldest_read,))
            self._forget_tokens()
            self._db.execute(
                "DELETE FROM vectors WHERE hash NOT IN (SELECT vector_hash FROM passages)"
            )
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _forget_tokens(self) -> None:
        """Forgets the tokens of passages that are gone."""
        self._db.execute("DELETE FROM lexical WHERE rowid NOT IN (SELECT key FROM passages)")


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
    db: sqlite3.Connection, generation: int, dimension: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Passage keys, shape (n,), and their vectors, shape (n, dimension), of a generation."""
    total = db.execute(
        f"SELECT count(*) FROM passages WHERE {LIVE}", {"generation": generation}
    ).fetchone()[0]
    keys = np.empty(total, np.int64)
    vectors = np.empty((total, dimension), np.float32)
    rows = db.execute(
        "SELECT passages.key, vectors.vector FROM passages JOIN vectors "
        f"ON vectors.hash = passages.vector_hash WHERE {live('passages')} ORDER BY passages.key",
        {"generation": generation},
    )
    filled = 0
    for batch in _batched(rows):
        for key, vector in batch:
            keys[filled] = key
            vectors[filled] = np.frombuffer(vector, "<f4")
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
