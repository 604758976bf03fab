"""Tables: rows of cells with merged ones resolved, and tables that only lay out text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from indexer.readers.assemble import Piece, table_pieces
from indexer.readers.docx.found import Found
from indexer.readers.docx.names import W, attribute, child_integer

_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
_WIDEST = 64
_MANY = 8
_FEW = 3

Row = list[list[Found]]
"""What each cell holds; the further columns of a merged cell hold nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, `element` being `None` where it is merged into the one above or left out."""

    element: etree._Element | None
    span: int = 1


def rows_of(table: etree._Element) -> Iterator[list[Cell]]:
    """The rows of a table that were not deleted."""
    for row in _inside(table, W + "tr"):
        properties = row.find(W + "trPr")
        if properties is not None and properties.find(W + "del") is not None:
            continue
        skipped = child_integer(properties, "gridBefore") or 0
        cells = [Cell(None) for _ in range(min(max(skipped, 0), _WIDEST))]
        for element in _inside(row, W + "tc"):
            own = element.find(W + "tcPr")
            merge = own.find(W + "vMerge") if own is not None else None
            continued = merge is not None and attribute(merge) != "restart"
            deleted = own is not None and own.find(W + "cellDel") is not None
            span = min(max(child_integer(own, "gridSpan") or 1, 1), _WIDEST)
            cells.append(Cell(None if continued or deleted else element, span))
        yield cells


def found_in_table(rows: list[Row]) -> list[Found]:
    """A table's pieces.

    A table of one column, or with whole sections in its cells, is a layout: its paragraphs are
    pieces like others. Two languages side by side are compared paragraph by paragraph.
    """
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    if all(sum(map(bool, row)) <= 1 for row in rows):
        return [found for row in rows for cell in row for found in cell]
    if any(len(cell) > 1 for row in rows for cell in row):
        columns = _as_columns(rows)
        if columns:
            return [Found(piece) for piece in columns]
        if any(_is_section(cell) for row in rows for cell in row):
            return [found for row in rows for cell in row for found in cell]
    texts = [_trimmed([" ".join(f.piece.text for f in cell) for cell in row]) for row in rows]
    return [Found(piece) for piece in table_pieces(texts)]


def _as_columns(rows: list[Row]) -> list[Piece]:
    """Pieces by column where the paragraphs side by side are in two languages."""
    lines = []
    for row in rows:
        for position in range(max(map(len, row))):
            line = [cell[position].piece.text if position < len(cell) else "" for cell in row]
            lines.append(line)
    cells = {" ".join(text.split()) for line in lines for text in line}
    pieces = table_pieces(lines)
    by_column = all(p.kind == "paragraph" and p.text in cells for p in pieces)
    return pieces if by_column else []


def _is_section(cell: list[Found]) -> bool:
    """Whether a cell holds a stretch of a document rather than a value."""
    kinds = {found.piece.kind for found in cell}
    return len(cell) >= _MANY or (len(cell) >= _FEW and "heading" in kinds)


def _trimmed(texts: list[str]) -> list[str]:
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _inside(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    for child in element:
        if child.tag == wanted:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, wanted)
