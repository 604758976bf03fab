"""Tables without ruled cells: rows whose parts stand in columns with free space between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise

from indexer.outline.markers import fold, read_markers
from indexer.readers.pdf.joining import habits
from indexer.readers.pdf.records import Grid, Line
from indexer.readers.pdf.rows import is_even, merged

_FEWEST_ROWS = 3
_SAME_PLACE = 0.6
_CELL_GAP = 1.2
_WIDEST_STEP = 3.2
_NEXT_LINE = 1.7
"""Of the font size: places that are the same, gaps between cells, distances of rows and lines."""
_WIDER = 1.12
"""Of the distance of two lines of one cell: rows of the table are further apart."""
_LONGEST_CELL = 100
_MOST_ROWS = 200
_MOSTLY = 0.6
_LEADERS = re.compile(r"[.·…‥_]{4,}")
_PAGE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}", re.IGNORECASE)
_JOIN = habits(()).join


@dataclass(slots=True)
class _Columns:
    """Where the cells of the rows seen so far stand."""

    spans: list[list[Line]] = field(default_factory=list)
    lefts: list[float] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)

    def home(self, cell: Line) -> int | None:
        """The one column that a cell may stand in; a new one where the space is free."""
        gap = _SAME_PLACE * cell.size
        over = [
            position
            for position, (left, right) in enumerate(zip(self.lefts, self.rights, strict=True))
            if cell.x0 < right + gap and cell.x1 + gap > left
        ]
        if len(over) == 1:
            return over[0]
        return len(self.spans) if not over else None

    def put(self, position: int, cell: Line) -> None:
        """Adds a cell to a column, or to a new one."""
        if position == len(self.spans):
            self.spans.append([])
            self.lefts.append(cell.x0)
            self.rights.append(cell.x1)
        self.spans[position].append(cell)
        self.lefts[position] = min(self.lefts[position], cell.x0)
        self.rights[position] = max(self.rights[position], cell.x1)

    def is_aligned(self) -> bool:
        """Whether most cells of each column begin, end or centre at one place."""
        return all(
            sum(any(_at_same_place(a, b) for b in cells if b is not a) for a in cells)
            >= _MOSTLY * len(cells)
            for cells in self.spans
            if len(cells) >= _FEWEST_ROWS
        )


def with_tables(rows: Sequence[tuple[Line, ...]]) -> list[Line | Grid]:
    """The rows of a column of the page as lines, and as tables where at least three agree."""
    items: list[Line | Grid] = []
    cells = [_cells(row) for row in rows]
    position = 0
    while position < len(rows):
        end, columns = _table_at(cells, position)
        found = cells[position:end]
        full = sum(len(row) >= 2 for row in found)
        if full >= _FEWEST_ROWS and _is_contents(found):
            items += map(merged, rows[position:end])
            position = end
        elif full >= _FEWEST_ROWS and columns.is_aligned():
            items.append(_table(found, columns))
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


def _table_at(cells: Sequence[Sequence[Line]], first: int) -> tuple[int, _Columns]:
    """Where the rows end whose cells stand in the columns that the first one begins."""
    columns = _Columns()
    end = first
    if len(cells[first]) < 2:
        return first, columns
    while end < min(len(cells), first + _MOST_ROWS) and _fits(cells, end, first, columns):
        homes = [columns.home(cell) for cell in cells[end]]
        if None in homes or len(set(homes)) < len({h for h in homes if h != len(columns.spans)}):
            break
        for cell in cells[end]:
            home = columns.home(cell)
            if home is None:
                return end, columns
            columns.put(home, cell)
        end += 1
    while end > first and len(cells[end - 1]) < 2 and _stands_apart(cells, end - 1):
        end -= 1
    return end, columns


def _fits(cells: Sequence[Sequence[Line]], position: int, first: int, columns: _Columns) -> bool:
    """Whether a row may belong to the table above: near enough, and cells, not running text."""
    row = cells[position]
    if any(len(cell.text) > _LONGEST_CELL or _LEADERS.search(cell.text) for cell in row):
        return False
    if position == first:
        return True
    step = cells[position - 1][0].y - row[0].y
    if len(row) >= 2:
        return step <= _WIDEST_STEP * row[0].size
    home = columns.home(row[0])
    if home is None or home >= len(columns.spans) or step > _NEXT_LINE * row[0].size:
        return False
    return any(_at_same_place(row[0], cell) for cell in columns.spans[home])


def _stands_apart(cells: Sequence[Sequence[Line]], position: int) -> bool:
    """Whether a lonely last part is further below than the lines of a cell are."""
    step = cells[position - 1][0].y - cells[position][0].y
    return step > 1.5 * cells[position][0].size


def _at_same_place(a: Line, b: Line) -> bool:
    near = _SAME_PLACE * max(a.size, b.size)
    middles = abs((a.x0 + a.x1) - (b.x0 + b.x1)) / 2
    return abs(a.x0 - b.x0) <= near or abs(a.x1 - b.x1) <= near or middles <= near / 2


def _is_contents(rows: Sequence[Sequence[Line]]) -> bool:
    """Whether the last column holds page numbers, rising: entries of a table of contents."""
    full = [row for row in rows if len(row) >= 2]
    if any(len(row) != 2 or not _PAGE_NUMBER.fullmatch(row[1].text) for row in full):
        return False
    numbers = [int(row[1].text) for row in full if row[1].text.isdigit()]
    return numbers == sorted(numbers)


def _table(rows: Sequence[Sequence[Line]], columns: _Columns) -> Grid:
    """The rows as cells; lines of one cell are joined."""
    order = sorted(range(len(columns.spans)), key=columns.lefts.__getitem__)
    homes = {id(c): order.index(p) for p, cells in enumerate(columns.spans) for c in cells}
    filled = []
    for group in _grouped(rows, homes):
        parts: list[list[str]] = [[] for _ in order]
        for row in group:
            for cell in row:
                parts[homes[id(cell)]].append(cell.text)
        filled.append(tuple(reduce(_JOIN, texts, "") for texts in parts))
    lefts = tuple(columns.lefts[position] for position in order)
    return Grid(tuple(filled), lefts, rows[0][0].y, rows[-1][-1].y)


def _grouped(rows: Sequence[Sequence[Line]], homes: dict[int, int]) -> list[list[Sequence[Line]]]:
    """Rows of the page as rows of the table: told by space, or by a filled first column."""
    steps = [a[0].y - b[0].y for a, b in pairwise(rows)]
    lonely = [position for position, row in enumerate(rows) if len(row) < 2]
    spaced = [step > _WIDER * min(steps) for step in steps]
    by_space = bool(lonely) and sum(spaced) + 1 >= _FEWEST_ROWS
    groups: list[list[Sequence[Line]]] = [[rows[0]]]
    for row, apart in zip(rows[1:], spaced, strict=True):
        starts = apart if by_space else len(row) >= 2 or homes[id(row[0])] == 0
        if starts:
            groups.append([row])
        else:
            groups[-1].append(row)
    return groups
