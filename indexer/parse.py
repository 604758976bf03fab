"""From a document to a policy version with its clauses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from itertools import count
from pathlib import Path

from indexer.files import SourceFile
from indexer.metadata import describe, version_name
from indexer.outline.clauses import split_clauses
from indexer.records import Document, PolicyVersion
from indexer.wire import ParsedBefore


def parse_policy(
    file: SourceFile, document: Document, before: ParsedBefore | None = None
) -> PolicyVersion:
    """A document as a policy version with its clauses. `before` is the version indexed now."""
    digest = content_sha256(document)
    described = describe(document, _title_from(file.path), file.sidecar)
    fallback = "1"
    if before and before.version.isdigit() and len(before.version) < 6:
        same = before.content_sha256 == digest
        fallback = before.version if same else str(int(before.version) + 1)
    version = version_name(described.metadata, fallback)
    if before and before.content_sha256 != digest:
        version = _unused(version, before.names)
    elif before and before.version.partition("~")[0] == version:
        version = before.version  # the name that it was given when its own was taken
    outline = split_clauses(
        document, described.metadata, file.policy_id, version, described.title_blocks
    )
    return PolicyVersion(
        policy_id=file.policy_id,
        version=version,
        metadata=described.metadata,
        source=document.source,
        source_path=str(file.path.resolve()),
        format=document.format,
        content_sha256=digest,
        clauses=outline.clauses,
        remarks=outline.remarks,
        groups=(file.sidecar.groups if file.sidecar else None) or (),
        origin=file.sidecar.origin if file.sidecar else None,
    )


def _unused(version: str, names: Collection[str]) -> str:
    """A name for a new text whose own name, such as a revision that was not raised, is taken."""
    numbered = (f"{version}~{number}" for number in count(2))
    return version if version not in names else next(n for n in numbered if n not in names)


def content_sha256(document: Document) -> str:
    """The hash by which a text is known to be unchanged."""
    return hashlib.sha256(document.source.encode("utf-8", "surrogatepass")).hexdigest()


def _title_from(path: Path) -> str:
    return re.sub(r"[-_]+", " ", path.stem).strip().capitalize() or "Policy"
