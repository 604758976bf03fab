"""One published generation of an index: everything that the store holds of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.directory import Manifest
from indexer.rows import POLICY_COLUMNS, PolicyRecord, policy_from
from indexer.schema import LIVE, live
from indexer.store_reader import StoreReader
from indexer.vectors import Keys, VectorIndex

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot

MOST_VIEWS = 64
"""Views kept at hand: one for each set of groups and date that was asked for lately."""

Groups = frozenset[str]
ViewKey = tuple[Groups | None, date | None]


class Generation:
    """All policies, current and superseded versions, and their passages. Unchanging; thread-safe.

    The arrays have one row for each passage, in the order of the passages' keys.
    """

    def __init__(self, manifest: Manifest, reader: StoreReader, vectors: VectorIndex) -> None:
        self.manifest = manifest
        self.reader = reader
        self.vectors = vectors
        parameters = {"generation": manifest.generation}
        with reader.connection() as db:
            rows = db.execute(
                "SELECT passages.key, passages.clause_key, clauses.version_key, clauses.lang "
                "FROM passages JOIN clauses ON clauses.key = passages.clause_key "
                f"WHERE {live('passages')} ORDER BY passages.key",
                parameters,
            ).fetchall()
            versions = db.execute(
                f"SELECT {POLICY_COLUMNS} FROM versions WHERE {LIVE} ORDER BY policy_id, key",
                parameters,
            ).fetchall()
        records = list(map(policy_from, versions))
        rights = {record.id: record.groups for record in records}  # the newest version's last
        self.versions: tuple[PolicyRecord, ...] = tuple(
            replace(record, groups=rights[record.id]) for record in records
        )
        """Every version of every policy, by policy id, oldest first."""
        count = len(rows)
        self.passage_keys: Keys = np.fromiter((row[0] for row in rows), np.int64, count)
        self.clause_keys: Keys = np.fromiter((row[1] for row in rows), np.int64, count)
        self.version_keys: Keys = np.fromiter((row[2] for row in rows), np.int64, count)
        names = sorted({row[3] for row in rows})
        numbers = {name: number for number, name in enumerate(names)}
        self.languages: tuple[str, ...] = tuple(names)
        codes = np.fromiter((numbers[row[3]] for row in rows), np.intp, count)
        self.language_codes: NDArray[np.intp] = codes
        self._views: OrderedDict[ViewKey, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

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
            while len(self._views) > MOST_VIEWS:
                self._views.popitem(last=False)
        return made
