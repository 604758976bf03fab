"""The passages that hold the greatest part of a question's words.

Where few passages hold any of the words, or there is no base, every one is scored. Where many do,
a coarse sum for every row, in a byte, tells which of them can be among the best, and these are
scored. Words that nearly everything holds are left out of the coarse sums where the others decide
alone (in the spirit of MaxScore: Turtle and Flood 1995, "Query evaluation: strategies and
optimizations").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.coarse import WHOLE, Among, Coarse, coarse_lists
from indexer.lexical.holders import Holding, Mask, Passages
from indexer.ordering import best_first, union

Weights = NDArray[np.float64]
Rows = NDArray[np.intp]

EXACT_UP_TO = 20_000
"""Rows in all the lists of a question up to which every one of them is scored."""
MOST_CANDIDATES = 20_000
"""Rows that are scored of those whose coarse sums are highest."""


class Allowed(Protocol):
    """The rows that a filter leaves."""

    @property
    def mask_or_rows(self) -> Among: ...

    def holds(self, rows: Any) -> Mask: ...


@dataclass(frozen=True, slots=True)
class Weighed:
    """Rows, each of which has so much more of one part of the question."""

    holding: Holding
    weight: float


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question: its own words, or those that a glossary adds.

    A row counts `weight` times what it holds of `whole`, at most once that. Rarest words first.
    """

    weighed: tuple[Weighed, ...]
    weight: float
    whole: float


def best_rows(
    parts: Sequence[Part], passages: Passages, depth: int, allowed: Allowed | None
) -> tuple[Rows, Weights]:
    """The `depth` best rows, and the `depth` best of those allowed, ascending, and their scores.

    Of equal ones the first are better.
    """
    length = sum(weighed.holding.length for part in parts for weighed in part.weighed)
    if not passages.base_rows or length <= EXACT_UP_TO:
        rows = _all_holders(parts, passages)
    else:
        rows = _candidates(parts, passages, depth, allowed)
    scores = _scores(parts, rows, passages)
    held = scores > 0
    rows, scores = rows[held], scores[held]
    chosen = np.sort(best_first(scores, depth))
    if allowed is not None and len(scores) > depth:
        left = np.flatnonzero(allowed.holds(rows))
        chosen = union(chosen, np.sort(left[best_first(scores[left], depth)]))
    return rows[chosen], np.minimum(1.0, scores[chosen])


def _all_holders(parts: Sequence[Part], passages: Passages) -> Rows:
    marks = np.zeros(len(passages.keys), np.bool_)
    for part in parts:
        for weighed in part.weighed:
            marks[weighed.holding.all_rows(passages.base_rows)] = True
    rows = np.flatnonzero(marks)
    return rows if passages.all_searched else rows[passages.searched[rows]]


def _candidates(
    parts: Sequence[Part], passages: Passages, depth: int, allowed: Allowed | None
) -> Rows:
    """Rows whose coarse sums are high enough, ascending."""
    whole = sum(part.weight for part in parts)
    most = [part.weight * sum(w.weight for w in part.weighed) / part.whole for part in parts]
    unit = WHOLE / max(whole, *most)
    sums = [
        Coarse.of(
            coarse_lists(
                ((w.holding, w.weight) for w in part.weighed), unit * part.weight / part.whole
            ),
            round(unit * part.weight),
            passages,
        )
        for part in parts
    ]
    among: list[Among | None] = [None if passages.all_searched else passages.searched]
    if allowed is not None:
        among.append(allowed.mask_or_rows)
    total = Coarse.together(sums)
    chosen = [total.best(mask, depth, MOST_CANDIDATES) for mask in among]
    if any(found is None for found in chosen):  # what all hold decides
        for part_sums in sums:
            part_sums.add_bitmaps()
        total = Coarse.together(sums)
        chosen = [total.best(mask, depth, MOST_CANDIDATES) for mask in among]
    rows = [found for found in chosen if found is not None]
    return rows[0] if len(rows) == 1 else union(*rows)


def _scores(parts: Sequence[Part], rows: Rows, passages: Passages) -> Weights:
    """The scores of some rows, which are given ascending."""
    wanted = np.zeros(len(passages.keys), np.bool_)
    wanted[rows] = True
    places = np.empty(len(wanted), np.int32)
    places[rows] = np.arange(len(rows), dtype=np.int32)
    of_base = int(np.searchsorted(rows, passages.base_rows))
    byte, bit = rows[:of_base] >> 3, (rows[:of_base] & 7).astype(np.uint8)
    scores = np.zeros(len(rows))
    for part in parts:
        held = np.zeros(len(rows))
        for weighed in part.weighed:
            holding = weighed.holding
            if holding.bits is not None:
                held[:of_base] += weighed.weight * ((holding.bits[byte] >> bit) & 1)
            elif holding.rows is not None:
                held[places[holding.rows[wanted.take(holding.rows)]]] += weighed.weight
        scores += part.weight * np.minimum(1.0, held / part.whole)
    return scores
