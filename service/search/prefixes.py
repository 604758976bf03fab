"""Finding texts by the beginnings of their words, also of words that are mistyped.

The texts stand, folded, in one string; the places where words begin are sorted by what follows, as
in a suffix array. A Chinese character counts as a word: any part of a Chinese text is found.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.tokens import HAN_RUN, LATIN_PART, folded, folded_by_character

LONGEST_KEY = 32
"""Characters by which places are sorted; what follows is compared where they are equal."""
LETTERS_FOR_TYPOS = (4, 8)
"""A word of so many letters may be mistyped once, twice."""
WORDS_REMEMBERED = 512

_WORD_START = re.compile(f"{HAN_RUN.pattern.rstrip('+')}|{LATIN_PART.pattern}")
_PIECE = re.compile(f"{HAN_RUN.pattern}|{LATIN_PART.pattern}")
_BETWEEN = re.compile(r"(?:[^\w\n]|_)+")
_AT_ENDS = re.compile(r"^ | $", re.MULTILINE)

Numbers = NDArray[np.int32]


def folded_forms(text: str) -> tuple[str, ...]:
    """The one or two forms of a text by which it is found, each word a single space apart.

    Lines stay lines; equal words of either script, case or width are equal.
    """
    return tuple(dict.fromkeys(_spaced(form) for form in unspaced_forms(text)))


def folded_form(text: str) -> str:
    """The first of `folded_forms`."""
    return _spaced(next(unspaced_forms(text)))


def unspaced_forms(text: str) -> Iterator[str]:
    """The forms of a text, with all that stands between its words."""
    for fold in (folded, folded_by_character):
        # 帐户 and 账户 are one word; the converters leave each as it is.
        yield fold(text).replace("帐", "账")


def pieces_of(form: str) -> list[str]:
    """The words and the runs of Chinese characters of a folded form."""
    return _PIECE.findall(form)


def word_starts(form: str) -> list[int]:
    """Where words begin."""
    return [found.start() for found in _WORD_START.finditer(form)]


def _spaced(form: str) -> str:
    return _AT_ENDS.sub("", _BETWEEN.sub(" ", form))


class Prefixes:
    """The words of some texts, each told by its number. Thread-safe."""

    def __init__(self, texts: Sequence[str]) -> None:
        """From texts without line breaks."""
        forms = [form.split("\n") for form in folded_forms("\n".join(texts))] if texts else [[]]
        lines, numbers = list(forms[0]), list(range(len(texts)))
        for others in forms[1:]:
            differing = [n for n in range(len(texts)) if others[n] != lines[n]]
            lines += [others[n] for n in differing]
            numbers += differing
        self._text = "\n".join(lines)
        ends = accumulate(len(line) + 1 for line in lines)
        line_starts = np.array([0, *ends][:-1] or [0], np.int32)
        starts = np.array(word_starts(self._text), np.int32)
        keys = [self._text[start : start + LONGEST_KEY] for start in starts.tolist()]
        starts = starts[sorted(range(len(keys)), key=keys.__getitem__)]
        line = np.searchsorted(line_starts, starts, side="right") - 1
        self._starts = starts
        self._numbers: Numbers = np.array(numbers, np.int32)[line] if numbers else starts
        self._first = starts == line_starts[line]
        self._words = dict.fromkeys(LATIN_PART.findall(self._text))
        self._beginnings: dict[int, list[str]] = {}
        # Who types on has all but the last word corrected already.
        self.corrections = lru_cache(WORDS_REMEMBERED)(self._corrections)

    def starting_with(self, prefix: str) -> tuple[Numbers, NDArray[np.bool_]]:
        """Numbers of the texts in which a word begins so, and whether it is the text's first.

        `prefix`: a folded form, or the beginning of one; it may go on over several words.
        """
        short = prefix[:LONGEST_KEY]

        def key(start: int) -> str:
            return self._text[start : start + len(short)]

        low = bisect_left(self._starts, short, key=key)
        high = bisect_right(self._starts, short, low, key=key)
        rows = np.arange(low, high)
        if len(prefix) > len(short):
            same = [self._text.startswith(prefix, int(start)) for start in self._starts[low:high]]
            rows = rows[np.array(same, bool)]
        return self._numbers[rows], self._first[rows]

    def _corrections(self, typed: str) -> tuple[tuple[int, str], ...]:
        """What may have been meant by the beginning of a word, and how far away that is.

        A letter left out, added, mistaken, or exchanged with its neighbour is one typo, two steps
        away, but one step less where it makes a whole word. Nearest first; none for a short word,
        and for one that is not of letters alone.
        """
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        most = sum(len(typed) >= letters for letters in LETTERS_FOR_TYPOS)
        if not most or not typed.isalpha() or not LATIN_PART.fullmatch(typed):
            return ()
        found: dict[str, int] = {}
        for length in range(len(typed) - most, len(typed) + most + 1):
            beginnings = self._of_length(length)
            for meant, typos, _ in extract(
                typed, beginnings, scorer=OSA.distance, score_cutoff=most, limit=None
            ):
                if not typed.startswith(meant):  # leaving off the end corrects nothing
                    found[meant] = 2 * int(typos) - (meant in self._words)
        shortest = {}
        for meant, steps in found.items():
            others = (found.get(meant[:end]) for end in range(1, len(meant)))
            if not any(other is not None and other <= steps for other in others):
                shortest[meant] = steps
        return tuple(sorted((steps, meant) for meant, steps in shortest.items()))

    def _of_length(self, length: int) -> list[str]:
        """The different beginnings of words that have so many letters."""
        known = self._beginnings.get(length)
        if known is None:
            cut = dict.fromkeys(word[:length] for word in self._words if len(word) >= length)
            known = self._beginnings[length] = list(cut)
        return known
