"""Making a base in an index directory: beside what is there, then in its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import Timeout

from indexer.base.building import Tell, WritePostings, build_base
from indexer.base.record import BaseRecord
from indexer.directory import UNFINISHED, IndexDirectory, sync_folder
from indexer.lexical.postings import write_postings
from indexer.schema import LIVE
from models import Fingerprint

BASE_FROM = 50_000
"""Passages from which on an index has a base; fewer are compared one by one."""


@contextmanager
def made_base(
    directory: IndexDirectory,
    generation: int,
    encoder: Fingerprint,
    tell: Tell,
    postings: WritePostings = write_postings,
) -> Iterator[tuple[BaseRecord, Path]]:
    """Makes the base of all passages that a generation has, in a folder that is gone at the end.

    `put_in_place` makes it the index's. The caller is the one process that makes a base
    (`IndexDirectory.compacting`).
    """
    for folder in directory.base_folders():
        if folder.suffix == UNFINISHED:
            shutil.rmtree(folder, ignore_errors=True)
    unfinished = directory.root / f"base-{generation}{UNFINISHED}"
    try:
        with reading(directory.store) as db:
            (covers,) = db.execute(
                f"SELECT max(key) FROM passages WHERE {LIVE}", {"generation": generation}
            ).fetchone()
            yield (
                build_base(
                    db,
                    unfinished,
                    generation,
                    int(covers),
                    encoder.dimension,
                    tell,
                    encoder.digest,
                    postings,
                ),
                unfinished,
            )
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def put_in_place(directory: IndexDirectory, record: BaseRecord, unfinished: Path) -> None:
    """Gives a finished base its name."""
    folder = directory.root / record.folder
    if folder.exists():  # of a process that was killed before it published
        shutil.rmtree(folder)
    os.replace(unfinished, folder)
    sync_folder(directory.root)


def first_base(
    directory: IndexDirectory, generation: int, encoder: Fingerprint, passages: int, tell: Tell
) -> BaseRecord | None:
    """The base of a generation that is about to be published, and shares no passage with another.

    Its vectors are then never held in memory all at once. `None` where the index is small, or
    another process makes a base: it gets one later.
    """
    if passages < BASE_FROM:
        return None
    try:
        with (
            directory.compacting(),
            made_base(directory, generation, encoder, tell) as (record, unfinished),
        ):
            put_in_place(directory, record, unfinished)
            return record
    except Timeout:
        return None


@contextmanager
def reading(store: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own, outside of a transaction."""
    db = sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        yield db
    finally:
        db.close()
