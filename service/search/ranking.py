"""Ranking the clauses of a generation for one question, fairly over languages.

Each passage scores by the cosine of its vector with the question's, and by the part of the
question's words that it holds (`indexer.lexical`). Two things then make one ranking of languages:

*Feedback.* What the best passages of the other languages say is evidence: their mean vector is a
second question, in a language that the encoder compares better with clauses than questions are.

*Fairness.* Every language's list is set against its own best clauses (in the spirit of CSLS,
Conneau et al. 2018, arXiv:1710.04087): a question's words favour its own language, and so does
what an encoder keeps of language. The correction is bounded, so that a language that has no answer
does not rise to the level of one that has.

Both look at all that the caller may see, not at what a filter leaves of it: a filter hides hits, it
moves none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.search import KeywordQuery
from indexer.ordering import best_first, best_of_each, union
from indexer.passage_table import Keys, Rows
from indexer.row_vectors import RowVectors
from indexer.snapshot import Snapshot
from service.search.nearest import DEPTH, Nearest
from service.search.records import LanguageBalance, Mode, SearchFilter

EXACT = 100
"""Passages of each language that are compared as they were embedded, where a large index keeps
vectors quantised: more than anybody pages through."""

_COSINE_AMONG_EQUALS = 1e-3
"""What a cosine counts in keyword mode: enough to order clauses that hold the same words."""

Values = NDArray[np.float32]
_NONE_FOUND = (np.empty(0, np.intp), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of the ranking; README's table of parts tells what each is worth."""

    words: float = 0.032
    """Of the part of the question's words that a passage holds, beside its cosine."""
    feedback: float = 0.3
    """Of the cosine with the other languages' best passages."""
    feedback_passages: int = 5
    feedback_width: float = 0.008
    """Difference in score by which a passage's part in the feedback falls to 1/e."""
    best: int = 3
    """Clauses of a language whose mean score is its level."""
    widest: float = 0.017
    """Most that a language's list is raised against the highest."""


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Ranked:
    """Ranked clauses, best first; all arrays of shape (n,)."""

    clauses: Keys
    scores: Values
    """What they are ranked by: about a cosine, the languages made level."""
    cosines: Values
    words: Values
    """Part of the question's words found, in [0, 1]."""
    languages: NDArray[np.intp]
    """As `Snapshot.languages_of` numbers them."""

    def __len__(self) -> int:
        return len(self.clauses)

    def take(self, rows: NDArray[np.intp] | slice) -> Ranked:
        """Some of the clauses."""
        return Ranked(
            self.clauses[rows],
            self.scores[rows],
            self.cosines[rows],
            self.words[rows],
            self.languages[rows],
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question ready to be compared: unit vector, shape (dimension,), and words."""

    vector: Values
    words: KeywordQuery


def rank_clauses(
    snapshot: Snapshot,
    asked: Asked,
    restriction: SearchFilter,
    mode: Mode = "hybrid",
    balance: LanguageBalance = "fair",
    weights: Weights = WEIGHTS,
    deadline: float | None = None,
) -> Ranked:
    """The clauses that may answer, best first; a clause scores as its best passage does.

    Equal scores stand in the order of clause ids. Raises `DeadlinePassedError` where the deadline,
    as `time.monotonic` counts, passes before all words are looked up; `semantic` needs none.
    """
    allowed = snapshot.selection(
        restriction.lang, restriction.policy_id, restriction.organisation, restriction.year
    )
    found: tuple[Rows, Values] = _NONE_FOUND
    nearest = Nearest(snapshot, asked.vector, allowed) if mode != "keyword" else None
    if mode != "semantic":
        found = snapshot.keyword_scores(asked.words, DEPTH, allowed, deadline)
    rows = union(found[0], *(nearest.rows() if nearest is not None else ()))
    if not len(rows):
        nothing = np.empty(0, np.float32)
        no_keys = np.empty(0, np.int64)
        return Ranked(no_keys, nothing, nothing, nothing, np.empty(0, np.intp))
    words = np.zeros(len(rows), np.float32)
    words[np.searchsorted(rows, found[0])] = found[1]
    weight = np.float32(_COSINE_AMONG_EQUALS if mode == "keyword" else weights.words)
    languages = snapshot.languages_of(rows)
    order = np.argsort(languages, kind="stable")
    rows, words, languages = rows[order], words[order], languages[order]
    parts = _parts(languages)
    vectors, cosines = _compared(snapshot, rows, asked.vector, weights.words * words, parts)
    scores = words + weight * cosines if mode == "keyword" else cosines + weight * words
    fair = balance == "fair" and mode != "keyword" and len(parts) > 1
    if fair:
        scores = scores + _feedback(scores, vectors, parts, weights)
    clauses = snapshot.clause_keys_of(rows)
    best = best_of_each(clauses, scores)
    if fair:
        levels = _levels(scores[best], languages[best], weights)
        scores[best] += levels
    if allowed is not None:
        # A clause's passages are all allowed or none is.
        best = best[allowed.holds(rows[best])]
    order = best[np.argsort(-scores[best])]  # equal ones are put in order by their ids
    ranked = Ranked(clauses[order], scores[order], cosines[order], words[order], languages[order])
    return _ties_by_id(snapshot, ranked)


def _compared(
    snapshot: Snapshot,
    rows: Rows,
    vector: Values,
    words: Values,
    parts: Sequence[slice],
) -> tuple[RowVectors, Values]:
    """The vectors of candidates and their cosines with the question's.

    Beside a base they are exact for each language's best alone.
    """
    vectors = snapshot.vectors.compared(rows)
    cosines = vectors.products(vector)
    if snapshot.vectors.is_exact:
        return vectors, cosines
    likely = cosines + words
    best = np.concatenate([part.start + _some_best(likely[part]) for part in parts])
    vectors.replace(best, snapshot.vectors.rows(rows[best]))
    cosines[best] = vectors.products(vector, best)
    return vectors, cosines


def _some_best(scores: Values) -> NDArray[np.intp]:
    """The places of the `EXACT` best, in any order."""
    if len(scores) <= EXACT:
        return np.arange(len(scores))
    return np.argpartition(-scores, EXACT)[:EXACT]


def _feedback(
    scores: Values, vectors: RowVectors, languages: Sequence[slice], weights: Weights
) -> Values:
    """What each passage gains by resembling the best passages of the other languages."""
    gained = np.zeros_like(scores)
    for own in languages:
        top = best_first(np.delete(scores, own), weights.feedback_passages)
        top[top >= own.start] += own.stop - own.start
        parts = np.exp((scores[top] - scores[top[0]]) / weights.feedback_width)
        evidence = (parts / parts.sum()) @ _unit(vectors.vectors(top))
        gained[own] = weights.feedback * vectors.products(evidence, own)
    return gained


def _levels(scores: Values, languages: NDArray[np.intp], weights: Weights) -> Values:
    """What brings each language's best clauses to one level, for every clause."""
    present = np.flatnonzero(np.bincount(languages))
    levels = [float(np.sort(scores[languages == code])[-weights.best :].mean()) for code in present]
    raised = np.zeros(present[-1] + 1, np.float32)
    raised[present] = [min(max(levels) - level, weights.widest) for level in levels]
    return raised[languages]


def _parts(languages: NDArray[np.intp]) -> list[slice]:
    """Where each language stands, of languages in order."""
    ends = [*(np.flatnonzero(np.diff(languages)) + 1).tolist(), len(languages)]
    return [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]


def _ties_by_id(snapshot: Snapshot, ranked: Ranked) -> Ranked:
    tied = np.flatnonzero(ranked.scores[1:] == ranked.scores[:-1])
    if not len(tied):
        return ranked
    places = np.union1d(tied, tied + 1)
    ids = snapshot.clause_ids([int(key) for key in ranked.clauses[places]])
    order = np.arange(len(ranked))
    order[places] = sorted(
        places, key=lambda i: (-float(ranked.scores[i]), ids[int(ranked.clauses[i])])
    )
    return ranked.take(order)


def _unit(rows: Values) -> Values:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
