"""From a document to a policy version with its clauses."""

from __future__ import annotations

import hashlib
import re
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
    )


def content_sha256(document: Document) -> str:
    """The hash by which a text is known to be unchanged."""
    return hashlib.sha256(document.source.encode("utf-8", "surrogatepass")).hexdigest()


def _title_from(path: Path) -> str:
    return re.sub(r"[-_]+", " ", path.stem).strip().capitalize() or "Policy"
