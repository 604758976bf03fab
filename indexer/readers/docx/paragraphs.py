"""What kind of piece a paragraph is: heading, list item, contents line or plain text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from indexer.outline.markers import fold, read_markers
from indexer.readers.assemble import Piece
from indexer.readers.docx.found import Found
from indexer.readers.docx.inline import Inline
from indexer.readers.docx.numbering import Counted
from indexer.readers.docx.styles import BODY_TEXT, ParagraphStyle, Spacing
from indexer.records import BlockKind

_LONGEST_HEADING = 200
_FULL_STOPS = (".", "。", ";", "；")
_MANY_LINES = 8
_LIST_STYLE = re.compile(r"List(?:Bullet|Number)([2-5])")
_LEADER = re.compile(r"\s*\t\s*(\d{1,4}|[ivxlc]{1,7})$")
"""What leads to the page number of a contents line; Word prints dots."""
_NO_SPACE = Spacing(0, 0)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph as read. `outline` is 0 for the highest heading level."""

    inline: Inline
    counted: Counted | None
    style: ParagraphStyle
    outline: int | None
    spacing: Spacing
    centred: bool
    in_contents: bool


def found_in(paragraph: Paragraph) -> list[Found]:
    """A paragraph's piece; several where line breaks set numbered lines apart."""
    inline, counted = paragraph.inline, paragraph.counted
    text = unicodedata.normalize("NFC", inline.text.strip())
    if counted:
        text = (counted.text.strip() + (" " if counted.spaced else "") + text).strip()
    is_bold = 0 < inline.shown == inline.bold
    in_contents = _in_contents(paragraph)
    if in_contents:
        text = _LEADER.sub(r" … \1", text)
    kind, level = _kind(paragraph, text, in_contents)
    piece = Piece(
        kind, text, level,
        number=counted.text.strip() if counted and not counted.is_bullet else None,
        strong=is_bold and kind == "paragraph", in_contents=in_contents,
    )  # fmt: skip
    whole = Found(
        piece, paragraph.spacing, paragraph.style.chain[0] if paragraph.style.chain else "",
        size=inline.size, centred=paragraph.centred, is_title=paragraph.style.is_title,
    )  # fmt: skip
    return [whole] if kind == "heading" or "\n" not in text else _by_lines(whole)


def _kind(paragraph: Paragraph, text: str, in_contents: bool) -> tuple[BlockKind, int | None]:
    counted, outline = paragraph.counted, paragraph.outline
    is_sentence = len(text) > _LONGEST_HEADING and text.endswith(_FULL_STOPS)
    if outline is not None and outline < BODY_TEXT and not in_contents and not is_sentence:
        return "heading", outline + 1
    if counted and (counted.is_bullet or counted.is_item):
        return "list_item", max(counted.level + 1, _style_rank(paragraph))
    return "paragraph", None


def _style_rank(paragraph: Paragraph) -> int:
    """The 2 of "List Bullet 2": each of Word's list styles numbers its own list at level 0."""
    found = _LIST_STYLE.fullmatch(paragraph.style.chain[0]) if paragraph.style.chain else None
    return int(found[1]) if found else 1


def _in_contents(paragraph: Paragraph) -> bool:
    if paragraph.in_contents or paragraph.style.is_contents:
        return True
    inline = paragraph.inline
    return 0 < inline.shown == inline.in_contents and paragraph.outline is None


def _by_lines(whole: Found) -> list[Found]:
    """A new piece at each line that opens with a number, and after each empty line.

    A text that was pasted as one paragraph of many lines is read line by line.
    """
    lines = [line.strip() for line in whole.piece.text.split("\n")]
    each = len(lines) >= _MANY_LINES or "" in lines
    groups: list[list[str]] = []
    apart: list[bool] = []
    after_empty = False
    for line in lines:
        if not line:
            after_empty = True
            continue
        if not groups or each or _opens(line):
            groups.append([line])
            apart.append(after_empty and len(groups) > 1)
        else:
            groups[-1].append(line)
        after_empty = False
    first, *others = ("\n".join(group) for group in groups)
    plain = replace(whole.piece, kind="paragraph", level=None, number=None)
    return [
        replace(whole, piece=replace(whole.piece, text=first)),
        *(
            replace(whole, piece=replace(plain, text=text), spacing=_NO_SPACE, after_empty=gap)
            for text, gap in zip(others, apart[1:], strict=True)
        ),
    ]


def _opens(line: str) -> bool:
    readings = read_markers(fold(line))
    return any(reading.doubt < 1 for reading in readings) and not re.match(r"[-–—*]", line)
