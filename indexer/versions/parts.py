"""Splits and mergers: one clause's text that stands in several consecutive ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.versions.pairs import NONE, Pairs
from indexer.versions.sides import Side
from indexer.versions.similarity import Texts

_MOST_PARTS = 6
_OWN_SHARE = 0.6
"""Of a part's words, by weight, that stand in the whole."""
_COVERED = 0.7
"""Of the whole's words that stand in its parts together."""
_LEAST_GAIN = 0.06
"""Of the whole's words that stand in this part alone, unless it is a heading above the next."""
_SECOND_GAIN = 0.12
"""Of the whole's words that the largest part lacks: below it, that one is all there is."""


@dataclass(frozen=True, slots=True)
class Group:
    """The positions of old and new clauses that are the same: one and one, or one and several."""

    old: tuple[int, ...]
    new: tuple[int, ...]


def find_groups(pairs: Pairs, texts: Texts) -> list[Group]:
    """Clauses that were split or merged; what they were matched to before is given up.

    All clauses of a group then count as matched, to the first of the other side.
    """
    found = [(gain, Group((whole,), parts)) for gain, whole, parts in _divided(pairs, texts, 0)]
    found += [(gain, Group(parts, (whole,))) for gain, whole, parts in _divided(pairs, texts, 1)]
    groups: list[Group] = []
    for _, group in sorted(found, key=lambda item: (-item[0], item[1].new, item[1].old)):
        if not any(set(group.old) & set(g.old) or set(group.new) & set(g.new) for g in groups):
            groups.append(group)
    for group in groups:
        for i in group.old:
            pairs.new_of[i] = group.new[0]
            pairs.settled.add(i)
        for j in group.new:
            pairs.old_of[j] = group.old[0]
    return groups


def _divided(
    pairs: Pairs, texts: Texts, version: int
) -> Iterator[tuple[float, int, tuple[int, ...]]]:
    """Clauses of the old (0) or new (1) version that stand in several of the other.

    With how much more of the whole the parts hold together than the largest of them.
    """
    part_of, whole_of = (pairs.new_of, pairs.old_of)[:: 1 - 2 * version]
    others = (pairs.new, pairs.old)[version]
    shared = texts.shared.T if version else texts.shared
    own = shared / np.maximum(texts.masses[1 - version], 1e-9)[None, :]
    settled = {pairs.new_of[i] for i in pairs.settled} if version else pairs.settled
    for whole, partner in enumerate(part_of):
        if whole in settled:
            continue
        free = [
            part
            for part in np.flatnonzero(own[whole] >= _OWN_SHARE).tolist()
            if whole_of[part] in (NONE, whole)
        ]
        windows = [
            window
            for run in _runs(free)
            for window in _windows(run)
            if partner == NONE or partner in window
        ]
        best = max(
            (
                (gain, -len(window), window)
                for window in windows
                if (gain := _gain(whole, window, texts, version, others))
            ),
            default=None,
        )
        if best:
            yield best[0], whole, best[2]


def _runs(positions: Sequence[int]) -> list[list[int]]:
    """Maximal runs of consecutive positions."""
    runs: list[list[int]] = []
    for position in positions:
        if runs and position == runs[-1][-1] + 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    return runs


def _windows(run: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for start in range(len(run)):
        for end in range(start + 2, min(len(run), start + _MOST_PARTS) + 1):
            yield tuple(run[start:end])


def _gain(whole: int, window: Sequence[int], texts: Texts, version: int, others: Side) -> float:
    """How much more of the whole the parts hold than the largest; 0 where they are not parts."""
    features = texts.features[version][whole]
    mass = float(texts.masses[version][whole])
    held = [set(features).intersection(texts.features[1 - version][part]) for part in window]
    times = Counter(feature for words in held for feature in words)
    covered = sum(texts.weight[feature] for feature in features if feature in times) / mass
    largest = max(sum(texts.weight[feature] for feature in words) for words in held) / mass
    if covered < _COVERED or covered - largest < _SECOND_GAIN:
        return 0.0
    for part, words in zip(window, held, strict=True):
        alone = sum(texts.weight[feature] for feature in words if times[feature] == 1) / mass
        above_next = part + 1 in others.children[part] and bool(others.headings[part])
        if alone < _LEAST_GAIN and not above_next:
            return 0.0
    return covered - largest
