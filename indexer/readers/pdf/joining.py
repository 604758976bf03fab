"""Joining the texts of two lines of one paragraph: spaces, hyphens, Chinese and Latin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.readers.pdf.letters import is_han, is_wide

_SOFT = "\u00ad"
_HYPHENS = "-\u2010"
_TAIL = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]$")
_HEAD = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_ADDRESS = re.compile(r"(?:://|www\.|@)\S*[/\-_=&?%.#]$|(?:://\S*|www\.\S*)[a-z0-9]$", re.IGNORECASE)
_ADDRESS_GOES_ON = re.compile(r"[\w\-./?=&%#~]*[./?=&%#_\-][\w\-./?=&%#~]*")
_SPACED = re.compile(r"[\u4e00-\u9fff] [A-Za-z0-9]|[A-Za-z0-9] [\u4e00-\u9fff]")
_UNSPACED = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
_PREFIXES = frozenset(
    "all anti co cross ex non post pre pro self semi sub third well".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Habits:
    """How a document writes: the words that it holds unbroken, and spaces beside Latin words."""

    words: frozenset[str]
    spaced: bool

    def join(self, before: str, after: str) -> str:
        """The two lines' texts as one."""
        if not before or not after:
            return before or after
        last, first = before[-1], after[0]
        if last == _SOFT:
            return before[:-1] + after
        if last in _HYPHENS and _TAIL.search(before):
            return self._at_hyphen(before, after)
        if last in "—–" and before[-2:-1].strip() and len(before) > 2:
            return before + after
        if _is_address(before, after):
            return before + after
        if is_wide(last) and is_wide(first):
            return before + after
        if is_wide(last) or is_wide(first):
            both_words = (is_han(last) or is_han(first)) and last.isalnum() and first.isalnum()
            return f"{before} {after}" if both_words and self.spaced else before + after
        if last in "(（[/" and not before.endswith(" " + last):
            return before + after
        return f"{before} {after}"

    def _at_hyphen(self, before: str, after: str) -> str:
        tail, head = _TAIL.search(before), _HEAD.match(after)
        if not tail or not head:
            return before + after
        left, right = tail[1].casefold(), head[0].casefold()
        if left + right in self.words:
            return before[:-1] + after
        if f"{left}-{right}" in self.words or left in _PREFIXES:
            return before + after
        capital = after[0].isupper() and not tail[1].isupper()
        both_are_words = left in self.words and right in self.words and len(left) > 2
        return before + after if capital or both_are_words else before[:-1] + after


def habits(texts: Iterable[str]) -> Habits:
    """The habits of a document, from its lines."""
    words: set[str] = set()
    spaced = unspaced = 0
    broken = False
    for text in texts:
        found = [word.casefold().replace("\u2010", "-") for word in _WORD.findall(text)]
        if broken:
            found = found[1:]
        broken = _TAIL.search(text) is not None
        words.update(found[:-1] if broken else found)
        if not text.isascii():
            spaced += len(_SPACED.findall(text))
            unspaced += len(_UNSPACED.findall(text))
    return Habits(frozenset(words), spaced > unspaced)


def _is_address(before: str, after: str) -> bool:
    """Whether a web or mail address goes on in the next line."""
    word, rest = before.rsplit(None, 1)[-1], after.split(None, 1)[0]
    if not _ADDRESS.search(word):
        return False
    if word[-1] in "/-_=&?%#":
        return rest[0].isascii() and rest[0].isalnum()
    if word[-1] == ".":
        return rest[0].islower() and _ADDRESS_GOES_ON.fullmatch(rest.rstrip(".,;)")) is not None
    return rest[0] in "./?=&%#_-" and len(rest) > 1
