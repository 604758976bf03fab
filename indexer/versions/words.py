"""The words of a clause, with their places, and which of them differ between two texts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from indexer.versions.order import heaviest_increasing

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_INVISIBLE = r"\u00ad\u200b-\u200d\u2060\ufeff"
_LETTER = rf"(?:[^\W_{_HAN}]|[\u0300-\u036f{_INVISIBLE}])"
_WORD = re.compile(
    rf"(?P<han>[{_HAN}](?:[\s{_INVISIBLE}]*[{_HAN}])*)"
    r"|https?://[A-Za-z0-9/.?=&%#_~:+-]*[A-Za-z0-9/=]"
    r"|[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+[:：]\d\d"
    rf"|{_LETTER}+(?:[._'’\-‐‑]{_LETTER}+)*"
    rf"|[^\s{_INVISIBLE}]"
)
_IGNORED = re.compile(rf"[\s{_INVISIBLE}]")
_SAME = str.maketrans(
    dict.fromkeys("“”„‟«»「」『』", '"')
    | dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("‐‑‒–—−", "-")
    | {"。": ".", "、": ","}
)
_LARGEST_BLOCK = 90_000
"""Words of the old text times words of the new: a block above it without a common anchor is one
edit, since matching it word by word would take seconds and show chance matches."""


class Word(NamedTuple):
    """A word or mark: what is compared of it, and its character offsets in the clause's text.

    A named tuple, since two long policies have 100,000 of them.
    """

    key: str
    start: int
    end: int
    han: bool = False
    part: int = 0
    """Which of several clauses it stands in."""

    @property
    def is_mark(self) -> bool:
        """Whether it is punctuation or a symbol."""
        return not any(c.isalnum() for c in self.key)


def words_of(text: str, start: int = 0) -> tuple[Word, ...]:
    """The words and marks of a text from an offset on; white space separates and is left out.

    Keys are equal for full- and half-width forms, kinds of quotation marks and dashes, composed
    and decomposed letters. Chinese is cut by a dictionary, across line breaks.
    """
    found: list[Word] = []
    for match in _WORD.finditer(text, start):
        if match["han"]:
            found.extend(_chinese(text, match.start(), match.end()))
        elif key := _key(match[0]):
            found.append(Word(key, match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=1 << 14)
def _key(word: str) -> str:
    if word.isascii():
        return word
    return unicodedata.normalize("NFKC", _IGNORED.sub("", word)).translate(_SAME)


def _chinese(text: str, start: int, end: int) -> Iterator[Word]:
    import rjieba

    places = [i for i in range(start, end) if not _IGNORED.match(text[i])]
    position = 0
    for word in rjieba.cut("".join(text[i] for i in places)):
        following = position + len(word)
        key = unicodedata.normalize("NFKC", word)
        yield Word(key, places[position], places[following - 1] + 1, han=True)
        position = following


Block = tuple[tuple[Word, ...], tuple[Word, ...], int, int]
"""Old words, new words in their place, and how many old and new words stand before them."""


def differing(old: Sequence[Word], new: Sequence[Word]) -> list[Block]:
    """The blocks of words that differ, in order, adjacent ones joined."""
    keys = [word.key for word in old], [word.key for word in new]
    if keys[0] == keys[1]:
        return []
    blocks = _joined(list(_blocks(*keys, 0, 0)), old, new)
    return [_trimmed(tuple(old[a:b]), tuple(new[c:d]), a, c) for a, b, c, d in blocks]


def _blocks(
    old: Sequence[str], new: Sequence[str], at_old: int, at_new: int
) -> Iterator[tuple[int, int, int, int]]:
    """Anchored at the words that both have once ("patience" differences), then word by word."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    at_old, at_new = at_old + start, at_new + start
    if not old and not new:
        return
    if not old or not new:
        yield at_old, at_old + len(old), at_new, at_new + len(new)
        return
    anchors = _anchors(old, new)
    if not anchors and len(old) * len(new) <= _LARGEST_BLOCK:
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield at_old + a, at_old + b, at_new + c, at_new + d
    elif not anchors:
        yield at_old, at_old + len(old), at_new, at_new + len(new)
    else:
        a = c = 0
        for b, d in [*anchors, (len(old), len(new))]:
            yield from _blocks(old[a:b], new[c:d], at_old + a, at_new + c)
            a, c = b + 1, d + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    counts, counts_new = Counter(old), Counter(new)
    place = {key: i for i, key in enumerate(old)}
    pairs = [
        (place[key], j) for j, key in enumerate(new) if counts_new[key] == 1 and counts[key] == 1
    ]
    kept = heaviest_increasing([i for i, _ in pairs], [1] * len(pairs))
    return [pairs[position] for position in sorted(kept)]


def _joined(
    blocks: Sequence[tuple[int, int, int, int]], old: Sequence[Word], new: Sequence[Word]
) -> list[tuple[int, int, int, int]]:
    """Blocks with next to nothing between them as one: "a, b" for "c, d" is one replacement."""
    joined: list[tuple[int, int, int, int]] = []
    for block in blocks:
        if joined:
            a, b, c, d = joined[-1]
            between = old[b : block[0]]
            smaller = min(max(b - a, d - c), max(block[1] - block[0], block[3] - block[2]))
            if all(word.is_mark for word in between) or 2 * len(between) <= smaller:
                joined[-1] = a, block[1], c, block[3]
                continue
        joined.append(block)
    return joined


def _trimmed(
    old: tuple[Word, ...], new: tuple[Word, ...], before_old: int, before_new: int
) -> Block:
    """Without the characters that are the same at both ends, where Chinese was cut differently.

    不得|向 against 得|向: only 不 differs. Nothing is cut inside a word of both: 三十 against 六十.
    """
    for from_end in (True, False):
        size = _common(old, new, from_end)
        if size:
            old, cut_old = _without(old, size, from_end)
            new, cut_new = _without(new, size, from_end)
            if not from_end:
                before_old, before_new = before_old + cut_old, before_new + cut_new
    return old, new, before_old, before_new


def _common(old: tuple[Word, ...], new: tuple[Word, ...], from_end: bool) -> int:
    """The number of characters that can be cut off at one end."""
    ends: list[set[int]] = []
    texts: list[str] = []
    for words in (old, new):
        ordered = words[::-1] if from_end else words
        lengths: set[int] = set()
        text = ""
        for word in ordered:
            if not word.han or len(word.key) != word.end - word.start:
                break
            text += word.key[::-1] if from_end else word.key
            lengths.add(len(text))
        ends.append(lengths)
        texts.append(text)
    same = 0
    while same < min(map(len, texts)) and texts[0][same] == texts[1][same]:
        same += 1
    return max((n for n in ends[0] | ends[1] if n <= same), default=0)


def _without(words: tuple[Word, ...], size: int, from_end: bool) -> tuple[tuple[Word, ...], int]:
    """The words without so many characters at one end, and how many whole words went."""
    kept = list(words)
    gone = 0
    while size:
        word = kept.pop() if from_end else kept.pop(0)
        length = len(word.key)
        if length <= size:
            size -= length
            gone += 1
            continue
        if from_end:
            kept.append(Word(word.key[:-size], word.start, word.end - size, True, word.part))
        else:
            kept.insert(0, Word(word.key[size:], word.start + size, word.end, True, word.part))
        size = 0
    return tuple(kept), gone
