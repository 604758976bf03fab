"""One published generation of an index: everything that the store holds of it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from indexer.base.opening import Base
from indexer.directory import Manifest
from indexer.errors import IndexDamagedError
from indexer.lexical.postings import Postings
from indexer.passage_table import Keys, Selection, table_of
from indexer.rows import POLICY_COLUMNS, PolicyRecord, policy_from
from indexer.schema import LIVE, live
from indexer.store_reader import StoreReader
from indexer.vectors import PassageVectors, VectorIndex

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot

MOST_VIEWS = 64
"""Views kept at hand: one for each set of groups and date that was asked for lately."""

MOST_ROWS_OF_VIEWS = 64_000_000
"""What they may keep of the passages in all: about a byte for each in each view."""

Groups = frozenset[str]
ViewKey = tuple[Groups | None, date | None]


class Generation:
    """All policies, current and superseded versions, and their passages. Unchanging; thread-safe.

    `passages` has a row for each passage, and `vectors` its vector.
    """

    def __init__(
        self,
        manifest: Manifest,
        reader: StoreReader,
        base: Base | None,
        recent: Callable[[Keys], VectorIndex],
        earlier: Generation | None = None,
    ) -> None:
        """`recent` gives the vectors of the passages that the base does not cover, by their keys.

        `earlier`: another generation of the same store, what it has read is not read again.
        Raises `IndexDamagedError` where there are not as many as the manifest promises.
        """
        self.manifest = manifest
        self.reader = reader
        self.base = base
        parameters = {
            "generation": manifest.generation,
            "covers": 0 if base is None else base.record.covers,
        }
        with reader.connection() as db:
            rows = db.execute(
                "SELECT passages.key, passages.clause_key, clauses.version_key, clauses.lang "
                "FROM passages JOIN clauses ON clauses.key = passages.clause_key "
                f"WHERE passages.key > :covers AND {live('passages')} ORDER BY passages.key",
                parameters,
            ).fetchall()
            known = {} if earlier is None else earlier.stored_versions
            self.stored_versions: dict[int, PolicyRecord] = _read_versions(
                db, manifest.generation, known
            )
        records = self.stored_versions.values()
        rights = {record.id: record.groups for record in records}  # the newest version's last
        self.versions: tuple[PolicyRecord, ...] = tuple(
            record
            if record.groups == rights[record.id]
            else replace(record, groups=rights[record.id])
            for record in records
        )
        """Every version of every policy, by policy id, oldest first."""
        self.passages = table_of(rows, base)
        self.everything = Selection(
            self.passages, self.passages.versions_mask([record.key for record in records])
        )
        """All that the generation has: not the rows of a base that were removed since."""
        if self.everything.count != manifest.passages:
            raise IndexDamagedError(
                f"the manifest promises {manifest.passages} passages, the store has "
                f"{self.everything.count}; rebuild with `policy-search index`"
            )
        own_keys = self.passages.passage_keys[self.passages.base_rows :]
        self.vectors = PassageVectors(self.passages, recent(own_keys), base)
        self._views: OrderedDict[ViewKey, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def postings(self) -> Postings | None:
        """Which rows of the base hold which words; `None` where the store is asked for all."""
        return None if self.base is None else self.base.postings

    def view(self, key: ViewKey, make: Callable[[], Snapshot]) -> Snapshot:
        """The view of a key, made where it is not at hand."""
        with self._lock:
            found = self._views.get(key)
            if found is not None:
                self._views.move_to_end(key)
                return found
        made = make()
        with self._lock:
            self._views[key] = made
            most = min(MOST_VIEWS, max(1, MOST_ROWS_OF_VIEWS // max(1, len(self.passages))))
            while len(self._views) > most:
                self._views.popitem(last=False)
        return made


def _read_versions(
    db: sqlite3.Connection, generation: int, known: Mapping[int, PolicyRecord]
) -> dict[int, PolicyRecord]:
    """The versions of a generation as they are stored, by key; by policy id, oldest first.

    Of those that are `known` only whether they are current is asked: nothing else of them changes.
    """
    parameters = {"generation": generation}
    rows = db.execute(
        "SELECT key, superseded IS NULL OR superseded > :generation FROM versions "
        f"WHERE {LIVE} ORDER BY policy_id, key",
        parameters,
    ).fetchall()
    new = [key for key, _ in rows if key not in known]
    chosen = "key IN (SELECT value FROM json_each(:keys))" if known else "TRUE"
    read = {
        record.key: record
        for record in map(
            policy_from,
            db.execute(
                f"SELECT {POLICY_COLUMNS} FROM versions WHERE {LIVE} AND {chosen}",
                parameters | {"keys": json.dumps(new)},
            ),
        )
    }
    found = {}
    for key, current in rows:
        record = read.get(key) or known.get(key)
        if record is None:
            raise IndexDamagedError(f"version {key} is gone: newer ones were published meanwhile")
        if record.is_current != bool(current):
            record = replace(record, is_current=bool(current))
        found[key] = record
    return found
