"""Where a question's words stand in a text: spans of the text as it is, not of its folded form."""

from __future__ import annotations

from array import array
from functools import cached_property

from indexer.lexical.tokens import HAN_RUN, LATIN_PART, folded, word_token

_HAN_SIZES = range(2, 5)
"""Characters of the Chinese tokens that are shown: bigrams, and words hardly longer."""


class Words:
    """The words of one text, ready for the questions that are asked of it.

    Takes some four bytes of memory for each character of the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        found = list(LATIN_PART.finditer(text))
        self._tokens = tuple([word_token(one[0]) for one in found])
        self._starts = array("I", [one.start() for one in found])

    @cached_property
    def _chinese(self) -> tuple[tuple[int, str], ...]:
        return _chinese_parts(self._text)

    def spans(self, wanted: frozenset[str]) -> list[tuple[int, int]]:
        """Spans (start, end) of the words that are among the wanted tokens, in order, joined.

        Args:
            wanted: tokens as `indexer.lexical.tokens` makes them.
        """
        words = zip(self._tokens, self._starts, strict=True)
        starts = [start for token, start in words if token in wanted]
        spans = [found.span() for a in starts if (found := LATIN_PART.match(self._text, a))]
        chinese = [t for t in wanted if len(t) in _HAN_SIZES and HAN_RUN.fullmatch(t)]
        if chinese:
            for start, part in self._chinese:
                spans += _places(part, chinese, start)
        return _joined(sorted(spans))


def _chinese_parts(text: str) -> tuple[tuple[int, str], ...]:
    """Where parts of a text with Chinese in them begin, and their folded forms, no longer."""
    if not HAN_RUN.search(text):
        return ()
    whole = folded(text)
    if len(whole) == len(text):
        return ((0, whole),)
    runs = [(found.start(), found[0], folded(found[0])) for found in HAN_RUN.finditer(text)]
    # Otherwise a phrase became a longer or shorter one.
    return tuple((start, after) for start, before, after in runs if len(before) == len(after))


def _places(text: str, wanted: list[str], start: int) -> list[tuple[int, int]]:
    """Every place of the wanted tokens, those that overlap too; counted on from `start`."""
    spans = []
    for token in wanted:
        place = text.find(token)
        while place >= 0:
            spans.append((start + place, start + place + len(token)))
            place = text.find(token, place + 1)
    return spans


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
