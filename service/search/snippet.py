"""The piece of a clause that a hit shows, and where the question's words stand in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, pairwise

from indexer.lexical.highlight import Words
from indexer.passages import SENTENCE
from service.search.records import Snippet

LONGEST = 280
"""Characters of a snippet; a Chinese character takes the room of two."""
_HAN = re.compile(r"[\u3400-\u9fff]")


class Snippets:
    """The snippets of one clause. What they have in common is found once, when it is needed."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _words(self) -> Words:
        return Words(self._text)

    @cached_property
    def _sentences(self) -> tuple[tuple[int, int], ...]:
        """Where sentences end, with the room taken up to there; first, the text's beginning."""
        ends = [0, *(found.end() for found in SENTENCE.finditer(self._text) if found[0])]
        rooms = accumulate(_room(self._text[a:b]) for a, b in pairwise(ends))
        return tuple(zip(ends, (0, *rooms), strict=True))

    def about(self, wanted: frozenset[str], highlight: bool = True) -> Snippet:
        """The sentence with most of the question's words, and what follows while there is room.

        Without a word of the question in the clause (the languages differ), its beginning.

        Args:
            wanted: tokens of the question, and those that the glossary adds.
            highlight: whether to tell where the words stand.
        """
        text, sentences = self._text, self._sentences
        spans = self._words.spans(wanted)
        first = last = place = 0
        best = -1
        for number, ((begin, _), (end, _)) in enumerate(pairwise(sentences)):
            words = set()
            while place < len(spans) and spans[place][0] < end:
                words.add(text[slice(*spans[place])].casefold())
                place += 1
            if len(words) > best and text[begin:end].strip():
                best, first, last = len(words), number, number + 1
        start, taken = sentences[first]
        while last + 1 < len(sentences) and sentences[last + 1][1] - taken <= LONGEST:
            last += 1
        piece = text[start : sentences[last][0]].rstrip()
        cut = _cut(piece)
        shown = piece[:cut] + ("…" if cut < len(piece) else "")
        if not highlight:
            return Snippet(shown, ())
        inside = ((a - start, min(b - start, cut)) for a, b in spans)
        return Snippet(shown, tuple((a, b) for a, b in inside if 0 <= a < b <= cut))


def make_snippet(text: str, wanted: frozenset[str], highlight: bool = True) -> Snippet:
    """The snippet of a clause that is asked of it once; see `Snippets.about`."""
    return Snippets(text).about(wanted, highlight)


def beginning(text: str) -> Snippet:
    """The beginning of a clause, whatever the question: what there is always time for."""
    cut = _cut(text)
    return Snippet(text[:cut] + ("…" if cut < len(text) else ""))


def _room(text: str) -> int:
    return len(text) + len(_HAN.findall(text))


def _cut(text: str) -> int:
    """Where a text that takes too much room is cut: after a word."""
    if _room(text) <= LONGEST:
        return len(text)
    # The last place up to which there is room; each character takes some, so it can be halved for.
    place = bisect_right(range(len(text)), LONGEST, key=lambda end: _room(text[:end])) - 1
    space = text.rfind(" ", 0, place)
    return space if space > place - 30 else place
