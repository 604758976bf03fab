"""The places of a document where a clause may begin, before anything is decided."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from indexer.outline import headings
from indexer.outline.markers import Marker, fold, read_markers
from indexer.records import Block, Document

_SPLIT_MARKER = re.compile(r"\(\s*\n\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*\)")
_FUSED_ITEM = re.compile(
    r"(?<=[;；。])\s*(?P<marker>\((?:\s*\d{1,2}\s*|[一二三四五六七八九十]{1,3})\))"
)
_TERMINAL = tuple(".。;；!！?？:：\"”’'」』)）]】…")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a clause may begin.

    `readings` are the ways to read its number; none means a heading without number. `heading_level`
    is set where the markup makes it a heading. `bodiless` says that the line is only a heading,
    so that text or a deeper clause has to follow. `inline` marks a number in the middle of a line,
    which can continue a list but not begin one. `unfinished`: the line before breaks off.
    """

    block: int
    start: int
    readings: tuple[Marker, ...]
    text: str
    heading_level: int | None = None
    bodiless: bool = False
    inline: bool = False
    unfinished: bool = False
    after_colon: bool = False
    isolated: bool = False


def find_candidates(document: Document, skipped: Set[int]) -> list[Candidate]:
    """All places in reading order. `skipped`: positions of title and contents blocks."""
    blocks = document.blocks
    found: list[Candidate] = []
    before: Block | None = None
    for position, block in enumerate(blocks):
        if position in skipped:
            continue
        candidate = _at_block_start(document, position, before)
        if candidate:
            found.append(candidate)
        if document.format == "text" and position + 1 < len(blocks):
            offset = _fused_heading(block, blocks[position + 1])
            if offset is not None:
                text = block.text[offset:]
                start = block.start + offset
                found.append(Candidate(position, start, (), text, bodiless=True, isolated=True))
        before = block
    if document.format == "text":
        found = _with_inline_items(document, found, skipped)
    return found


def _at_block_start(document: Document, position: int, before: Block | None) -> Candidate | None:
    block = document.blocks[position]
    if block.kind == "table_row":
        return None
    readings = tuple(read_markers(fold(block.text)))
    after_colon = before is not None and before.text.endswith((":", "："))
    if block.kind == "heading":
        return Candidate(
            position, block.start, readings, block.text,
            heading_level=block.level, bodiless=True, isolated=True, after_colon=after_colon,
        )  # fmt: skip
    if block.kind == "list_item" and readings and readings[0].style == "•":
        nested = Marker(f"•{block.level or 1}", (0,), "•", readings[0].length)
        readings = (nested,)
    if not readings and not (
        document.format == "text" and headings.is_unnumbered_heading(document.blocks, position)
    ):
        return None
    body = block.text[readings[0].length :] if readings else block.text
    unfinished = (
        before is not None
        and block.kind == "paragraph"
        and before.end + 1 >= block.start
        and not before.text.endswith(_TERMINAL)
        and not headings.is_heading_like(before.text)
    )
    return Candidate(
        position, block.start, readings, block.text,
        bodiless=not body.strip() or headings.is_heading_like(body.strip(), isolated=True),
        unfinished=unfinished, after_colon=after_colon, isolated=block.isolated,
    )  # fmt: skip


def _fused_heading(block: Block, following: Block) -> int | None:
    readings = read_markers(fold(following.text))
    if not any(marker.last == 1 and marker.style != "1 " for marker in readings):
        return None
    return headings.fused_heading(block, following)


def _with_inline_items(
    document: Document, found: list[Candidate], skipped: Set[int]
) -> list[Candidate]:
    """Adds list items fused to the one before, and numbers that a line break splits."""
    source = fold(document.source)
    inline: list[Candidate] = []
    taken: list[tuple[int, int]] = []
    for pattern in (_SPLIT_MARKER, _FUSED_ITEM):
        for match in pattern.finditer(source):
            start = match.start("marker") if pattern is _FUSED_ITEM else match.start()
            position = _block_at(document, start)
            if position is None or position in skipped or document.blocks[position].start == start:
                continue
            text = source[start : match.end()]
            readings = tuple(read_markers(re.sub(r"\s+", "", text) + " x"))
            widened = tuple(
                Marker(m.style, m.numbers, m.label, match.end() - start) for m in readings
            )
            line_end = source.find("\n", match.end())
            rest = document.source[match.end() : line_end if line_end >= 0 else None]
            inline.append(Candidate(position, start, widened, text + rest, inline=True))
            taken.append((start, match.end()))
    kept = [c for c in found if not any(start < c.start < end for start, end in taken)]
    return sorted(kept + inline, key=lambda candidate: candidate.start)


def _block_at(document: Document, offset: int) -> int | None:
    for position, block in enumerate(document.blocks):
        if block.start <= offset < block.end:
            return position
    return None
