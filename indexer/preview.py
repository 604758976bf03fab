"""What a build would do, without writing anything and without an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from indexer.build import nothing_found
from indexer.catalogue import open_catalogue
from indexer.changes import in_the_way, is_same, places_of, what_is_gone
from indexer.errors import IndexMissingError, NoPoliciesError, PolicyFileError
from indexer.files import SourceFile, file_digest, find_files
from indexer.limits import Limits
from indexer.parsing import PolicyParser
from indexer.publishing import PARSER, Progress
from indexer.records import PolicyVersion
from indexer.store import StoredVersion
from indexer.wire import ParsedBefore

State = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Previewed:
    """A file as a build would parse it."""

    file: SourceFile
    state: State
    policy: PolicyVersion


@dataclass(slots=True)
class Preview:
    """What a build would do. `failed` and `skipped` hold (file, reason)."""

    policies: list[Previewed] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    indexed: bool = False
    """There is an index to compare with."""


def preview_index(
    paths: Sequence[Path],
    root: Path,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Preview:
    """Parses all policy files in `paths` and compares them with the index in `root`, if any.

    Raises `NoPoliciesError`, and the errors of `open_catalogue` but for a missing index: a build
    would meet them too.
    """
    found = find_files(paths)
    known = _known(root)
    preview = Preview(failed=found.failed, skipped=found.skipped, indexed=known is not None)
    known = known or {}
    if not found.files and not known:
        raise NoPoliciesError(nothing_found(paths, found.skipped, found.failed))
    places = places_of(found.files)
    with PolicyParser(limits) as parser:
        for done, file in enumerate(found.files):
            if progress:
                progress("reading", done, len(found.files))
            before = known.get(file.policy_id)
            reason = in_the_way(before, file, places)
            if reason:
                preview.failed.append((str(file.path), reason))
                continue
            try:
                preview.policies.append(_previewed(parser, file, before))
            except PolicyFileError as error:
                preview.failed.append((str(file.path), str(error)))
    gone = what_is_gone(known, found.files, paths, places_of(found.files, preview.failed))
    preview.removed = [version.policy_id for version in gone]
    return preview


def _previewed(parser: PolicyParser, file: SourceFile, before: StoredVersion | None) -> Previewed:
    state: State = "new"
    same_policy = None
    if before:
        digest = file_digest(file.path, file.sidecar_bytes, parser.limits)
        state = "unchanged" if is_same(before, file, digest, PARSER) else "changed"
        same_policy = ParsedBefore(before.version, before.content_sha256)
    return Previewed(file, state, parser.parse(file, same_policy))


def _known(root: Path) -> dict[str, StoredVersion] | None:
    with ExitStack() as opened:
        try:
            catalogue = opened.enter_context(open_catalogue(root))
        except IndexMissingError:
            return None
        return catalogue.stored()
