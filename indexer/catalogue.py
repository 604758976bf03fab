"""What an index holds, without its vectors and without an encoder: to list and to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.directory import IndexDirectory, Manifest, read_manifest
from indexer.records import Metadata, PolicyVersion
from indexer.rows import POLICY_COLUMNS, PolicyRecord, clauses_of_version, policy_from, remarks_from
from indexer.snapshot import StoreReader
from indexer.store import LIVE, StoredVersion, naming_damage, stored_versions


class Catalogue:
    """The policies of one published generation. Use `open_catalogue`."""

    def __init__(self, directory: IndexDirectory, manifest: Manifest, reader: StoreReader) -> None:
        self._store = directory.store
        self._reader = reader
        self._generation = {"generation": manifest.generation}

    def policies(self) -> list[PolicyRecord]:
        """All policies, by id."""
        with naming_damage(self._store), self._reader.connection() as db:
            rows = db.execute(
                f"SELECT {POLICY_COLUMNS} FROM versions WHERE {LIVE} ORDER BY policy_id",
                self._generation,
            ).fetchall()
        return [policy_from(row) for row in rows]

    def stored(self) -> dict[str, StoredVersion]:
        """What a build knows of each policy, by id."""
        with naming_damage(self._store), self._reader.connection() as db:
            return stored_versions(db, LIVE, self._generation)

    def version(self, policy_id: str) -> PolicyVersion | None:
        """A policy as it was parsed; `source_path` is the one within the folder indexed."""
        record = next((p for p in self.policies() if p.id == policy_id), None)
        if record is None:
            return None
        with naming_damage(self._store), self._reader.connection() as db:
            key, source, digest, remarks = db.execute(
                "SELECT key, source, content_sha256, remarks FROM versions "
                f"WHERE policy_id = :policy AND {LIVE}",
                self._generation | {"policy": policy_id},
            ).fetchone()
            clauses = clauses_of_version(db, key)
        return PolicyVersion(
            policy_id=record.id,
            version=record.version,
            metadata=Metadata(
                title=record.title,
                lang=record.lang,
                effective_date=record.effective_date,
                updated_date=record.updated_date,
                revision=record.revision,
                organisation=record.organisation,
                source_url=record.source_url,
            ),
            source=source,
            source_path=record.source_path,
            format=record.format,
            content_sha256=digest,
            clauses=tuple(clauses),
            remarks=remarks_from(remarks),
        )


@contextmanager
def open_catalogue(root: Path) -> Iterator[Catalogue]:
    """Opens the published generation for reading.

    Raises `IndexMissingError` where there is none, `IndexDamagedError` where it cannot be read.
    """
    directory = IndexDirectory(root)
    manifest = read_manifest(directory)
    reader = StoreReader(directory.store)
    try:
        yield Catalogue(directory, manifest, reader)
    finally:
        reader.close()
