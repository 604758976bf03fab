"""The two things to align: a policy of an index, or a file that is parsed and encoded here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.errors import PolicyFileError
from indexer.records import Clause
from service.errors import PolicyNotFoundError, VersionNotFoundError
from service.lookup.alignment.sides import Floats

if TYPE_CHECKING:
    from indexer.limits import Limits
    from indexer.records import PolicyVersion
    from indexer.rows import PolicyRecord
    from indexer.snapshot import Snapshot
    from models import Encoder


@dataclass(frozen=True)
class Source:
    """A policy's version with its clauses and how its vectors are come by."""

    policy_id: str
    title: str
    version: str
    lang: str
    effective_date: date | None
    clauses: tuple[Clause, ...]
    vectors: Callable[[], Floats]
    """Shape (clauses, dimension), zeros for a clause that is a heading alone."""


def stored_version(snapshot: Snapshot, policy_id: str, version: str | None) -> PolicyRecord:
    """A version that is seen; the current one where none is named.

    Raises `PolicyNotFoundError`, and for another version of a policy `VersionNotFoundError`.
    """
    versions = snapshot.versions(policy_id)
    if not versions:
        raise PolicyNotFoundError(policy_id)
    found = snapshot.policy(policy_id, version)
    if found is None:
        if version is None:
            raise PolicyNotFoundError(policy_id)
        raise VersionNotFoundError(policy_id, version, [known.version for known in versions])
    return found


def from_index(snapshot: Snapshot, record: PolicyRecord) -> Source:
    """A version of an index, with the vectors that are stored."""
    return Source(
        record.id,
        record.title,
        record.version,
        record.lang,
        record.effective_date,
        tuple(snapshot.clauses(record.id, record.version)),
        lambda: snapshot.clause_vectors(record),
    )


def from_file(path: Path, limits: Limits, encoder: Encoder) -> Source:
    """A policy file. Raises `PolicyFileError` for one that cannot be read."""
    from indexer.files import find_files
    from indexer.parsing import PolicyParser

    found = find_files([path])
    for file, reason in (*found.failed, *found.skipped):
        raise PolicyFileError(reason if reason.startswith(file) else f"{file}: {reason}")
    with PolicyParser(limits) as parser:
        policy = parser.parse(found.files[0])
    metadata = policy.metadata
    return Source(
        policy.policy_id,
        metadata.title,
        policy.version,
        metadata.lang,
        metadata.effective_date,
        policy.clauses,
        lambda: encoded(policy, encoder),
    )


def encoded(policy: PolicyVersion, encoder: Encoder) -> Floats:
    """The vectors that an index would store, the mean of each clause's passages."""
    from indexer.passages import make_passages
    from indexer.publishing import embed_views

    passages = make_passages(policy.metadata.title, policy.clauses, encoder)
    owners = [i for i, clause in enumerate(policy.clauses) for _ in passages[clause.id]]
    views = [p.views for clause in policy.clauses for p in passages[clause.id]]
    vectors = np.zeros((len(policy.clauses), encoder.dimension), np.float32)
    if views:
        np.add.at(vectors, owners, embed_views(encoder, views, lambda count: None))
    counts = np.maximum(np.bincount(owners, minlength=len(vectors)), 1)
    return np.asarray(vectors / counts[:, None], np.float32)
