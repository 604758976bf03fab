"""Following the newest published generation of an index directory."""

from __future__ import annotations

import threading
from pathlib import Path

from indexer.directory import IndexDirectory, read_manifest
from indexer.snapshot import Snapshot, open_snapshot
from indexer.store_reader import StoreReader
from models import Encoder


class LiveIndex:
    """The current generation of an index, replaced as a whole by `refresh`. Thread-safe."""

    def __init__(self, directory: Path, encoder: Encoder) -> None:
        """Opens the published generation. Raises the errors of `open_snapshot`."""
        self._directory = IndexDirectory(directory)
        self._encoder = encoder
        self._lock = threading.Lock()
        self._seen = self._state()
        self._readers: list[StoreReader] = []
        self._snapshot = self._open()

    @property
    def snapshot(self) -> Snapshot:
        """The current generation; a request reads it once and keeps it to its end."""
        return self._snapshot

    def refresh(self) -> bool:
        """Opens a newer generation if one was published; blocks. Returns whether it changed.

        Raises the errors of `open_snapshot`; the current generation then stays.
        """
        with self._lock:
            state = self._state()
            if state == self._seen:
                return False
            snapshot = self._open(same_store=state[2:] == self._seen[2:])
            changed = snapshot.manifest != self._snapshot.manifest
            self._snapshot, self._seen = snapshot, state
            return changed

    def close(self) -> None:
        """Closes the connections; requests under way finish theirs first."""
        for reader in self._readers:
            reader.close()

    def _open(self, same_store: bool = False) -> Snapshot:
        if same_store:
            reader = self._readers[-1]
            earlier = self._snapshot.whole
            return open_snapshot(self._directory, self._encoder.fingerprint, reader, earlier)
        read_manifest(self._directory)  # a missing index is named before a missing store
        reader = StoreReader(self._directory.store)
        try:
            snapshot = open_snapshot(self._directory, self._encoder.fingerprint, reader)
        except BaseException:
            reader.close()
            raise
        self._readers.append(reader)
        return snapshot

    def _state(self) -> tuple[int, int, int, int]:
        """What tells a new generation, and a store that was replaced as a file."""
        try:
            manifest = self._directory.manifest.stat()
            store = self._directory.store.stat()
        except FileNotFoundError:
            return (0, 0, 0, 0)
        return (manifest.st_mtime_ns, manifest.st_ino, store.st_ino, store.st_dev)
