"""Running headers, footers, page numbers and watermarks: found by what pages have in common."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.outline.markers import roman_value
from indexer.readers.pdf.records import Grid, Line, Page
from indexer.readers.pdf.rows import merged

_EDGE = 0.16
"""Of the page's height. Furniture stands so near to an edge, or next to other furniture."""
_FARTHEST = 0.25
_FEWEST = 3
_MOST_PAGES = 0.6
_MOST_OF_ALTERNATE = 0.8
_RUNNING = 4
_FEWEST_NUMBERS = 2
_SAME_HEIGHT = 3.0
_FAR = 2.5
_MARGIN = 0.075
"""Of the page's height. On both of two pages, only small text in the margin is furniture."""
_ROMAN = 10_000
_HUGE = 2.2
_HAN_NUMBER = "〇零一二三四五六七八九十百"
_PAGE_NUMBER = re.compile(
    r"[-–—~·|\s\[(（【《<]*(?:"
    r"(?:page|p\.?|pg\.?|页码)?\s*[:：]?\s*(?P<number>\d{1,4})(?:\s*(?:/|of|／|\|)\s*\d{1,4})?"
    rf"|第\s*(?P<han>\d{{1,4}}|[{_HAN_NUMBER}]{{1,4}})\s*[页頁](?:\s*[,，/、]?\s*[共总總]\s*"
    rf"(?:\d{{1,4}}|[{_HAN_NUMBER}]{{1,4}})\s*[页頁])?"
    r"|[共总總]\s*\d{1,4}\s*[页頁]\s*[,，/、]?\s*第\s*\d{1,4}\s*[页頁]"
    r"|(?P<roman>[ivxlc]{1,6}|[IVXLC]{1,6})"
    r")[-–—~·|\s\])）】》>]*",
    re.IGNORECASE,
)
_UNMISTAKABLE = re.compile(
    r"page\s*\d|\d\s*(?:/|of|／)\s*\d|[页頁]|^\s*[-–—~·]\s*\d", re.IGNORECASE
)


def without_furniture(pages: Sequence[Page]) -> tuple[list[Page], int]:
    """The pages without what is printed on each, and how many lines were left out.

    Of a single page only a page number that says what it is ("Page 1 of 1") is furniture, and what
    stands aslant across it.
    """
    marked = _repeated(pages, _body_size(pages)) if len(pages) > 1 else set()
    marked |= _numbered(pages, marked)
    dropped = 0
    kept: list[Page] = []
    for position, page in enumerate(pages):
        here = {place for at, place in marked if at == position}
        rows = _rows_left(page, here)
        grids = tuple(grid for grid in page.grids if _place_of_grid(grid) not in here)
        dropped += len(page.rows) - len(rows) + len(page.grids) - len(grids)
        kept.append(replace(page, rows=rows, grids=grids))
    return kept, dropped


Place = tuple[float, float, str]
"""Height, left end and text of a part of a row."""


def _place(part: Line) -> Place:
    return part.y, part.x0, part.text


def _place_of_grid(grid: Grid) -> Place:
    return grid.top, grid.columns[0], " ".join(" ".join(row) for row in grid.rows)


def _body_size(pages: Sequence[Page]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for row in page.rows:
            for part in row:
                sizes[round(part.size, 1)] += len(part.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _rows_left(page: Page, here: set[Place]) -> tuple[tuple[Line, ...], ...]:
    """Rows of which no part is furniture; huge parts over the page's text go alone."""
    left = []
    for row in page.rows:
        marked = [block for block in _blocks(row) if _place(block) in here]
        if not marked:
            left.append(row)
        elif not any(_edge_distance(page, block.y) <= _FARTHEST for block in marked):
            rest = tuple(p for p in row if not any(b.x0 <= p.x0 <= b.x1 for b in marked))
            left += [rest] if rest else []
    return tuple(left)


def _blocks(row: Sequence[Line]) -> list[Line]:
    """The parts of a row that stand far from each other: the words of a line are one."""
    blocks: list[list[Line]] = []
    for part in row:
        if blocks and part.x0 - blocks[-1][-1].x1 < _FAR * part.size:
            blocks[-1].append(part)
        else:
            blocks.append([part])
    return [merged(block) for block in blocks]


def _edge_distance(page: Page, y: float) -> float:
    return min(page.top - y, y - page.bottom) / max(page.height, 1.0)


def _parts(page: Page) -> Iterable[tuple[Place, float, float, bool]]:
    """Place, distance to the nearer edge, size, and whether it is in the upper half."""
    for row in page.rows:
        for block in _blocks(row):
            upper = block.y > (page.top + page.bottom) / 2
            yield _place(block), _edge_distance(page, block.y), block.size, upper
    for grid in page.grids:
        upper = grid.bottom > (page.top + page.bottom) / 2
        far = grid.bottom if upper else grid.top
        yield _place_of_grid(grid), _edge_distance(page, far), 0.0, upper


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A text near an edge of a page. `height` is told from that edge."""

    page: int
    place: Place
    height: float
    near: bool
    marginal: bool


def _repeated(pages: Sequence[Page], body: float) -> set[tuple[int, Place]]:
    """Text that, digits apart, stands at the same height of most pages, or of a run of them."""
    found: dict[tuple[str, bool], list[_Sighting]] = defaultdict(list)
    for position, page in enumerate(pages):
        for place, distance, size, upper in _parts(page):
            text = re.sub(r"\d+|\s+", "", place[2]).casefold()
            huge = size > _HUGE * body
            if not text or (distance > _FARTHEST and not huge):
                continue
            height = page.top - place[0] if upper else place[0] - page.bottom
            found[text, upper].append(
                _Sighting(
                    position,
                    place,
                    height,
                    distance <= _EDGE or huge,
                    distance <= _MARGIN and size < body - 0.4,
                )
            )
    marked: set[tuple[int, Place]] = set()
    for sightings in found.values():
        for group in _by_height(sightings):
            on = {one.page for one in group}
            if any(one.near for one in group) and (
                _is_running(on, pages)
                or (len(on) == len(pages) == 2 and all(one.marginal for one in group))
            ):
                marked |= {(one.page, one.place) for one in group}
    return marked


def _by_height(sightings: Sequence[_Sighting]) -> Iterable[list[_Sighting]]:
    group: list[_Sighting] = []
    for sighting in sorted(sightings, key=lambda one: one.height):
        if group and sighting.height - group[-1].height > _SAME_HEIGHT:
            yield group
            group = []
        group.append(sighting)
    if group:
        yield group


def _is_running(on: set[int], pages: Sequence[Page]) -> bool:
    """Whether text that stands on these pages is a running header or footer."""
    if len(on) < _FEWEST:
        return False
    if len(on) >= _MOST_PAGES * len(pages):
        return True
    for parity in (0, 1):
        alternate = {p for p in on if p % 2 == parity}
        every = len(range(parity, len(pages), 2))
        if len(alternate) >= max(_FEWEST, _MOST_OF_ALTERNATE * every):
            return True
    first, last = min(on), max(on)
    span = last - first + 1
    alternates = len({p % 2 for p in on}) == 1
    return len(on) >= _RUNNING and len(on) >= _MOST_OF_ALTERNATE * span / (1 + alternates)


def _numbered(pages: Sequence[Page], known: set[tuple[int, Place]]) -> set[tuple[int, Place]]:
    """Page numbers: numbers near an edge that rise with the pages, or say that they are one.

    A number is alone in its row, but for what is `known` to be furniture.
    """
    groups: dict[int | None, list[tuple[int, Place]]] = defaultdict(list)
    for position, page in enumerate(pages):
        for place, distance in _outermost(page, position, known):
            number = _PAGE_NUMBER.fullmatch(place[2])
            if not number or distance > _EDGE:
                continue
            if _UNMISTAKABLE.search(place[2]):
                groups[None].append((position, place))
                continue
            value = _value(number.groupdict())
            if value is not None:
                groups[value - position + _ROMAN * bool(number["roman"])].append((position, place))
    marked: set[tuple[int, Place]] = set()
    for kind, sightings in groups.items():
        fewest = 1 if kind is None and len(pages) == 1 else _FEWEST_NUMBERS
        if len({position for position, _ in sightings}) >= fewest:
            marked.update(sightings)
    return marked


def _outermost(
    page: Page, position: int, known: set[tuple[int, Place]]
) -> Iterable[tuple[Place, float]]:
    """What stands alone in one of the outermost rows, with its distance to the edge."""
    for row in {*page.rows[:2], *page.rows[-3:]}:
        rest = [block for block in _blocks(row) if (position, _place(block)) not in known]
        if len(rest) == 1:
            yield _place(rest[0]), _edge_distance(page, rest[0].y)


def _value(groups: Mapping[str, str | None]) -> int | None:
    if groups["number"]:
        return int(groups["number"])
    if groups["roman"]:
        return roman_value(groups["roman"]) or None
    han = groups["han"] or ""
    return int(han) if han.isdigit() else None
