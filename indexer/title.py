"""The title of a policy, and the blocks that print it, which open no clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.dates import states_date
from indexer.language import is_chinese
from indexer.outline.markers import fold, read_markers
from indexer.records import Block, Document

TITLE_WORDS = re.compile(
    r"\b(?:policy|policies|terms|notice|statement|agreement|handbook|manual|guidelines?|code|rules"
    r"|regulations?|standard|procedures?|charter)\b"
    r"|政策|条款|协议|声明|手册|制度|办法|规定|规范|须知|准则|章程|守则|规则|指引|细则|條款|協議|聲明|規定|辦法",
    re.IGNORECASE,
)
_LONGEST_TITLE = 100
_LONGEST_HEADING = 300
"""A longer one is text that was set as a heading: every citation would repeat it."""
_HEAD_LINES = 12
_REVISION = re.compile(
    r"(?:revision|version|rev\.|版本号?|版次|修订号|修訂號|版本號)[\s.:：]*[vV]?\d", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Printed:
    """A title that the text prints. `sure`: by its rank or its words, not by its place alone."""

    text: str
    sure: bool
    ranked: bool = False
    """It is the only heading of the highest level."""


def find_title(
    document: Document, stated: str | None = None, of_file: str | None = None
) -> tuple[str | None, frozenset[int]]:
    """The title, `None` where nothing tells it, and the positions of the blocks that print it.

    `stated` counts for more than what the text prints, `of_file` for less, unless the text only
    begins with a line that might be one.
    """
    blocks = document.blocks
    printed = _printed_title(blocks)
    if stated is None and of_file is not None and not (printed and printed.sure):
        stated = of_file
    if stated is None:
        if printed is None:
            return None, frozenset()
        return _clean(printed.text), _blocks_of(blocks, printed.text)
    return stated, _blocks_of_stated(document, stated, printed)


def _printed_title(blocks: Sequence[Block]) -> _Printed | None:
    tops = [b for b in blocks if b.kind == "heading" and b.level == 1]
    if tops and read_markers(fold(tops[0].text)):
        tops = []  # the first section
    if len(tops) > 1:
        # Sections of one rank, below a title that is none of them.
        above = [b.text for b in blocks[: blocks.index(tops[0])] if len(b.text) <= _LONGEST_TITLE]
        named = [t for t in above if TITLE_WORDS.search(t) and not _is_statement(t) and _clean(t)]
        if named:
            return _Printed(named[0], sure=True)
    if tops and len(tops[0].text) <= _LONGEST_HEADING:
        found = _Printed(tops[0].text, sure=True, ranked=len(tops) == 1)
        return found if _clean(found.text) else None
    lines = [b.text for b in blocks[:_HEAD_LINES] if len(b.text) <= _LONGEST_TITLE]
    lines = [line for line in lines if re.search(r"\w", line) and not _is_statement(line)]
    named = [line for line in lines[:6] if TITLE_WORDS.search(line)]
    chosen = named[0] if named else (lines[0] if lines and len(lines[0]) <= 60 else None)
    return _Printed(chosen, sure=bool(named)) if chosen and _clean(chosen) else None


def _blocks_of_stated(document: Document, stated: str, printed: _Printed | None) -> frozenset[int]:
    """The blocks that print a title which is told beside the text, in its words or others."""
    blocks = document.blocks
    head = blocks[:_HEAD_LINES]
    same = [b.text for b in head if _compared(b.text) == _compared(stated)]
    if same:
        return frozenset(i for i, b in enumerate(blocks) if b.text in same)
    if printed is None:
        return frozenset()
    marked = any(b.kind == "heading" for b in blocks)
    if printed.ranked or (printed.sure and not marked) or document.format == "text":
        return _blocks_of(blocks, printed.text)
    # Where the title is told elsewhere, the first of many headings is a section.
    return frozenset()


def _blocks_of(blocks: Sequence[Block], text: str) -> frozenset[int]:
    return frozenset(i for i, block in enumerate(blocks) if block.text == text)


def _compared(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text)).casefold()


def _clean(text: str) -> str:
    title = re.sub(r"\s+", " ", text).strip(" #*_:：")
    if title[:1] == "《" and title[-1:] == "》" and title.count("《") == 1:
        title = title[1:-1]
    return title.strip()


def _is_statement(line: str) -> bool:
    """A date, key and value, number or sentence rather than a title."""
    if states_date(line) or _REVISION.match(fold(line)) or read_markers(fold(line)):
        return True
    if line.endswith((".", "。", ";", "；", ":", "：", ",", "，")):
        return True
    return re.match(r"[^:：]{1,30}[:：]\s*\S", line) is not None and not is_chinese(line[:4])
