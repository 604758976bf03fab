"""Building an index: read what changed, embed what is new, publish one generation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from indexer.changes import in_the_way, is_same, places_of, what_is_gone
from indexer.errors import NoPoliciesError, PolicyFileError
from indexer.files import SourceFile, file_digest, find_files
from indexer.limits import KEEP_VERSIONS, Limits
from indexer.parsing import PolicyParser
from indexer.publishing import (
    PARSER,
    BuildReport,
    Progress,
    Writing,
    parsed_before,
    publish_changes,
    replace_version,
    silent,
    writing,
)
from indexer.readers import READABLE_SUFFIXES, Tell
from indexer.records import PolicyVersion
from models import Encoder


def build_index(
    paths: Sequence[Path],
    root: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    limits: Limits | None = None,
    keep_versions: int = KEEP_VERSIONS,
) -> BuildReport:
    """Brings the index in `root` up to date with the policy files in `paths`.

    Folders are read recursively; a policy whose file is gone from a given folder is removed, other
    policies of the index stay. Files and clauses that did not change are not read or embedded
    again. A file that cannot be read, or is over one of the limits, is reported, keeps its indexed
    version, and stops nothing. Of each policy the newest `keep_versions` superseded versions stay.

    Raises `NoPoliciesError` when there is nothing to index, `IndexLockedError` when another process
    is writing.
    """
    found = find_files(paths)
    files, report = found.files, BuildReport(failed=found.failed, skipped=found.skipped)
    tell = progress or silent
    with writing(root, encoder, report) as index:
        if not files and not index.known:
            raise NoPoliciesError(nothing_found(paths, report.skipped, report.failed))
        with PolicyParser(limits) as parser:
            _read(index, parser, files, report, tell)
        _remove_what_is_gone(index, files, paths, report)
        if not index.store.live_versions() and not index.known:
            raise NoPoliciesError(_nothing_readable(report))
        publish_changes(index, encoder, report, tell, keep_versions)
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
    with writing(root, encoder, report) as index:
        with index.store.transaction():
            for policy in policies:
                before = index.known.get(policy.policy_id)
                replace_version(index, before, policy)
                index.store.add_version(policy, policy.source_path, PARSER, index.generation)
                (report.updated if before else report.added).append(policy.policy_id)
        publish_changes(index, encoder, report, progress or silent, KEEP_VERSIONS)
    return report


def _read(
    index: Writing,
    parser: PolicyParser,
    files: Sequence[SourceFile],
    report: BuildReport,
    tell: Progress,
) -> None:
    """Parses new and changed files into the store."""
    started = time.perf_counter()
    places = places_of(files)
    for done, file in enumerate(files):
        tell("reading", done, len(files))
        before = index.known.get(file.policy_id)
        reason = in_the_way(before, file, places)
        if reason:
            report.failed.append((str(file.path), reason))
            continue
        try:
            digest = file_digest(file.path, file.sidecar_bytes, parser.limits)
            if before and is_same(before, file, digest, PARSER):
                report.unchanged.append(file.policy_id)
                continue
            policy = parser.parse(
                file,
                parsed_before(index.store, before),
                _telling_pages(tell, file, done, len(files)),
            )
        except PolicyFileError as error:
            report.failed.append((str(file.path), str(error)))
            continue
        with index.store.transaction():
            replace_version(index, before, policy)
            index.store.add_version(policy, file.name, PARSER, index.generation, digest)
        (report.updated if before else report.added).append(file.policy_id)
    tell("reading", len(files), len(files))
    report.reading_seconds = time.perf_counter() - started


def _telling_pages(tell: Progress, file: SourceFile, done: int, total: int) -> Tell:
    return lambda page, pages: tell("reading", done, total, f"{file.path.name} {page}/{pages}")


def _remove_what_is_gone(
    index: Writing, files: Sequence[SourceFile], paths: Sequence[Path], report: BuildReport
) -> None:
    """Removes the policies whose files are no longer in the given folders, or have another id."""
    places = places_of(files, report.failed)
    with index.store.transaction():
        for version in what_is_gone(index.known, files, paths, places):
            index.store.remove_policy(version.policy_id, index.generation)
            report.removed.append(version.policy_id)


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
