"""The keyword leg: which part of a question's words a passage holds."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.errors import DeadlinePassedError
from indexer.lexical.glossary import Glossary
from indexer.lexical.tokens import is_stop_word, query_tokens
from indexer.passage_table import Selection

Keys = NDArray[np.int64]

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
    postings: object = None,
) -> tuple[Keys, NDArray[np.float32]]:
    """The part of the question, by weight of its terms, that passages hold: [0, 1].

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
        Passage keys, ascending, and their scores.

    Raises:
        DeadlinePassedError: the deadline passed before all words were looked up.
    """
    passages = searched.keys
    held_weight = np.zeros(len(passages), np.float64)
    parts = ((query.own, 1.0, 1.0), (query.added, EXPANSION_WEIGHT, EXPANSION_PART))
    for terms, weight, enough in parts:
        found = [
            (rows, columns, _rarity(len(rows), len(passages)))
            for rows, columns in _holders(db, terms, passages, deadline)
        ]
        found.sort(key=lambda item: -item[2])
        del found[MOST_TERMS:]
        whole = enough * sum(rarity for _, _, rarity in found)
        part = np.zeros(len(passages), np.float64)
        for rows, columns, rarity in found:
            part[rows] += rarity * columns
        if whole:
            held_weight += weight * np.minimum(1.0, part / whole)
    rows = np.flatnonzero(held_weight)
    best = rows[np.argsort(-held_weight[rows], kind="stable")]
    chosen = best[:depth]
    if allowed is not None and len(best) > depth:
        left = allowed.holds(searched.table.rows_of(passages[best]))
        chosen = np.concatenate([chosen, best[left][:depth]])
    chosen = np.unique(chosen)
    return passages[chosen], np.minimum(1.0, held_weight[chosen]).astype(np.float32)


def _holders(
    db: sqlite3.Connection, terms: Sequence[str], passages: Keys, deadline: float | None
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """For each term that occurs, the places of the passages that hold it, each with the weight of
    the column."""
    for term in terms:
        if deadline is not None and time.monotonic() > deadline:
            raise DeadlinePassedError("the question's words were not all looked up in time")
        in_context = _rows(db, "context", term, passages)
        in_text = _rows(db, "text", term, passages)
        rows = np.union1d(in_context, in_text)
        if len(rows):
            columns = np.full(len(rows), CONTEXT_WEIGHT)
            columns[np.isin(rows, in_text, assume_unique=True)] = 1.0
            yield rows, columns


def _rows(db: sqlite3.Connection, column: str, term: str, passages: Keys) -> NDArray[np.intp]:
    """The places, in `passages`, of those whose column holds a term."""
    found = db.execute(
        "SELECT rowid FROM lexical WHERE lexical MATCH ?", (f'{column} : "{term}"',)
    ).fetchall()
    keys = np.fromiter((key for (key,) in found), np.int64, len(found))
    rows = np.searchsorted(passages, keys)
    inside = rows < len(passages)
    inside[inside] = passages[rows[inside]] == keys[inside]
    return rows[inside]


def _rarity(count: int, total: int) -> float:
    """Inverse document frequency, above 0 also for a term that nearly every passage holds."""
    return math.log(1 + (total - count + 0.5) / (count + 0.5))
