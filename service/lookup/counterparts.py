"""The clauses that are closest to one clause or text, by margin, in every language.

The candidates are each language's nearest clauses. A candidate's margin sets its cosine against
what is usual around both sides: the source's nearest clauses in the candidate's language, and the
candidate's in the source's. All that the caller may see counts as usual, also what a filter hides:
a filter hides counterparts, it moves none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.passage_table import Keys, Selection
from indexer.snapshot import Snapshot
from service.lookup.margins import NEIGHBOURS, margins
from service.search.records import SearchFilter

CANDIDATES = 32
"""Clauses of each language that are looked at."""
_PASSAGES_A_CLAUSE = 3
"""A candidate clause may have several passages among the nearest."""

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """What counterparts are sought for."""

    vector: Values
    """Of unit length, shape (dimension,)."""
    lang: str
    key: int | None = None
    """Of the clause, where it is one that is searched."""
    policy_id: str | None = None
    """The policy of a searched clause: its other clauses are no counterparts in its language."""
    policy_vectors: Values | None = None
    """Of all clauses of its policy, shape (n, dimension), rows of unit length or zero."""
    place: int = 0
    """The clause's row there."""

    @property
    def surroundings(self) -> Values | None:
        """The mean direction of the clauses before and after; `None` where there are none."""
        if self.policy_vectors is None:
            return None
        beside = [p for p in (self.place - 1, self.place + 1) if 0 <= p < len(self.policy_vectors)]
        total = self.policy_vectors[beside].sum(axis=0)
        return _unit(total[None, :])[0] if np.any(total) else None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Clauses near a source, closest first within each language; all arrays of shape (n,)."""

    clauses: Keys
    languages: NDArray[np.intp]
    cosines: Values
    margins: Values
    surroundings: Values
    """Cosine of the clauses around both; the clauses' own cosine where nothing is."""
    mutual: NDArray[np.bool_]
    """Each is the other's closest of its policy; all false for a free text."""

    def __len__(self) -> int:
        return len(self.clauses)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Candidates:
        """Some of them."""
        return Candidates(
            self.clauses[rows],
            self.languages[rows],
            self.cosines[rows],
            self.margins[rows],
            self.surroundings[rows],
            self.mutual[rows],
        )


def find_candidates(
    snapshot: Snapshot, source: Source, restriction: SearchFilter, most: int = CANDIDATES
) -> Candidates:
    """The nearest clauses of each language that the filter allows, without the source itself.

    Of a clause's own policy, those of its own language are left out, unless the filter names it.
    """
    allowed = snapshot.selection(
        restriction.lang, restriction.policy_id, restriction.organisation, restriction.year
    )
    found = []
    for lang, selected in snapshot.searched.by_language.items():
        others = selected
        if lang == source.lang and source.policy_id and not restriction.policy_id:
            own = snapshot.selection(policy_ids=(source.policy_id,))
            others = selected if own is None else selected.and_only(~own.versions)
        found.append(_of_language(snapshot, source, others, allowed, most))
    return _joined([part for part in found if len(part)])


def _of_language(
    snapshot: Snapshot, source: Source, others: Selection, allowed: Selection | None, most: int
) -> Candidates:
    usual = _nearest(snapshot, source, others, max(most, 2 * NEIGHBOURS))
    if not len(usual.keys):
        return _nothing()
    usually = usual.cosines[:NEIGHBOURS].mean(keepdims=True)
    chosen = usual
    if allowed is not None:
        permitted = others.and_only(allowed.versions, allowed.languages)
        chosen = _nearest(snapshot, source, permitted, most)
        if not len(chosen.keys):
            return _nothing()
    best = slice(0, most)
    clauses, vectors, cosines = chosen.keys[best], chosen.vectors[best], chosen.cosines[best]
    around = _densities(snapshot, source, clauses, vectors, cosines)
    margin = margins(cosines[None, :], usually, around)[0]
    code = int(np.flatnonzero(others.languages)[0])
    return Candidates(
        clauses,
        np.full(len(clauses), code, np.intp),
        cosines,
        margin,
        _surroundings(snapshot, source, clauses, cosines),
        _mutual(snapshot, source, clauses, vectors, margin),
    )


@dataclass(frozen=True, slots=True)
class _Near:
    """Clauses with their vectors, shape (n, dimension), and cosines, closest first."""

    keys: Keys
    vectors: Values
    cosines: Values


def _nearest(snapshot: Snapshot, source: Source, passages: Selection, most: int) -> _Near:
    near, _ = snapshot.vectors.search(source.vector, most * _PASSAGES_A_CLAUSE, passages)
    clauses = np.unique(snapshot.clause_keys_of(near))
    clauses = clauses[clauses != (-1 if source.key is None else source.key)]
    vectors = snapshot.clause_means(clauses)
    cosines = np.asarray(np.einsum("ij,j->i", vectors, source.vector), np.float32)
    order = np.argsort(-cosines, kind="stable")
    return _Near(clauses[order], vectors[order], cosines[order])


def _densities(
    snapshot: Snapshot, source: Source, clauses: Keys, vectors: Values, cosines: Values
) -> Values:
    """What is usual around each candidate in the source's language, the source included."""
    own = snapshot.searched.by_language.get(source.lang)
    if own is None:
        return cosines
    passages, near = snapshot.vectors.search_many(vectors, NEIGHBOURS * _PASSAGES_A_CLAUSE, own)
    found = passages >= 0
    owners = snapshot.clause_keys_of(np.where(found, passages, 0))
    skipped = ~found | (owners == clauses[:, None])
    if source.key is not None:
        skipped |= owners == source.key
    # The first passage of a clause, the closest, speaks for it.
    for place in range(1, owners.shape[1]):
        skipped[:, place] |= (owners[:, :place] == owners[:, place : place + 1]).any(axis=1)
    beside = np.where(skipped, np.float32(-1), near)
    everything = np.sort(np.column_stack([cosines, beside]), axis=1)[:, ::-1][:, :NEIGHBOURS]
    real = everything > -1
    return np.asarray(
        np.where(real, everything, 0).sum(axis=1) / np.maximum(real.sum(axis=1), 1), np.float32
    )


def _surroundings(snapshot: Snapshot, source: Source, clauses: Keys, cosines: Values) -> Values:
    around = source.surroundings
    if around is None:
        return cosines
    theirs, has_any = snapshot.surroundings_of(clauses)
    return np.asarray(np.where(has_any, np.einsum("ij,j->i", theirs, around), cosines), np.float32)


def _mutual(
    snapshot: Snapshot, source: Source, clauses: Keys, vectors: Values, margins: Values
) -> NDArray[np.bool_]:
    if source.policy_vectors is None:
        return np.zeros(len(clauses), bool)
    policies = snapshot.version_keys_of(clauses)
    best = np.zeros(len(clauses), bool)
    for policy in np.unique(policies):
        rows = np.flatnonzero(policies == policy)
        best[rows[np.argmax(margins[rows])]] = True
    back = np.argmax(vectors @ source.policy_vectors.T, axis=1)
    return np.asarray(best & (back == source.place))


def _joined(parts: Sequence[Candidates]) -> Candidates:
    if not parts:
        return _nothing()
    return Candidates(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Candidates.__dataclass_fields__
        )
    )


def _nothing() -> Candidates:
    no = np.empty(0, np.float32)
    return Candidates(np.empty(0, np.int64), np.empty(0, np.intp), no, no, no, np.empty(0, bool))


def _unit(rows: Values) -> Values:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
