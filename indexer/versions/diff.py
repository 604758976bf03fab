"""Comparing two versions of a policy clause by clause."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.records import Clause
from indexer.versions.changes import make_changes
from indexer.versions.matching import match_clauses
from indexer.versions.moves import find_moves
from indexer.versions.records import VersionDiff
from indexer.versions.sides import read_side

Vectors = NDArray[np.float32]


def diff_versions(
    old: Sequence[Clause],
    new: Sequence[Clause],
    old_vectors: Vectors | None = None,
    new_vectors: Vectors | None = None,
) -> VersionDiff:
    """What became of each clause from the old version to the new one.

    Clauses are matched by what they say and where they stand, not by their numbers. With vectors
    of both versions, clauses that say the same in other words are recognised better.

    Args:
        old: the old version's clauses in reading order.
        new: the new version's clauses in reading order.
        old_vectors: an embedding for each old clause, float32, shape (len(old), dimension); zeros
            for a clause that has none.
        new_vectors: of the same encoder for each new clause.

    Raises:
        ValueError: the vectors' shapes do not fit the clauses or each other.
    """
    _check_vectors(len(old), len(new), old_vectors, new_vectors)
    one, other = read_side(old), read_side(new)
    groups = match_clauses(one, other, old_vectors, new_vectors)
    return VersionDiff(tuple(make_changes(one, other, groups, find_moves(one, other, groups))))


def _check_vectors(
    old: int, new: int, old_vectors: Vectors | None, new_vectors: Vectors | None
) -> None:
    for name, count, vectors in (("old", old, old_vectors), ("new", new, new_vectors)):
        if vectors is not None and (vectors.ndim != 2 or len(vectors) != count):
            raise ValueError(
                f"{name}_vectors has shape {vectors.shape}, expected one row for each of the "
                f"{count} {name} clauses: ({count}, dimension)"
            )
    if old_vectors is not None and new_vectors is not None:
        sizes = old_vectors.shape[1], new_vectors.shape[1]
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"the old vectors have dimension {sizes[0]}, the new ones {sizes[1]}: embed both "
                "versions with the same encoder"
            )
