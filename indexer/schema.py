"""The tables of the store, and which of their rows a generation sees.

`added` and `removed` are the generations in which a row appears and disappears; generation N is
the rows with `added <= N` and not `removed <= N`. From generation `superseded` on, a newer version
of the policy is current; the older one stays, to be cited and searched as of a date.

Writing touches what changes and nothing else, however large the store: there is an index by each
generation that a row can be asked by, a passage that is deleted takes its words along, and
`loose_vectors` keeps the hashes whose vectors it may have left without a passage.
"""

from __future__ import annotations

SCHEMA = """
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
    groups TEXT NOT NULL,
    origin TEXT,
    valid_from TEXT NOT NULL,
    indexed_at TEXT NOT NULL,
    added INTEGER NOT NULL,
    superseded INTEGER,
    removed INTEGER,
    source TEXT NOT NULL  -- the last: what stands after a long text takes long to read
);
CREATE INDEX IF NOT EXISTS versions_policy ON versions (policy_id);
CREATE INDEX IF NOT EXISTS versions_added ON versions (added);
CREATE INDEX IF NOT EXISTS versions_ended ON versions (removed, superseded);
CREATE INDEX IF NOT EXISTS versions_superseded ON versions (superseded)
    WHERE superseded IS NOT NULL;
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
    lead_in TEXT NOT NULL,
    anchor TEXT NOT NULL
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
CREATE INDEX IF NOT EXISTS passages_added ON passages (added);
CREATE INDEX IF NOT EXISTS passages_removed ON passages (removed) WHERE removed IS NOT NULL;
CREATE INDEX IF NOT EXISTS passages_vector ON passages (vector_hash);
CREATE TABLE IF NOT EXISTS loose_vectors (hash BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vectors (hash BLOB PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS links (
    clause_key INTEGER NOT NULL REFERENCES clauses (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    path TEXT,
    policy TEXT,
    place TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS links_clause ON links (clause_key, start);
CREATE TABLE IF NOT EXISTS definitions (
    clause_key INTEGER NOT NULL REFERENCES clauses (key) ON DELETE CASCADE,
    version_key INTEGER NOT NULL,
    term TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS definitions_clause ON definitions (clause_key);
CREATE INDEX IF NOT EXISTS definitions_version ON definitions (version_key, clause_key);
CREATE VIRTUAL TABLE IF NOT EXISTS lexical USING fts5 (
    text, context, detail = column,
    tokenize = "unicode61 remove_diacritics 0 tokenchars '._@:/+-'"
);
CREATE TRIGGER IF NOT EXISTS passages_gone AFTER DELETE ON passages BEGIN
    DELETE FROM lexical WHERE rowid = OLD.key;
    INSERT OR IGNORE INTO loose_vectors (hash) VALUES (OLD.vector_hash);
END;
"""
LIVE = "added <= :generation AND (removed IS NULL OR removed > :generation)"
CURRENT = f"{LIVE} AND (superseded IS NULL OR superseded > :generation)"
"""Of the versions alone: those that no newer one of their policy has superseded."""


def live(table: str) -> str:
    """The SQL condition for a table's rows that `:generation` sees."""
    return (
        f"{table}.added <= :generation AND "
        f"({table}.removed IS NULL OR {table}.removed > :generation)"
    )
