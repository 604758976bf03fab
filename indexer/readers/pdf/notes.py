"""Footnotes: small text at the foot of a page, which interrupts no sentence."""

from __future__ import annotations

import re

from indexer.readers.pdf.layout import Layout
from indexer.readers.pdf.records import Column, Grid, Line

MARK = re.compile(
    r"[¹²³⁴-⁹⁰*†‡§]|\[\d{1,3}\]|\d{1,3}[\s.)]|[①-⑳]|注\s*[\d:：]|(?:note|备注)\s*[\d:：]", re.I
)
_SMALLER = 0.93


def set_aside(
    column: Column, layout: Layout
) -> tuple[list[Line | Grid], list[tuple[Column, Line]]]:
    """A column's items without the notes at its foot, and those notes."""
    items = list(column.items)
    start = len(items)
    while start:
        item = items[start - 1]
        if not isinstance(item, Line) or item.size > _SMALLER * layout.size:
            break
        start -= 1
    notes = [item for item in items[start:] if isinstance(item, Line)]
    if not start or not notes or not MARK.match(notes[0].text):
        return items, []
    return items[:start], [(column, note) for note in notes]
