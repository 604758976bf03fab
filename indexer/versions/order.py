"""What kept its order: the heaviest increasing subsequence."""

from __future__ import annotations

from collections.abc import Sequence


def heaviest_increasing(values: Sequence[int], weights: Sequence[int]) -> set[int]:
    """The positions of an increasing subsequence of greatest weight.

    Args:
        values: distinct numbers, 0 or more.
        weights: a positive number for each. Ties keep the smallest last value.
    """
    if not values:
        return set()
    size = max(values) + 1
    best: list[tuple[int, int]] = [(0, -1)] * (size + 1)  # a Fenwick tree of prefix maxima
    before: list[int] = []
    totals: list[int] = []
    for position, (value, weight) in enumerate(zip(values, weights, strict=True)):
        total, last = 0, -1
        node = value
        while node > 0:
            if best[node][0] > total:
                total, last = best[node]
            node -= node & -node
        before.append(last)
        totals.append(total + weight)
        node = value + 1
        while node <= size:
            if totals[-1] > best[node][0]:
                best[node] = totals[-1], position
            node += node & -node
    position = max(range(len(values)), key=lambda p: (totals[p], -values[p]))
    kept = set()
    while position >= 0:
        kept.add(position)
        position = before[position]
    return kept
