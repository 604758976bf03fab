"""Which clauses of two versions are the same, and what their neighbours say about the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.versions.sides import Side

NONE = -1
Floats = NDArray[np.float32]


class Pairs:
    """The clauses matched so far, one old to one new."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        self.new_of = [NONE] * len(old)
        self.old_of = [NONE] * len(new)
        self.settled: set[int] = set()
        """Old clauses whose match is not in question: they say the same, or were split."""

    def match(self, i: int, j: int, *, settled: bool = False) -> None:
        self.new_of[i], self.old_of[j] = j, i
        if settled:
            self.settled.add(i)

    def part(self, i: int) -> None:
        """The old clause and its partner are matched no longer."""
        self.old_of[self.new_of[i]] = NONE
        self.new_of[i] = NONE
        self.settled.discard(i)

    def free_old(self) -> list[int]:
        return [i for i, j in enumerate(self.new_of) if j == NONE]

    def free_new(self) -> list[int]:
        return [j for j, i in enumerate(self.old_of) if i == NONE]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What surrounds pairs of old and new clauses, each an array of shape (old, new)."""

    parent: Floats
    """1 where the clauses above them are matched to each other, or both stand at the top."""
    before: Floats
    """1 where the nearest matched clauses before them are matched to each other."""
    after: Floats
    children: Floats
    """The part of their sub-clauses that are matched to each other (Dice)."""
    path: Floats
    """1 where the same headings stand above them."""
    heading: Floats
    """1 where they have the same heading."""
    number: Floats
    """1 where they have the same number."""


def evidence(pairs: Pairs, olds: Sequence[int], news: Sequence[int]) -> Evidence:
    """What surrounds the given old and new clauses, by what is matched so far."""
    old, new = pairs.old, pairs.new
    new_of, old_of = pairs.new_of, pairs.old_of
    # A partner is told by its new position: -2 for "unmatched", which equals nothing new.
    parents_old = [_partner(new_of, old.parents[i]) for i in olds]
    parents_new = [new.parents[j] for j in news]
    selves = [NONE if i == NONE else new_of[i] for i in old_of]
    before_old = _nearest(range(len(old)), new_of)
    before_new = _nearest(range(len(new)), selves)
    after_old = _nearest(range(len(old) - 1, -1, -1), new_of)
    after_new = _nearest(range(len(new) - 1, -1, -1), selves)
    return Evidence(
        parent=_same(parents_old, parents_new),
        before=_same([before_old[i] for i in olds], [before_new[j] for j in news]),
        after=_same([after_old[i] for i in olds], [after_new[j] for j in news]),
        children=_children(pairs, olds, news),
        path=_same(*_numbered([old.above[i] for i in olds], [new.above[j] for j in news])),
        heading=_same(
            *_numbered(
                [old.headings[i] or ("old", str(i)) for i in olds],
                [new.headings[j] or ("new", str(j)) for j in news],
            )
        ),
        number=_same(
            *_numbered(
                [old.chains[i] or ("old", str(i)) for i in olds],
                [new.chains[j] or ("new", str(j)) for j in news],
            )
        ),
    )


def _partner(new_of: Sequence[int], i: int) -> int:
    if i == NONE:
        return NONE
    return new_of[i] if new_of[i] != NONE else -2


def _nearest(order: Iterable[int], matched: Sequence[int]) -> dict[int, int]:
    """For each position, the last matched one met before it in the given order."""
    nearest: dict[int, int] = {}
    last = NONE
    for position in order:
        nearest[position] = last
        if matched[position] != NONE:
            last = matched[position]
    return nearest


def _children(pairs: Pairs, olds: Sequence[int], news: Sequence[int]) -> Floats:
    column = {j: position for position, j in enumerate(news)}
    found = np.zeros((len(olds), len(news)), np.float32)
    for row, i in enumerate(olds):
        for child in pairs.old.children[i]:
            partner = pairs.new_of[child]
            parent = pairs.new.parents[partner] if partner != NONE else NONE
            if parent in column:
                both = len(pairs.old.children[i]) + len(pairs.new.children[parent])
                found[row, column[parent]] += 2 / both
    return found


def _numbered(
    olds: Sequence[tuple[str, ...]], news: Sequence[tuple[str, ...]]
) -> tuple[list[int], list[int]]:
    """Equal items as equal numbers."""
    numbers: dict[tuple[str, ...], int] = {}
    return (
        [numbers.setdefault(item, len(numbers)) for item in olds],
        [numbers.setdefault(item, len(numbers)) for item in news],
    )


def _same(olds: Sequence[int], news: Sequence[int]) -> Floats:
    one, other = np.array(olds, np.int64)[:, None], np.array(news, np.int64)[None, :]
    return np.asarray(one == other, np.float32)
