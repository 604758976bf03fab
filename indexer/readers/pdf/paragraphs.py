"""From lines in reading order to paragraphs and tables, across columns and pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.outline.markers import fold, read_markers
from indexer.readers.pdf.joining import Habits
from indexer.readers.pdf.layout import Layout, is_short
from indexer.readers.pdf.letters import is_han
from indexer.readers.pdf.notes import read_notes, set_aside
from indexer.readers.pdf.numbers import Numbers
from indexer.readers.pdf.records import Column, Grid, Line, Paragraph

BULLET = re.compile(r"[•●○▪◦‣■◆►➢▶✓✔∙⚫](?=\s|[^\x00-\x7f])\s*")
CONTENTS_ENTRY = re.compile(r"[.·…‥_]{3,}\s*[\divxlc]{1,6}$", re.IGNORECASE)
_FINISHED = tuple(".。;；!！?？:：")
_CLOSERS = "\"”’'」』)）】》"
_LOOSE_STEP = 1.75
_STEP = 1.4
_NEARER = 0.6
_FAR_RIGHT = 0.4
"""Of the column. A line that begins so far right is a date or a signature, on its own."""
_WIDEST_INDENT = 8.0
_SAME_INDENT = 0.6
"""Indents and steps are told in font sizes and usual line distances."""


@dataclass(slots=True)
class _Open:
    """A paragraph that may go on."""

    column: Column
    lines: list[Line]
    text: str
    gap: bool | None
    first_indent: float
    indent: float | None = None
    step: float | None = None

    @property
    def last(self) -> Line:
        return self.lines[-1]

    def closed(self) -> Paragraph:
        size = max(self.lines, key=lambda line: len(line.text)).size
        bold = all(line.bold for line in self.lines)
        return Paragraph(self.text, size, bold, self.first_indent, len(self.lines), self.gap)


def read_paragraphs(
    columns: Sequence[Column], layout: Layout, habits: Habits
) -> list[Paragraph | Grid]:
    """Paragraphs and tables in reading order; notes at a page's foot follow what they interrupt."""
    reader = _Reader(layout, habits)
    for column in columns:
        items, notes = set_aside(column, layout)
        following = [*items[1:], None]
        for item, after in zip(items, following, strict=True):
            if isinstance(item, Grid):
                reader.table(column, item)
            else:
                reader.line(column, item, after if isinstance(after, Line) else None)
        reader.notes += notes
    return reader.finish()


class _Reader:
    """Takes line after line, remembering the open paragraph and the numbers seen."""

    def __init__(self, layout: Layout, habits: Habits) -> None:
        self.layout = layout
        self.habits = habits
        self.found: list[Paragraph | Grid] = []
        self.notes: list[tuple[Column, Line]] = []
        self._open: _Open | None = None
        self._above: tuple[Column, float] | None = None
        self._numbers = Numbers()

    def line(self, column: Column, line: Line, after: Line | None) -> None:
        indent = line.x0 - self.layout.lefts[column.kind]
        paragraph = self._open
        if paragraph and self._goes_on(paragraph, column, line, indent, after):
            if paragraph.column is column:
                paragraph.step = paragraph.last.y - line.y
            paragraph.column = column
            paragraph.text = self.habits.join(paragraph.text, line.text)
            paragraph.lines.append(line)
            paragraph.indent = indent
        else:
            gap = self._gap(column, line)
            self._close()
            self._open = _Open(column, [line], line.text, gap, indent)
            self._numbers.note(line.text)
        self._above = (column, line.y)

    def table(self, column: Column, grid: Grid) -> None:
        before = self.found[-1] if self.found and not self._open else None
        going_on = self._above is not None and self._above[0] is not column
        if isinstance(before, Grid) and going_on and _same_columns(before, grid):
            self.found[-1] = _continued(before, grid, self.habits)
        else:
            self._close()
            self.found.append(grid)
        self._above = (column, grid.bottom)

    def finish(self) -> list[Paragraph | Grid]:
        self._close()
        return self.found

    def _close(self) -> None:
        if self._open:
            self.found.append(self._open.closed())
            self._open = None
        notes, self.notes = self.notes, []
        self.found += list(read_notes(notes, self.layout, self.habits))

    def _gap(self, column: Column, line: Line) -> bool | None:
        """Whether a line stands further below what is above than paragraphs usually do."""
        size = max(line.size, self._open.last.size if self._open else 0.0)
        step = self.layout.step(size)
        if self._above is None or self._above[0] is not column or self._above[1] < line.y:
            top = self.layout.tops.get(column.kind, line.y)
            return True if top - line.y >= 0.8 * step else None
        return self._above[1] - line.y >= self.layout.gap_step * step

    def _goes_on(
        self, paragraph: _Open, column: Column, line: Line, indent: float, after: Line | None
    ) -> bool:
        """Whether a line continues the open paragraph."""
        last = paragraph.last
        if paragraph.column.page == column.page and len(paragraph.column.kind) != len(column.kind):
            return False
        if abs(last.size - line.size) > 0.06 * max(last.size, line.size):
            return False
        if CONTENTS_ENTRY.search(last.text) or BULLET.match(line.text):
            return False
        left = self.layout.lefts[paragraph.column.kind]
        right = self.layout.right(paragraph.column.kind, last)
        if is_short(last, right, line) or last.x0 - left > _FAR_RIGHT * (right - left):
            return False
        finished = last.text.rstrip(_CLOSERS).endswith(_FINISHED)
        if last.text[-1] in self.layout.ends and not line.text[0].islower():
            return False
        if not finished and self._ends_without_mark(paragraph, line):
            return False
        low = line.text[0].islower() and not finished
        if last.bold != line.bold and not self.layout.bold_body and (finished or not low):
            han = is_han(last.text[-1]) and is_han(line.text[0])
            if finished or not han:
                return False
        if paragraph.column is column and not self._is_near(paragraph, line, loose=low):
            return False
        if not self._fits_indent(paragraph, indent, line.size, finished=finished):
            return False
        if self._numbers.open_clause(last.text, line.text, finished=finished):
            return False
        ended = last.text.rstrip(_CLOSERS).endswith(tuple(".。!！?？"))
        return not (ended and after and self._looks_like_heading(column, line, after))

    def _is_near(self, paragraph: _Open, line: Line, *, loose: bool) -> bool:
        step = paragraph.last.y - line.y
        if step <= 0:
            return False
        usual = max(paragraph.step or 0.0, 0.97 * self.layout.step(line.size))
        apart = self.layout.paragraph_step
        if self.layout.is_spaced:
            farthest = min(0.97 * apart if loose else 1 + _NEARER * (apart - 1), _LOOSE_STEP)
        else:
            farthest = _LOOSE_STEP if loose else _STEP
        return step <= farthest * usual

    def _fits_indent(self, paragraph: _Open, indent: float, size: float, *, finished: bool) -> bool:
        near = _SAME_INDENT * size
        if paragraph.indent is not None:
            return abs(indent - paragraph.indent) <= near
        first = paragraph.first_indent
        if abs(indent - first) <= near:
            return not (self.layout.indented and first > near)
        if indent < first:
            return first - indent <= _WIDEST_INDENT * size
        hanging = _hanging(paragraph.lines[0])
        if hanging is not None:
            hanging -= self.layout.lefts[paragraph.column.kind]
            if abs(indent - hanging) <= near:
                return True
        if self.layout.hanging:
            return indent - first <= _WIDEST_INDENT * size
        return not finished and not self.layout.indented and indent - first <= 4 * size

    def _ends_without_mark(self, paragraph: _Open, line: Line) -> bool:
        """Whether a heading that fills its line is followed by a sentence."""
        text = paragraph.text
        words = [word for word in text.split() if len(word) > 3 and word[0].isalpha()]
        titled = sum(word[0].isupper() for word in words) > 0.5 * len(words)
        return (
            len(paragraph.lines) == 1
            and not titled
            and text[-1] not in ",，、-"
            and self.habits.begins_sentence(line.text)
        )

    def _looks_like_heading(self, column: Column, line: Line, after: Line) -> bool:
        """Whether a line after a full stop is a short one of its own, and no sentence's end."""
        right = self.layout.right(column.kind, line)
        return (
            is_short(line, right, after)
            and line.width < 0.7 * (right - self.layout.lefts[column.kind])
            and not line.text.rstrip(_CLOSERS).endswith(_FINISHED)
            and (line.text[0].isupper() or is_han(line.text[0]))
        )


def _hanging(first: Line) -> float | None:
    """Where the text after the number of a paragraph's first line begins."""
    readings = read_markers(fold(first.text))
    bullet = BULLET.match(first.text)
    length = bullet.end() if bullet else readings[0].length if readings else 0
    return first.stops[length] if 0 < length < len(first.stops) else None


def _same_columns(one: Grid, other: Grid) -> bool:
    return len(one.columns) == len(other.columns) and all(
        abs((a - one.columns[0]) - (b - other.columns[0])) <= 8
        for a, b in zip(one.columns, other.columns, strict=True)
    )


def _continued(one: Grid, other: Grid, habits: Habits) -> Grid:
    """A table with its continuation: no second head row, a row that the page divided made whole."""
    rows = other.rows[1:] if one.rows and other.rows[:1] == one.rows[:1] else other.rows
    whole = one.rows
    divided = rows and not rows[0][0] and all(row[0] for row in whole)
    if divided and len(rows[0]) == len(whole[-1]):
        joined = tuple(habits.join(a, b) for a, b in zip(whole[-1], rows[0], strict=True))
        whole, rows = (*whole[:-1], joined), rows[1:]
    return replace(one, rows=whole + rows, bottom=other.bottom)
