"""Writing one generation: taking up the state of an index, embedding, publishing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from indexer.base.making import first_base
from indexer.base.record import BaseRecord
from indexer.directory import UNFINISHED, IndexDirectory, Manifest, publish, read_manifest
from indexer.errors import IndexDamagedError, IndexFormatError, IndexMissingError
from indexer.passages import make_passages
from indexer.records import PolicyVersion
from indexer.rows import clauses_of_version
from indexer.store import Counts, Store, StoredVersion, naming_damage, read_vectors
from indexer.vectors import VectorIndex, Vectors
from indexer.wire import ParsedBefore
from models import Encoder

PARSER = 6
"""Raised with every change to reading or parsing that changes clauses, or what is found in them:
files are read again."""

_EMBED_BATCH = 128


@dataclass(slots=True)
class BuildReport:
    """What a build did. `failed` and `skipped` hold (file, reason)."""

    generation: int = 0
    published: bool = False
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    policies: int = 0
    clauses: int = 0
    passages: int = 0
    embedded: int = 0
    encoder_changed: bool = False
    recovered: bool = False
    """The manifest was damaged and made again from the store."""
    reading_seconds: float = 0.0
    embedding_seconds: float = 0.0


class Progress(Protocol):
    """Called with a stage's name ("reading", "embedding"), the number done, and the total.

    While a long file is read, `detail` names it and says how far it is: "handbook.pdf 40/900".
    """

    def __call__(self, stage: str, done: int, total: int, detail: str = "") -> None: ...


def silent(stage: str, done: int, total: int, detail: str = "") -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Writing:
    """An index that this process alone is writing. `generation` is the one to be published."""

    directory: IndexDirectory
    store: Store
    manifest: Manifest | None
    generation: int
    known: dict[str, StoredVersion]
    """The current versions before the first change, by policy id."""
    counts: Counts
    """Before the first change."""


@contextmanager
def writing(
    root: Path, encoder: Encoder, report: BuildReport, wait_seconds: float = 0.0
) -> Iterator[Writing]:
    """Takes the index for writing, at its last published state.

    Raises `IndexLockedError` where another process is still writing after `wait_seconds`. What is
    written inside is seen by nobody before `publish_changes`, and undone by the next writer
    otherwise.
    """
    directory = IndexDirectory(root)
    with directory.writing(wait_seconds), naming_damage(directory.store):
        directory.remove_unfinished()
        store = Store(directory.store)
        try:
            manifest, generation = _resume(directory, store, report)
            report.encoder_changed = (
                manifest is not None and manifest.encoder.digest != encoder.fingerprint.digest
            )
            known = store.live_versions()
            counts = _counts(store, manifest, known)
            yield Writing(directory, store, manifest, generation + 1, known, counts)
        finally:
            store.close()


def publish_changes(
    index: Writing, encoder: Encoder, report: BuildReport, tell: Progress, keep_versions: int
) -> None:
    """Embeds what is new, and publishes the generation if anything changed."""
    index.store.expire_versions(keep_versions, index.generation)
    _embed(index.store, encoder, index.generation, report, tell)
    _publish(index, encoder, report, tell)


def parsed_before(store: Store, before: StoredVersion | None) -> ParsedBefore | None:
    """What parsing needs to know of the version that is indexed now."""
    if before is None:
        return None
    names = store.version_names(before.policy_id)
    return ParsedBefore(before.version, before.content_sha256, names)


def replace_version(index: Writing, before: StoredVersion | None, policy: PolicyVersion) -> None:
    """Makes way for a new version: one of another text stays to be cited, the same text goes."""
    if before is None:
        return
    if before.content_sha256 == policy.content_sha256 or before.version == policy.version:
        index.store.remove_version(before.key, index.generation)
    else:
        index.store.supersede_version(before.key, index.generation)


def _embed(
    store: Store, encoder: Encoder, generation: int, report: BuildReport, tell: Progress
) -> None:
    """Makes the passages that are missing and embeds those not embedded before."""
    started = time.perf_counter()
    digest = encoder.fingerprint.digest
    with store.transaction():
        anew = report.encoder_changed or report.recovered
        if anew:
            store.remove_passages(generation)
        for key, title in store.versions_without_passages(None if anew else generation):
            clauses = clauses_of_version(store.connection(), key)
            keys = store.clause_keys(key)
            for clause_id, passages in make_passages(title, clauses, encoder).items():
                store.add_passages(keys[clause_id], passages, digest, generation)
    missing = store.passages_to_embed(generation)
    report.embedded = len(missing)
    done, total = 0, sum(len(views) for _, views in missing)
    tell("embedding", 0, total)

    def on_progress(count: int) -> None:
        nonlocal done
        done += count
        tell("embedding", done, total)

    # Longest first: batches of one length waste no padding, and memory peaks at the start.
    missing.sort(key=lambda item: -sum(map(len, item[1])))
    for start in range(0, len(missing), _EMBED_BATCH):
        batch = missing[start : start + _EMBED_BATCH]
        vectors = embed_views(encoder, [views for _, views in batch], on_progress)
        store.add_vectors([key for key, _ in batch], vectors)
    report.embedding_seconds = time.perf_counter() - started


def embed_views(
    encoder: Encoder, passages: Sequence[tuple[str, ...]], on_progress: Callable[[int], None]
) -> Vectors:
    """The mean of each passage's views, shape (len(passages), dimension).

    The mean is not brought back to unit length: its inner product with a question is then the mean
    of the views' cosines, and a passage with two views is not favoured over one with one.
    """
    owner = np.repeat(np.arange(len(passages)), [len(views) for views in passages])
    vectors = np.zeros((len(passages), encoder.dimension), np.float32)
    texts = [view for views in passages for view in views]
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    on_progress(len(texts) - len(places))  # what stands twice is encoded once
    encoded = encoder.encode_passages(list(places), on_progress)
    np.add.at(vectors, owner, encoded[[places[text] for text in texts]])
    vectors /= np.array([[len(views)] for views in passages], np.float32)
    return vectors


def _publish(index: Writing, encoder: Encoder, report: BuildReport, tell: Progress) -> None:
    """Writes the vector index and the manifest; a build that changed nothing publishes nothing."""
    before, generation = index.manifest, index.generation
    counts = index.store.counts_after(index.counts, index.generation)
    report.policies, report.clauses, report.passages = counts
    changed = report.added or report.updated or report.removed or report.encoder_changed
    if before and not changed:
        report.generation = before.generation
        return
    if before is None or report.encoder_changed or report.recovered:
        # All passages are new, beyond what any base covers.
        base = first_base(index.directory, generation, encoder.fingerprint, report.passages, tell)
    else:
        base = before.base
    manifest = Manifest(
        generation=generation,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder=encoder.fingerprint,
        policies=report.policies,
        clauses=report.clauses,
        passages=report.passages,
        base=base,
        vector_index=kind_in_words(base),
    )
    publish_generation(index.directory, index.store, manifest, before)
    report.generation, report.published = generation, True
    index.store.purge(generation - 1)


def publish_generation(
    directory: IndexDirectory, store: Store, manifest: Manifest, before: Manifest | None
) -> None:
    """Writes the vectors that no base covers and the manifest; deletes what nobody reads now.

    The files of the generation before stay: a reader may still hold it.
    """
    covered = 0 if manifest.base is None else manifest.base.covers
    dimension = manifest.encoder.dimension
    generation = manifest.generation
    keys, vectors = read_vectors(store.connection(), generation, dimension, covered)
    VectorIndex.build(keys, vectors).save(directory.vectors(generation))
    publish(directory, manifest)
    kept = {directory.vectors(generation), directory.vectors(generation - 1)}
    for file in directory.vector_files():
        if file not in kept:
            file.unlink(missing_ok=True)
    bases = {m.base.folder for m in (manifest, before) if m is not None and m.base is not None}
    for folder in directory.base_folders():
        if folder.name not in bases and folder.suffix != UNFINISHED:
            shutil.rmtree(folder, ignore_errors=True)


def kind_in_words(base: BaseRecord | None) -> str:
    """How an index keeps its vectors, for the manifest."""
    return "flat" if base is None else f"flat + {base.in_words}"


def _resume(
    directory: IndexDirectory, store: Store, report: BuildReport
) -> tuple[Manifest | None, int]:
    """The published manifest, if any, and its generation; undoes a build that did not publish.

    Where the manifest is damaged, the store's newest state is taken up; by which encoder it was
    embedded is then unknown, so all passages are made again.
    """
    try:
        manifest = read_manifest(directory)
    except IndexMissingError:
        store.roll_back_to(0)
        return None, 0
    except IndexFormatError:
        raise
    except IndexDamagedError:
        report.recovered = True
        return None, store.newest_generation()
    store.roll_back_to(manifest.generation)
    return manifest, manifest.generation


def _counts(store: Store, manifest: Manifest | None, known: Mapping[str, StoredVersion]) -> Counts:
    """What the store holds: as the manifest says, unless it speaks of another store."""
    if manifest is None or manifest.policies != len(known):
        return store.counts()
    return Counts(manifest.policies, manifest.clauses, manifest.passages)
