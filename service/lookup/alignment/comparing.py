"""Two sources aligned, and their drift where it is asked for, within bounds."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import AlignmentTooLargeError
from service.lookup.alignment.align import align_clauses
from service.lookup.alignment.records import Alignment
from service.lookup.alignment.sources import Source
from service.lookup.drift.guard import Drift, find_drift

MOST_CLAUSES = 4_000
"""Of one side: a table of all pairs stays below 100 MB, and an answer takes seconds."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which clauses say the same, and where they do not; `drift` only if it was asked for."""

    left: Source
    right: Source
    alignment: Alignment
    drift: Drift | None


def compare_policies(left: Source, right: Source, drift: bool) -> Comparison:
    """Raises `AlignmentTooLargeError`."""
    for name, side in (("left", left), ("right", right)):
        if len(side.clauses) > MOST_CLAUSES:
            raise AlignmentTooLargeError(
                side.policy_id, len(side.clauses), MOST_CLAUSES, field=name
            )
    alignment = align_clauses(left.clauses, right.clauses, left.vectors(), right.vectors())
    return Comparison(left, right, alignment, find_drift(alignment) if drift else None)
