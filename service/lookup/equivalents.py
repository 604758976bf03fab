"""Looking up the counterparts of a clause or of a text: what says the same, what is related."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.language import detect_language
from indexer.records import Clause
from indexer.snapshot import Snapshot
from models.calibration import Calibration
from service.lookup.counterparts import CANDIDATES, Candidates, Source, find_candidates
from service.lookup.likelihood import likelihoods
from service.lookup.records import Counterpart, Lookup, LookupQuery
from service.search.records import Likeness, SearchFilter

if TYPE_CHECKING:
    from models import Encoder

LEAST_RELEVANCE = 0.5
"""Of an equivalent, unless asked otherwise: more likely than not."""
_LEAST_MARGIN = 1.0
"""Of an equivalent where the encoder has no calibration: closer than neighbours are."""

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates in the order in which they are shown."""

    candidates: Candidates
    relevance: Values
    """Probability that each says the same, shape (n,); NaN without a calibration."""


def source_of_text(text: str, encoder: Encoder) -> Source:
    """A free text as a source; it is compared as clauses are, not as questions."""
    return Source(encoder.encode_passages([text])[0], detect_language(text))


def source_of_clause(snapshot: Snapshot, clause: Clause, encoder: Encoder) -> Source:
    """A clause of any version as a source; only a clause that is a mere heading is encoded."""
    version = snapshot.policy_of(clause)
    vectors = snapshot.clause_vectors(version)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
    key = snapshot.clause_key(clause)
    policy_id = None if key is None else clause.policy_id
    if not lengths[clause.ordinal]:
        own = encoder.encode_passages([" > ".join((version.title, *clause.heading_path))])[0]
        return Source(own, clause.lang, key, policy_id)
    return Source(units[clause.ordinal], clause.lang, key, policy_id, units, clause.ordinal)


def look_up(
    snapshot: Snapshot, source: Source, query: LookupQuery, calibration: Calibration | None
) -> Lookup:
    """The counterparts of a source that are likely enough, best first."""
    judged = judge(
        snapshot,
        source,
        query.filter,
        query.likeness,
        calibration,
        max(CANDIDATES, query.limit),
    )
    kept = np.flatnonzero(_is_enough(judged, query))
    chosen = judged.candidates.take(kept[: query.limit])
    relevance = judged.relevance[kept]
    clauses = snapshot.clauses_by_key(chosen.clauses.tolist())
    surrounded = source.surroundings is not None
    counterparts = []
    for place, key in enumerate(chosen.clauses.tolist()):
        clause = clauses[key]
        counterparts.append(
            Counterpart(
                rank=place + 1,
                clause=clause,
                policy=snapshot.policy_of(clause),
                relevance=None if calibration is None else round(float(relevance[place]), 4),
                margin=round(float(chosen.margins[place]), 4),
                cosine=round(float(chosen.cosines[place]), 4),
                surroundings=round(float(chosen.surroundings[place]), 4) if surrounded else None,
                mutual_best=(None if source.policy_vectors is None else bool(chosen.mutual[place])),
            )
        )
    return Lookup(source.lang, snapshot.generation, len(kept), tuple(counterparts))


def judge(
    snapshot: Snapshot,
    source: Source,
    restriction: SearchFilter,
    likeness: Likeness,
    calibration: Calibration | None,
    most: int = CANDIDATES,
) -> Judged:
    """The candidates of a source in order, with the probability that each says the same.

    The languages stand in turn: the best of each before the second best of any, others than the
    source's first. They are what is looked up, and how close two texts are means something else
    within a language. Of related clauses, those that are each other's closest come first: what two
    companies say about one thing is seldom the same.
    """
    found = find_candidates(snapshot, source, restriction, most)
    names = [snapshot.language_name(int(code)) for code in found.languages]
    relevance = likelihoods(found, [f"{source.lang}-{name}" for name in names], calibration)
    strength = found.margins if calibration is None else relevance
    first = found.mutual if likeness == "related" else np.zeros(len(found), bool)
    best = np.lexsort((found.clauses, -found.margins, -strength, ~first))
    turns = np.empty(len(found), np.intp)
    for code in np.unique(found.languages):
        rows = best[found.languages[best] == code]
        turns[rows] = np.arange(len(rows))
    own = np.array([name == source.lang for name in names], bool)
    order = np.lexsort((found.clauses, -strength, own, turns))
    return Judged(found.take(order), relevance[order])


def _is_enough(judged: Judged, query: LookupQuery) -> NDArray[np.bool_]:
    least = query.min_relevance
    if least is None:
        least = LEAST_RELEVANCE if query.likeness == "equivalent" else 0.0
    if query.likeness == "equivalent" and np.isnan(judged.relevance).any():
        return np.asarray(judged.candidates.margins >= _LEAST_MARGIN)
    return np.asarray(~(judged.relevance < least))
