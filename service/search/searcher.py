"""Searching: encode the question, rank the clauses, give a page of them."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.errors import DeadlinePassedError, GenerationGoneError
from indexer.language import detect_language
from indexer.lexical.glossary import Glossary, default_glossary
from indexer.lexical.search import KeywordQuery
from indexer.snapshot import Snapshot
from models import Encoder
from models.calibration import Calibration
from models.errors import ModelFormatError
from service.errors import AnswerTimeoutError, QueryEmptyError, QueryTooLongError
from service.search.arranging import arrange
from service.search.details import Details
from service.search.facets import count_facet, unfiltered_by
from service.search.live import LiveIndex
from service.search.questions import Questions
from service.search.ranking import WEIGHTS, Asked, Ranked, Weights, rank_clauses
from service.search.records import Facet, Part, SearchQuery, SearchResult
from service.search.relevance import FEATURES, features, kept_by_default
from service.search.stages import StageTimer

LONGEST_QUERY = 2000
"""Characters; the encoder reads about 500 tokens, and a longer question is a pasted document."""
NEAREST = 3
"""Clauses told of where none is a hit."""

Relevance = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Found:
    """Ranked clauses, their relevance, and the places of those relevant enough to be hits."""

    ranked: Ranked
    relevance: Relevance
    kept: NDArray[np.intp]


class Searcher:
    """Answers questions over the current generation of an index. Thread-safe; calls block."""

    def __init__(
        self,
        live: LiveIndex,
        encoder: Encoder,
        longest_query: int = LONGEST_QUERY,
        glossary: Glossary | None = None,
        calibration: Calibration | None = None,
        questions_kept: int = 0,
    ) -> None:
        """Over an index and the encoder that built it.

        The packaged glossary unless one is given. The vectors of the `questions_kept` last
        questions stay at hand. Without a calibration hits have no relevance,
        and every question gets hits.

        Raises:
            ModelFormatError: the calibration is for other features than hits have here.
        """
        if calibration is not None and calibration.features != FEATURES:
            raise ModelFormatError(
                f"the calibration is for {', '.join(calibration.features)}, hits have "
                f"{', '.join(FEATURES)}: make it again with `policy-search calibrate`"
            )
        self._live = live
        self._calibration = calibration
        self._glossary = default_glossary() if glossary is None else glossary
        self._encoder = encoder
        self._questions = Questions(encoder, questions_kept)
        self._longest_query = longest_query

    @property
    def encoder(self) -> Encoder:
        """What turns questions into vectors."""
        return self._encoder

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
        timer = StageTimer()
        snapshot = self._live.snapshot.seen_by(query.groups, query.filter.as_of)
        if _is_over(query):  # it waited for its turn all its time
            raise AnswerTimeoutError
        asked = self._asked(text)
        timer.done("encode")
        lang = detect_language(text)
        left_out: list[Part] = []
        try:
            found = self._find(query, asked, snapshot, lang)
        except DeadlinePassedError:
            if query.mode == "keyword":
                raise AnswerTimeoutError from None
            left_out.append("keyword")
            query = replace(query, mode="semantic")
            found = self._find(query, asked, snapshot, lang)
        kept = found.kept
        arranged = arrange(snapshot, found.ranked.clauses[kept], query.sort, query.group_by)
        page = slice(query.offset, query.offset + query.limit)
        more = None if arranged.more is None else arranged.more[page].tolist()
        timer.done("rank")
        near = range(0 if len(kept) else min(NEAREST, len(found.ranked)))
        details = Details(snapshot, found.ranked, found.relevance, asked.words, query)
        hits = details.hits(kept[arranged.places[page]], query.offset, more)
        nearest = details.hits(near, 0)
        timer.done("details")
        left_out.extend(details.left_out)
        facets: tuple[Facet, ...] = ()
        try:
            facets = self._facets(query, asked, snapshot, lang, found)
        except DeadlinePassedError:
            left_out.append("facets")
        return SearchResult(
            query=query.q,
            query_lang=lang,
            total=len(arranged.places),
            generation=snapshot.generation,
            hits=hits,
            nearest=nearest,
            facets=facets,
            degraded=tuple(left_out),
            stages=timer.stages,
        )

    def _find(self, query: SearchQuery, asked: Asked, snapshot: Snapshot, lang: str) -> _Found:
        ranked = self._rank(query, asked, snapshot)
        relevance = self._relevance(ranked, lang, query, snapshot)
        if query.min_relevance is not None:
            kept = np.flatnonzero(~(relevance < query.min_relevance))
        else:
            kept = kept_by_default(
                relevance, self._calibration.min_relevance if self._calibration else 0.0
            )
        return _Found(ranked, relevance, kept)

    def _facets(
        self, query: SearchQuery, asked: Asked, snapshot: Snapshot, lang: str, found: _Found
    ) -> tuple[Facet, ...]:
        """Raises `DeadlinePassedError` where not all could be counted in time."""
        facets = []
        for name in dict.fromkeys(query.facets):
            if _is_over(query):
                raise DeadlinePassedError("the facets were not all counted in time")
            restriction = unfiltered_by(name, query.filter)
            counted = found
            if restriction != query.filter:
                counted = self._find(replace(query, filter=restriction), asked, snapshot, lang)
            hits = counted.ranked.take(counted.kept)
            facets.append(count_facet(snapshot, name, hits.clauses, hits.languages))
        return tuple(facets)

    @property
    def calibration(self) -> Calibration | None:
        """What makes scores probabilities, if the encoder has one."""
        return self._calibration

    @property
    def longest_query(self) -> int:
        """Most characters of a question."""
        return self._longest_query

    def ask(self, question: str) -> Asked:
        """A question ready to be compared. Raises `QueryError` for one that it cannot take."""
        return self._asked(self._checked(question))

    def rank(self, query: SearchQuery, weights: Weights = WEIGHTS) -> list[str]:
        """The ids of all ranked clauses, best first, whatever their relevance."""
        return self.ranking(query, weights)[0]

    def ranking(self, query: SearchQuery, weights: Weights = WEIGHTS) -> tuple[list[str], Ranked]:
        """The same, with what they were ranked by."""
        snapshot = self._live.snapshot.seen_by(query.groups, query.filter.as_of)
        ranked = self._rank(query, self._asked(self._checked(query.q)), snapshot, weights)
        ids = snapshot.clause_ids([int(key) for key in ranked.clauses])
        return [ids[int(key)] for key in ranked.clauses], ranked

    def _asked(self, text: str) -> Asked:
        return Asked(self._questions.vector(text), KeywordQuery.of(text, self._glossary))

    def _rank(
        self, query: SearchQuery, asked: Asked, snapshot: Snapshot, weights: Weights = WEIGHTS
    ) -> Ranked:
        return rank_clauses(
            snapshot,
            asked,
            query.filter,
            query.mode,
            query.language_balance,
            weights,
            query.deadline,
        )

    def _relevance(
        self, ranked: Ranked, lang: str, query: SearchQuery, snapshot: Snapshot
    ) -> Relevance:
        """Probabilities, shape (n,); not a number where scores were never calibrated."""
        if self._calibration is None or query.mode == "keyword":
            return np.full(len(ranked), np.nan, np.float32)
        known = features(ranked)
        relevance = np.empty(len(ranked), np.float32)
        for code in np.flatnonzero(np.bincount(ranked.languages)).tolist():
            own = ranked.languages == code
            pair = f"{lang}-{snapshot.language_name(code)}"
            relevance[own] = self._calibration.probabilities(known[own], [pair])
        return relevance

    def _checked(self, question: str) -> str:
        text = " ".join(unicodedata.normalize("NFC", question).split())
        if not text:
            raise QueryEmptyError
        if len(text) > self._longest_query:
            raise QueryTooLongError(len(text), self._longest_query)
        return text


def _is_over(query: SearchQuery) -> bool:
    return query.deadline is not None and time.monotonic() > query.deadline
