"""Compaction: making a new base of a large index while it is searched, and written, on."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import Timeout

from indexer.base.building import Tell, WritePostings
from indexer.base.making import BASE_FROM, made_base, put_in_place, reading
from indexer.base.opening import is_whole
from indexer.base.record import BaseRecord
from indexer.directory import IndexDirectory, Manifest, read_manifest
from indexer.lexical.postings import write_postings
from indexer.publishing import kind_in_words, publish_generation
from indexer.schema import LIVE
from indexer.store import Store, naming_damage

LEAST_RECENT, RECENT_PART = 20_000, 0.1
"""Passages beside the base, at least and for each of its rows, from which on it is made anew."""
DEAD_PART = 0.2
"""Of its rows that were removed, from which on it is made anew."""
WAIT_SECONDS = 600.0
"""For another writer, once the base is made."""


def compact(
    root: Path,
    tell: Tell = lambda stage, done, total: None,
    postings: WritePostings = write_postings,
) -> Manifest | None:
    """Makes a base for the index in `root` if it needs one, and publishes it as a generation.

    Others may write while the base is made; only to publish it the write lock is taken. Killed at
    any time it leaves the index as it was. Returns what was published; `None` where no base is
    needed, another process is making one, or passages were embedded anew meanwhile.

    Raises the errors of `read_manifest`; `IndexLockedError` where another process writes on and on.
    """
    directory = IndexDirectory(root)
    if not needs_base(directory, read_manifest(directory)):
        return None
    try:
        with directory.compacting(), naming_damage(directory.store):
            return _compact(directory, tell, postings)
    except Timeout:
        return None


def _compact(directory: IndexDirectory, tell: Tell, postings: WritePostings) -> Manifest | None:
    manifest = read_manifest(directory)
    if not needs_base(directory, manifest):  # another process made one meanwhile
        return None
    with made_base(directory, manifest.generation, manifest.encoder, tell, postings) as made:
        return _publish(directory, manifest, *made)


def needs_base(directory: IndexDirectory, manifest: Manifest) -> bool:
    """Whether a generation should have another base than it has."""
    if manifest.base is None:
        return manifest.passages >= BASE_FROM
    if not is_whole(directory.root, manifest.base):
        return True
    balance = _balance(directory, manifest, manifest.base)
    rows = manifest.base.passages
    if balance.recent > max(LEAST_RECENT, RECENT_PART * rows):
        return True
    return balance.dead > DEAD_PART * rows


@dataclass(frozen=True, slots=True)
class _Balance:
    recent: int
    dead: int


def _balance(directory: IndexDirectory, manifest: Manifest, base: BaseRecord) -> _Balance:
    """How many passages are beside the base, and how many of its rows are not seen any more."""
    with reading(directory.store) as db:
        (recent,) = db.execute(
            f"SELECT count(*) FROM passages WHERE key > :covers AND {LIVE}",
            {"generation": manifest.generation, "covers": base.covers},
        ).fetchone()
    return _Balance(recent, base.passages - (manifest.passages - recent))


def _publish(
    directory: IndexDirectory, built: Manifest, record: BaseRecord, unfinished: Path
) -> Manifest | None:
    """Makes a finished base that of a new generation, unless the index is another by now."""
    with directory.writing(WAIT_SECONDS):
        before = read_manifest(directory)
        if before.encoder.digest != built.encoder.digest or before.base != built.base:
            return None
        with closing(Store(directory.store)) as store:
            store.roll_back_to(before.generation)  # what a writer left that was killed
            if not _still_holds(store, before, record):
                return None
            put_in_place(directory, record, unfinished)
            manifest = replace(
                before,
                generation=before.generation + 1,
                built_at=datetime.now(UTC).isoformat(timespec="seconds"),
                base=record,
                vector_index=kind_in_words(record),
            )
            publish_generation(directory, store, manifest, before)
    return manifest


def _still_holds(store: Store, manifest: Manifest, record: BaseRecord) -> bool:
    """Whether the passages up to the base's last are still its own: none was embedded anew."""
    (beyond,) = store.connection().execute(
        f"SELECT count(*) FROM passages WHERE key > :covers AND {LIVE}",
        {"generation": manifest.generation, "covers": record.covers},
    ).fetchone()  # fmt: skip
    return record.passages >= manifest.passages - int(beyond) > 0
