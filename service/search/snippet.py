"""The piece of a clause that a hit shows, and where the question's words stand in it."""

from __future__ import annotations

import re
from bisect import bisect_right

from indexer.lexical.highlight import word_spans
from indexer.passages import SENTENCE
from service.search.records import Snippet

LONGEST = 280
"""Characters of a snippet; a Chinese character takes the room of two."""
_HAN = re.compile(r"[\u3400-\u9fff]")


def make_snippet(text: str, wanted: frozenset[str], highlight: bool = True) -> Snippet:
    """The sentence that holds most of the question's words, and what follows while there is room.

    Without a word of the question in the clause (the languages differ), its beginning.

    Args:
        text: the clause.
        wanted: tokens of the question, and those that the glossary adds.
        highlight: whether to tell where the words stand.
    """
    spans = word_spans(text, wanted)
    start, end, best, place = 0, 0, -1, 0
    for found in SENTENCE.finditer(text):
        words = set()
        while place < len(spans) and spans[place][0] < found.end():
            words.add(text[slice(*spans[place])].casefold())
            place += 1
        if len(words) > best and found[0].strip():
            best, start, end = len(words), found.start(), found.end()
    while end < len(text):
        following = SENTENCE.match(text, end)
        if following is None or not following[0]:
            break
        if _room(text[start : following.end()]) > LONGEST:
            break
        end = following.end()
    piece = text[start:end].rstrip()
    cut = _cut(piece)
    shown = piece[:cut] + ("…" if cut < len(piece) else "")
    if not highlight:
        return Snippet(shown, ())
    inside = ((a - start, min(b - start, cut)) for a, b in spans)
    return Snippet(shown, tuple((a, b) for a, b in inside if 0 <= a < b <= cut))


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
