"""What a person who is typing may want: titles, headings, and terms that the policies use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.snapshot import Snapshot
from service.search.entries import Entry, gather_entries
from service.search.prefixes import Prefixes, folded_forms, pieces_of, unspaced_forms, word_starts

MOST_WORDS = 12
"""More are found one after the other, as typed, or not at all."""

# Where an entry stands, less is better: it begins as typed; words of it, one after the other, do;
# each word typed is the beginning of some word; further down the more the worst typo changes.
_WHOLE, _CONTIGUOUS, _EACH = 0, 1, 2
_NONE: Final = 100


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry that goes on from what was typed; `highlights`: where that stands in its text."""

    entry: Entry
    highlights: tuple[tuple[int, int], ...]


def suggest(
    snapshot: Snapshot, typed: str, limit: int = 10, langs: Sequence[str] = ()
) -> list[Suggestion]:
    """Suggestions from what a snapshot shows and nothing else, best first.

    The first call for a snapshot gathers them, which may take a second or two.

    Args:
        snapshot: what the caller sees.
        typed: so far; where it is empty, the longest policies are suggested.
        limit: most suggestions.
        langs: languages of clauses in which they occur; empty for all.
    """
    suggester = snapshot.derived("suggester", lambda seen: Suggester(gather_entries(seen)))
    return suggester.suggest(typed, limit, langs)


class Suggester:
    """Entries, found by what is typed. Thread-safe."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        # A smaller number goes before a larger one wherever nothing else tells them apart.
        self._entries = sorted(
            entries, key=lambda e: (-e.count, e.text.casefold(), e.kind, e.policy_id or "")
        )
        self._prefixes = Prefixes([entry.text for entry in self._entries])
        self._titles = np.array([entry.kind == "title" for entry in self._entries], bool)
        self._in_language = {
            lang: np.array([lang in entry.langs for entry in self._entries], bool)
            for lang in frozenset[str]().union(*(entry.langs for entry in self._entries))
        }

    def __len__(self) -> int:
        return len(self._entries)

    def suggest(self, typed: str, limit: int, langs: Sequence[str] = ()) -> list[Suggestion]:
        """The best entries for what was typed."""
        shown = np.ones(len(self), bool)
        if langs:
            nowhere = np.zeros(len(self), bool)
            shown = np.logical_or.reduce([self._in_language.get(lang, nowhere) for lang in langs])
        if not typed.strip():
            chosen = np.flatnonzero(shown & self._titles)[:limit]
            return [Suggestion(self._entries[n], ()) for n in chosen.tolist()]
        forms = [form for form in folded_forms(" ".join(typed.split())) if form]
        places = np.full(len(self), _NONE, np.int8)
        for form in forms:
            np.minimum(places, self._as_typed(form), out=places)
        wanted = [[piece] for form in forms for piece in pieces_of(form)]
        few = (shown & (places < _NONE)).sum() < limit
        if few and forms and len(pieces_of(forms[0])) <= MOST_WORDS:
            with_typos, meant = self._with_typos(forms[0])
            np.minimum(places, with_typos, out=places)
            wanted += meant
        chosen = np.flatnonzero(shown & (places < _NONE))
        chosen = chosen[np.argsort(places[chosen], kind="stable")][:limit]
        return [
            Suggestion(self._entries[n], tuple(highlights(self._entries[n].text, forms, wanted)))
            for n in chosen.tolist()
        ]

    def _as_typed(self, form: str) -> NDArray[np.int8]:
        """How well each entry goes on from a form, less is better."""
        places = np.full(len(self), _NONE, np.int8)
        pieces = pieces_of(form)
        if 1 < len(pieces) <= MOST_WORDS:
            held = np.ones(len(self), bool)
            for piece in pieces:
                has = np.zeros(len(self), bool)
                has[self._prefixes.starting_with(piece)[0]] = True
                held &= has
            places[held] = _EACH
        numbers, first = self._prefixes.starting_with(form)
        places[numbers] = _CONTIGUOUS
        places[numbers[first]] = _WHOLE
        return places

    def _with_typos(self, form: str) -> tuple[NDArray[np.int8], list[list[str]]]:
        """How well each entry goes on if words were mistyped; what each of them may be meant as."""
        typos = np.zeros(len(self), np.int8)
        meant: list[list[str]] = []
        for piece in pieces_of(form):
            fewest = np.full(len(self), _NONE, np.int8)
            corrections = self._prefixes.corrections(piece)
            for steps, correct in reversed(corrections):
                fewest[self._prefixes.starting_with(correct)[0]] = steps
            fewest[self._prefixes.starting_with(piece)[0]] = 0
            np.maximum(typos, fewest, out=typos)
            meant.append([piece, *(correct for _, correct in corrections)])
        typos[typos < _NONE] += _EACH
        return typos, meant


def highlights(
    text: str, typed: Sequence[str], wanted: Sequence[Sequence[str]]
) -> list[tuple[int, int]]:
    """Spans (start, end) of a text that are as typed, in order, joined.

    Args:
        text: of an entry.
        typed: folded forms; where one stands in the text as a whole, it is the only span.
        wanted: for each word typed, beginnings of words that it may be meant as, the first best.
    """
    characters = [
        (part, place)
        for place, character in enumerate(text)
        for part in unicodedata.normalize("NFKC", character).casefold()
    ]
    plain = "".join(part for part, _ in characters)
    spans: list[tuple[int, int]] = []
    for form in unspaced_forms(plain):
        if len(form) != len(plain):  # a phrase became a longer or shorter one
            continue
        starts = word_starts(form)
        whole = next((found for one in typed for found in _places_of(one, form, starts)), None)
        if whole:
            return [(characters[whole[0]][1], characters[whole[1] - 1][1] + 1)]
        for alternatives in wanted:
            found = (
                (start, start + len(piece))
                for piece in alternatives
                for start in starts
                if form.startswith(piece, start)
            )
            start, end = next(found, (0, 0))
            if end:
                spans.append((characters[start][1], characters[end - 1][1] + 1))
    return list(_joined(sorted(spans)))


def _places_of(typed: str, form: str, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where the words typed stand one after the other, whatever stands between them."""
    pattern = re.compile(r"[\W_]*".join(map(re.escape, pieces_of(typed))))
    for start in starts:
        if found := pattern.match(form, start):
            yield found.span()


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current and start <= current[1]:
            current = (current[0], max(end, current[1]))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current
