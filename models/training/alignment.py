"""Which block of one document translates which block of the other.

A small relative of Gale & Church, "A Program for Aligning Sentences in Bilingual Corpora" (1993):
translations keep the order and, roughly, the length.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.training.records import Block

# Chinese says in one character what takes English about three letters (measured on help texts).
LETTERS_PER_CHARACTER = 3.0
# Cost of leaving a block without a partner, in the unit of `_cost`: worse than a pair whose
# lengths differ by a factor of two, better than one that differs by four.
SKIP = 0.9
KIND_MISMATCH = 1.5


def align(english: Sequence[Block], chinese: Sequence[Block]) -> list[tuple[Block, Block]]:
    """Pairs of blocks in order, one to one; blocks without a likely partner are left out.

    Documents with the same number of blocks and the same sequence of headings are paired as they
    stand; others by the cheapest monotone path.
    """
    if [b.heading for b in english] == [b.heading for b in chinese]:
        return list(zip(english, chinese, strict=True))
    n, m = len(english), len(chinese)
    best = [[math.inf] * (m + 1) for _ in range(n + 1)]
    step = [[0] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    for i in range(n + 1):
        for j in range(m + 1):
            if i and j:
                cost = best[i - 1][j - 1] + _cost(english[i - 1], chinese[j - 1])
                if cost < best[i][j]:
                    best[i][j], step[i][j] = cost, 0
            if i and best[i - 1][j] + SKIP < best[i][j]:
                best[i][j], step[i][j] = best[i - 1][j] + SKIP, 1
            if j and best[i][j - 1] + SKIP < best[i][j]:
                best[i][j], step[i][j] = best[i][j - 1] + SKIP, 2
    pairs, i, j = [], n, m
    while i and j:
        if step[i][j] == 0:
            i, j = i - 1, j - 1
            pairs.append((english[i], chinese[j]))
        elif step[i][j] == 1:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _cost(english: Block, chinese: Block) -> float:
    if english.text == chinese.text:  # names, commands: the same in both
        return -0.5
    ratio = (len(english.text) + 4) / (LETTERS_PER_CHARACTER * (weight(chinese.text) + 1))
    return abs(math.log(ratio)) + (KIND_MISMATCH if english.heading != chinese.heading else 0.0)


def weight(text: str) -> float:
    """Length in Chinese characters; Latin letters count a third of one."""
    han = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return han + (len(text) - han) / LETTERS_PER_CHARACTER
