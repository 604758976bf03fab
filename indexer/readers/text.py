"""Plain text: every line that is not blank is a block; numbering carries the structure.

Lines that follow each other and hold `|` are the rows of a table that was flattened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.records import Block, BlockKind, Document, Remark
from indexer.remarks import REPAIRS

_LINE = re.compile(r"[^\n]+")


def read_text(text: str, encoding: str) -> Document:
    """A document of verbatim paragraph blocks, one a line, with blank lines noted."""
    lines = [
        (found.start() + len(line) - len(line.lstrip()), found.start() + len(line.rstrip()))
        for found in _LINE.finditer(text)
        if (line := found[0]).strip()
    ]
    rows = _table_rows(text, lines)
    blocks = []
    for position, (start, end) in enumerate(lines):
        before = lines[position - 1][1] if position else None
        after = lines[position + 1][0] if position + 1 < len(lines) else None
        isolated = (before is None or text.count("\n", before, start) > 1) and (
            after is None or text.count("\n", end, after) > 1
        )
        kind: BlockKind = "table_row" if position in rows else "paragraph"
        blocks.append(Block(kind, text[start:end], start, end, isolated=isolated))
    first_rows = [lines[i][0] for i in sorted(rows) if i - 1 not in rows]
    remarks = tuple(
        Remark("flattened-table", REPAIRS["flattened-table"], start) for start in first_rows
    )
    return Document(text, tuple(blocks), "text", encoding, remarks=remarks)


def _table_rows(text: str, lines: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The positions of lines with cells that stand right below or above another such line."""
    cells = [text.count("|", start, end) for start, end in lines]
    return frozenset(
        i
        for i, (start, end) in enumerate(lines)
        if cells[i]
        and (
            (i and cells[i - 1] and text.count("\n", lines[i - 1][1], start) == 1)
            or (i + 1 < len(lines) and cells[i + 1] and text.count("\n", end, lines[i + 1][0]) == 1)
        )
    )
