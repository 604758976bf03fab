"""The coverage table: policies and their languages × topics, judged from stored vectors."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.tokens import query_tokens
from indexer.passage_table import Keys
from indexer.rows import PolicyRecord
from indexer.snapshot import Snapshot
from service.errors import UnknownPolicyError, UnknownTopicError
from service.lookup.coverage.judging import (
    COVERED,
    TopicVectors,
    Values,
    nearest_of,
    probabilities,
    topic_vectors,
)
from service.lookup.coverage.records import (
    Cell,
    CitedClause,
    Coverage,
    CoverageQuery,
    Row,
    State,
)
from service.lookup.coverage.terms import Found, terms_found
from service.lookup.coverage.topics import Topic, default_topics
from service.search.snippet import make_snippet

LEAST_PART = 0.1
"""Of a policy's clauses: a language with fewer has no row of its own, but counts to the others'."""
_PASSAGES_AT_ONCE = 100_000
_AT_ONCE = 5000  # clauses fetched by one statement

EncodeQueries = Callable[[Sequence[str]], Values]


@dataclass(frozen=True, slots=True)
class _Judged:
    """Every clause of a view against every topic; arrays of shape (clauses,) and (clauses, n)."""

    clauses: Keys
    versions: Keys
    languages: NDArray[np.str_]
    relevance: Values
    terms: Found


class Topics:
    """A list of topics, encoded once at their first use. Thread-safe."""

    def __init__(self, topics: Sequence[Topic] | None = None) -> None:
        """The packaged topics unless others are given."""
        self.listed: tuple[Topic, ...] = default_topics() if topics is None else tuple(topics)
        self.digest = hashlib.sha256(repr(self.listed).encode()).hexdigest()
        self._vectors: tuple[str, TopicVectors] | None = None
        self._encoding = threading.Lock()

    def vectors(self, encoder: str, encode: EncodeQueries) -> TopicVectors:
        """The topics for the encoder of this fingerprint."""
        with self._encoding:
            if self._vectors is None or self._vectors[0] != encoder:
                self._vectors = (encoder, _encoded(self.listed, encode))
            return self._vectors[1]

    def places(self, chosen: Sequence[str]) -> list[int]:
        """The places of topics by their ids, in the list's order; all where none is chosen."""
        known = tuple(topic.id for topic in self.listed)
        unknown = tuple(name for name in chosen if name not in known)
        if unknown:
            raise UnknownTopicError(unknown, known)
        return [place for place, name in enumerate(known) if not chosen or name in chosen]


def cover(
    snapshot: Snapshot, query: CoverageQuery, topics: Topics, encode: EncodeQueries
) -> Coverage:
    """Judges what a view of an index says of each topic.

    Raises:
        UnknownPolicyError, UnknownTopicError: a filter names what is not there.
    """
    unknown = tuple(name for name in query.policy_id if snapshot.policy(name) is None)
    if unknown:
        raise UnknownPolicyError(unknown)
    places = topics.places(query.topic)
    vectors = topics.vectors(snapshot.fingerprint.digest, encode)
    judged = snapshot.derived(
        f"coverage {topics.digest}", lambda view: _judged(view, topics.listed, vectors)
    )
    parts = [
        (policy, langs)
        for policy in snapshot.policies()
        if (not query.policy_id or policy.id in query.policy_id)
        and (not query.organisation or policy.organisation in query.organisation)
        and (langs := _languages(judged, policy, query.lang))
    ]
    end = None if query.limit is None else query.offset + query.limit
    chosen = [
        (policy, lang, rows) for policy, langs in parts[query.offset : end] for lang, rows in langs
    ]
    picked = [[_picked(judged, rows, t, query.clauses) for t in places] for _, _, rows in chosen]
    cited = _cited(
        snapshot,
        judged,
        topics.listed,
        {row for cells in picked for _, best in cells for row in best},
    )
    table = []
    for (policy, lang, rows), cells in zip(chosen, picked, strict=True):
        made = []
        for place, (state, best) in zip(places, cells, strict=True):
            clauses = tuple(cited(row, place) for row in best)
            most = float(judged.relevance[rows, place].max())
            made.append(Cell(state, round(most, 4), clauses))
        table.append(Row(policy, lang, tuple(made)))
    listed = tuple(topics.listed[place] for place in places)
    return Coverage(listed, tuple(table), len(parts), snapshot.generation)


def _encoded(listed: Sequence[Topic], encode: EncodeQueries) -> TopicVectors:
    """The listed topics, on a scale that the packaged ones help to set: a list may be short."""
    known = {topic.asks for topic in listed}
    all_topics = [*listed, *(topic for topic in default_topics() if topic.asks not in known)]
    asks = [ask for topic in all_topics for ask in topic.asks]
    counts = [len(topic.asks) for topic in all_topics]
    owners = np.repeat(np.arange(len(all_topics)), counts)
    return topic_vectors(encode(asks), owners, range(len(listed)))


def _judged(snapshot: Snapshot, listed: Sequence[Topic], vectors: TopicVectors) -> _Judged:
    passages = snapshot.searched.rows
    clauses, owners = np.unique(snapshot.clause_keys_of(passages), return_inverse=True)
    closeness = _closeness(snapshot, passages, vectors)
    terms = [topic.terms for topic in listed]
    nothing: Found = np.empty((0, len(terms)), np.bool_)
    in_text, in_heading, languages = [nothing], [nothing], list[str]()
    for start in range(0, len(clauses), _AT_ONCE):
        part = [int(key) for key in clauses[start : start + _AT_ONCE]]
        by_key = snapshot.clauses_by_key(part)
        found = [by_key[key] for key in part]
        languages += [clause.lang for clause in found]
        in_text.append(terms_found([clause.text for clause in found], terms))
        # Few headings stand above many clauses.
        above = [" | ".join((*clause.heading_path, clause.lead_in)) for clause in found]
        headings = {text: row for row, text in enumerate(dict.fromkeys(above))}
        in_headings = terms_found(list(headings), terms)
        in_heading.append(in_headings[np.array([headings[text] for text in above], np.intp)])
    holds = np.concatenate(in_text)
    nearest = nearest_of(closeness, owners, len(clauses))
    return _Judged(
        clauses,
        snapshot.version_keys_of(clauses),
        np.array(languages, np.str_),
        probabilities(nearest, holds, np.concatenate(in_heading)),
        holds,
    )


def _closeness(snapshot: Snapshot, passages: NDArray[np.intp], vectors: TopicVectors) -> Values:
    """How close passages are to the topics; some thousand vectors are in memory at a time."""
    parts = [np.empty((0, vectors.directions.shape[1]), np.float32)]
    for start in range(0, len(passages), _PASSAGES_AT_ONCE):
        rows = snapshot.vectors.approximate_rows(passages[start : start + _PASSAGES_AT_ONCE])
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        parts.append(np.asarray(rows @ vectors.directions - vectors.zero, np.float32))
    return np.concatenate(parts)


def _languages(
    judged: _Judged, policy: PolicyRecord, wanted: Sequence[str]
) -> list[tuple[str, NDArray[np.intp]]]:
    """The languages that a policy has a row for, the one with most clauses first; their clauses."""
    rows = np.flatnonzero(judged.versions == policy.key)
    counts = Counter(judged.languages[rows].tolist())
    parts = [lang for lang, count in counts.most_common() if count >= LEAST_PART * len(rows)]
    few = [lang for lang in counts if lang not in parts]
    return [
        (lang, rows[np.isin(judged.languages[rows], [lang, *few])])
        for lang in parts
        if not wanted or lang in wanted
    ]


def _picked(
    judged: _Judged, rows: NDArray[np.intp], topic: int, most: int
) -> tuple[State, list[int]]:
    """The state of a cell and the clauses that it cites."""
    relevance = judged.relevance[rows, topic]
    covering = relevance >= COVERED
    state: State = "covered"
    if not covering.any():
        covering = judged.terms[rows, topic]
        state = "mentioned" if covering.any() else "none"
    order = np.argsort(-relevance[covering], kind="stable")[:most]
    return state, rows[covering][order].tolist()


def _cited(
    snapshot: Snapshot, judged: _Judged, listed: Sequence[Topic], rows: set[int]
) -> Callable[[int, int], CitedClause]:
    """Gives the clause of a row as a cell of a topic cites it, by the sentence with its terms."""
    wanted = [
        frozenset(token for term in topic.terms for token in query_tokens(term)) for topic in listed
    ]
    keys = {row: int(judged.clauses[row]) for row in sorted(rows)}
    all_keys = list(keys.values())
    found = {}
    for start in range(0, len(all_keys), _AT_ONCE):
        found.update(snapshot.clauses_by_key(all_keys[start : start + _AT_ONCE]))

    def cite(row: int, topic: int) -> CitedClause:
        clause = found[keys[row]]
        return CitedClause(
            clause.id,
            clause.citation,
            clause.lang,
            " ".join(make_snippet(clause.text, wanted[topic], highlight=False).text.split()),
            round(float(judged.relevance[row, topic]), 4),
        )

    return cite
