"""Searching: encode the question, rank passages by cosine, give their clauses."""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from indexer.errors import GenerationGoneError
from indexer.language import detect_language
from indexer.snapshot import Snapshot
from indexer.vectors import Keys
from models import Encoder
from service.errors import QueryEmptyError, QueryTooLongError
from service.search.live import LiveIndex
from service.search.records import Hit, PolicyRef, SearchFilter, SearchQuery, SearchResult

DEPTH = 1000
"""Passages ranked for a question. Fixed, so that the pages of one generation fit together."""

LONGEST_QUERY = 2000
"""Characters; the encoder reads about 500 tokens, and a longer question is a pasted document."""


class Searcher:
    """Answers questions over the current generation of an index. Thread-safe; calls block."""

    def __init__(self, live: LiveIndex, encoder: Encoder, longest_query: int = LONGEST_QUERY):
        self._live = live
        self._encoder = encoder
        self._longest_query = longest_query

    def search(self, query: SearchQuery) -> SearchResult:
        """One page of clauses, best first. Raises `QueryError` for a question it cannot take."""
        text = self._checked(query.q)
        try:
            return self._search(query, text)
        except GenerationGoneError:
            # More than one generation was published since the last refresh.
            if not self._live.refresh():
                raise
            return self._search(query, text)

    def _search(self, query: SearchQuery, text: str) -> SearchResult:
        snapshot = self._live.snapshot
        keys, scores = self._rank(text, snapshot, query.filter)
        page = slice(query.offset, query.offset + query.limit)
        hits = _hits(snapshot, keys[page], scores[page], query.offset)
        return SearchResult(
            query=query.q,
            query_lang=detect_language(text),
            total=len(keys),
            generation=snapshot.generation,
            hits=hits,
        )

    def rank(self, query: SearchQuery) -> list[str]:
        """The ids of all ranked clauses, best first: what `search` cuts its pages from."""
        snapshot = self._live.snapshot
        keys, _ = self._rank(self._checked(query.q), snapshot, query.filter)
        ids = snapshot.clause_ids([int(key) for key in keys])
        return [ids[int(key)] for key in keys]

    def _rank(
        self, text: str, snapshot: Snapshot, restriction: SearchFilter
    ) -> tuple[Keys, NDArray[np.float32]]:
        vector = self._encoder.encode_queries([text])[0]
        return rank_clauses(snapshot, vector, restriction)

    def _checked(self, question: str) -> str:
        text = " ".join(unicodedata.normalize("NFC", question).split())
        if not text:
            raise QueryEmptyError
        if len(text) > self._longest_query:
            raise QueryTooLongError(len(text), self._longest_query)
        return text


def rank_clauses(
    snapshot: Snapshot, vector: NDArray[np.float32], restriction: SearchFilter
) -> tuple[Keys, NDArray[np.float32]]:
    """The store's keys of the ranked clauses and their scores, best first.

    A clause scores as its best passage does. Equal scores stand in the order of clause ids.
    """
    allowed = snapshot.passage_keys(restriction.lang, restriction.policy_id)
    passages, scores = snapshot.vectors.search(vector, DEPTH, allowed)
    clauses = snapshot.clause_keys_of(passages)
    _, first = np.unique(clauses, return_index=True)
    first.sort()  # passages come best first, so the first one of a clause is its best
    clauses, scores = clauses[first], scores[first]
    return _break_ties(snapshot, clauses, scores), scores


def _break_ties(snapshot: Snapshot, clauses: Keys, scores: NDArray[np.float32]) -> Keys:
    tied = np.flatnonzero(scores[1:] == scores[:-1])
    if not len(tied):
        return clauses
    places = np.union1d(tied, tied + 1)
    ids = snapshot.clause_ids([int(key) for key in clauses[places]])
    order = sorted(places, key=lambda i: (-float(scores[i]), ids[int(clauses[i])]))
    ranked = clauses.copy()
    ranked[places] = clauses[order]
    return ranked


def _hits(
    snapshot: Snapshot, keys: Keys, scores: NDArray[np.float32], offset: int
) -> tuple[Hit, ...]:
    clauses = snapshot.clauses_by_key([int(key) for key in keys])
    hits = []
    for position, (key, score) in enumerate(zip(keys, scores, strict=True)):
        clause = clauses[int(key)]
        policy = snapshot.policy_of(clause)
        hits.append(
            Hit(
                rank=offset + position + 1,
                id=clause.id,
                citation=clause.citation,
                policy=PolicyRef(policy.id, policy.title, policy.version, policy.effective_date),
                lang=clause.lang,
                labels=clause.labels,
                heading_path=clause.heading_path,
                text=clause.text,
                score=round(float(score), 6),
            )
        )
    return tuple(hits)
