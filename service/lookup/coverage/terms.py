"""Key terms in clauses: plain words after folding, without stems.

A stem is too much here: `relatives` and `related`, `personal` and `personalized` share theirs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.tokens import HAN_RUN, LATIN_PART, folded

_WORDS = re.compile(f"{HAN_RUN.pattern}|{LATIN_PART.pattern}")

Found = NDArray[np.bool_]


def words_of(text: str) -> str:
    """The words and runs of Chinese characters, folded, with a space before and after each."""
    return f" {' '.join(_WORDS.findall(folded(text)))} "


def pattern_of(term: str) -> str:
    """What stands in `words_of` a text that holds a term; empty for a term without words.

    A word counts whole, or its beginning where the term ends in `*`; Chinese anywhere in a run.
    """
    words = words_of(term).strip()
    if not words:
        return ""
    start = "" if HAN_RUN.match(words[0]) else " "
    open_ended = term.rstrip().endswith("*") or HAN_RUN.match(words[-1])
    return f"{start}{words}{'' if open_ended else ' '}"


def terms_found(texts: Sequence[str], terms: Sequence[Sequence[str]]) -> Found:
    """Whether each text holds a term of each topic, shape (texts, topics)."""
    patterns = [[p for p in map(pattern_of, of_topic) if p] for of_topic in terms]
    found = np.zeros((len(texts), len(terms)), np.bool_)
    for row, text in enumerate(texts):
        words = words_of(text)
        found[row] = [any(pattern in words for pattern in of_topic) for of_topic in patterns]
    return found
