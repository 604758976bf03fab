"""How many hits there are of each language, policy, organisation and year.

A facet shows what its own filter hides: with `lang` restricted to English, the facet `lang` still
counts the Chinese hits, so that a person can add or change the choice. All other filters hold.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.passage_table import Keys
from indexer.rows import PolicyRecord
from indexer.snapshot import Snapshot
from service.search.records import Facet, FacetName, FacetValue, SearchFilter

MOST_VALUES = 50
"""Values of a facet; the most frequent ones."""


def unfiltered_by(name: FacetName, restriction: SearchFilter) -> SearchFilter:
    """The filter under which a facet counts: without the field of the facet."""
    match name:
        case "lang":
            return replace(restriction, lang=())
        case "policy_id":
            return replace(restriction, policy_id=())
        case "organisation":
            return replace(restriction, organisation=())
        case "year":
            return replace(restriction, year=())


def count_facet(
    snapshot: Snapshot, name: FacetName, clauses: Keys, languages: NDArray[np.intp]
) -> Facet:
    """A facet of some hits, told by their clauses' keys and languages; reads no clause."""
    if name == "lang":
        numbers, counts = np.unique(languages, return_counts=True)
        found = [
            FacetValue(snapshot.language_name(number), count)
            for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)
        ]
        return Facet(name, _most_frequent(found))
    keys, counts = np.unique(snapshot.version_keys_of(clauses), return_counts=True)
    by_value: Counter[str | int] = Counter()
    titles: dict[str | int, str] = {}
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        policy = snapshot.version(key)
        value = _value(name, policy)
        if value is not None:
            by_value[value] += count
            titles[value] = policy.title
    shown = titles if name == "policy_id" else {}
    found = [FacetValue(value, count, shown.get(value)) for value, count in by_value.items()]
    return Facet(name, _most_frequent(found))


def _value(name: FacetName, policy: PolicyRecord) -> str | int | None:
    if name == "policy_id":
        return policy.id
    return policy.organisation if name == "organisation" else policy.year


def _most_frequent(values: list[FacetValue]) -> tuple[FacetValue, ...]:
    # The values of one facet are all texts or all numbers.
    ordered = sorted(values, key=lambda found: (-found.count, found.value))
    return tuple(ordered[:MOST_VALUES])
