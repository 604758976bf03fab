"""Links, definitions and places as the store keeps them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from indexer.records import Clause
from indexer.references.definitions import find_definitions
from indexer.references.links import find_links
from indexer.references.places import Place, place_of
from indexer.references.records import Definition, Link


def add_references(
    db: sqlite3.Connection, version_key: int, title: str, clauses: Sequence[Clause]
) -> None:
    """Finds and writes the links and definitions of a version whose clauses are written."""
    keys = dict(db.execute("SELECT id, key FROM clauses WHERE version_key = ?", (version_key,)))
    db.executemany(
        'INSERT INTO links (clause_key, start, "end", path, policy, place) '
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                keys[link.clause_id],
                link.start,
                link.end,
                link.target.partition("#")[2] if link.target else None,
                link.policy,
                link.place,
            )
            for link in find_links(title, clauses)
        ),
    )
    db.executemany(
        'INSERT INTO definitions (clause_key, version_key, term, start, "end") '
        "VALUES (?, ?, ?, ?, ?)",
        (
            (keys[found.clause_id], version_key, found.term, found.start, found.end)
            for found in find_definitions(clauses)
        ),
    )


def read_links(db: sqlite3.Connection, version_key: int, clause_ids: Sequence[str]) -> list[Link]:
    """The links of some clauses of a version, in the order of their places."""
    rows = db.execute(
        'SELECT clauses.id, links.start, links."end", path, policy, place FROM clauses '
        "JOIN links ON links.clause_key = clauses.key WHERE clauses.version_key = ? "
        "AND clauses.id IN (SELECT value FROM json_each(?)) ORDER BY clauses.ordinal, links.start",
        (version_key, json.dumps(list(clause_ids))),
    )
    return [
        Link(
            clause_id,
            start,
            end,
            f"{clause_id.partition('#')[0]}#{path}" if path is not None else None,
            policy,
            place,
        )
        for clause_id, start, end, path, policy, place in rows
    ]


def read_definitions(db: sqlite3.Connection, version_key: int) -> list[Definition]:
    """The definitions of a version, in reading order."""
    rows = db.execute(
        'SELECT term, clauses.id, definitions.start, definitions."end", '
        'substr(clauses.text, definitions.start + 1, definitions."end" - definitions.start) '
        "FROM definitions "
        "JOIN clauses ON clauses.key = clause_key WHERE definitions.version_key = ? "
        "ORDER BY clauses.ordinal, definitions.rowid",
        (version_key,),
    )
    return [Definition(*row) for row in rows]


def read_citations(
    db: sqlite3.Connection, version_key: int, clause_ids: Sequence[str]
) -> dict[str, str]:
    """The citations of some clauses of a version, by their ids."""
    rows = db.execute(
        "SELECT id, citation FROM clauses WHERE version_key = ? "
        "AND id IN (SELECT value FROM json_each(?))",
        (version_key, json.dumps(list(clause_ids))),
    )
    return dict(rows)


def read_places(db: sqlite3.Connection, version_key: int, title: str) -> list[Place]:
    """The places of a version's clauses, in reading order."""
    rows = db.execute(
        "SELECT id, citation, labels, heading, lang, ordinal FROM clauses WHERE version_key = ? "
        "ORDER BY ordinal",
        (version_key,),
    )
    return [
        place_of(id_, citation, title, json.loads(labels), heading, lang, ordinal)
        for id_, citation, labels, heading, lang, ordinal in rows
    ]
