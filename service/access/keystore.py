"""The SQLite file that holds the keys: made whole and private, read without being changed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp

from service.errors import KeyFileError

FORMAT = 1
"""Kept in the file as `user_version`."""

_WAIT_SECONDS = 5.0
_SCHEMA = f"""
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    groups TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT,
    revoked TEXT
) WITHOUT ROWID;
PRAGMA user_version = {FORMAT};
"""

Row = tuple[str | None, ...]


class KeyStore:
    """A connection a call: 50 µs, and nothing to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Whether the file is there. One that cannot be looked at raises `KeyFileError`."""
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self.damaged(error) from error
        return True

    def rows(self, query: str, *values: str) -> list[Row]:
        """What a query finds. The file must exist."""
        try:
            with closing(self._connect()) as db:
                return db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self.damaged(error) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, written when the block ends well; makes the file where there is none."""
        try:
            if not self.exists():
                self._make()
            with closing(self._connect()) as db, db:
                yield db
        except (OSError, sqlite3.Error) as error:
            raise self.damaged(error) from error

    def damaged(self, error: Exception) -> KeyFileError:
        """What to say of a file that cannot be used."""
        reason = getattr(error, "strerror", None) or str(error)
        return KeyFileError(
            f"{self.path}: cannot be used as the file of keys ({reason}). Check that this user may "
            "read and write it, or restore it from a backup; without it no key works"
        )

    def _connect(self) -> sqlite3.Connection:
        # "rw" never makes a file, and falls back to reading one that may not be written.
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        db = sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS)
        try:
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found != FORMAT:
                raise sqlite3.DatabaseError(
                    f"format {found}, this version reads format {FORMAT}"
                    if found
                    else "it holds no keys table"
                )
        except BaseException:
            db.close()
            raise
        return db

    def _make(self) -> None:
        """An empty file with its table, for its owner alone, in one step.

        A process that looks meanwhile sees no file or a whole one; two makers end with one file.
        """
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=f".{self.path.name}-", dir=folder)  # mode 0600
        os.close(handle)
        try:
            with closing(sqlite3.connect(name)) as db:
                db.executescript(_SCHEMA)
            try:
                os.link(name, self.path)
            except FileExistsError:
                pass  # Another process was faster: its file is as good.
            except OSError:
                # A file system without hard links.
                if not self.path.exists():
                    os.replace(name, self.path)
        finally:
            Path(name).unlink(missing_ok=True)
