"""One clause that says what several say: clauses left over join the row of a neighbour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from service.lookup.alignment.sides import NONE, Floats, Side, joined

ENOUGH = 0.35
"""The cosine at which a clause left over can be a part of what the other side says."""

GAIN = 0.02
"""By how much it must bring the joined text nearer where it is not near by itself."""


@dataclass
class Group:
    """Places of clauses that are the same."""

    left: list[int]
    right: list[int]
    moved: bool = False


def extend(left: Side, right: Side, groups: list[Group], cosines: Floats) -> None:
    """Puts clauses that are in no group into that of a neighbour, a parent or a child.

    Each must make the group's two sides more alike, in meaning or at least in length.
    """
    _extend(left, right, [(g.left, g.right) for g in groups], cosines)
    _extend(right, left, [(g.right, g.left) for g in groups], cosines.T)


def _extend(
    side: Side, other: Side, groups: Sequence[tuple[list[int], list[int]]], cosines: Floats
) -> None:
    owner = {i: group for group in groups for i in group[0]}
    grew = True
    while grew:
        grew = False
        for i in range(len(side)):
            if i in owner or side.hollow[i]:
                continue
            tried = [(_gain(side, other, i, *g, cosines), k) for k, g in _near(side, i, owner)]
            gain, near = max(tried, default=(0.0, NONE))
            if gain > 0:
                owner[near][0].append(i)
                owner[near][0].sort()
                owner[i] = owner[near]
                grew = True


def _near(
    side: Side, i: int, owner: dict[int, tuple[list[int], list[int]]]
) -> Iterator[tuple[int, tuple[list[int], list[int]]]]:
    """The groups of the clauses before, after, above and below, each once."""
    seen: set[int] = set()
    for near in (i - 1, i + 1, int(side.parents[i]), *side.children[i][:1]):
        if near in owner and id(owner[near]) not in seen:
            seen.add(id(owner[near]))
            yield near, owner[near]


def _gain(
    side: Side, other: Side, i: int, own: Sequence[int], others: Sequence[int], cosines: Floats
) -> float:
    """How much nearer a group's sides come when a clause joins it; 0 where it should not."""
    target = joined(other, others)
    before, after = joined(side, own) @ target, joined(side, [*own, i]) @ target
    lengths = [float(side.lengths[list(places)].sum()) for places in (own, [*own, i])]
    wanted = float(other.lengths[list(others)].sum())
    misfit = [abs(np.log((length + 1) / (wanted + 1))) for length in lengths]
    if misfit[1] >= misfit[0]:
        return 0.0
    near = float(max(cosines[i, j] for j in others))
    best = float(cosines[i].max())
    if after - before >= GAIN or (near >= ENOUGH and near >= best - 0.05 and after > before - GAIN):
        return float(after - before + 0.1 + near)
    return 0.0
