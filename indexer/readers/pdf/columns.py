"""Reading order: which parts of a page's rows stand in columns beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from indexer.readers.pdf.records import Column, Grid, Line, Page
from indexer.readers.pdf.rows import is_even, merged
from indexer.readers.pdf.tables import with_tables

Row = tuple[Line, ...]
_FEWEST_LINES = 4
_FEWEST_INSIDE = 6
"""Within a column, wide spaces between words may look like a gutter for some lines."""
_SELDOM = 0.2
_NARROWEST = 7.0
"""Font sizes. Columns of prose are wider."""
_FULL = 0.7
_MOSTLY_FULL = 0.4
"""So many lines of a column of prose fill at least `_FULL` of its width."""
_GUTTER = 0.3
_MOST_CANDIDATES = 12
_STEP = 3.0
"""Line distances. A column that goes on alone ends where the distance is wider."""


def read_columns(page: Page) -> list[Column]:
    """The page's text in the order in which it is read: lines, and tables at their places."""
    columns: list[Column] = []
    grids = sorted(page.grids, key=lambda grid: -grid.top)
    rows = list(page.rows)
    stretches: list[list[Row] | Grid] = []
    for grid in grids:
        above = [row for row in rows if row[0].y > grid.top - 1]
        stretches += [above, grid]
        rows = rows[len(above) :]
    stretches.append(rows)
    for stretch in stretches:
        if isinstance(stretch, Grid):
            columns.append(Column(page.number, (1, 0), (stretch,)))
        else:
            columns += _read(stretch, page.number, (1, 0))
    return _joined(columns)


def _joined(columns: Sequence[Column]) -> list[Column]:
    """Neighbours at one place as one: a table or a full-width line does not end a column."""
    joined: list[Column] = []
    for column in columns:
        if joined and joined[-1].kind == column.kind:
            items = joined[-1].items + column.items
            joined[-1] = Column(column.page, column.kind, items)
        elif column.items:
            joined.append(column)
    return joined


def _read(rows: Sequence[Row], page: int, kind: tuple[int, ...]) -> list[Column]:
    bands = _bands(rows, _FEWEST_LINES if len(kind) == 2 else _FEWEST_INSIDE)
    columns: list[Column] = []
    for first, end, gutter in bands:
        band = rows[first:end]
        if gutter is None:
            columns.append(Column(page, kind, tuple(with_tables(band))))
            continue
        left = [part for row in band if (part := tuple(x for x in row if x.x0 < gutter))]
        right = [part for row in band if (part := tuple(x for x in row if x.x0 >= gutter))]
        columns += _read(left, page, (*kind, 2, 0))
        columns += _read(right, page, (*kind, 2, 1))
    return columns


def _bands(rows: Sequence[Row], fewest: int) -> list[tuple[int, int, float | None]]:
    """The rows as stretches: first, end, and where the gutter is if there are two columns."""
    found: list[tuple[int, int, float]] = []
    possible = [
        (first - end, gutter, first, end)
        for gutter in _candidates(rows)
        for first, end in _uncrossed(rows, gutter)
    ]
    for _, gutter, first, end in sorted(possible):
        if any(first < other_end and end > other for other, other_end, _ in found):
            continue
        band = _trimmed(rows, first, end, gutter)
        if band and _is_prose(rows[band[0] : band[1]], gutter, fewest):
            found.append((*band, gutter))
    bands: list[tuple[int, int, float | None]] = []
    position = 0
    for first, end, gutter in sorted(found):
        if first > position:
            bands.append((position, first, None))
        bands.append((first, end, gutter))
        position = end
    if position < len(rows):
        bands.append((position, len(rows), None))
    return bands


def _candidates(rows: Sequence[Row]) -> list[float]:
    """Places just left of where many line parts begin."""
    if not rows:
        return []
    left = min(part.x0 for row in rows for part in row)
    right = max(part.x1 for row in rows for part in row)
    margin = left + 0.12 * (right - left)
    counts: dict[int, list[Line]] = {}
    for row in rows:
        for part in row:
            if part.x0 > margin:
                counts.setdefault(round(part.x0 / 4), []).append(part)
    places = []
    for place, parts in counts.items():
        near = parts + counts.get(place + 1, []) + counts.get(place - 1, [])
        if len(near) >= _FEWEST_LINES:
            size = median(part.size for part in near)
            places.append((-len(near), min(part.x0 for part in near) - _GUTTER * size))
    return list(dict.fromkeys(gutter for _, gutter in sorted(places)))[:_MOST_CANDIDATES]


def _uncrossed(rows: Sequence[Row], gutter: float) -> list[tuple[int, int]]:
    """The runs of rows that leave the gutter free."""
    runs: list[tuple[int, int]] = []
    start = None
    for position, row in enumerate(rows):
        crossed = any(part.x0 < gutter < part.x1 for part in row)
        if crossed and start is not None:
            runs.append((start, position))
            start = None
        elif not crossed and start is None:
            start = position
    if start is not None:
        runs.append((start, len(rows)))
    return [(first, end) for first, end in runs if end - first >= _FEWEST_LINES]


def _trimmed(rows: Sequence[Row], first: int, end: int, gutter: float) -> tuple[int, int] | None:
    """The run from where both columns begin to where the longer one ends."""
    sides = [(any(p.x0 < gutter for p in row), any(p.x0 >= gutter for p in row))
             for row in rows[first:end]]  # fmt: skip
    rights = [position for position, (_, right) in enumerate(sides) if right]
    if not rights:
        return None
    begin = first + rights[0]
    heights = [row[0].y for row, (left, _) in zip(rows[first:end], sides, strict=True) if left]
    step = max(median([a - b for a, b in pairwise(heights)] or [0.0]), 1.0)
    # Left lines just above the first right line: the two columns' lines stand at other heights.
    if begin > first and rows[begin - 1][0].y - rows[begin][0].y < 0.95 * step:
        begin -= 1
    last = first + rights[-1] + 1
    while last < end and rows[last - 1][0].y - rows[last][0].y <= _STEP * step:
        last += 1
    return begin, last


def _is_prose(band: Sequence[Row], gutter: float, fewest: int) -> bool:
    """Whether both sides of the gutter hold lines of running text, not cells of a table."""
    both = [row for row in band if row[0].x0 < gutter <= row[-1].x0]
    if sum(map(is_even, both)) > _SELDOM * len(both):
        return False
    for side in (
        [merged(parts) for row in band if (parts := [p for p in row if p.x0 < gutter])],
        [merged(parts) for row in band if (parts := [p for p in row if p.x0 >= gutter])],
    ):
        if len(side) < fewest:
            return False
        size = median(line.size for line in side)
        width = max(line.x1 for line in side) - min(line.x0 for line in side)
        full = [line for line in side if line.width >= _FULL * width]
        if width < _NARROWEST * size or len(full) < _MOSTLY_FULL * len(side):
            return False
    return True
