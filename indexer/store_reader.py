"""Read-only connections to a store."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from indexer.errors import IndexDamagedError


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
