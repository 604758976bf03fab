"""Made texts whose words are as frequent as real ones, with a long tail of rare words."""

from __future__ import annotations

import math

import numpy as np

from service.bench.scale.source import Passages, is_unspaced

RARE_WORDS = 400_000
"""Words that are coined; how often one is used falls with its rank, as Zipf's law has it."""
_FROM_PARENT, _FROM_NEIGHBOUR, _RARE = 0.5, 0.15, 0.06
"""How often a run of words comes from either; the rest comes from anywhere in the language."""
_LONGEST_RUN = 8
_LEAST_WORDS, _MOST_WORDS = 6, 110
_SYLLABLES = tuple(c + v for c in "bdfghklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ai"))


class Writer:
    """Writes clauses of one language: runs of real words, in a new order.

    About half of the runs come from the clause whose vector is the parent, and some from the
    neighbour that it was mixed with, so that a text is about what its vector says. The others
    begin at random places of all the real clauses: that gives every word its real frequency, the
    commonest in half of the clauses and more. Some words are coined, so that there are ever new
    ones, as names, products and places are in real policies (Heaps' law).
    """

    def __init__(self, passages: Passages) -> None:
        self._passages = passages
        self._all = [word for words in passages.words for word in words]
        self._lengths = np.array(
            [min(max(len(words), _LEAST_WORDS), _MOST_WORDS) for words in passages.words]
        )
        unspaced = is_unspaced(passages.lang)
        signs = sorted({c for word in self._all for c in word if "\u4e00" <= c <= "\u9fff"})
        self._parts = tuple(signs) if unspaced and len(signs) > 1 else _SYLLABLES
        self._end = "。" if unspaced else "."

    def clause(self, rng: np.random.Generator, parent: int, neighbour: int) -> str:
        """One clause, on one line, without its number."""
        wanted = max(_LEAST_WORDS, int(self._lengths[parent] * rng.uniform(0.6, 1.4)))
        words: list[str] = []
        draws = iter(rng.random((wanted, 3)).tolist())
        while len(words) < wanted:
            kind, place, length = next(draws)
            if kind < _RARE:
                words.append(coined(place, self._parts))
                continue
            if kind < _RARE + _FROM_PARENT:
                given = self._passages.words[parent]
            elif kind < _RARE + _FROM_PARENT + _FROM_NEIGHBOUR:
                given = self._passages.words[neighbour]
            else:
                given = self._all  # type: ignore[assignment]
            start = int(place * len(given))
            words += given[start : start + 1 + int(length * _LONGEST_RUN)]
        text = self._passages.joint.join(words[:wanted])
        return text.rstrip(".,;:。，；：、") + self._end


def coined(draw: float, parts: tuple[str, ...]) -> str:
    """A word that no dictionary has; `draw` in [0, 1) says how rare.

    Its rank is drawn with a density of 1/rank, which is Zipf's law with the exponent 1.
    """
    rank = int(math.exp(draw * math.log(RARE_WORDS)))
    # Neighbours in rank do not look alike: multiplied by a number without a common divisor.
    number = rank * 7_368_787 % (len(parts) ** 3)
    letters = []
    for _ in range(3):
        number, part = divmod(number, len(parts))
        letters.append(parts[part])
    return "".join(letters)
