"""Where a question's words stand in a text: spans of the text as it is, not of its folded form."""

from __future__ import annotations

from indexer.lexical.tokens import HAN_RUN, LATIN_PART, folded, word_token

_HAN_SIZES = range(2, 5)
"""Characters of the Chinese tokens that are shown: bigrams, and words hardly longer."""


def word_spans(text: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """Spans (start, end) of the words that are among the wanted tokens, in order, joined.

    Args:
        text: any string.
        wanted: tokens as `indexer.lexical.tokens` makes them.
    """
    spans = [found.span() for found in LATIN_PART.finditer(text) if word_token(found[0]) in wanted]
    chinese = [t for t in wanted if len(t) in _HAN_SIZES and HAN_RUN.fullmatch(t)]
    if chinese and HAN_RUN.search(text):
        spans += _chinese_spans(text, chinese)
    return _joined(sorted(spans))


def _chinese_spans(text: str, wanted: list[str]) -> list[tuple[int, int]]:
    whole = folded(text)
    if len(whole) == len(text):
        return _places(whole, wanted, 0)
    spans = []
    for found in HAN_RUN.finditer(text):
        run = folded(found[0])
        if len(run) == len(found[0]):  # otherwise a phrase became a longer or shorter one
            spans += _places(run, wanted, found.start())
    return spans


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
