"""The keyword leg: which part of a question's words a passage holds."""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexer.lexical.glossary import Glossary
from indexer.lexical.tokens import is_stop_word, query_tokens

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
    total: int,
    depth: int,
    condition: str,
    values: Mapping[str, object],
) -> dict[int, float]:
    """Passage keys with the part of the question, by weight of its terms, that they hold: [0, 1].

    A term weighs its inverse document frequency (as in BM25) among the passages of the generation
    alone: what a writer adds meanwhile, which FTS5's own statistics would count, changes nothing.

    Args:
        db: connection to the store.
        query: the question.
        total: passages of the generation.
        depth: most passages to give.
        condition: SQL that the generation's rows of `passages` fulfil.
        values: of the condition's parameters.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    parts = ((query.own, 1.0, 1.0), (query.added, EXPANSION_WEIGHT, EXPANSION_PART))
    for terms, weight, enough in parts:
        found = [
            (held, _rarity(len(held), total)) for held in _holders(db, terms, condition, values)
        ]
        found.sort(key=lambda item: -item[1])
        del found[MOST_TERMS:]
        whole = enough * sum(rarity for _, rarity in found)
        held_weight: defaultdict[int, float] = defaultdict(float)
        for held, rarity in found:
            for key, column in held.items():
                held_weight[key] += rarity * column
        for key, part in held_weight.items():
            scores[key] += weight * min(1.0, part / whole)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:depth]
    return {key: min(1.0, score) for key, score in best}


def _holders(
    db: sqlite3.Connection, terms: Sequence[str], condition: str, values: Mapping[str, object]
) -> Iterator[dict[int, float]]:
    """For each term that occurs, the passages that hold it, with the weight of the column."""
    sql = (
        "SELECT lexical.rowid FROM lexical JOIN passages ON passages.key = lexical.rowid "
        f"WHERE lexical MATCH :match AND {condition}"
    )
    for term in terms:
        held: dict[int, float] = {}
        for column, weight in (("context", CONTEXT_WEIGHT), ("text", 1.0)):
            rows = db.execute(sql, {**values, "match": f'{column} : "{term}"'})
            held.update((key, weight) for (key,) in rows)
        if held:
            yield held


def _rarity(count: int, total: int) -> float:
    """Inverse document frequency, above 0 also for a term that nearly every passage holds."""
    return math.log(1 + (total - count + 0.5) / (count + 0.5))
