"""From paragraphs and tables to pieces: headings by their size, list items by their bullet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from indexer.outline.headings import is_heading_like
from indexer.readers.assemble import Piece, table_pieces
from indexer.readers.pdf.layout import Layout
from indexer.readers.pdf.paragraphs import BULLET, CONTENTS_ENTRY
from indexer.readers.pdf.records import Grid, Paragraph

_LARGER = 1.1
_LARGER_POINTS = 0.9
_SAME_SIZE = 0.4
_LONGEST_HEADING = 200
_LONGEST_ON_AVERAGE = 100
_MOST_LINES = 5
_DEEPEST = 6
_NESTED = 0.8
_MOSTLY = 0.5


def to_pieces(found: Sequence[Paragraph | Grid], layout: Layout) -> list[Piece]:
    """The pieces of a document. What the top of a page hides is taken to be as elsewhere."""
    levels = _levels(found, layout)
    usual = {alone: _usual_gap(found, alone) for alone in (False, True)}
    nesting: list[float] = []
    pieces: list[Piece] = []
    for item in found:
        if isinstance(item, Grid):
            pieces += table_pieces(item.rows)
            continue
        gap = usual[_is_alone(item)] if item.gap is None else item.gap
        bullet = BULLET.match(item.text)
        level = _level(item, levels)
        if bullet:
            while nesting and item.indent < nesting[-1] - _NESTED * item.size:
                nesting.pop()
            if not nesting or item.indent > nesting[-1] + _NESTED * item.size:
                nesting.append(item.indent)
            text = "• " + item.text[bullet.end() :]
            pieces.append(Piece("list_item", text, len(nesting), gap=gap))
            continue
        if level is not None:
            nesting = []
            pieces.append(Piece("heading", item.text, level, gap=gap))
            continue
        strong = item.bold and not layout.bold_body
        pieces.append(Piece("paragraph", item.text, strong=strong, gap=gap))
    return pieces


def _usual_gap(found: Sequence[Paragraph | Grid], alone: bool) -> bool:
    """Whether most paragraphs of one sort are set apart from what is above."""
    seen = [
        item.gap
        for item in found[1:]
        if isinstance(item, Paragraph) and item.gap is not None and _is_alone(item) == alone
    ]
    return sum(seen) > _MOSTLY * len(seen)


def _is_alone(item: Paragraph) -> bool:
    """Whether a paragraph is one line that could be a heading."""
    return item.lines <= 2 and is_heading_like(item.text, isolated=True)


def _levels(found: Sequence[Paragraph | Grid], layout: Layout) -> list[tuple[float, int]]:
    """Font sizes of headings, largest first, with their levels."""
    lengths: dict[float, list[int]] = defaultdict(list)
    for item in found:
        if isinstance(item, Paragraph) and _is_large(item, layout):
            lengths[round(item.size, 1)].append(len(item.text))
    sizes = [size for size, texts in lengths.items() if median(texts) <= _LONGEST_ON_AVERAGE]
    levels: list[tuple[float, int]] = []
    for size in sorted(sizes, reverse=True):
        same = levels and levels[-1][0] - size <= _SAME_SIZE
        level = levels[-1][1] if same else (levels[-1][1] + 1 if levels else 1)
        levels.append((size, min(level, _DEEPEST)))
    return levels


def _is_large(item: Paragraph, layout: Layout) -> bool:
    return item.size >= max(_LARGER * layout.size, layout.size + _LARGER_POINTS)


def _level(item: Paragraph, levels: Sequence[tuple[float, int]]) -> int | None:
    text = item.text
    if len(text) > _LONGEST_HEADING or item.lines > _MOST_LINES or CONTENTS_ENTRY.search(text):
        return None
    if not any(c.isalpha() for c in text):
        return None
    return next((level for size, level in levels if abs(size - item.size) < 0.06), None)
