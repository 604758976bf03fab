"""Which matched clauses changed their place among the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from indexer.versions.order import heaviest_increasing
from indexer.versions.parts import Group
from indexer.versions.sides import Side


def find_moves(old: Side, new: Side, groups: Sequence[Group]) -> dict[Group, Group | None]:
    """The groups that moved, each with the section above it with which it moved, if any.

    A clause moved where it stands under another matched clause than before, or where the order of
    the clauses under the same one changed; then as few clauses as possible count as moved, with
    their sub-clauses. A level put in or taken out above a clause does not move it.
    """
    above_old = _above(old, {i: group for group in groups for i in group.old})
    above_new = _above(new, {j: group for group in groups for j in group.new})
    weights: defaultdict[Group, int] = defaultdict(int)
    beneath: defaultdict[Group | None, list[Group]] = defaultdict(list)
    moved: dict[Group, Group | None] = {}
    for group in groups:
        parent = above_new[group.new[0]]
        weights[group] += 1
        while parent:
            weights[parent] += 1
            parent = above_new[parent.new[0]]
        if above_old[group.old[0]] != above_new[group.new[0]]:
            moved[group] = None
        else:
            beneath[above_new[group.new[0]]].append(group)
    for siblings in beneath.values():
        siblings.sort(key=lambda group: group.new)
        kept = heaviest_increasing(
            [group.old[0] for group in siblings], [weights[group] for group in siblings]
        )
        moved |= {group: None for n, group in enumerate(siblings) if n not in kept}
    themselves = set(moved)
    for group in groups:
        parent = above_new[group.new[0]]
        while parent and parent not in themselves:
            parent = above_new[parent.new[0]]
        if parent and group not in themselves:
            moved[group] = parent
    return moved


def _above(side: Side, group_of: dict[int, Group]) -> list[Group | None]:
    """For each clause, the nearest group above it that it does not belong to itself."""
    above: list[Group | None] = []
    for i in range(len(side)):
        parent = side.parents[i]
        while parent >= 0 and (parent not in group_of or group_of[parent] == group_of.get(i)):
            parent = side.parents[parent]
        above.append(group_of[parent] if parent >= 0 else None)
    return above
