"""What is known of a line only among the others: contents, menus at the edges, usual gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from indexer.readers.assemble import Piece
from indexer.readers.html.furniture import names_owner
from indexer.readers.html.lines import Line
from indexer.readers.html.properties import POLICY_WORDS

_FEWEST_ENTRIES = 3
_FEWEST_LINKS = 3
_PROSE = 80
_FEWEST_GAPS = 3
_LONGEST_LINK = 60
_NO_TEXT = re.compile(
    r"(?:please )?(?:enable|turn on|you need to enable|requires?).{0,30}java ?script.{0,80}"
    r"|.{0,40}(?:enable|requires?) java ?script.{0,80}|loading\W*|please wait\W*"
    r"|(?:正在)?加载中?\W*"
    r"|.{0,20}(?:启用|开启|打开).{0,4}java ?script.{0,40}",
    re.IGNORECASE,
)


def finish(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """The lines of the document alone, and what was left out."""
    kept, left_out = _without_edges(_with_contents(lines))
    if len(kept) <= 2 and all(_NO_TEXT.fullmatch(line.piece.text) for line in kept):
        return [], left_out
    return _without_usual_gaps(kept), left_out


def _with_contents(lines: Sequence[Line]) -> list[Line]:
    """Marks runs of lines that are links to places in the page: a table of contents."""
    marked = list(lines)
    position = 0
    while position < len(marked):
        end = position
        while end < len(marked) and marked[end].jumps and marked[end].piece.kind != "heading":
            end += 1
        if sum(line.jumps for line in marked[position:end]) >= _FEWEST_ENTRIES:
            for i in range(position, end):
                piece = replace(marked[i].piece, in_contents=True)
                marked[i] = replace(marked[i], piece=piece)
        position = max(end, position + 1)
    return marked


def _without_edges(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """Leaves out menus before the first paragraph and menus and imprint after the last one."""
    prose = [i for i, line in enumerate(lines) if _is_prose(line)]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    levels = {line.piece.level for line in lines[first:last] if line.piece.kind == "heading"}
    dropped: set[int] = set()
    left_out = []
    for i, line in enumerate(lines):
        if not prose or not line.links or line.piece.kind == "heading" or _names_policy(line.piece):
            break
        dropped.add(i)  # the site's name above everything, linked to its start page
    position = 0
    while position < len(lines):
        end = position
        while end < len(lines) and not first <= end <= last and _is_menu_line(lines[end]):
            end += 1
        links = sum(line.links for line in lines[position:end])
        if links >= _FEWEST_LINKS and prose and not _is_introduced(lines, position, last, levels):
            dropped.update(range(_with_its_heading(lines, position, levels), end))
            left_out.append("menus")
        position = max(end, position + 1)
    for i in range(last + 1, len(lines)):
        if prose and names_owner(lines[i].piece.text):
            dropped.add(i)
            left_out.append("the site's footer")
    return [line for i, line in enumerate(lines) if i not in dropped], left_out


def _is_introduced(
    lines: Sequence[Line], position: int, last: int, levels: Set[int | None]
) -> bool:
    """Whether links after the last paragraph are the document's: a sentence or heading says so."""
    if position <= last or not position:
        return False
    before = lines[position - 1].piece
    return before.text.endswith((":", "：")) or (
        before.kind == "heading" and before.level in levels
    )


def _with_its_heading(lines: Sequence[Line], position: int, levels: Set[int | None]) -> int:
    """Where a menu begins: at its heading, unless that is one of the document's."""
    above = lines[position - 1].piece if position else None
    if above is None or above.kind != "heading" or above.level in {1, *levels}:
        return position
    return position if _names_policy(above) else position - 1


def _names_policy(piece: Piece) -> bool:
    """Whether a link or heading may be the document's title."""
    return POLICY_WORDS.search(piece.text) is not None


def _is_prose(line: Line) -> bool:
    text = line.piece.text
    wide = sum(c > "\u2e7f" for c in text)
    return not line.links and not line.jumps and len(text) + wide >= _PROSE


def _is_menu_line(line: Line) -> bool:
    return 0 < len(line.piece.text) <= _LONGEST_LINK * max(1, line.links) and line.links > 0


def _without_usual_gaps(lines: list[Line]) -> list[Line]:
    """Where a gap stands before every line, it sets nothing apart."""
    after_first = lines[1:]
    if len(after_first) < _FEWEST_GAPS or not all(line.piece.gap for line in after_first):
        return lines
    if all(line.preformatted for line in lines):
        return lines  # plain text, whose blank lines the outline knows
    return [replace(line, piece=replace(line.piece, gap=False)) for line in lines]
