"""Tables without ruled cells: rows whose parts begin or end at the same places."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.outline.markers import fold, read_markers
from indexer.readers.pdf.records import Grid, Line
from indexer.readers.pdf.rows import is_even, merged

_FEWEST_ROWS = 3
_SAME_PLACE = 0.6
"""Of the font size."""
_CELL_GAP = 1.2
_LONGEST_CELL = 60
_WIDEST_STEP = 3.0
_LEADERS = re.compile(r"[.·…‥_]{4,}")
_PAGE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}", re.IGNORECASE)


def with_tables(rows: Sequence[tuple[Line, ...]]) -> list[Line | Grid]:
    """The rows of a column as lines, and as tables where at least three rows are aligned."""
    items: list[Line | Grid] = []
    cells = [_cells(row) for row in rows]
    position = 0
    while position < len(rows):
        end = _end_of_table(cells, position)
        if end - position >= _FEWEST_ROWS and not _is_contents(cells[position:end]):
            items.append(_table(cells[position:end]))
            position = end
        else:
            items.append(merged(rows[position]))
            position += 1
    return items


def _cells(row: Sequence[Line]) -> list[Line]:
    """The parts of a row that could be cells: a number and its text are one."""
    cells: list[list[Line]] = []
    if is_even(row):
        return [merged(row)]
    for part in row:
        if cells and (
            part.x0 - cells[-1][-1].x1 < _CELL_GAP * part.size
            or (len(cells) == 1 and _is_marker(cells[0][0].text))
        ):
            cells[-1].append(part)
        else:
            cells.append([part])
    return [merged(cell) for cell in cells]


def _is_marker(text: str) -> bool:
    if len(text) > 12:
        return False
    folded = fold(text)
    return any(marker.length >= len(folded) for marker in read_markers(folded + " x"))


def _end_of_table(cells: Sequence[Sequence[Line]], first: int) -> int:
    """Where a run of rows with cells at the places of the first one's ends."""
    head = cells[first]
    if len(head) < 2 or not _are_cells(head):
        return first
    end = first + 1
    places = [head]
    while end < len(cells):
        row = cells[end]
        step = cells[end - 1][0].y - row[0].y
        if step > _WIDEST_STEP * head[0].size or not _are_cells(row):
            break
        if not (len(row) >= 2 and any(_is_aligned(row, other) for other in places[-2:])):
            break
        places.append(row)
        end += 1
    return end


def _are_cells(row: Sequence[Line]) -> bool:
    return all(len(cell.text) <= _LONGEST_CELL and not _LEADERS.search(cell.text) for cell in row)


def _is_aligned(row: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether the rows share at least two columns and no cell reaches over two columns."""
    shared = sum(any(_at_same_place(a, b) for b in other) for a in row)
    return shared >= 2 and shared >= min(len(row), len(other)) - 1


def _at_same_place(a: Line, b: Line) -> bool:
    near = _SAME_PLACE * max(a.size, b.size)
    middles = abs((a.x0 + a.x1) - (b.x0 + b.x1)) / 2
    return abs(a.x0 - b.x0) <= near or abs(a.x1 - b.x1) <= near or middles <= near / 2


def _is_contents(rows: Sequence[Sequence[Line]]) -> bool:
    """Whether the last column holds page numbers, rising: entries of a table of contents."""
    if any(len(row) != 2 or not _PAGE_NUMBER.fullmatch(row[1].text) for row in rows):
        return False
    numbers = [int(row[1].text) for row in rows if row[1].text.isdigit()]
    return numbers == sorted(numbers)


def _table(rows: Sequence[Sequence[Line]]) -> Grid:
    widest = max(rows, key=len)
    filled = []
    for row in rows:
        cells = [""] * len(widest)
        for position, cell in enumerate(row):
            free = [i for i, text in enumerate(cells) if not text and i >= position]
            home = next((i for i in free if _at_same_place(cell, widest[i])), None)
            if home is None:
                home = min(free or [len(cells) - 1], key=lambda i: abs(widest[i].x0 - cell.x0))
            cells[home] = f"{cells[home]} {cell.text}".strip()
        filled.append(tuple(cells))
    columns = tuple(cell.x0 for cell in widest)
    return Grid(tuple(filled), columns, rows[0][0].y, rows[-1][-1].y)
