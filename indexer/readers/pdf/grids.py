"""Ruled tables: cells between straight lines, and the text inside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from indexer.readers.pdf.records import Grid, Rules, Run

Stretch = tuple[float, float, float]
Box = tuple[int, int, int, int]
"""Row from, row to, column from, column to; the ends are not included."""
_TOUCH = 4.0
_SAME = 4.0
_MOST_LINES = 400
"""Of one kind. A page of more is a drawing or a chart, and would take long to compare."""
_TALLEST = 0.6
"""Of the page. A cell taller than this is the frame of a page, not of a table."""
_NARROW = 8.0


def read_grids(
    runs: Sequence[Run], rules: Rules, height: float, spelled: Callable[[Sequence[Run]], str]
) -> tuple[list[Grid], list[Run]]:
    """The ruled tables of a page, and the runs that stand in none. `spelled` reads a cell."""
    if len(rules.across) > _MOST_LINES or len(rules.upright) > _MOST_LINES:
        return [], list(runs)
    grids: list[Grid] = []
    rest = list(runs)
    for across, upright in _groups(rules):
        found = _grid(rest, across, upright, height, spelled)
        if found:
            grids.append(found[0])
            rest = found[1]
    return grids, rest


def _groups(rules: Rules) -> Iterable[tuple[list[Stretch], list[Stretch]]]:
    """Lines that touch or cross each other."""
    crossing = [
        (i, j)
        for i, (y, x0, x1) in enumerate(rules.across)
        for j, (x, y0, y1) in enumerate(rules.upright)
        if x0 - _TOUCH <= x <= x1 + _TOUCH and y0 - _TOUCH <= y <= y1 + _TOUCH
    ]
    group = list(range(len(rules.across)))
    of_upright: dict[int, int] = {}
    for i, j in crossing:
        if j in of_upright and of_upright[j] != group[i]:
            old, new = group[i], of_upright[j]
            group = [new if g == old else g for g in group]
            of_upright = {k: new if g == old else g for k, g in of_upright.items()}
        of_upright[j] = group[i]
    for name in sorted(set(of_upright.values()), key=lambda g: -max(
        y for (y, _, _), other in zip(rules.across, group, strict=True) if other == g
    )):  # fmt: skip
        yield (
            [line for line, g in zip(rules.across, group, strict=True) if g == name],
            [rules.upright[j] for j, g in of_upright.items() if g == name],
        )


def _grid(
    runs: Sequence[Run], across: list[Stretch], upright: list[Stretch], height: float,
    spelled: Callable[[Sequence[Run]], str],
) -> tuple[Grid, list[Run]] | None:  # fmt: skip
    ys = _places([y for y, _, _ in across] + _ends(upright, [y for y, _, _ in across]))[::-1]
    xs = _places([x for x, _, _ in upright] + _ends(across, [x for x, _, _ in upright]))
    if len(xs) < 3 or len(ys) < 2:
        return None
    if max(a - b for a, b in pairwise(ys)) > _TALLEST * height and len(ys) < 4:
        return None
    boxes = _boxes(across, upright, xs, ys)
    home = {(r, c): box for box in boxes for r in range(*box[:2]) for c in range(*box[2:])}
    inside: dict[Box, list[Run]] = {}
    rest: list[Run] = []
    for run in runs:
        for part, place in _divided(run, xs, ys):
            if place is None:
                rest.append(part)
            else:
                inside.setdefault(home[place], []).append(part)
    texts = {box: spelled(held) for box, held in inside.items()}
    texts = {box: text for box, text in texts.items() if text}
    if len(texts) < 2 or len({box[2] for box in texts}) < 2:
        return None
    rows = []
    for r in range(len(ys) - 1):
        starts = [c for c in range(len(xs) - 1) if home[r, c][2] == c]
        row = [texts.get(home[r, c], "") if home[r, c][0] == r else "" for c in starts]
        if any(row):
            rows.append(tuple(row))
    return Grid(tuple(rows), tuple(xs[:-1]), ys[0], ys[-1]), rest


def _ends(stretches: list[Stretch], places: list[float]) -> list[float]:
    """Where lines end beyond the last line that crosses them: a side that is not drawn."""
    ends = [min(s[1] for s in stretches), max(s[2] for s in stretches)]
    return [end for end in ends if all(abs(end - place) > _NARROW for place in places)]


def _places(values: Iterable[float]) -> list[float]:
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _SAME:
            places.append(value)
    return places


def _boxes(
    across: list[Stretch], upright: list[Stretch], xs: list[float], ys: list[float]
) -> list[Box]:
    """The cells: neighbours with no line between them are one."""

    def has_line(lines: list[Stretch], place: float, middle: float) -> bool:
        return any(abs(p - place) <= _SAME and s <= middle <= e for p, s, e in lines)

    spans: list[list[Box]] = []
    for r, (top, bottom) in enumerate(pairwise(ys)):
        middle = (top + bottom) / 2
        walls = [c for c in range(1, len(xs) - 1) if has_line(upright, xs[c], middle)]
        spans.append([(r, r + 1, a, b) for a, b in pairwise([0, *walls, len(xs) - 1])])
    boxes: list[Box] = []
    for r, row in enumerate(spans):
        for box in row:
            above = next((b for b in boxes if b[1] == r and b[2:] == box[2:]), None)
            middle = (xs[box[2]] + xs[box[3]]) / 2
            if above and not has_line(across, ys[r], middle):
                boxes[boxes.index(above)] = (above[0], r + 1, *box[2:])
            else:
                boxes.append(box)
    return boxes


def _divided(
    run: Run, xs: list[float], ys: list[float]
) -> Iterable[tuple[Run, tuple[int, int] | None]]:
    """A run, or its parts where a line between columns divides it, with their cells."""
    y = run.y + 0.3 * run.size
    row = next((r for r, (top, bottom) in enumerate(pairwise(ys)) if bottom <= y <= top), None)
    if row is None or run.x1 < xs[0] or run.x0 > xs[-1]:
        yield run, None
        return
    columns = [_column((g.x0 + g.x1) / 2, xs) for g in run.glyphs]
    start = 0
    for end in range(1, len(columns) + 1):
        if end == len(columns) or columns[end] != columns[start]:
            column = columns[start]
            part = Run(run.y, run.size, run.bold, run.glyphs[start:end])
            yield part, None if column is None else (row, column)
            start = end


def _column(x: float, xs: list[float]) -> int | None:
    return next((c for c, (left, right) in enumerate(pairwise(xs)) if left <= x <= right), None)
