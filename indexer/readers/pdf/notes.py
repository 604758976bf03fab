"""Footnotes: small text at the foot of a page, which interrupts no sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.readers.pdf.joining import Habits
from indexer.readers.pdf.layout import Layout
from indexer.readers.pdf.letters import raised
from indexer.readers.pdf.records import Column, Grid, Line, Paragraph

MARK = re.compile(
    r"[¹²³⁴-⁹⁰*†‡§]|\[\d{1,3}\]|\d{1,3}(?=[\s.)]|[^\x00-\x7f])|[①-⑳]|注\s*[\d:：]|(?:note|备注)\s*[\d:：]",
    re.I,
)
_NUMBER = re.compile(r"^(\d{1,3})(?:\s+|(?=[^\x00-\x7f]))")
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


def read_notes(
    notes: Sequence[tuple[Column, Line]], layout: Layout, habits: Habits
) -> Iterator[Paragraph]:
    """Notes set aside: each begins with its mark, the lines without one continue it."""
    current: Paragraph | None = None
    # Raised, a note's number is not taken for that of a clause.
    notes = [(c, replace(n, text=_NUMBER.sub(_raised, n.text))) for c, n in notes]
    for column, line in notes:
        indent = line.x0 - layout.lefts.get(column.kind, line.x0)
        if current is None or MARK.match(line.text):
            if current:
                yield current
            current = Paragraph(line.text, line.size, line.bold, indent, 1, gap=False)
        else:
            current = replace(
                current, text=habits.join(current.text, line.text), lines=current.lines + 1
            )
    if current:
        yield current


def _raised(found: re.Match[str]) -> str:
    return raised(found[1]) + " "
