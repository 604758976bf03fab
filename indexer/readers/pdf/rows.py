"""From runs of characters to rows: what stands on one line, in parts where it is set apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from indexer.readers.pdf.letters import is_han, raised
from indexer.readers.pdf.records import Glyph, Line, Run
from indexer.readers.pdf.spelling import spell

_SAME_LINE = 0.2
"""Of the smaller font size: baselines nearer than this are one line that jitters."""
_SMALL = 0.86
_NEAR_ROWS = 5
_RAISED = 0.65
_LOWERED = 0.3
"""Of the larger font size: how far the baseline of a small raised or lowered mark may be."""
_APART = 0.75
"""Of the font size. Wider gaps divide a row; columns and tables are told by these."""
_MOSTLY = 0.9
_KINDRED = 1.6
_SET_APART = 3.0
_EVEN = 0.08


@dataclass(slots=True)
class _Row:
    y: float
    size: float
    runs: list[Run] = field(default_factory=list)

    def takes(self, run: Run) -> bool:
        smaller, larger = sorted((self.size, run.size))
        return abs(self.y - run.y) <= _SAME_LINE * smaller and larger <= _KINDRED * smaller


def read_rows(runs: Sequence[Run]) -> list[tuple[Line, ...]]:
    """The rows of a page from top to bottom, the parts of each from left to right."""
    rows = _gathered(runs)
    _lift_marks(rows)
    rows.sort(key=lambda row: -row.y)
    return [parts for row in rows if (parts := tuple(_closed_up(list(_parts(row)))))]


def _gathered(runs: Iterable[Run]) -> list[_Row]:
    rows: list[_Row] = []
    for run in sorted(runs, key=lambda run: -run.y):
        home = next((row for row in reversed(rows[-4:]) if row.takes(run)), None)
        if home is None:
            home = _Row(run.y, run.size)
            rows.append(home)
        elif len(run.glyphs) > sum(len(other.glyphs) for other in home.runs):
            home.y, home.size = run.y, run.size
        home.runs.append(run)
    return rows


def _lift_marks(rows: list[_Row]) -> None:
    """Moves raised and lowered marks to the line whose words they belong to."""
    order = list(rows)
    for position, row in enumerate(order):
        near = order[max(position - _NEAR_ROWS, 0) : position + _NEAR_ROWS + 1]
        left = []
        for run in row.runs:
            homes = [other for other in near if other is not row and _carries(other, run)]
            if not homes:
                left.append(run)
                continue
            home = min(homes, key=lambda other: abs(other.y - run.y))
            above = run.y > home.y
            glyphs = [g._replace(char=raised(g.char)) if above else g for g in run.glyphs]
            home.runs.append(replace(run, glyphs=tuple(glyphs)))
        row.runs = left
    rows[:] = [row for row in rows if row.runs]


def _carries(row: _Row, mark: Run) -> bool:
    if mark.size > _SMALL * row.size or len(mark.glyphs) > 6:
        return False
    if not -_LOWERED * row.size <= mark.y - row.y <= _RAISED * row.size:
        return False
    near = 0.5 * row.size
    if not any(run.x0 - near <= mark.x1 and mark.x0 <= run.x1 + near for run in row.runs):
        return False
    middle = (mark.x0 + mark.x1) / 2
    return not any(g.x0 < middle < g.x1 for run in row.runs for g in run.glyphs)


def _parts(row: _Row) -> Iterable[Line]:
    """The row's text, divided at wide gaps; without characters that were drawn twice."""
    placed = sorted(
        ((glyph, run.bold, run.size) for run in row.runs for glyph in run.glyphs),
        key=lambda item: item[0].x0,
    )
    part: list[tuple[Glyph, bool, float]] = []
    end = 0.0
    for item in placed:
        if part and item[0].x0 - end > _APART * row.size:
            yield _line(part, row)
            part = []
        part.append(item)
        end = max(end, item[0].x1) if len(part) > 1 else item[0].x1
    if part:
        yield _line(part, row)


def _closed_up(parts: Sequence[Line]) -> list[Line]:
    """Single Han characters set apart, as in 姓　名, are one word."""
    closed: list[Line] = []
    for part in parts:
        before = closed[-1] if closed else None
        if (
            before
            and len(part.text) == 1
            and is_han(part.text)
            and all(map(is_han, before.text))
            and (len(before.text) == 1 or before.width > 1.3 * len(before.text) * before.size)
            and part.x0 - before.x1 <= _SET_APART * part.size
        ):
            closed[-1] = replace(before, text=before.text + part.text, x1=part.x1)
        else:
            closed.append(part)
    return closed


def _line(part: Sequence[tuple[Glyph, bool, float]], row: _Row) -> Line:
    glyphs = [glyph for glyph, _, _ in part]
    bold = sum(is_bold for _, is_bold, _ in part) >= _MOSTLY * len(part)
    sizes = [size for _, _, size in part]
    size = max(set(sizes), key=sizes.count) if min(sizes) < max(sizes) else sizes[0]
    return spell(glyphs, row.y, size, bold=bold)


def merged(parts: Sequence[Line]) -> Line:
    """The parts of one row as one line."""
    if len(parts) == 1:
        return parts[0]
    text, stops = parts[0].text, list(parts[0].stops)
    for part in parts[1:]:
        stops += [part.x0, *part.stops] if len(stops) == len(text) else []
        text = f"{text} {part.text}"
    main = max(parts, key=lambda part: len(part.text))
    return replace(
        parts[0], text=text, x1=max(part.x1 for part in parts), size=main.size,
        bold=all(part.bold for part in parts), stops=tuple(stops[:12]),
    )  # fmt: skip


def is_even(row: Sequence[Line]) -> bool:
    """Whether the parts of a row are the words of one line, drawn out to its column's width."""
    gaps = [b.x0 - a.x1 for a, b in pairwise(row)]
    return len(row) >= 3 and max(gaps) - min(gaps) <= _EVEN * row[0].size
