"""The keyword leg: BM25 over the store's tokens, as the part of the question that is found."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping, Sequence
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
    depth: int,
    condition: str,
    values: Mapping[str, object],
) -> dict[int, float]:
    """Passage keys with the part of the question, by weight of its terms, that they hold: [0, 1].

    Args:
        db: connection to the store.
        query: the question.
        depth: most passages for the question's own terms, and again for the added ones.
        condition: SQL that a row of `passages` fulfils.
        values: of the condition's parameters.
    """
    scores: dict[int, float] = {}
    parts = ((query.own, 1.0, 1.0), (query.added, EXPANSION_WEIGHT, EXPANSION_PART))
    for terms, weight, enough in parts:
        weights = _weights(db, terms)
        if not weights:
            continue
        whole = enough * sum(weights.values())
        rows = db.execute(
            f"SELECT lexical.rowid, -bm25(lexical, 1.0, {CONTEXT_WEIGHT}) AS score "
            "FROM lexical JOIN passages ON passages.key = lexical.rowid "
            f"WHERE lexical MATCH :match AND {condition} "
            "ORDER BY score DESC, lexical.rowid LIMIT :depth",
            {**values, "match": " OR ".join(f'"{t}"' for t in weights), "depth": depth},
        )
        for key, score in rows:
            part = weight * min(1.0, score / whole)
            scores[key] = min(1.0, scores.get(key, 0.0) + part)
    return scores


def _weights(db: sqlite3.Connection, terms: Sequence[str]) -> dict[str, float]:
    """Inverse document frequency, as FTS5's bm25 has it, of the rarest terms that occur."""
    if not terms:
        return {}
    marks = ",".join("?" * len(terms))
    total = db.execute("SELECT count(*) FROM lexical_docsize").fetchone()[0]
    found = db.execute(
        f"SELECT term, doc FROM lexical_terms WHERE term IN ({marks}) "
        f"ORDER BY doc, term LIMIT {MOST_TERMS}",
        list(terms),
    )
    return {
        term: max(1e-6, math.log((total - count + 0.5) / (count + 0.5))) for term, count in found
    }
