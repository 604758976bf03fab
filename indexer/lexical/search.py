"""The keyword leg: which part of a question's words a passage holds."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.glossary import Glossary
from indexer.lexical.holders import holders_of
from indexer.lexical.postings import TEXT, Postings
from indexer.lexical.scoring import Part, Weighed, best_rows
from indexer.lexical.tokens import is_stop_word, query_tokens
from indexer.passage_table import Rows, Selection

# What a term of a clause's title and headings counts, against one of its own text.
CONTEXT_WEIGHT = 0.3
# What a term counts that the glossary names for one of the question's, against that itself.
EXPANSION_WEIGHT = 0.7
# A question names a thing once, the glossary gives several names for it: this part is enough.
EXPANSION_PART = 0.5
# Of a question as long as a clause, so many of its terms, the rarest, tell it from others.
MOST_TERMS = 48


@dataclass(frozen=True, slots=True)
class KeywordQuery:
    """A question as tokens: its own, and those that a glossary adds."""

    own: tuple[str, ...]
    added: tuple[str, ...]

    @classmethod
    def of(cls, text: str, glossary: Glossary | None) -> KeywordQuery:
        own = query_tokens(text)
        terms = glossary.expansion(text) if glossary else ()
        added = dict.fromkeys(t for term in terms for t in term if not is_stop_word(t))
        return cls(tuple(own), tuple(t for t in added if t not in set(own)))


def keyword_scores(
    db: sqlite3.Connection,
    query: KeywordQuery,
    searched: Selection,
    depth: int,
    allowed: Selection | None = None,
    deadline: float | None = None,
    postings: Postings | None = None,
) -> tuple[Rows, NDArray[np.float32]]:
    """The part of the question, by weight of its terms, that passages hold: (0, 1].

    A term weighs its inverse document frequency (as in BM25) among the passages searched alone:
    what a writer adds meanwhile, or what the caller may not see, changes nothing.

    Args:
        db: connection to the store.
        query: the question.
        searched: the passages that are searched.
        depth: most passages to give, and most of those `allowed` where that is given.
        allowed: what a filter leaves of `searched`.
        deadline: when to give up, as `time.monotonic` counts.
        postings: of the base's rows; without them the store is asked.

    Returns:
        Rows of the passages, ascending, and their scores.

    Raises:
        DeadlinePassedError: the deadline passed before all words were looked up.
    """
    passages = searched.passages
    parts = []
    for terms, weight, enough in (
        (query.own, 1.0, 1.0),
        (query.added, EXPANSION_WEIGHT, EXPANSION_PART),
    ):
        found = [
            (term, _rarity(term.count, passages.count))
            for term in holders_of(db, terms, passages, postings, deadline)
        ]
        found.sort(key=lambda item: -item[1])
        del found[MOST_TERMS:]
        if found:
            weighed = tuple(
                Weighed(holding, rarity if holding.column == TEXT else rarity * CONTEXT_WEIGHT)
                for term, rarity in found
                for holding in term.holdings
            )
            parts.append(Part(weighed, weight, enough * sum(rarity for _, rarity in found)))
    rows, scores = best_rows(parts, passages, depth, allowed)
    return rows, scores.astype(np.float32)


def _rarity(count: int, total: int) -> float:
    """Inverse document frequency, above 0 also for a term that nearly every passage holds."""
    return math.log(1 + (total - count + 0.5) / (count + 0.5))
