"""The order in which hits are shown, and hits of one policy put together.

Everything is a matter of the whole list of hits, before a page is cut from it: pages of one
generation fit together whatever the order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.tokens import folded
from indexer.passage_table import Keys
from indexer.rows import PolicyRecord
from indexer.snapshot import Snapshot
from service.search.records import GroupBy, Sort

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Arranged:
    """Places of the clauses to show, in order; `more`: as many others their policies have."""

    places: Places
    more: NDArray[np.intp] | None = None


def arrange(
    snapshot: Snapshot, clauses: Keys, sort: Sort = "relevance", group_by: GroupBy | None = None
) -> Arranged:
    """Clauses that are given best first, in the order asked for; each policy's best if grouped."""
    places: Places = np.arange(len(clauses))
    if not len(clauses) or (sort == "relevance" and group_by is None):
        return Arranged(places)
    versions = snapshot.version_keys_of(clauses)
    present, first, of, counts = np.unique(
        versions, return_index=True, return_inverse=True, return_counts=True
    )
    more = None
    if group_by == "policy":
        places = np.sort(first)
        more = counts[of[places]] - 1
    if sort != "relevance":
        records = [snapshot.version(key) for key in present.tolist()]
        if sort == "date":
            order = np.argsort(np.array(list(map(_newest_first, records)))[of[places]], stable=True)
        else:
            # Keys of one version's clauses grow in reading order.
            order = np.lexsort((clauses[places], _by_title(records)[of[places]]))
        places, more = places[order], None if more is None else more[order]
    return Arranged(places, more)


def _newest_first(policy: PolicyRecord) -> int:
    """Less is newer; a policy without a date comes last."""
    return -policy.stated_date.toordinal() if policy.stated_date else 0


def _by_title(policies: list[PolicyRecord]) -> Places:
    """The place of each policy in the order of titles, those of one title by id."""
    order = sorted(range(len(policies)), key=lambda i: (folded(policies[i].title), policies[i].id))
    places = np.empty(len(policies), np.intp)
    places[order] = np.arange(len(policies))
    return places
