"""What the layout says: gaps, larger type, and which paragraph is the document's title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from indexer.dates import states_date
from indexer.outline.headings import is_heading_like
from indexer.outline.markers import fold, read_markers
from indexer.readers.assemble import Piece
from indexer.readers.docx.found import Found

_WIDER = 1.5
_WIDER_BY = 100
"""Twentieths of a point: a gap is at least half a line wider than usual."""
_LARGER = 1.2
_FIRST_LINES = 6
_LONGEST_TITLE = 100


def to_pieces(found: Sequence[Found]) -> list[Piece]:
    """Pieces with their gaps, larger type marked as strong, and the title as a heading."""
    if not found:
        return []
    spaces = [0, *(_space(before, after) for before, after in pairwise(found))]
    usual = _usual_space(found, spaces)
    size = _usual_size(found)
    titles = _title(found, size)
    pieces: list[Piece] = []
    for position, (item, space) in enumerate(zip(found, spaces, strict=True)):
        piece = item.piece
        wide = space >= usual + _WIDER_BY and space >= usual * _WIDER
        large = item.size is not None and size is not None and item.size >= size * _LARGER
        if position in titles:
            title = "\n".join(found[i].piece.text for i in titles)
            piece = replace(piece, kind="heading", level=1, text=title, strong=False)
            if position != titles[0]:
                continue
        elif piece.kind == "paragraph" and large:
            piece = replace(piece, strong=True)
        pieces.append(replace(piece, gap=item.after_empty or wide))
    return pieces


def _space(before: Found, after: Found) -> int:
    """The space between two pieces in twentieths of a point."""
    above, below = before.spacing, after.spacing
    if above is None or below is None:
        return 0
    alike = before.style == after.style
    under = 0 if above.contextual and alike else above.after or 0
    over = 0 if below.contextual and alike else below.before or 0
    return max(under, over, 0)


def _usual_space(found: Sequence[Found], spaces: Sequence[int]) -> int:
    """The space that most paragraphs have above them, where neither side is a heading."""
    counts = Counter(
        space
        for (before, item), space in zip(pairwise(found), spaces[1:], strict=True)
        if "heading" not in (before.piece.kind, item.piece.kind)
        and item.spacing is not None
        and not item.after_empty
    )
    if not counts:
        return max(spaces, default=0)
    most = max(counts.values())
    return max(space for space, count in counts.items() if count == most)


def _usual_size(found: Sequence[Found]) -> int | None:
    """The size in which most of the text is set, in half points."""
    sizes: Counter[int] = Counter()
    for item in found:
        if item.size is not None:
            sizes[item.size] += len(item.piece.text)
    return sizes.most_common(1)[0][0] if sizes else None


def _title(found: Sequence[Found], usual_size: int | None) -> range:
    """The positions of the paragraphs that print the title, if the layout shows which they are.

    By style, else by look: above headings that the styles mark, a short line in the middle or in
    larger type, or the only short line. Without such headings the text itself has to tell.
    """
    first_heading = next((i for i, f in enumerate(found) if f.piece.kind == "heading"), None)
    head = found[: len(found) if first_heading is None else first_heading]
    styled = next((i for i, f in enumerate(head) if f.is_title), None)
    if styled is not None and not _could_be_title(head[styled].piece):
        return range(0)
    if styled is not None:
        end = styled + 1
        while end < len(head) and head[end].is_title and _continues(head[end].piece):
            end += 1
        return range(styled, end)
    if first_heading is None:
        return range(0)
    lines = [i for i, item in enumerate(head[:_FIRST_LINES]) if _could_be_title(item.piece)]
    set_off = [i for i in lines if head[i].centred or _is_large(head[i], usual_size)]
    if set_off:
        start = max(set_off, key=lambda i: (head[i].size or 0, -i))
        return range(start, start + 1)
    return range(lines[0], lines[0] + 1) if len(lines) == 1 else range(0)


def _is_large(found: Found, usual: int | None) -> bool:
    return found.size is not None and usual is not None and found.size >= usual * _LARGER


def _could_be_title(piece: Piece) -> bool:
    text = piece.text
    return (
        piece.kind in ("paragraph", "heading")
        and not piece.in_contents
        and len(text) <= _LONGEST_TITLE
        and is_heading_like(text, isolated=True)
        and not read_markers(fold(text))
        and not states_date(text)
    )


def _continues(piece: Piece) -> bool:
    return _could_be_title(piece) and not any(c.isdigit() for c in piece.text)
