"""Plain text: every line that is not blank is a block; numbering carries the structure."""

from __future__ import annotations

import re

from indexer.records import Block, Document

_LINE = re.compile(r"[^\n]+")


def read_text(text: str, encoding: str) -> Document:
    """A document of verbatim paragraph blocks, one a line, with blank lines noted."""
    lines = [
        (found.start() + len(line) - len(line.lstrip()), found.start() + len(line.rstrip()))
        for found in _LINE.finditer(text)
        if (line := found[0]).strip()
    ]
    blocks = []
    for position, (start, end) in enumerate(lines):
        before = lines[position - 1][1] if position else None
        after = lines[position + 1][0] if position + 1 < len(lines) else None
        isolated = (before is None or text.count("\n", before, start) > 1) and (
            after is None or text.count("\n", end, after) > 1
        )
        blocks.append(Block("paragraph", text[start:end], start, end, isolated=isolated))
    return Document(text, tuple(blocks), "text", encoding)
