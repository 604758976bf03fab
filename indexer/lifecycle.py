"""Single policies into and out of an index: what the HTTP API writes, several changes at a time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from indexer.errors import PolicyFileError
from indexer.files import SourceFile, digest_of
from indexer.generation import Groups
from indexer.limits import KEEP_VERSIONS, Limits
from indexer.parsing import PolicyParser
from indexer.publishing import (
    PARSER,
    BuildReport,
    Writing,
    parsed_before,
    publish_changes,
    replace_version,
    silent,
    writing,
)
from indexer.records import Properties
from indexer.store import StoredVersion
from models import Encoder

State = Literal["created", "updated", "unchanged", "deleted", "absent", "refused", "conflict"]


@dataclass(frozen=True, slots=True)
class Put:
    """A policy to store: a file's bytes, its suffix, and what is said about it beside its text.

    `expected` is the tag (`tag_of`) that the current version must have; `ANY` asks for one at all,
    `NONE` for none. `groups`: who asks; a policy that they may not read is not theirs to replace.
    """

    policy_id: str
    data: bytes
    suffix: str
    properties: Properties = field(default_factory=Properties)
    expected: str | None = None
    groups: Groups | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """A policy to remove with all its versions. `expected` and `groups` as in `Put`."""

    policy_id: str
    expected: str | None = None
    groups: Groups | None = None


Change = Put | Delete
ANY, NONE = "*", ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change. `error` says why a file was refused.

    `absent`: there is nothing to delete, or nothing that those who ask may know of.
    """

    change: Change
    state: State
    version: str | None = None
    error: PolicyFileError | None = None


def apply_changes(
    changes: Sequence[Change],
    root: Path,
    encoder: Encoder,
    parser: PolicyParser | None = None,
    keep_versions: int = KEEP_VERSIONS,
    wait_seconds: float = 0.0,
) -> list[Outcome]:
    """Makes the changes in their order and publishes them as one generation.

    A file that cannot be read is refused and changes nothing else. Once this returns, an index that
    is opened or refreshed shows the changes. Raises `IndexLockedError` where another process is
    still writing after `wait_seconds`.
    """
    report = BuildReport()
    with (
        nullcontext(parser) if parser else PolicyParser(Limits()) as reader,
        writing(root, encoder, report, wait_seconds) as index,
    ):
        outcomes = [_apply(change, index, reader, report) for change in changes]
        publish_changes(index, encoder, report, silent, keep_versions)
    return outcomes


def _apply(change: Change, index: Writing, parser: PolicyParser, report: BuildReport) -> Outcome:
    before = index.known.get(change.policy_id)
    if before and not _is_open(index, before, change.groups):
        # Told like a policy that is not there; only its place cannot be taken.
        asked = isinstance(change, Put) and change.expected not in (None, NONE)
        return Outcome(change, "conflict" if asked else "absent")
    if isinstance(change, Delete) and before is None:
        return Outcome(change, "absent")
    if not _is_expected(change.expected, before):
        return Outcome(change, "conflict", before.version if before else None)
    if isinstance(change, Delete):
        assert before is not None
        with index.store.transaction():
            index.store.remove_policy(change.policy_id, index.generation)
        del index.known[change.policy_id]
        report.removed.append(change.policy_id)
        return Outcome(change, "deleted", before.version)
    return _put(change, index, parser, report)


def _put(change: Put, index: Writing, parser: PolicyParser, report: BuildReport) -> Outcome:
    before = index.known.get(change.policy_id)
    name = change.policy_id + change.suffix
    file = SourceFile(Path(name), change.policy_id, name, change.properties)
    file_digest = digest_of(change.data, change.suffix, file.sidecar_bytes)
    if before and before.file_sha256 == file_digest and before.parser == PARSER:
        return Outcome(change, "unchanged", before.version)
    if before and change.properties.groups is None:
        # A new text that says nothing of its readers does not open the policy to everybody.
        kept = replace(change.properties, groups=tuple(sorted(index.store.groups(before.key))))
        file = replace(file, sidecar=kept)
    try:
        parsed = parser.parse_bytes(file, change.data, parsed_before(index.store, before))
    except PolicyFileError as error:
        return Outcome(change, "refused", error=error)
    policy = replace(parsed, source_path="")  # no file: the index alone keeps it
    with index.store.transaction():
        replace_version(index, before, policy)
        index.store.add_version(policy, name, PARSER, index.generation, file_digest)
    now = index.store.live_version(change.policy_id)
    assert now is not None
    index.known[change.policy_id] = now
    (report.updated if before else report.added).append(change.policy_id)
    return Outcome(change, "updated" if before else "created", policy.version)


def _is_open(index: Writing, version: StoredVersion, groups: Groups | None) -> bool:
    """Whether somebody of these groups may read a policy."""
    stated = index.store.groups(version.key)
    return groups is None or not stated or not stated.isdisjoint(groups)


def tag_of(key: int, content_sha256: str) -> str:
    """What tells one stored version from every other, for `If-Match`."""
    return f"{content_sha256[:16]}-{key}"


def _is_expected(expected: str | None, before: StoredVersion | None) -> bool:
    if expected is None:
        return True
    if expected == ANY or before is None:
        return (expected == NONE) == (before is None)
    return tag_of(before.key, before.content_sha256) == expected
