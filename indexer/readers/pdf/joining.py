"""Joining the texts of two lines of one paragraph: spaces, hyphens, Chinese and Latin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.readers.pdf.letters import is_han, is_wide

_SOFT = "\u00ad"
_HYPHENS = "-\u2010"
_TAIL = re.compile(r"([A-Za-z\u00c0-\u024f]+)[-\u2010\u00ad]$")
_HEAD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:[-\u2010][A-Za-z\u00c0-\u024f]+)*")
_MID_SENTENCE = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?![\w-])|(?<![\w-])[a-z]{2,}(?![\w-])")
_ADDRESS = re.compile(
    r"(?:://|www\.|@)\S*[/\-_=&?%.#]$|(?:://\S*|www\.\S*)[a-z0-9]$", re.IGNORECASE
)
_ADDRESS_GOES_ON = re.compile(r"[\w\-./?=&%#~]*[./?=&%#_\-][\w\-./?=&%#~]*")
_SELDOM = 0.03
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
    common: frozenset[str] = frozenset()
    """Words that have a capital at the beginning of a sentence only."""

    def begins_sentence(self, text: str) -> bool:
        """Whether a text opens with a capital that only a sentence's beginning gives it."""
        found = _HEAD.match(text)
        return bool(found and found[0][0].isupper() and found[0].casefold() in self.common)

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
        capital = head[0][0].isupper() and not (head[0].isupper() and tail[1].isupper())
        both_are_words = left in self.words and right in self.words and len(left) > 2
        return before + after if capital or both_are_words else before[:-1] + after


def habits(texts: Iterable[str]) -> Habits:
    """The habits of a document, from its lines."""
    words: set[str] = set()
    spaced = unspaced = 0
    broken = False
    low: Counter[str] = Counter()
    high: Counter[str] = Counter()
    for text in texts:
        for word in _MID_SENTENCE.findall(text):
            if word[0].isupper():
                high[word.casefold()] += 1
            else:
                low[word] += 1
        found = [word.casefold().replace("\u2010", "-") for word in _WORD.findall(text)]
        if broken:
            found = found[1:]
        broken = _TAIL.search(text) is not None
        words.update(found[:-1] if broken else found)
        if not text.isascii():
            spaced += len(_SPACED.findall(text))
            unspaced += len(_UNSPACED.findall(text))
    common = frozenset(w for w, n in low.items() if n >= 2 and high[w] <= _SELDOM * n)
    return Habits(frozenset(words), spaced > unspaced, common)


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
