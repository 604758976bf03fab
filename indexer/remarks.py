"""What can be remarked about how a policy was read: warnings, and repairs of damage."""

from __future__ import annotations

from typing import Literal

REPAIRS = {
    "split-number": "a number that a line break had split was joined",
    "fused-item": "a list item fused to the one before was set apart",
    "fused-heading": "a heading fused to the paragraph before was set apart",
    "joined-lines": "lines of one paragraph were joined",
    "flattened-table": "rows of a table that had become text were kept as rows",
    "dropped-furniture": "running headers, footers, page numbers or menus were left out",
}
WARNINGS = {
    "numbering-jump": "the numbering jumps",
    "numbering-repeated": "a number stands twice",
    "unknown-level": "the level of a heading without number was guessed",
    "levels-disagree": "the numbering and the heading's level contradict each other",
    "long-clause": "the clause is very long: a number or heading in it may have been missed",
    "empty-page": "a page holds no text",
    "front-matter": "the front matter says something that could not be understood",
    "no-clauses": "neither numbers nor headings were found",
}
CODES = REPAIRS | WARNINGS

Kind = Literal["repair", "warning"]


def kind_of(code: str) -> Kind:
    """Whether a remark tells of damage that was mended or of something that may be wrong."""
    return "repair" if code in REPAIRS else "warning"
