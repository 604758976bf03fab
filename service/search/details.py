"""What a hit shows of a ranked clause."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.search import KeywordQuery
from indexer.records import Clause
from indexer.snapshot import Snapshot
from indexer.source_url import section_url
from service.search.kept import Kept
from service.search.ranking import WEIGHTS, Ranked
from service.search.records import Hit, Part, PolicyRef, ScoreDetails, SearchQuery, Snippet
from service.search.snippet import Snippets, beginning

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a hit shows of its clause whatever the question."""

    clause: Clause
    policy: PolicyRef
    source_url: str | None
    snippets: Snippets


class Details:
    """Turns rows of one ranking into hits."""

    def __init__(
        self,
        snapshot: Snapshot,
        ranked: Ranked,
        relevance: Values,
        words: KeywordQuery,
        query: SearchQuery,
    ) -> None:
        self._snapshot, self._ranked, self._relevance = snapshot, ranked, relevance
        self._wanted = frozenset((*words.own, *words.added))
        self._query = query
        self.left_out: tuple[Part, ...] = ()
        """What the hits made so far lack for want of time."""
        if query.explain:
            self._semantic = _places(ranked.cosines)
            self._keyword = _places(ranked.words)

    def hits(
        self,
        rows: Sequence[int] | NDArray[np.intp],
        offset: int,
        more: Sequence[int] | None = None,
    ) -> tuple[Hit, ...]:
        """The hits of some rows, in their order; ranks count on from `offset`.

        Args:
            rows: places in the ranking.
            offset: hits before the first.
            more: for each row, the other hits of its policy, where they are grouped.
        """
        ranked = self._ranked
        keys = ranked.clauses[rows].tolist()
        shown = _shown(self._snapshot, keys)
        hits = []
        for position, (row, key) in enumerate(zip(rows, keys, strict=True)):
            clause = shown[key].clause
            relevance = float(self._relevance[row])
            hits.append(
                Hit(
                    rank=offset + position + 1,
                    id=clause.id,
                    citation=clause.citation,
                    policy=shown[key].policy,
                    lang=clause.lang,
                    labels=clause.labels,
                    heading_path=clause.heading_path,
                    text=clause.text,
                    snippet=self._snippet(shown[key]),
                    score=round(float(ranked.scores[row]), 6),
                    relevance=None if math.isnan(relevance) else round(relevance, 4),
                    score_details=self._explained(int(row)) if self._query.explain else None,
                    more=None if more is None else int(more[position]),
                    source_url=shown[key].source_url,
                )
            )
        return tuple(hits)

    def _snippet(self, shown: _Shown) -> Snippet:
        deadline, highlight = self._query.deadline, self._query.highlight
        if deadline is not None and time.monotonic() > deadline:
            self.left_out = ("snippets", "highlights") if highlight else ("snippets",)
            return beginning(shown.clause.text)
        return shown.snippets.about(self._wanted, highlight)

    def _explained(self, row: int) -> ScoreDetails:
        ranked = self._ranked
        cosine, words = float(ranked.cosines[row]), float(ranked.words[row])
        plain = words if self._query.mode == "keyword" else cosine + WEIGHTS.words * words
        return ScoreDetails(
            cosine=round(cosine, 6),
            semantic_rank=int(self._semantic[row]),
            words=round(words, 6),
            keyword_rank=int(self._keyword[row]) if words else None,
            balance=round(float(ranked.scores[row]) - plain, 6),
        )


def _shown(snapshot: Snapshot, keys: Sequence[int]) -> dict[int, _Shown]:
    """What is shown of clauses, by their keys. Raises as `Snapshot.clauses_by_key` does."""

    def read(missing: Sequence[int]) -> dict[int, _Shown]:
        found = {}
        for key, clause in snapshot.clauses_by_key(missing).items():
            policy = snapshot.policy_of(clause)
            told = PolicyRef(policy.id, policy.title, policy.version, policy.effective_date)
            url = section_url(policy.source_url, clause.anchor)
            found[key] = _Shown(clause, told, url, Snippets(clause.text))
        return found

    kept: Kept[int, _Shown] = snapshot.derived(
        "shown", lambda _: Kept(lambda _, shown: len(shown.clause.text))
    )
    return kept.of(keys, read)


def _places(values: Values) -> NDArray[np.intp]:
    """The rank, from 1, that each row would have by these values alone."""
    places = np.empty(len(values), np.intp)
    places[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return places
