"""Reading a text kind by kind: what one reader has taken, the next ones do not see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from indexer.outline.markers import fold

_ASCII_LOWER = {ord(c): ord(c) + 32 for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_SAME = str.maketrans(
    {"’": "'", "‘": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "～": "~", "〜": "~"}
    | {"\u00a0": " ", "\u202f": " ", "\t": " ", "\n": " ", "\r": " ", "￥": "¥"}
)
_TAKEN = "\x00"


class Scan:
    """A text, folded to one form character by character, so that offsets stay what they are."""

    def __init__(self, text: str) -> None:
        self.cased = fold(text).translate(_SAME)
        self.text = self.cased.translate(_ASCII_LOWER)

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Every match; its characters are taken from the later readers."""
        return self.take_if(pattern, lambda found: True)

    def take_if(
        self, pattern: re.Pattern[str], accept: Callable[[re.Match[str]], bool]
    ) -> Iterator[re.Match[str]]:
        """Those matches that are what they look like; the others stay."""
        matches = [found for found in pattern.finditer(self.text) if accept(found)]
        for found in matches:
            self.hide(found.start(), found.end())
        return iter(matches)

    def hide(self, start: int, end: int) -> None:
        """Takes characters from the later readers."""
        self.text = self.text[:start] + _TAKEN * (end - start) + self.text[end:]
