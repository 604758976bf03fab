"""The vectors of a base as they were embedded, to the precision of float16, on disk."""

from __future__ import annotations

import os
import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError

Vectors = NDArray[np.float32]
Rows = NDArray[np.integer[Any]]


class RowFile:
    """`rows.f16`, opened for reading. Thread-safe.

    Read row by row rather than mapped: the pages of a map would count as this process's memory.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise IndexDamagedError(f"{path}: cannot be read: {error}") from error
        # Whoever still searches an old base keeps it open; with the last of them it is closed.
        self._closing = weakref.finalize(self, os.close, self._file)
        self._path, self.dimension = path, dimension
        self._width = 2 * dimension
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return os.fstat(self._file).st_size // self._width

    def read(self, rows: Rows) -> Vectors:
        """The vectors of rows, shape (len(rows), dimension)."""
        width = self._width
        data = b"".join([self._at(row * width, width) for row in rows.tolist()])
        if len(data) != len(rows) * width:
            raise IndexDamagedError(f"{self._path}: ends before row {int(rows.max())}")
        halves = np.frombuffer(data, "<f2").reshape(len(rows), self.dimension)
        return halves.astype(np.float32)

    def slice(self, start: int, stop: int) -> Vectors:
        """The vectors of consecutive rows."""
        data = self._at(start * self._width, (stop - start) * self._width)
        return np.frombuffer(data, "<f2").reshape(-1, self.dimension).astype(np.float32)

    def close(self) -> None:
        self._closing()

    if hasattr(os, "pread"):

        def _at(self, place: int, length: int) -> bytes:
            return os.pread(self._file, length, place)

    else:  # Windows

        def _at(self, place: int, length: int) -> bytes:
            with self._lock:
                os.lseek(self._file, place, os.SEEK_SET)
                return os.read(self._file, length)
