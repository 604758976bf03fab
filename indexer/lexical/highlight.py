"""Where a question's words stand in a text: spans of the text as it is, not of its folded form."""

from __future__ import annotations

from indexer.lexical.tokens import HAN_RUN, LATIN_PART, folded, word_token


def word_spans(text: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """Spans (start, end) of the words that are among the wanted tokens, in order, joined.

    Args:
        text: any string.
        wanted: tokens as `indexer.lexical.tokens` makes them.
    """
    spans: list[tuple[int, int]] = []
    for found in LATIN_PART.finditer(text):
        if word_token(found[0]) in wanted:
            spans.append(found.span())
    for found in HAN_RUN.finditer(text):
        run = folded(found[0])
        if len(run) != len(found[0]):  # a phrase became a longer or shorter one
            continue
        for size in (4, 3, 2):
            for start in range(len(run) - size + 1):
                if run[start : start + size] in wanted:
                    spans.append((found.start() + start, found.start() + start + size))
    return _joined(sorted(spans))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
