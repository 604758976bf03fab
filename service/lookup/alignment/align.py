"""Two policies aligned clause by clause: in order first, then what was moved, then the rest.

The policies may be translations of each other, versions of one, or of two companies. Clauses are
compared by their vectors, without the part that all clauses of their policy share (the language,
the subject), and by where they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from indexer.records import Clause
from service.lookup.alignment.groups import Group, extend
from service.lookup.alignment.likeness import meanings, places, surroundings
from service.lookup.alignment.monotone import best_chain
from service.lookup.alignment.records import AlignedRow, Alignment, Status
from service.lookup.alignment.sides import NONE, Floats, Side, joined, read_side

SAME = 0.42
"""Likeness at which clauses in the same order are the same."""

SLIGHT = 0.3
"""Likeness that is enough for the only two that are left between matches."""

MOVED = 0.6
"""Likeness at which they are wherever they stand."""

_WHOLE = 0.5
"""The least cosine of a whole match; below, and where lengths differ, it is a partial one."""

_LENGTHS = 2.2
"""How many times longer one side of a whole match may be."""

_ROUNDS = 3


def align_clauses(
    left: Sequence[Clause], right: Sequence[Clause], left_vectors: Floats, right_vectors: Floats
) -> Alignment:
    """Which clauses say the same.

    Args:
        left: one policy's clauses in reading order.
        right: the other's.
        left_vectors: an embedding for each left clause, float32, shape (len(left), dimension);
            zeros for a clause that is a heading alone.
        right_vectors: of the same encoder for each right clause.

    Raises:
        ValueError: the vectors' shapes do not fit the clauses or each other.
    """
    if left_vectors.shape[0] != len(left) or right_vectors.shape[0] != len(right):
        raise ValueError(
            f"vectors of shapes {left_vectors.shape} and {right_vectors.shape} for {len(left)} and "
            f"{len(right)} clauses: expected one row for each clause"
        )
    one, other = read_side(left, left_vectors), read_side(right, right_vectors)
    groups = _groups(one, other) if len(one) and len(other) else []
    return Alignment(tuple(_rows(one, other, groups)))


def _groups(left: Side, right: Side) -> list[Group]:
    cosines, margins = meanings(left, right)
    base = np.asarray((cosines + margins) / 2 + places(left, right), np.float32)
    likeness = base
    matches = np.full(len(left), NONE, np.intp)
    chain: list[tuple[int, int]] = []
    for _ in range(_ROUNDS):
        chain = best_chain(np.asarray(likeness - SAME, np.float32))
        moves = _mutual_best(likeness, chain)
        found = np.full(len(left), NONE, np.intp)
        for i, j in (*chain, *moves):
            found[i] = j
        if (found == matches).all():
            break
        matches = found
        likeness = np.asarray(base + surroundings(left, right, matches), np.float32)
    chain = sorted([*chain, *_left_between(chain, likeness, cosines)])
    groups = [Group([i], [j]) for i, j in chain]
    groups += [Group([i], [j], moved=True) for i, j in _mutual_best(likeness, chain)]
    extend(left, right, groups, cosines)
    return groups


def _left_between(
    chain: Sequence[tuple[int, int]], likeness: Floats, cosines: Floats
) -> list[tuple[int, int]]:
    """The one clause of each side that is left between two matches, if either is like no other."""
    ends = [(NONE, NONE), *chain, likeness.shape]
    found = []
    for (i, j), (after_i, after_j) in pairwise(ends):
        if after_i - i == after_j - j == 2:
            place = i + 1, j + 1
            nearest = cosines[place] >= min(cosines[place[0]].max(), cosines[:, place[1]].max())
            if nearest and likeness[place] >= SLIGHT:
                found.append(place)
    return found


def _mutual_best(likeness: Floats, chain: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of what is left over, each the other's best and surely the same."""
    rows = np.setdiff1d(np.arange(likeness.shape[0]), [i for i, _ in chain])
    columns = np.setdiff1d(np.arange(likeness.shape[1]), [j for _, j in chain])
    if not len(rows) or not len(columns):
        return []
    left = likeness[np.ix_(rows, columns)]
    best, best_rows = left.argmax(axis=1), left.argmax(axis=0)
    return [
        (int(rows[i]), int(columns[j]))
        for i, j in enumerate(best.tolist())
        if best_rows[j] == i and left[i, j] >= MOVED
    ]


def _rows(left: Side, right: Side, groups: Sequence[Group]) -> list[AlignedRow]:
    """Every clause once; what only the right has goes after what stands before it there."""
    owner = {j: group for group in groups for j in group.right}
    by_left = {group.left[0]: group for group in groups}
    after: dict[int, list[int]] = {}
    anchor = NONE
    for j in range(len(right)):
        if j in owner:
            if not owner[j].moved:
                anchor = owner[j].left[0]
        else:
            after.setdefault(anchor, []).append(j)
    rows = [_alone(right, j, "only_there") for j in after.get(NONE, ())]
    grouped = {i for group in groups for i in group.left}
    for i in range(len(left)):
        if i in by_left:
            rows.append(_row(left, right, by_left[i]))
        elif i not in grouped:
            rows.append(_alone(left, i, "only_here"))
        rows += [_alone(right, j, "only_there") for j in after.get(i, ())]
    return rows


def _alone(side: Side, place: int, status: Status) -> AlignedRow:
    clauses = (side.clauses[place],)
    return AlignedRow(status, *((clauses, ()) if status == "only_here" else ((), clauses)))


def _row(left: Side, right: Side, group: Group) -> AlignedRow:
    score = float(np.clip(joined(left, group.left) @ joined(right, group.right), 0, 1))
    return AlignedRow(
        "matched" if _is_whole(left, right, group, score) else "partial",
        tuple(left.clauses[i] for i in group.left),
        tuple(right.clauses[j] for j in group.right),
        round(score, 4),
        group.moved,
    )


def _is_whole(left: Side, right: Side, group: Group, score: float) -> bool:
    headings = left.hollow[group.left].all(), right.hollow[group.right].all()
    if headings[0] and headings[1]:
        return True
    lengths = [float(s.lengths[p].sum()) + 4 for s, p in ((left, group.left), (right, group.right))]
    return score >= _WHOLE and max(lengths) <= _LENGTHS * min(lengths)
