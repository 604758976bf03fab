"""Filters that leave little, nearly all, or one language of a made index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.bench.scale.policies import CHOSEN_PLACE, EVERY, ORGANISATIONS, RARE, policy_id
from service.search.records import SearchFilter

Given = Mapping[str, Sequence[str]]
"""Fields of a `SearchFilter` with their values, as JSON has them."""


def filters_of(policies: int, langs: Sequence[str]) -> dict[str, Given]:
    """Filters of an index of so many policies, by what they leave."""
    chosen = [policy_id(n) for n in range(CHOSEN_PLACE % policies, policies, EVERY)]
    return {
        "all": {},
        "1% by policy": {"policy_id": chosen},
        "1% by organisation": {"organisation": [RARE]},
        "99% by organisation": {"organisation": list(ORGANISATIONS)},
        **{f"language {lang}": {"lang": [lang]} for lang in langs},
    }


def as_filter(given: Given) -> SearchFilter:
    """The filter of such fields."""
    return SearchFilter(
        lang=tuple(given.get("lang", ())),
        policy_id=tuple(given.get("policy_id", ())),
        organisation=tuple(given.get("organisation", ())),
    )
