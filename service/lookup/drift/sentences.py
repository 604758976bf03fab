"""Sentences, and which of one text say what which of the other say."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.language import count_scripts
from service.lookup.drift.quantities import find_facts

_END = re.compile(
    r"[。！？；]+[”’」』）)]*|[.!?;]+[\"'”’)]*(?=\s)|\n+",
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|incl|no|nos|art|sec|para|inc|ltd|co|corp|vs|approx|mr|mrs|ms|dr|st|p|pp"
    r"|a\.m|p\.m|u\.s|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)|^\s*\(?[0-9a-z]{1,3})\.$",
    re.IGNORECASE,
)
_LATIN_UNITS = 1.7
_BEADS = (
    (1, 1, 0.0),
    (1, 2, 1.2),
    (2, 1, 1.2),
    (2, 2, 2.2),
    (1, 3, 2.4),
    (3, 1, 2.4),
    (0, 1, 3.0),
    (1, 0, 3.0),
)
"""Sentences of both sides with what such a pairing costs (after Gale & Church 1993)."""
_SPREAD = 0.55
_BAND = 12
"""How far a pair may stand from the diagonal, in sentences, beside a tenth of the text."""

_MOST = 200
"""Sentences that are paired at a time; a longer text is cut in halves first."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of a text between sentence ends."""

    text: str
    start: int


def split_sentences(text: str) -> list[Sentence]:
    """Sentences and parts between semicolons, in order; line ends end one too."""
    found: list[Sentence] = []
    begin = 0
    for end in [*(m.end() for m in _END.finditer(text)), len(text)]:
        piece = text[begin:end]
        if end < len(text) and _ABBREVIATION.search(piece.rstrip()) and "\n" not in piece[-1:]:
            continue
        stripped = piece.strip()
        if any(c.isalnum() for c in stripped):
            found.append(Sentence(stripped, begin + piece.index(stripped[0])))
        begin = end
    return found


Bead = tuple[tuple[int, ...], tuple[int, ...]]


def pair_sentences(left: Sequence[Sentence], right: Sequence[Sentence]) -> list[Bead]:
    """Which sentences belong together, in order: by their lengths and by facts that both have."""
    if not left or not right:
        return [((i,), ()) for i in range(len(left))] + [((), (j,)) for j in range(len(right))]
    if len(left) == len(right) == 1:
        return [((0,), (0,))]
    if max(len(left), len(right)) > _MOST:
        half, other_half = len(left) // 2, len(right) // 2
        later = pair_sentences(left[half:], right[other_half:])
        return [
            *pair_sentences(left[:half], right[:other_half]),
            *(
                (tuple(i + half for i in one), tuple(j + other_half for j in other))
                for one, other in later
            ),
        ]
    one, other = _Spans(left), _Spans(right)
    scale = one.whole / max(other.whole, 1)
    n, m = len(left), len(right)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    band = _BAND + max(n, m) // 10
    for i in range(n + 1):
        middle = i * m // n
        for j in range(max(0, middle - band), min(m, middle + band) + 1):
            for a, b, cost in _BEADS:
                before = best.get((i - a, j - b))
                if before is None or (a, b) == (0, 0):
                    continue
                total = before[0] + cost
                if a and b:
                    total += _cost(one.of[a][i - a], other.of[b][j - b], scale)
                if (i, j) not in best or total < best[i, j][0]:
                    best[i, j] = (total, (a, b))
    beads: list[Bead] = []
    i, j = n, m
    while i or j:
        a, b = best[i, j][1]
        beads.append((tuple(range(i - a, i)), tuple(range(j - b, j))))
        i, j = i - a, j - b
    return beads[::-1]


_Span = tuple[float, Counter[object]]


class _Spans:
    """The length and the anchors of one, two and three neighbouring sentences, made once."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        lengths = [_length(sentence.text) for sentence in sentences]
        anchors = [_anchors(sentence.text) for sentence in sentences]
        self.whole = sum(lengths)
        self.of: list[list[_Span]] = [
            [
                (sum(lengths[i : i + count]), sum(anchors[i : i + count], Counter[object]()))
                for i in range(len(sentences) - count + 1)
            ]
            for count in range(4)
        ]


def _cost(one: _Span, other: _Span, scale: float) -> float:
    unlike = abs(math.log((one[0] + 4) / (other[0] * scale + 4))) / _SPREAD
    if not one[1] and not other[1]:
        return unlike
    shared = sum(min(count, other[1][anchor]) for anchor, count in one[1].items())
    told = one[1].total() + other[1].total()
    return unlike + 0.5 * (told - 2 * shared) - 1.2 * shared


def _length(text: str) -> float:
    scripts = count_scripts(text)
    return scripts.han + _LATIN_UNITS * scripts.latin_words


def _anchors(text: str) -> Counter[object]:
    """What a translation keeps: quantities and addresses, as text since hashing it is quick."""
    return Counter(f"{fact.kind} {fact.key}" for fact in find_facts(text) if not fact.weak)
