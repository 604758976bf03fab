"""The index directory: its files, its manifest, and who may write.

    store.sqlite        the truth: policies, versions, clauses, passages, vectors
    vectors-N.faiss     the vector index of generation N, derived from the store
    base-N/             of a large index: what generation N made for quick search of all passages
                        that it has, derived from the store; later generations use it as well
    manifest.json       the published generation and the encoder that it needs
    write.lock          held by the one process that writes
    compact.lock        held by the one process that makes a base

A generation is published by replacing `manifest.json` in one step. Rows of the store are never
changed: they carry the generations in which they appear and disappear, so a reader of generation N
sees N whole, whatever a writer does meanwhile.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from indexer.base.record import BaseRecord
from indexer.errors import (
    IndexDamagedError,
    IndexerError,
    IndexFormatError,
    IndexLockedError,
    IndexMissingError,
)
from models import Fingerprint

UNFINISHED = ".new"
"""How the name of a base's folder ends while it is made."""
FORMAT = 7
"""Raised when a directory written by this code cannot be read by older code, or the reverse."""


@dataclass(frozen=True, slots=True)
class IndexDirectory:
    """The paths in an index directory."""

    root: Path

    @property
    def store(self) -> Path:
        return self.root / "store.sqlite"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.json"

    def vectors(self, generation: int) -> Path:
        return self.root / f"vectors-{generation}.faiss"

    def vector_files(self) -> list[Path]:
        return sorted(self.root.glob("vectors-*.faiss"))

    def base_folders(self) -> list[Path]:
        """All of them, unfinished ones as well."""
        return sorted(self.root.glob("base-*"))

    def compacting(self) -> FileLock:
        """The lock of the one process that makes a base; others may write meanwhile."""
        return FileLock(self.root / "compact.lock", timeout=0)

    def remove_unfinished(self) -> None:
        """Removes the bases that nobody is making any more."""
        left = [folder for folder in self.base_folders() if folder.suffix == UNFINISHED]
        if not left:
            return
        with suppress(Timeout), self.compacting():
            for folder in left:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def writing(self, timeout: float = 0.0) -> Iterator[None]:
        """Holds the directory's write lock; creates the directory where it is missing.

        Raises `IndexLockedError` when another process holds the lock for longer than `timeout`
        seconds.
        """
        lock = FileLock(self.root / "write.lock")
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=timeout)
        except Timeout as error:
            raise IndexLockedError(
                f"{self.root}: another process is writing to this index; wait until it is done"
            ) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise IndexerError(f"{self.root}: cannot be written: {reason}") from error
        try:
            yield
        finally:
            lock.release()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is published: the generation, its size, and the encoder it was built with."""

    generation: int
    built_at: str
    encoder: Fingerprint
    policies: int
    clauses: int
    passages: int
    base: BaseRecord | None = None
    vector_index: str = "flat"
    format: int = FORMAT

    def as_json(self) -> str:
        """The file's text, for people to read as well."""
        fields = asdict(self) | {
            "encoder": self.encoder.as_dict() | {"digest": self.encoder.digest}
        }
        return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def read_manifest(directory: IndexDirectory) -> Manifest:
    """The published manifest.

    Raises `IndexMissingError` where nothing was published, `IndexDamagedError` for a manifest that
    cannot be understood.
    """
    try:
        text = directory.manifest.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise IndexMissingError(
            f"{directory.root}: no index here; build one with "
            f"`policy-search index PATH --index {directory.root}`"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"{directory.manifest}: cannot be read: {error}") from error
    try:
        fields: dict[str, Any] = json.loads(text)
        found = fields["format"]
        if found != FORMAT:
            raise IndexFormatError(
                f"{directory.root}: index format {found}, this version reads format {FORMAT}; "
                "remove the index directory and build again, or use the version that wrote it"
            )
        encoder = Fingerprint.from_dict({k: v for k, v in fields.pop("encoder").items()
                                         if k != "digest"})  # fmt: skip
        base = fields.pop("base")
        record = None if base is None else BaseRecord.from_dict(base)
        return Manifest(encoder=encoder, base=record, **fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IndexDamagedError(
            f"{directory.manifest}: damaged ({error}); rebuild with `policy-search index`"
        ) from error


def publish(directory: IndexDirectory, manifest: Manifest) -> None:
    """Makes a generation the one that readers open, in one step."""
    temporary = directory.manifest.with_suffix(".json.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(manifest.as_json())
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, directory.manifest)
    sync_folder(directory.root)


def sync_folder(folder: Path) -> None:
    """Flushes a folder's entries, so that a rename survives a power cut; a no-op on Windows."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
