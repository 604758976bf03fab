"""Building an index: read what changed, embed what is new, publish one generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from indexer.changes import in_the_way, is_same, places_of, what_is_gone
from indexer.directory import IndexDirectory, Manifest, publish, read_manifest
from indexer.errors import (
    IndexDamagedError,
    IndexFormatError,
    IndexMissingError,
    NoPoliciesError,
    PolicyFileError,
)
from indexer.files import SourceFile, file_digest, find_files
from indexer.limits import Limits
from indexer.parsing import PolicyParser
from indexer.passages import make_passages
from indexer.readers import READABLE_SUFFIXES, Tell
from indexer.records import PolicyVersion
from indexer.rows import clauses_of_version
from indexer.store import Store, StoredVersion, naming_damage, read_vectors
from indexer.vectors import VectorIndex, Vectors
from indexer.wire import ParsedBefore
from models import Encoder

PARSER = 5
"""Raised with every change to reading or parsing that changes clauses: files are read again."""

_EMBED_BATCH = 128


class Progress(Protocol):
    """Called with a stage's name ("reading", "embedding"), the number done, and the total.

    While a long file is read, `detail` names it and says how far it is: "handbook.pdf 40/900".
    """

    def __call__(self, stage: str, done: int, total: int, detail: str = "") -> None: ...


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


def build_index(
    paths: Sequence[Path],
    root: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> BuildReport:
    """Brings the index in `root` up to date with the policy files in `paths`.

    Folders are read recursively; a policy whose file is gone from a given folder is removed, other
    policies of the index stay. Files and clauses that did not change are not read or embedded
    again. A file that cannot be read, or is over one of the limits, is reported, keeps its indexed
    version, and stops nothing.

    Raises `NoPoliciesError` when there is nothing to index, `IndexLockedError` when another process
    is writing.
    """
    found = find_files(paths)
    files, report = found.files, BuildReport(failed=found.failed, skipped=found.skipped)
    tell = progress or _silent
    directory = IndexDirectory(root)
    with directory.writing(), naming_damage(directory.store):
        store = Store(directory.store)
        try:
            manifest, generation = _resume(directory, store, report)
            known = store.live_versions()
            if not files and not known:
                raise NoPoliciesError(nothing_found(paths, report.skipped, report.failed))
            report.encoder_changed = _is_other_encoder(manifest, encoder)
            with PolicyParser(limits) as parser:
                _read(store, parser, files, known, generation + 1, report, tell)
            _remove_what_is_gone(store, files, paths, known, generation + 1, report)
            if not store.live_versions() and not known:
                raise NoPoliciesError(_nothing_readable(report))
            _embed(store, encoder, generation + 1, report, tell)
            _publish(directory, store, encoder, manifest, generation + 1, report)
        finally:
            store.close()
    return report


def index_policies(
    policies: Sequence[PolicyVersion],
    root: Path,
    encoder: Encoder,
    progress: Progress | None = None,
) -> BuildReport:
    """Indexes policy versions that are parsed already, replacing those of the same id.

    The way in for texts that are no files, such as an evaluation task's corpus.
    """
    report = BuildReport()
    directory = IndexDirectory(root)
    with directory.writing(), naming_damage(directory.store):
        store = Store(directory.store)
        try:
            manifest, generation = _resume(directory, store, report)
            known = store.live_versions()
            report.encoder_changed = _is_other_encoder(manifest, encoder)
            with store.transaction():
                for policy in policies:
                    before = known.get(policy.policy_id)
                    if before:
                        store.remove_version(before.key, generation + 1)
                    store.add_version(policy, policy.source_path, PARSER, generation + 1)
                    (report.updated if before else report.added).append(policy.policy_id)
            _embed(store, encoder, generation + 1, report, progress or _silent)
            _publish(directory, store, encoder, manifest, generation + 1, report)
        finally:
            store.close()
    return report


def _read(
    store: Store,
    parser: PolicyParser,
    files: Sequence[SourceFile],
    known: dict[str, StoredVersion],
    generation: int,
    report: BuildReport,
    tell: Progress,
) -> None:
    """Parses new and changed files into the store."""
    started = time.perf_counter()
    places = places_of(files)
    for done, file in enumerate(files):
        tell("reading", done, len(files))
        before = known.get(file.policy_id)
        reason = in_the_way(before, file, places)
        if reason:
            report.failed.append((str(file.path), reason))
            continue
        try:
            digest = file_digest(file.path, file.sidecar_bytes, parser.limits)
            if before and is_same(before, file, digest, PARSER):
                report.unchanged.append(file.policy_id)
                continue
            same_policy = ParsedBefore(before.version, before.content_sha256) if before else None
            policy = parser.parse(file, same_policy, _telling_pages(tell, file, done, len(files)))
        except PolicyFileError as error:
            report.failed.append((str(file.path), str(error)))
            continue
        with store.transaction():
            if before:
                store.remove_version(before.key, generation)
            store.add_version(policy, file.name, PARSER, generation, digest)
        (report.updated if before else report.added).append(file.policy_id)
    tell("reading", len(files), len(files))
    report.reading_seconds = time.perf_counter() - started


def _telling_pages(tell: Progress, file: SourceFile, done: int, total: int) -> Tell:
    return lambda page, pages: tell("reading", done, total, f"{file.path.name} {page}/{pages}")


def _remove_what_is_gone(
    store: Store,
    files: Sequence[SourceFile],
    paths: Sequence[Path],
    known: dict[str, StoredVersion],
    generation: int,
    report: BuildReport,
) -> None:
    """Removes the policies whose files are no longer in the given folders, or have another id."""
    places = places_of(files, report.failed)
    with store.transaction():
        for version in what_is_gone(known, files, paths, places):
            store.remove_version(version.key, generation)
            report.removed.append(version.policy_id)


def _embed(
    store: Store, encoder: Encoder, generation: int, report: BuildReport, tell: Progress
) -> None:
    """Makes the passages that are missing and embeds those not embedded before."""
    started = time.perf_counter()
    digest = encoder.fingerprint.digest
    with store.transaction():
        if report.encoder_changed or report.recovered:
            store.remove_passages(generation)
        for key, title in store.versions_without_passages():
            clauses = clauses_of_version(store.connection(), key)
            keys = store.clause_keys(key)
            for clause_id, passages in make_passages(title, clauses, encoder).items():
                store.add_passages(keys[clause_id], passages, digest, generation)
    missing = store.passages_to_embed()
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
        vectors = _embed_views(encoder, [views for _, views in batch], on_progress)
        store.add_vectors([key for key, _ in batch], vectors)
    report.embedding_seconds = time.perf_counter() - started


def _embed_views(
    encoder: Encoder, passages: Sequence[tuple[str, ...]], on_progress: Callable[[int], None]
) -> Vectors:
    """The mean of each passage's views, shape (len(passages), dimension).

    The mean is not brought back to unit length: its inner product with a question is then the mean
    of the views' cosines, and a passage with two views is not favoured over one with one.
    """
    owner = np.repeat(np.arange(len(passages)), [len(views) for views in passages])
    vectors = np.zeros((len(passages), encoder.dimension), np.float32)
    texts = [view for views in passages for view in views]
    np.add.at(vectors, owner, encoder.encode_passages(texts, on_progress))
    vectors /= np.array([[len(views)] for views in passages], np.float32)
    return vectors


def _publish(
    directory: IndexDirectory,
    store: Store,
    encoder: Encoder,
    before: Manifest | None,
    generation: int,
    report: BuildReport,
) -> None:
    """Writes the vector index and the manifest; a build that changed nothing publishes nothing."""
    report.policies, report.clauses, report.passages = store.counts()
    changed = report.added or report.updated or report.removed or report.encoder_changed
    if before and not changed:
        report.generation = before.generation
        return
    keys, vectors = read_vectors(store.connection(), generation, encoder.dimension)
    VectorIndex.build(keys, vectors).save(directory.vectors(generation))
    manifest = Manifest(
        generation=generation,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder=encoder.fingerprint,
        policies=report.policies,
        clauses=report.clauses,
        passages=report.passages,
    )
    publish(directory, manifest)
    report.generation, report.published = generation, True
    kept = {directory.vectors(generation), directory.vectors(generation - 1)}
    for file in directory.vector_files():
        if file not in kept:
            file.unlink(missing_ok=True)
    store.purge(generation - 1)


def _silent(stage: str, done: int, total: int, detail: str = "") -> None:
    """Progress that nobody watches."""


def _is_other_encoder(manifest: Manifest | None, encoder: Encoder) -> bool:
    return manifest is not None and manifest.encoder.digest != encoder.fingerprint.digest


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


def nothing_found(
    paths: Sequence[Path], skipped: Sequence[tuple[str, str]], failed: Sequence[tuple[str, str]]
) -> str:
    """What an error says where the given paths hold no policies."""
    named = ", ".join(str(path) for path in paths)
    known = ", ".join(sorted(READABLE_SUFFIXES))
    extra = f"; {len(skipped)} files of other formats were left out" if skipped else ""
    missing = "; ".join(f"{file}: {reason}" for file, reason in failed)
    return f"no policies in {named}: expected files ending in {known}{extra}" + (
        f" ({missing})" if missing else ""
    )


def _nothing_readable(report: BuildReport) -> str:
    reasons = "; ".join(f"{file}: {reason}" for file, reason in report.failed)
    return f"none of the policy files can be read: {reasons}"
