"""How much speaks for two clauses being the same: what they say, and where they stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.lookup.alignment.sides import LEVELS, NONE, Floats, Side
from service.lookup.margins import density

NUMBER = 0.05
"""For each number that agrees, from the clause upwards: `4(b)` and `第四条（二）` have two."""

PARENT = 0.1
"""For sections above that are the same; the same is taken off where they are other ones."""

CHILDREN = 0.4
"""For all clauses under them being the same."""

POSITION = 0.15
"""Taken off for standing at the other end."""

HOLLOW = 0.15
"""Taken off where one is a heading alone and the other has a text of its own."""


def meanings(left: Side, right: Side) -> tuple[Floats, Floats]:
    """Cosines, and how much closer clauses are than each is to its nearest others.

    Both of shape (left, right). The second is the margin of Artetxe & Schwenk (2019) as a
    difference, since cosines without their common part may be near zero; of a unique translation
    it is about the cosine or more, of clauses on one subject less than half of it.
    """
    cosines = np.asarray(left.vectors @ right.vectors.T, np.float32)
    rows, columns = density(cosines), density(cosines.T)
    margins = 2 * cosines - (rows[:, None] + columns[None, :]) / 2
    return cosines, np.asarray(np.minimum(margins, 1), np.float32)


def places(left: Side, right: Side) -> Floats:
    """What speaks for pairs by their places alone, shape (left, right)."""
    found = NUMBER * _same_numbers(left, right)
    found += 0.02 * (left.depths[:, None] == right.depths[None, :])
    found -= POSITION * np.abs(left.positions[:, None] - right.positions[None, :])
    found -= HOLLOW * (left.hollow[:, None] != right.hollow[None, :])
    return np.asarray(found, np.float32)


def surroundings(left: Side, right: Side, matches: NDArray[np.intp]) -> Floats:
    """What speaks for pairs by what else is matched, shape (left, right).

    `matches`: for each left clause the right one that it is believed to be, or `NONE`.
    """
    found = np.zeros((len(left), len(right)), np.float32)
    known = (left.parents != NONE) & (matches[left.parents] != NONE)
    nested = known[:, None] & (right.parents != NONE)[None, :]
    same = matches[left.parents][:, None] == right.parents[None, :]
    found += PARENT * np.where(nested, np.where(same, 1, -1), 0)
    shared = np.zeros_like(found)
    for i, j in enumerate(matches.tolist()):
        if j != NONE and left.parents[i] != NONE and right.parents[j] != NONE:
            shared[left.parents[i], right.parents[j]] += 1
    most = np.maximum(_counts(left)[:, None], _counts(right)[None, :])
    found += CHILDREN * shared / np.maximum(most, 1)
    return found


def _counts(side: Side) -> NDArray[np.intp]:
    return np.array([len(children) for children in side.children], np.intp)


def _same_numbers(left: Side, right: Side) -> Floats:
    """How many numbers agree from the clause upwards, until one does not."""
    total = np.zeros((len(left), len(right)), np.float32)
    agrees = np.ones(total.shape, bool)
    for level in range(LEVELS):
        one, other = (_values_at(side, level) for side in (left, right))
        same = np.zeros(total.shape, bool)
        for values in one:
            for others in other:
                same |= (values[:, None] == others[None, :]) & (values[:, None] > 0)
        agrees &= same
        total += agrees
    return total


def _values_at(side: Side, level: int) -> list[NDArray[np.intp]]:
    """The one and the other value that the numbers of a level may have; 0 for none."""
    found = np.zeros((2, len(side)), np.intp)
    for i, chain in enumerate(side.numbers):
        for k, value in enumerate(sorted(chain[level]) if level < len(chain) else ()):
            found[k, i] = value
    return list(found)
