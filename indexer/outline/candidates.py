"""The places of a document where a clause may begin, before anything is decided."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice

from indexer.outline import headings
from indexer.outline.markers import Marker, fold, read_markers
from indexer.records import Block, Document

_SPLIT_MARKER = re.compile(r"\(\s*\n\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*\)")
_FUSED_ITEM = re.compile(
    r"(?<=[;；。])\s*(?P<marker>\((?:\s*\d{1,2}\s*|[一二三四五六七八九十]{1,3})\)"
    r"|(?<=[；。])\d{1,2}[.、](?![\d\s]))"
)
_LONGEST_REST = 300
"""Characters after a number in the middle of a line that are looked at."""
_FEWEST_MARKED = 2
_LOWEST_LEVEL = 6
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
    fused: bool = False
    """Damage: it stood at the end of the paragraph before."""


def find_candidates(document: Document, skipped: Set[int]) -> list[Candidate]:
    """All places in reading order. `skipped`: positions of title and contents blocks."""
    blocks = document.blocks
    found: list[Candidate] = []
    before: Block | None = None
    marked_up = has_marked_headings(blocks, skipped)
    for position, block in enumerate(blocks):
        if position in skipped:
            continue
        candidate = _at_block_start(document, position, before, marked_up)
        if candidate:
            found.append(candidate)
        if _is_plain(block) and position + 1 < len(blocks):
            offset = _fused_heading(block, blocks[position + 1])
            if offset is not None:
                text = block.text[offset:]
                start = block.start + offset
                found.append(
                    Candidate(position, start, (), text, bodiless=True, isolated=True, fused=True)
                )
        before = block
    if any(map(_is_plain, blocks)):
        found = _with_inline_items(document, found, skipped)
    return found


def has_marked_headings(blocks: Sequence[Block], skipped: Set[int]) -> bool:
    """Whether the markup says which lines are headings, so that looks need not."""
    marked = (i for i, b in enumerate(blocks) if b.kind == "heading" and i not in skipped)
    return next(islice(marked, _FEWEST_MARKED - 1, None), None) is not None


def _is_plain(block: Block) -> bool:
    """A paragraph as it stands in the source: what opens in it shows by look and number alone."""
    return block.verbatim and block.kind == "paragraph"


def _at_block_start(
    document: Document, position: int, before: Block | None, marked_up: bool
) -> Candidate | None:
    block = document.blocks[position]
    if block.kind == "table_row":
        return None
    readings = tuple(read_markers(fold(block.text)))
    if block.number is not None:  # counted by the format: it is a number beyond doubt
        readings = tuple(replace(reading, doubt=0.0) for reading in readings)
    after_colon = before is not None and before.text.endswith((":", "："))
    if block.kind == "heading":
        return Candidate(
            position, block.start, readings, block.text,
            heading_level=block.level, bodiless=True, isolated=True, after_colon=after_colon,
        )  # fmt: skip
    if block.kind == "list_item" and readings and readings[0].style.startswith("•"):
        nested = Marker(f"•{block.level or 1}", (0,), "•", readings[0].length)
        readings = (nested,)
    if not readings and not (
        _is_plain(block) and _looks_like_heading(document, position, marked_up)
    ):
        return None
    body = block.text[readings[0].length :] if readings else block.text
    if not readings and marked_up:
        # Under headings that the markup states, a line in bold is one of the lowest rank.
        return Candidate(
            position, block.start, (), block.text,
            heading_level=_LOWEST_LEVEL, bodiless=True, isolated=True, after_colon=after_colon,
        )  # fmt: skip
    unfinished = (
        block.number is None
        and before is not None
        and block.kind == "paragraph"
        and before.end + 1 >= block.start
        and not before.text.endswith(_TERMINAL)
        and not headings.is_heading_like(before.text)
    )
    return Candidate(
        position, block.start, readings, block.text,
        bodiless=_is_bodiless(readings, body.strip()),
        unfinished=unfinished, after_colon=after_colon, isolated=block.isolated or block.strong,
    )  # fmt: skip


def _is_bodiless(readings: Sequence[Marker], body: str) -> bool:
    """Whether a line is only a heading; a bullet is one only where it announces more."""
    if readings and readings[0].style.startswith("•"):
        return body.endswith((":", "："))
    return not body or headings.is_heading_like(body, isolated=True)


def _looks_like_heading(document: Document, position: int, marked_up: bool) -> bool:
    """Whether a plain line without number is a heading, by weight, look and neighbours."""
    block = document.blocks[position]
    if block.strong and position + 1 < len(document.blocks):
        return headings.is_heading_like(block.text, isolated=True)
    return not marked_up and headings.is_unnumbered_heading(document.blocks, position)


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
            if position is None or position in skipped:
                continue
            block = document.blocks[position]
            if not _is_plain(block) or (block.start == start and pattern is _FUSED_ITEM):
                continue
            text = source[start : match.end()]
            readings = tuple(read_markers(re.sub(r"\s+", "", text) + " x"))
            widened = tuple(
                Marker(m.style, m.numbers, m.label, match.end() - start) for m in readings
            )
            line_end = source.find("\n", match.end())
            line_end = min(line_end if line_end >= 0 else len(source), match.end() + _LONGEST_REST)
            rest = document.source[match.end() : line_end]
            inline.append(Candidate(position, start, widened, text + rest, inline=True))
            taken.append((start, match.end()))
    taken.sort()
    kept = [c for c in found if not _lies_within(c.start, taken)]
    return sorted(kept + inline, key=lambda candidate: candidate.start)


def _lies_within(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether an offset is inside one of the spans, which are sorted and do not overlap."""
    position = bisect_left(spans, offset, key=lambda span: span[0]) - 1
    return position >= 0 and offset < spans[position][1]


def _block_at(document: Document, offset: int) -> int | None:
    position = bisect_right(document.blocks, offset, key=lambda block: block.start) - 1
    if position >= 0 and offset < document.blocks[position].end:
        return position
    return None
