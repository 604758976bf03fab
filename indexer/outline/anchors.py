"""Which place of its page a link to a clause leads to: the nearest one above that has a name."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.records import Block


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """A named place: the position of its block, and the name; -1 and empty where there is none."""

    block: int
    name: str


class Anchors:
    """The named places of a document."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._ends = [block.end for block in blocks]
        self._anchors = _nearest(blocks)

    def above(self, start: int) -> Anchor:
        """Where the text at an offset is reached: at its own block, or a heading it is under."""
        place = min(bisect_right(self._ends, start), len(self._anchors) - 1)
        return self._anchors[place] if self._anchors else Anchor(-1, "")


def _nearest(blocks: Sequence[Block]) -> list[Anchor]:
    found = []
    open_headings: list[tuple[int, Anchor]] = []
    for place, block in enumerate(blocks):
        above = open_headings[-1][1] if open_headings else Anchor(-1, "")
        if block.kind == "heading":
            level = block.level or 1
            while open_headings and open_headings[-1][0] >= level:
                open_headings.pop()
            above = open_headings[-1][1] if open_headings else Anchor(-1, "")
        own = Anchor(place, block.anchor) if block.anchor else above
        if block.kind == "heading":
            open_headings.append((block.level or 1, own))
        found.append(own)
    return found
