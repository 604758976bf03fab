"""Writing made policies into a store, as the indexer writes parsed ones, and publishing them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.base.compacting import compact
from indexer.limits import KEEP_VERSIONS
from indexer.publishing import PARSER, BuildReport, Progress, Writing, publish_changes, writing
from indexer.store import vector_hash
from service.bench.scale.given import GivenVectors
from service.bench.scale.policies import MadePolicy, Maker
from service.bench.scale.source import Source

_AT_ONCE = 20
"""Policies in one transaction."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A made index. `arranging_seconds`: from the written store to the published generation."""

    clauses: int
    policies: int
    writing_seconds: float
    arranging_seconds: float
    bytes_on_disk: int


def fill(root: Path, source: Source, maker: Maker, clauses: int, tell: Progress) -> Filled:
    """Makes an index of so many clauses in an empty folder.

    Neither writing nor publishing holds more in memory for more clauses but words and numbers. The
    vectors are stored with the passages, as those of an interrupted build are; then publishing
    finds nothing to embed, and does all else.
    """
    encoder = GivenVectors(source.fingerprint, {}).as_encoder()
    report = BuildReport()
    began = time.perf_counter()
    with writing(root, encoder, report) as index:
        done = policies = 0
        batch: list[MadePolicy] = []
        for versions in maker.policies(clauses):
            batch += versions
            done += len(versions[-1].passages)
            policies += 1
            report.added.append(versions[-1].version.policy_id)
            if policies % _AT_ONCE == 0:
                _write(index, batch, source.fingerprint.digest)
                batch.clear()
                tell("writing", done, clauses)
        _write(index, batch, source.fingerprint.digest)
        tell("writing", done, clauses)
        written = time.perf_counter()
        publish_changes(index, encoder, report, tell, KEEP_VERSIONS)
    compact(root, tell)
    ended = time.perf_counter()
    return Filled(done, policies, written - began, ended - written, disk_usage(root))


def disk_usage(root: Path) -> int:
    """Bytes of all files in an index directory."""
    return sum(file.stat().st_size for file in root.rglob("*") if file.is_file())


def _write(index: Writing, made: list[MadePolicy], digest: str) -> None:
    """Writes versions of policies; of two of a policy the later one is current."""
    store = index.store
    newest: dict[str, int] = {}
    with store.transaction():
        for policy in made:
            id_ = policy.version.policy_id
            if id_ in newest:
                store.supersede_version(newest[id_], index.generation)
            path = policy.version.source_path
            store.add_version(policy.version, path, PARSER, index.generation)
            newest[id_] = _key(index, id_)
            keys = store.clause_keys(newest[id_])
            for passage in policy.passages:
                store.add_passages(keys[passage.clause_id], [passage], digest, index.generation)
    if made:
        vectors = np.concatenate([policy.vectors for policy in made])
        store.add_vectors(_hashes(made, digest), vectors)


def _hashes(made: list[MadePolicy], digest: str) -> list[bytes]:
    return [vector_hash(digest, passage.views) for policy in made for passage in policy.passages]


def _key(index: Writing, policy_id: str) -> int:
    """The key of the version that was written last."""
    (key,) = (
        index.store.connection()
        .execute("SELECT max(key) FROM versions WHERE policy_id = ?", (policy_id,))
        .fetchone()
    )
    return int(key)
