"""Comparing policies: what each says on one question, each judged by its own evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.language import detect_language
from indexer.records import Clause
from indexer.rows import PolicyRecord
from indexer.snapshot import Snapshot
from service.errors import ClauseNotFoundError, UnknownPolicyError
from service.search.details import Details
from service.search.ranking import Asked, Ranked, rank_clauses
from service.search.records import Hit, SearchFilter, SearchQuery
from service.search.searcher import Searcher

BEHIND_PART = 0.5
"""What counts of how far a clause is behind the best of all policies.

A search asks which clauses answer, so the best cosine of all tells whether anything does, and the
distance to it which. Here each policy's best clause stands for itself: its own cosine says most of
it already. Of 0, ¼, ½, ¾ and 1, this told apart best the sample policies that answer a question
and those that do not (area under the curve .933)."""
NEAREST = 1
"""Clauses told of where a policy says nothing."""


@dataclass(frozen=True, slots=True)
class CompareQuery:
    """A question, or the id of a clause to stand for one, and the page of policies wanted."""

    q: str | None = None
    clause_id: str | None = None
    filter: SearchFilter = field(default_factory=SearchFilter)
    policy_id: tuple[str, ...] = ()
    """Policies to compare, of those that the filter allows; empty: all of them."""
    clauses: int = 3
    """Most clauses of each policy."""
    min_relevance: float | None = None
    """Least relevance of a clause; None takes the calibration's own threshold."""
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """What one policy says. Where nothing is found, `nearest` holds what comes closest."""

    policy: PolicyRecord
    found: bool
    relevance: float | None
    """Of its best clause; None where the encoder has no calibration."""
    clauses: tuple[Hit, ...]
    nearest: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A page of policies, those first that answer best; `total` and `found` count all."""

    query: str
    query_lang: str
    clause: Clause | None
    total: int
    found: int
    generation: int
    answers: tuple[PolicyAnswer, ...]


def compare(snapshot: Snapshot, searcher: Searcher, query: CompareQuery) -> Comparison:
    """Judges what each policy of a view says on a question, or on what a clause says.

    A policy's verdict does not depend on which others are chosen. The policy that a clause is of is
    left out.

    Raises:
        QueryError: the question cannot be taken, or a filter names an unknown policy.
        ClauseNotFoundError: there is no such clause in the view.
    """
    named = (*query.policy_id, *query.filter.policy_id)
    unknown = tuple(name for name in named if snapshot.policy(name) is None)
    if unknown:
        raise UnknownPolicyError(unknown)
    clause = None
    text = query.q or ""
    if query.clause_id is not None:
        clause = snapshot.clause(query.clause_id)
        if clause is None:
            raise ClauseNotFoundError(query.clause_id)
        text = _question_of(clause)[: searcher.longest_query]
    asked = searcher.ask(text)
    everything = rank_clauses(snapshot, asked, SearchFilter())
    own = None if clause is None else snapshot.policy(clause.policy_id)
    judge = _Judge(snapshot, searcher, asked, detect_language(text), query, everything, own)
    chosen = [
        policy
        for policy in _chosen(snapshot, query.filter)
        if policy != own and (not query.policy_id or policy.id in query.policy_id)
    ]
    answers = judge.best(chosen)
    page = answers[query.offset : query.offset + query.limit]
    return Comparison(
        query=text,
        query_lang=judge.lang,
        clause=clause,
        total=len(chosen),
        found=sum(answer.found for answer in answers),
        generation=snapshot.generation,
        answers=tuple(judge.detailed(answer) for answer in page),
    )


@dataclass(frozen=True, slots=True)
class _Best:
    """A policy's clauses among the ranked, best first, before they are looked up."""

    policy: PolicyRecord
    ranked: Ranked
    relevance: NDArray[np.float32]
    rows: NDArray[np.intp]
    found: bool

    @property
    def order(self) -> tuple[bool, float, str]:
        likely = float(self.relevance[self.rows[0]]) if len(self.rows) else -1.0
        return not self.found, 0.0 if math.isnan(likely) else -likely, self.policy.id


class _Judge:
    """What all policies of a comparison are judged by."""

    def __init__(
        self,
        snapshot: Snapshot,
        searcher: Searcher,
        asked: Asked,
        lang: str,
        query: CompareQuery,
        everything: Ranked,
        own: PolicyRecord | None,
    ) -> None:
        self.lang = lang
        self._snapshot, self._asked, self._query = snapshot, asked, query
        self._calibration = searcher.calibration
        scores = everything.scores
        if own is not None and len(everything):
            scores = scores[snapshot.version_keys_of(everything.clauses) != own.key]
        self._best_score = float(scores[0]) if len(scores) else 0.0

    def best(self, policies: list[PolicyRecord]) -> list[_Best]:
        """The policies, those first that answer best, then by id."""
        restriction = SearchFilter(self._query.filter.lang, tuple(policy.id for policy in policies))
        if not policies:
            return []
        ranked = rank_clauses(self._snapshot, self._asked, restriction)
        relevance = self._relevance(ranked)
        versions = self._snapshot.version_keys_of(ranked.clauses)
        answers = []
        for policy in policies:
            rows = np.flatnonzero(versions == policy.key)
            found = bool(len(rows)) and not (relevance[rows] < self._least).all()
            answers.append(_Best(policy, ranked, relevance, rows, found))
        return sorted(answers, key=lambda answer: answer.order)

    def detailed(self, best: _Best) -> PolicyAnswer:
        """A policy's answer with its clauses, those most likely to answer first."""
        if not len(best.rows):  # so far behind that it was not ranked among so many
            best = self._alone(best.policy)
        relevance = best.relevance[best.rows]
        rows = best.rows[np.argsort(-relevance, kind="stable")]
        relevant = rows[~(best.relevance[rows] < self._least)] if best.found else rows
        count = self._query.clauses if best.found else NEAREST
        question = SearchQuery(self._query.q or "")
        details = Details(self._snapshot, best.ranked, best.relevance, self._asked.words, question)
        hits = details.hits(relevant[:count], 0)
        likely = float(relevance.max()) if len(rows) else math.nan
        return PolicyAnswer(
            best.policy,
            best.found,
            None if math.isnan(likely) else round(likely, 4),
            hits if best.found else (),
            () if best.found else hits,
        )

    def _alone(self, policy: PolicyRecord) -> _Best:
        restriction = SearchFilter(self._query.filter.lang, (policy.id,))
        ranked = rank_clauses(self._snapshot, self._asked, restriction)
        # Of all that were ranked, only the policy's own.
        return _Best(
            policy, ranked, self._relevance(ranked), np.arange(len(ranked), dtype=np.intp), False
        )

    def _relevance(self, ranked: Ranked) -> NDArray[np.float32]:
        """As `Searcher` judges hits, but that each clause's own cosine counts."""
        if self._calibration is None or not len(ranked):
            return np.full(len(ranked), np.nan, np.float32)
        behind = np.maximum(np.float32(self._best_score) - ranked.scores, 0)
        features = np.column_stack([ranked.cosines, BEHIND_PART * behind, ranked.words])
        pairs = [
            f"{self.lang}-{self._snapshot.language_name(code)}"
            for code in ranked.languages.tolist()
        ]
        return self._calibration.probabilities(features, pairs)

    @property
    def _least(self) -> float:
        if self._query.min_relevance is not None:
            return self._query.min_relevance
        return self._calibration.min_relevance if self._calibration else 0.0


def _chosen(snapshot: Snapshot, restriction: SearchFilter) -> list[PolicyRecord]:
    """The policies that a filter leaves something of, by id."""
    selected = snapshot.selection(
        restriction.lang, restriction.policy_id, restriction.organisation, restriction.year
    )
    if selected is None:
        return snapshot.policies()
    left = set(selected.present_versions.tolist())
    return [policy for policy in snapshot.policies() if policy.key in left]


def _question_of(clause: Clause) -> str:
    """What a clause says, with the heading above it, as a question."""
    above = clause.heading_path[-1:] if clause.heading_path[-1:] != (clause.heading,) else ()
    return " ".join((*above, clause.text))
