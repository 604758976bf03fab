"""From the pieces that a reader finds to a document whose source is the text as it is seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from indexer.language import is_chinese
from indexer.outline.markers import fold, read_markers
from indexer.records import Block, BlockKind, Document, Format, Properties, Remark

_SPACES = re.compile(r"[ \t\u00a0\u2002-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_FEWEST_ROWS = 2
_MOST = 0.75


@dataclass(frozen=True, slots=True)
class Piece:
    """A block before its place in the source is known. `text` may hold line breaks.

    `gap`: the layout sets it apart from the block before it, by more than it sets blocks apart
    elsewhere in the document: an empty line, an empty paragraph, a wider space.
    """

    kind: BlockKind
    text: str
    level: int | None = None
    number: str | None = None
    strong: bool = False
    gap: bool = False
    in_contents: bool = False
    anchor: str = ""


def assemble(
    pieces: Iterable[Piece],
    format_: Format,
    properties: Properties | None = None,
    remarks: Sequence[Remark] = (),
) -> Document:
    """A document of verbatim blocks, one piece a line, a blank line where there is a gap."""
    kept = [piece for piece in map(_cleaned, pieces) if piece.text]
    parts: list[str] = []
    blocks: list[Block] = []
    length = 0
    for position, piece in enumerate(kept):
        if position:
            between = "\n\n" if piece.gap else "\n"
            parts.append(between)
            length += len(between)
        apart_after = position + 1 == len(kept) or kept[position + 1].gap
        blocks.append(
            Block(
                piece.kind,
                piece.text,
                length,
                length + len(piece.text),
                piece.level,
                isolated=(piece.gap or not position) and apart_after,
                in_contents=piece.in_contents,
                number=piece.number,
                strong=piece.strong,
                anchor=piece.anchor,
            )
        )
        parts.append(piece.text)
        length += len(piece.text)
    return Document(
        "".join(parts), tuple(blocks), format_, "utf-8", properties or Properties(), tuple(remarks)
    )


def table_pieces(rows: Sequence[Sequence[str]], *, gap: bool = False) -> list[Piece]:
    """A table as its reader would read it aloud.

    Cells of a row are joined by ` | `. Two kinds of table are rather text in columns: one whose
    first column numbers clauses, which become paragraphs, and one that holds two languages side
    by side, which is read column by column.
    """
    filled = [[_flat(cell) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    columns = _language_columns(filled)
    if columns:
        pieces = [
            Piece("paragraph", row[column])
            for column in columns
            for row in filled
            if column < len(row) and row[column]
        ]
    elif _is_numbered(filled):
        pieces = [Piece("paragraph", " ".join(cell for cell in row if cell)) for row in filled]
    else:
        pieces = [Piece("table_row", " | ".join(row)) for row in filled]
    if pieces and gap:
        pieces[0] = replace(pieces[0], gap=True)
    return pieces


def _cleaned(piece: Piece) -> Piece:
    lines = (_SPACES.sub(" ", line).strip() for line in _INVISIBLE.sub("", piece.text).split("\n"))
    return replace(piece, text="\n".join(line for line in lines if line))


def _flat(cell: str) -> str:
    return re.sub(r"\s+", " ", cell).strip()


def _language_columns(rows: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """The two neighbouring columns of a table of which one is Chinese and the other is not."""
    both = [row for row in rows if sum(map(_is_prose, row)) >= 2]
    if len(both) < _FEWEST_ROWS or len(both) < _MOST * len(rows) / 1.5:
        return None
    width = max(map(len, rows))
    for left in range(width - 1):
        pairs = [row[left : left + 2] for row in rows if len(row) > left + 1]
        pairs = [pair for pair in pairs if all(map(_is_prose, pair))]
        sides = {tuple(is_chinese(cell) for cell in pair) for pair in pairs}
        if len(pairs) >= _FEWEST_ROWS and sides in ({(True, False)}, {(False, True)}):
            return left, left + 1
    return None


def _is_prose(cell: str) -> bool:
    return sum(c.isalpha() for c in cell) >= 2


def _is_numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether most rows begin with a cell that is a clause number and nothing else."""
    if len(rows) < _FEWEST_ROWS:
        return False
    numbered = [row for row in rows if len(row) > 1 and row[0] and _is_marker(row[0])]
    return len(numbered) >= _MOST * len(rows) and all(any(row[1:]) for row in numbered)


def _is_marker(cell: str) -> bool:
    text = fold(cell)
    return any(m.style != "1 " and m.length >= len(text) for m in read_markers(text + " x")) and (
        not cell.isdigit()  # a bare counter numbers rows, not clauses
    )
