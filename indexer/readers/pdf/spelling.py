"""From the characters of a line to its text: where spaces belong is read from the gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from indexer.readers.pdf.letters import is_han, is_wide
from indexer.readers.pdf.records import Glyph, Line

_WORD_GAP = 0.17
_MIXED_GAP = 0.45
_HAN_GAP = 0.9
"""Of the font size. Smaller gaps than these between two characters are no space."""
_SPACED_OUT = 0.12
_FEWEST_GAPS = 5
_STOPS = 12
_TWICE = 0.2
"""Of its width: the same character drawn again nearer than this is the same one, made bold."""
_LEADERS = re.compile(r"(?:\s?[.·…‥_．]){4,}")
_LONGEST_WORD = 24
"""Characters. A longer one is an address, which is broken at its marks."""
_BREAK_AFTER = re.compile(r"[-/?&=_@]+(?=\w)")
_CLOSING = ",.;:!?%)]}”’，。；：！？％）】》」』、…"


def spell(glyphs: Sequence[Glyph], y: float, size: float, *, bold: bool) -> Line:
    """A line from its characters, sorted by place. There is at least one."""
    single = without_doubles(glyphs)
    bold = bold or len(single) < 0.75 * len(glyphs)
    spaces = _spaces(single, size)
    parts: list[str] = []
    stops: list[float] = []
    for glyph, space in zip(single, spaces, strict=True):
        if space:
            parts.append(" ")
        parts.append(glyph.char)
        if len(stops) < _STOPS:
            stops.extend([glyph.x0] * (len(glyph.char) + space))
    text = "".join(parts)
    leaders = _LEADERS.search(text)
    if leaders:
        text = _LEADERS.sub(lambda found: " " + re.sub(r"\s", "", found[0]) + " ", text).strip()
    first = _first_length(text)
    end = next((g.x0 for g, n in _placed(single, spaces) if n >= first), single[-1].x1)
    return Line(
        text, single[0].x0, max(glyph.x1 for glyph in single[-3:]), y, size, bold,
        end - single[0].x0, tuple(stops[:_STOPS]),
    )  # fmt: skip


def without_doubles(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The characters of a line without those drawn a second time, a hair's breadth apart."""
    kept: list[Glyph] = []
    for glyph in glyphs:
        for before in kept[-2:]:
            if glyph.char == before.char and (
                glyph.x0 - before.x0 <= _TWICE * (before.x1 - before.x0)
            ):
                break
        else:
            kept.append(glyph)
    return kept


def _placed(glyphs: Sequence[Glyph], spaces: Sequence[bool]) -> list[tuple[Glyph, int]]:
    """Each character with its offset in the text."""
    placed, offset = [], 0
    for glyph, space in zip(glyphs, spaces, strict=True):
        offset += space
        placed.append((glyph, offset))
        offset += len(glyph.char)
        if offset > 80:
            break
    return placed


def _first_length(text: str) -> int:
    """The length of what a line break would have kept together at the beginning of a line."""
    length = 1
    if is_wide(text[0]):
        while length < len(text) and text[length] in _CLOSING:
            length += 1
        if length == 1 or is_wide(text[length - 1 : length + 1][-1]):
            return length
    while length < len(text) and not text[length].isspace() and not is_han(text[length]):
        length += 1
    if length > _LONGEST_WORD:
        found = _BREAK_AFTER.search(text, 1, length)
        return found.end() if found else length
    return length


def _spaces(glyphs: Sequence[Glyph], size: float) -> list[bool]:
    """For each character, whether a space stands before it."""
    pairs = list(pairwise(glyphs))
    latin: list[float] = []
    han: list[tuple[float, bool]] = []
    for a, b in pairs:
        if is_wide(a.char) or is_wide(b.char):
            if is_han(a.char) and is_han(b.char):
                han.append((b.x0 - a.x1, b.spaced))
        elif a.char.isalpha() and b.char.isalpha():
            latin.append(b.x0 - a.x1)
    latin_gap: float = 0.0
    if len(latin) >= _FEWEST_GAPS and median(latin) > _SPACED_OUT * size:
        middle = median(latin)
        latin_gap = max(1.6 * middle, middle + 0.15 * size)
    han_gap: float = 0.0
    if len(han) >= _FEWEST_GAPS - 1 and sum(spaced for _, spaced in han) >= 0.8 * len(han):
        han_gap = max(1.6 * median(gap for gap, _ in han), _HAN_GAP * size)
    return [False, *(_is_space(a, b, size, latin_gap, han_gap) for a, b in pairs)]


def _is_space(a: Glyph, b: Glyph, size: float, latin_gap: float, han_gap: float) -> bool:
    gap = b.x0 - a.x1
    if is_wide(a.char) and is_wide(b.char):
        if han_gap:
            return gap > han_gap
        return b.spaced or gap > _HAN_GAP * size
    if is_wide(a.char) or is_wide(b.char):
        return b.spaced or gap > _MIXED_GAP * size
    if latin_gap:
        return gap > latin_gap
    return b.spaced or gap > _WORD_GAP * size
