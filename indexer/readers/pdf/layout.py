"""What is usual in a document: body size, line distance, margins, distance of paragraphs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from indexer.readers.pdf.letters import is_han
from indexer.readers.pdf.records import Column, Line

_REACHED_BY = 0.02
_SPACED = 1.15
_BLANK_LINE = 1.92
"""Line distances. Paragraphs that far apart everywhere are set apart by blank lines."""
_LARGEST_STEP = 4.0
_BINS = 4
_MARKS = ".;:。；："
_DIVIDING = re.compile(r"[.;:](?=\s)|[。；：](?=.)")


@dataclass(frozen=True, slots=True)
class Layout:
    """Measures of a document. Sizes and places in points, distances in font sizes."""

    size: float
    """Of most of the text."""
    steps: dict[int, float]
    """Usual distance of two lines of one paragraph, over the font size, by font size."""
    paragraph_step: float
    """Usual distance from the last line of a paragraph to the next, over the usual line step."""
    rights: dict[tuple[int, ...], float]
    lefts: dict[tuple[int, ...], float]
    tops: dict[tuple[int, ...], float]
    """The highest line of a kind of column."""
    bold_body: bool
    """Most of the text is bold, so that bold says nothing."""
    indented: bool = False
    """Paragraphs begin with an indented line."""
    hanging: bool = False
    """Paragraphs begin with a line that stands further left than the others."""
    ends: frozenset[str] = frozenset()
    """Marks that stand at a paragraph's end more often than inside of one."""

    def right(self, kind: tuple[int, ...], line: Line) -> float:
        """The right end that lines like this one reach."""
        return self.rights.get(kind, line.x1)

    def step(self, size: float) -> float:
        """The usual distance, in points, of two lines of this font size in one paragraph."""
        return self.steps.get(_key(size), self.steps.get(0, 1.3)) * size

    @property
    def is_spaced(self) -> bool:
        """Whether paragraphs are set apart by space."""
        return self.paragraph_step >= _SPACED

    @property
    def gap_step(self) -> float:
        """From this distance on, over the line step, something is set apart more than usual."""
        if not self.is_spaced:
            return 1.6
        if self.paragraph_step >= _BLANK_LINE:
            return _BLANK_LINE - 0.1
        return self.paragraph_step + 0.45


def measure(columns: Sequence[Column]) -> Layout:
    """The measures of a document's columns."""
    lines = [item for column in columns for item in column.items if isinstance(item, Line)]
    sizes: Counter[float] = Counter()
    bold = 0
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
        bold += len(line.text) * line.bold
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    rights, lefts, tops = _margins(columns)
    steps = _steps(columns, rights)
    layout = Layout(size, steps, 1.0, rights, lefts, tops, bold > 0.5 * sum(sizes.values()))
    indented, hanging = _first_lines(columns, layout)
    return replace(
        layout,
        paragraph_step=_paragraph_step(columns, layout),
        indented=indented,
        hanging=hanging,
        ends=_ending_marks(columns, layout),
    )


def is_short(line: Line, right: float, following: Line) -> bool:
    """Whether the next line's first word would have fitted on this line."""
    han = is_han(line.text[-1]) or is_han(following.text[0])
    slack = (1.6 if han else 0.35) * line.size
    return line.x1 + slack + following.first_width < right


def neighbours(columns: Iterable[Column]) -> Iterable[tuple[Column, Line, Line]]:
    """Lines of one column, each with the next."""
    for column in columns:
        for a, b in pairwise(column.items):
            if isinstance(a, Line) and isinstance(b, Line) and a.y > b.y:
                yield column, a, b


def _key(size: float) -> int:
    return round(size * _BINS)


_Places = dict[tuple[int, ...], float]


def _margins(columns: Sequence[Column]) -> tuple[_Places, _Places, _Places]:
    """The right end that the lines of a kind of column reach, where they begin, and the top."""
    ends: dict[tuple[int, ...], list[Line]] = defaultdict(list)
    for column in columns:
        ends[column.kind] += [item for item in column.items if isinstance(item, Line)]
    rights, lefts, tops = {}, {}, {}
    for kind, lines in ends.items():
        if lines:
            reached = sorted((line.x1 for line in lines), reverse=True)
            begun = sorted(line.x0 for line in lines)
            rank = min(int(_REACHED_BY * len(lines)), len(lines) - 1)
            rights[kind], lefts[kind] = reached[rank], begun[rank]
            tops[kind] = max(line.y for line in lines)
    return rights, lefts, tops


def _steps(columns: Sequence[Column], rights: dict[tuple[int, ...], float]) -> dict[int, float]:
    """By font size, the commonest distance below a line that is full; 0 stands for all sizes."""
    counts: dict[int, Counter[float]] = defaultdict(Counter)
    for column, a, b in neighbours(columns):
        if abs(a.size - b.size) > 0.3 or is_short(a, rights[column.kind], b):
            continue
        step = round((a.y - b.y) / a.size, 2)
        if 0.8 <= step <= _LARGEST_STEP:
            counts[_key(a.size)][step] += 1
            counts[0][step] += 1
    return {
        key: _commonest(steps)
        for key, steps in counts.items()
        if sum(steps.values()) >= 3 or not key
    }


def _commonest(steps: Counter[float]) -> float:
    """The middle of the fullest neighbourhood; of two alike, the smaller."""
    near = {s: sum(n for o, n in steps.items() if abs(o - s) <= 0.03) for s in steps}
    return max(near, key=lambda s: (near[s], steps[s], -s))


def _paragraph_step(columns: Sequence[Column], layout: Layout) -> float:
    """The commonest distance below a short line of body text, over the line step."""
    counts: Counter[float] = Counter()
    for column, a, b in neighbours(columns):
        body = abs(a.size - layout.size) < 0.3 and abs(b.size - layout.size) < 0.3
        if not body or not is_short(a, layout.rights[column.kind], b):
            continue
        step = (a.y - b.y) / layout.step(a.size)
        if 0.7 <= step <= _LARGEST_STEP:
            counts[round(step, 2)] += 1
    return _commonest(counts) if counts else 1.0


def _first_lines(columns: Sequence[Column], layout: Layout) -> tuple[bool, bool]:
    """Whether most paragraphs' first lines are indented, and whether they hang out."""
    openings = indented = hanging = 0
    for column in columns:
        left = layout.lefts.get(column.kind, 0.0)
        lines = [item for item in column.items if isinstance(item, Line)]
        for a, b, c in zip(lines, lines[1:], lines[2:], strict=False):
            right = layout.rights[column.kind]
            if is_short(a, right, b) and not is_short(b, right, c):
                openings += 1
                indented += b.x0 - left > b.size and c.x0 - left < 0.5 * c.size
                hanging += c.x0 - b.x0 > c.size
    enough = max(3, 0.5 * openings)
    return indented >= enough, hanging >= enough


def _ending_marks(columns: Sequence[Column], layout: Layout) -> frozenset[str]:
    """The marks that end more of the short lines than they divide lines."""
    ending: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for column, a, b in neighbours(columns):
        inside.update(mark for mark in _DIVIDING.findall(a.text))
        if a.text[-1] in _MARKS and is_short(a, layout.rights[column.kind], b):
            ending[a.text[-1]] += 1
    return frozenset(m for m, n in ending.items() if n >= 3 and n > inside[m])
