"""Whether a number at the beginning of a line opens a clause, or belongs to the sentence."""

from __future__ import annotations

import re

from indexer.outline.markers import Marker, fold, read_markers

_REFERS = re.compile(
    r"(?:\b(?:sections?|clauses?|articles?|paragraphs?|parts?|chapters?|appendix|annex|schedule|see"
    r"|items?|nos?\.?|(?:sections|clauses|articles|paragraphs)\s[\d.()a-z]+,?\s(?:and|or|to))"
    r"|[第见和与或及至到按照据本])$",
    re.IGNORECASE,
)


class Numbers:
    """The numbers that paragraphs began with so far, the last one of each kind."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, ...]] = {}

    def note(self, text: str) -> None:
        """Takes in what a paragraph begins with."""
        for marker in read_markers(fold(text)):
            self._seen[marker.style] = marker.numbers

    def open_clause(self, before: str, text: str, *, finished: bool) -> bool:
        """Whether a line opens a clause. `finished`: the line before ends with a full stop."""
        readings = [m for m in read_markers(fold(text)) if m.doubt < 3]
        if not readings:
            return False
        if readings[0].style.startswith("•"):
            return finished or readings[0].style in self._seen
        if finished:
            return readings[0].style != "1 " or any(map(self._continues, readings))
        if _REFERS.search(before):
            return False
        return any(map(self._continues, readings))

    def _continues(self, marker: Marker) -> bool:
        """Whether a number comes next after the last of its kind that began a paragraph."""
        seen = self._seen.get(marker.style)
        if seen is None:
            return False
        if marker.style != "1.1":
            return marker.last == seen[-1] + 1
        same = 0
        while same < min(len(seen), len(marker.numbers)) and seen[same] == marker.numbers[same]:
            same += 1
        if same == len(marker.numbers):
            return False
        before = seen[same] if same < len(seen) else 0
        return marker.numbers[same] == before + 1 and set(marker.numbers[same + 1 :]) <= {1}
