"""All that may be suggested: the titles, headings and frequent terms that a snapshot shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from indexer.snapshot import Snapshot
from service.search.frequent import frequent_terms
from service.search.prefixes import folded_form
from service.search.records import SuggestionKind

SAMPLED_CLAUSES = 2000
"""Clauses that terms are taken from, at equal distances: enough to tell the frequent ones."""
HEADED_CLAUSES = 200_000
"""Clauses that headings are taken from, of each policy at equal distances: a second's work."""
LONGEST_HEADING = 100
"""A longer one is a sentence, which nobody types."""

_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
_HEADING_ENDS = " :：;；,，.。、"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to suggest. `count`: clauses under it, so named, or that hold it."""

    kind: SuggestionKind
    text: str
    langs: frozenset[str]
    count: int
    policy_id: str | None = None
    clause_id: str | None = None


def gather_entries(snapshot: Snapshot) -> list[Entry]:
    """Titles, headings and terms; what is a title already is no heading, and no term."""
    titles = [
        Entry("title", text, frozenset({policy.lang}), policy.clause_count, policy.id)
        for policy in snapshot.policies()
        if (text := _shown(policy.title))
    ]
    headings = _headings(snapshot)
    terms = frequent_terms(snapshot.sample_texts(SAMPLED_CLAUSES))
    scale = max(1, round(snapshot.clause_count / SAMPLED_CLAUSES))
    found: dict[str, Entry] = {}
    for key, term in zip(_keys([term.text for term in terms]), terms, strict=True):
        entry = Entry("term", term.text, frozenset({term.lang}), scale * term.count)
        found[key] = _together(found[key], entry) if key in found else entry
    for key, entry in headings:
        found[key] = _together(entry, found[key]) if key in found else entry
    for key in _keys([title.text for title in titles]):
        found.pop(key, None)
    found.pop("", None)
    return [*titles, *found.values()]


def _headings(snapshot: Snapshot) -> list[tuple[str, Entry]]:
    """Each heading once, with its key; where several clauses have it, it leads to none of them."""
    # Few objects: garbage collection takes as long as all the rest.
    alone = cache(lambda lang: frozenset({lang}))
    entries = [
        Entry("heading", shown, alone(lang), 1, policy_id, clause_id)
        for text, lang, clause_id, policy_id in snapshot.headings(HEADED_CLAUSES)
        if 1 < len(shown := _shown(text).strip(_HEADING_ENDS)) <= LONGEST_HEADING
    ]
    found: dict[str, Entry] = {}
    for key, entry in zip(_keys([entry.text for entry in entries]), entries, strict=True):
        if key in found:
            found[key] = replace(_together(found[key], entry), policy_id=None, clause_id=None)
        else:
            found[key] = entry
    return list(found.items())


def _together(entry: Entry, other: Entry) -> Entry:
    """An entry that is also the other."""
    count = entry.count + other.count
    return replace(entry, count=count, langs=entry.langs | other.langs)


def _shown(text: str) -> str:
    return " ".join((text if text.isprintable() else _UNSHOWN.sub(" ", text)).split())


def _keys(texts: list[str]) -> list[str]:
    """For each text, what is the same for those of which only one is suggested."""
    return folded_form("\n".join(texts)).split("\n") if texts else []
