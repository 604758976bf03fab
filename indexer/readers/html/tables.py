"""Tables: which hold data and which only lay the page out, and the rows of the former."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from indexer.limits import Limits
from indexer.readers.html.tree import Element

_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_CELLS = frozenset({"td", "th"})
_LONGEST_REPEATED = 120
"""A cell that spans rows is read in each of them, unless it is longer."""
_MOST_ROWS = 65_534
_LONG_CELL = 400
_TEXT_BLOCKS = frozenset({"p", "ul", "ol", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "br"})


def is_data_table(table: Element) -> bool:
    """Whether rows and columns mean something, rather than place menus and text on the page."""
    if table.attrs.get("role") in ("presentation", "none") or table.tables:
        return False
    rows = list(table_rows(table))
    widths = [len(cells) for cells in rows]
    if not widths or max(widths) < 2:
        return False
    if any(cell.tag == "th" for cells in rows for cell in cells):
        return True
    if table.headings:
        return False
    largest = max((cell for cells in rows for cell in cells), key=lambda cell: cell.chars)
    blocks = sum(element.tag in _TEXT_BLOCKS for element in largest.elements())
    if len(rows) == 1:
        return blocks < 3 and largest.chars < _LONG_CELL
    dominant = largest.chars * 10 > table.chars * 6 and largest.chars > _LONG_CELL
    return not (dominant and blocks >= 5)


def table_rows(table: Element) -> Iterator[list[Element]]:
    """The cells of each of a table's own rows."""
    for child in table.children:
        if not isinstance(child, Element) or child.dropped:
            continue
        groups = [child] if child.tag == "tr" else child.children if child.tag in _GROUPS else []
        for row in groups:
            if isinstance(row, Element) and row.tag == "tr" and not row.dropped:
                yield [
                    cell
                    for cell in row.children
                    if isinstance(cell, Element) and cell.tag in _CELLS and not cell.dropped
                ]


def grid(table: Element, text_of: Callable[[Element], str], limits: Limits) -> list[list[str]]:
    """The texts of a table's cells by row. A cell that spans rows stands in each of them.

    Raises `LimitError` where such cells are repeated beyond the limit of blocks.
    """
    repeated = 0
    rows: list[list[str]] = []
    spanning: dict[int, tuple[int, str]] = {}
    for cells in table_rows(table):
        row: list[str] = []
        waiting = iter(cells)
        cell = next(waiting, None)
        while cell is not None or len(row) in spanning:
            column = len(row)
            if column in spanning:
                repeated += 1
                limits.check("max_blocks", repeated, "cells that span rows")
                left, text = spanning.pop(column)
                row.append(text if len(text) <= _LONGEST_REPEATED else "")
                if left > 1:
                    spanning[column] = (left - 1, text)
                continue
            assert cell is not None
            text = text_of(cell)
            row.append(text)
            below = _span(cell, "rowspan", _MOST_ROWS) - 1
            if below > 0:
                spanning[column] = (below, text)
            cell = next(waiting, None)
        rows.append(row)
    return rows


def _span(cell: Element, name: str, most: int) -> int:
    text = cell.attrs.get(name, "").strip()
    return min(int(text), most) if text.isdigit() and len(text) < 6 else 1
