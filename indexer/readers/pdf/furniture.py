"""Running headers, footers, page numbers and watermarks: found by what pages have in common."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from indexer.outline.markers import roman_value
from indexer.readers.pdf.records import Grid, Line, Page

Key = tuple[str, int]
_EDGE = 0.16
"""Of the page's height. Furniture stands so near to an edge, or next to other furniture."""
_FARTHEST = 0.25
_FEWEST = 3
_MOST_PAGES = 0.6
_MOST_OF_ALTERNATE = 0.8
_RUNNING = 4
_SAME_HEIGHT = 3.0
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
_UNMISTAKABLE = re.compile(r"page\s*\d|\d\s*(?:/|of|／)\s*\d|[页頁]|^\s*[-–—~·]\s*\d", re.IGNORECASE)


def without_furniture(pages: Sequence[Page]) -> tuple[list[Page], int]:
    """The pages without what is printed on each, and how many lines were left out.

    Nothing of a single page is furniture but what stands aslant across it.
    """
    if len(pages) < 2:
        return list(pages), 0
    body = _body_size(pages)
    marked = _repeated(pages, body) | _numbered(pages)
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
        marked = [part for part in row if _place(part) in here]
        if not marked:
            left.append(row)
        elif not any(_edge_distance(page, part.y) <= _FARTHEST for part in marked):
            rest = tuple(part for part in row if part not in marked)
            left += [rest] if rest else []
    return tuple(left)


def _edge_distance(page: Page, y: float) -> float:
    return min(page.top - y, y - page.bottom) / max(page.height, 1.0)


def _parts(page: Page) -> Iterable[tuple[Place, float, float, bool]]:
    """Place, distance to the nearer edge, size, and whether it is in the upper half."""
    for row in page.rows:
        for part in row:
            upper = part.y > (page.top + page.bottom) / 2
            yield _place(part), _edge_distance(page, part.y), part.size, upper
    for grid in page.grids:
        upper = grid.bottom > (page.top + page.bottom) / 2
        far = grid.bottom if upper else grid.top
        yield _place_of_grid(grid), _edge_distance(page, far), 0.0, upper


def _repeated(pages: Sequence[Page], body: float) -> set[tuple[int, Place]]:
    """Text that, digits apart, stands at the same height of most pages, or of a run of them."""
    found: dict[str, list[tuple[int, Place, bool]]] = defaultdict(list)
    for position, page in enumerate(pages):
        for place, distance, size, upper in _parts(page):
            text = re.sub(r"\d+|\s+", "", place[2]).casefold()
            huge = size > _HUGE * body
            if not text or (distance > _FARTHEST and not huge):
                continue
            edge = page.top if upper else page.bottom
            found[text].append((position, (edge - place[0], *place[1:]), distance <= _EDGE or huge))
    marked: set[tuple[int, Place]] = set()
    for sightings in found.values():
        for group in _by_height(sightings):
            if any(near for _, _, near in group) and _is_running({p for p, _, _ in group}, pages):
                marked |= {(p, place) for p, place, _ in group}
    return {(p, _back(pages[p], place)) for p, place in marked}


def _back(page: Page, place: Place) -> Place:
    """The place on the page of a part whose height is told from the nearer edge."""
    for candidate, *_ in _parts(page):
        if candidate[1:] == place[1:] and min(
            abs(page.top - candidate[0] - place[0]), abs(page.bottom - candidate[0] - place[0])
        ) < 0.01:  # fmt: skip
            return candidate
    return place


def _by_height(
    sightings: Sequence[tuple[int, Place, bool]],
) -> Iterable[list[tuple[int, Place, bool]]]:
    group: list[tuple[int, Place, bool]] = []
    for sighting in sorted(sightings, key=lambda one: one[1][0]):
        if group and sighting[1][0] - group[-1][1][0] > _SAME_HEIGHT:
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


def _numbered(pages: Sequence[Page]) -> set[tuple[int, Place]]:
    """Page numbers: numbers near an edge that rise with the pages, or say that they are one."""
    plain: dict[tuple[bool, int], list[tuple[int, Place]]] = defaultdict(list)
    marked: set[tuple[int, Place]] = set()
    for position, page in enumerate(pages):
        for place, distance in _outermost(page):
            number = _PAGE_NUMBER.fullmatch(place[2])
            if not number or distance > _EDGE:
                continue
            if _UNMISTAKABLE.search(place[2]):
                plain[False, 0].append((position, place))
                continue
            value = _value(number.groupdict())
            if value is not None:
                roman = bool(number["roman"])
                plain[True, value - position + 10_000 * roman].append((position, place))
    for (bare, _), sightings in plain.items():
        if len({position for position, _ in sightings}) >= (_FEWEST - 1 if bare else 2):
            marked.update(sightings)
    return marked


def _value(groups: Mapping[str, str | None]) -> int | None:
    if groups["number"]:
        return int(groups["number"])
    if groups["roman"]:
        return roman_value(groups["roman"]) or None
    return int(groups["han"]) if (groups["han"] or "").isdigit() else None


def _outermost(page: Page) -> Iterable[tuple[Place, float]]:
    """The parts of the first two rows and the last three, with their distance to the edge."""
    for row in {*page.rows[:2], *page.rows[-3:]}:
        for part in row:
            yield _place(part), _edge_distance(page, part.y)
