"""Which clause of the old version became which of the new one.

First the clauses that say the same, unique ones before repeated ones, then those that say nearly
the same, as an assignment problem. What is matched tells more about the neighbours of what is not,
so the steps are repeated, each time asking for less likeness where more else speaks for a pair.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.versions.pairs import NONE, Evidence, Floats, Pairs, evidence
from indexer.versions.parts import Group, find_groups
from indexer.versions.sides import PREAMBLES, Side
from indexer.versions.similarity import Texts, meaning

_ROUNDS = 6
_MUST = 0.6
"""Likeness at which texts are the same clause wherever they stand."""

_ALIKE = 0.45
"""Likeness at which they are where something around them agrees."""

_SLIGHT = 0.28
"""Likeness that is enough for clauses that stand in the same place."""

_SAME_CHILDREN = 0.6
"""The part of sub-clauses in common at which sections are the same, whatever their headings."""

_SOME_CHILDREN = 0.3
"""The part that is enough for sections that stand in the same place."""


def match_clauses(
    old: Side, new: Side, old_vectors: Floats | None = None, new_vectors: Floats | None = None
) -> list[Group]:
    """Groups of clauses that are the same, in the order of the new version.

    One old and one new clause each; one and several for a split, several and one for a merger.
    Clauses in no group were removed or added.
    """
    pairs = Pairs(old, new)
    _match_preambles(pairs)
    _match_unique(pairs)
    _match_repeated(pairs)
    _part_contradicted(pairs)
    texts = Texts(old, new)
    near = None
    if old_vectors is not None and new_vectors is not None:
        near = meaning(old, new, old_vectors, new_vectors)
    _match_similar(pairs, texts, near, _surely)
    _match_repeated(pairs)
    groups = find_groups(pairs, texts)
    for _ in range(_ROUNDS):
        found = _match_similar(pairs, texts, near, _probably) + _match_repeated(pairs)
        if not found:
            break
    _match_in_order(pairs)
    groups += find_groups(pairs, texts)
    grouped = {i for group in groups for i in group.old}
    groups += [
        Group((i,), (j,)) for i, j in enumerate(pairs.new_of) if j != NONE and i not in grouped
    ]
    return sorted(groups, key=lambda group: group.new)


def _match_preambles(pairs: Pairs) -> None:
    """What stands before the first number is the same part, however much of it changed."""
    places: list[dict[str, int]] = []
    for side in (pairs.old, pairs.new):
        places.append(
            {
                clause.labels[-1]: i
                for i, clause in enumerate(side.clauses)
                if clause.parent_id is None and not clause.heading and clause.labels
                if clause.labels[-1] in PREAMBLES
            }
        )
    for label, i in places[0].items():
        if label in places[1]:
            pairs.match(i, places[1][label], settled=True)


def _match_unique(pairs: Pairs) -> None:
    for olds, news in _same_content(pairs):
        if len(olds) == len(news) == 1:
            pairs.match(olds[0], news[0], settled=True)


def _same_content(pairs: Pairs) -> list[tuple[list[int], list[int]]]:
    """Old and new clauses not matched yet that say the same, by what they say."""
    found: defaultdict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for i in pairs.free_old():
        found[pairs.old.contents[i]][0].append(i)
    for j in pairs.free_new():
        found[pairs.new.contents[j]][1].append(j)
    return [(olds, news) for olds, news in found.values() if olds and news]


def _match_repeated(pairs: Pairs) -> int:
    """Matches clauses of the same text in several places by what surrounds them.

    Each match says more about its neighbours, so this goes on until nothing is found.
    """
    before = len(pairs.settled)
    while True:
        found = 0
        for olds, news in _same_content(pairs):
            around = evidence(pairs, olds, news)
            support = _support(pairs, olds, around)
            score = support + 0.5 * around.path + 0.3 * around.number
            for row, column in _assign(score, support >= 1):
                pairs.match(olds[row], news[column], settled=True)
                found += 1
        if not found:
            return len(pairs.settled) - before


def _support(pairs: Pairs, olds: Sequence[int], around: Evidence) -> Floats:
    """How much speaks for a pair beside its text; to stand at the top is no neighbourhood."""
    nested = np.array([[pairs.old.parents[i] != NONE] for i in olds], np.float32)
    support = 1.5 * around.parent * nested + around.before + around.after
    return np.asarray(support + 2 * around.children, np.float32)


def _repeated(side: Side, positions: Sequence[int]) -> NDArray[np.bool_]:
    """Whether clauses say what another of their version says as well."""
    times = Counter(side.contents)
    return np.array([times[side.contents[i]] > 1 for i in positions], np.bool_)


def _match_in_order(pairs: Pairs) -> None:
    """Matches what is left of equal texts between the same matched clauses, in order."""
    found = 1
    while found:
        found = 0
        for olds, news in _same_content(pairs):
            around = evidence(pairs, olds, news)
            places = np.argwhere(around.before * around.after > 0)
            if len(places):
                row, column = places[0]
                pairs.match(olds[row], news[column], settled=True)
                found += 1


def _part_contradicted(pairs: Pairs) -> None:
    """Parts headings whose sub-clauses all stand under another one: titles are often repeated."""
    for i in sorted(pairs.settled):
        parents = Counter(
            pairs.new.parents[pairs.new_of[child]]
            for child in pairs.old.children[i]
            if pairs.new_of[child] != NONE
        )
        if not parents or parents[pairs.new_of[i]]:
            continue
        parent, count = parents.most_common(1)[0]
        if parent != NONE and count >= 2 and 2 * count >= len(pairs.old.children[i]):
            pairs.part(i)


def _surely(likeness: Floats, around: Evidence) -> NDArray[np.bool_]:
    return (likeness >= _MUST) | (around.children >= _SAME_CHILDREN)


def _probably(likeness: Floats, around: Evidence) -> NDArray[np.bool_]:
    place = around.before + around.after + around.parent + around.heading
    return (
        (likeness >= _ALIKE) & (place >= 1)
        | (likeness >= _SLIGHT) & (place >= 3)
        | (around.children >= _SAME_CHILDREN)
        | (around.children >= _SOME_CHILDREN) & (place >= 2)
    )


def _match_similar(
    pairs: Pairs,
    texts: Texts,
    near: Floats | None,
    accepts: Callable[[Floats, Evidence], NDArray[np.bool_]],
) -> int:
    olds, news = pairs.free_old(), pairs.free_new()
    if not olds or not news:
        return 0
    likeness = texts.similarity(olds, news)
    if near is not None:
        likeness = np.maximum(likeness, (likeness + near[np.ix_(olds, news)]) / 2)
    around = evidence(pairs, olds, news)
    score = likeness + 1.2 * around.children
    score += 0.12 * around.parent + 0.1 * around.before + 0.1 * around.after
    score += 0.08 * around.path + 0.1 * around.heading + 0.04 * around.number
    accepted = accepts(likeness, around)
    # What stands in many places says nothing about which of them it came from.
    many = _repeated(pairs.old, olds)[:, None] | _repeated(pairs.new, news)[None, :]
    accepted &= ~many | (_support(pairs, olds, around) >= 1)
    found = _assign(score, accepted)
    for row, column in found:
        pairs.match(olds[row], news[column])
    return len(found)


def _assign(score: Floats, accepted: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The pairs of greatest total score among the accepted ones, block by connected block.

    Of equal sums, the one whose pairs stand nearest to the diagonal.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rows, columns = np.nonzero(accepted)
    if not len(rows):
        return []
    size = sum(score.shape)
    links = coo_matrix((np.ones(len(rows)), (rows, columns + score.shape[0])), (size, size))
    _, block_of = connected_components(links, directed=False)
    members: defaultdict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        block = members[block_of[row]]
        block[0].add(row)
        block[1].add(column)
    found: list[tuple[int, int]] = []
    for block in members.values():
        inside = np.ix_(sorted(block[0]), sorted(block[1]))
        height, width = score[inside].shape
        across = np.arange(height)[:, None] / height - np.arange(width)[None, :] / width
        value = np.where(accepted[inside], score[inside] + 0.01 * (1 - np.abs(across)), 0)
        chosen = linear_sum_assignment(value, maximize=True)
        for row, column in zip(*chosen, strict=True):
            place = int(inside[0][row, 0]), int(inside[1][0, column])
            if accepted[place]:
                found.append(place)
    return sorted(found)
