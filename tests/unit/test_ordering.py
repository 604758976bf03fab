"""The quick ways to the best scores against putting all in order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.ordering import best_first, best_of_each

# Few different values: most are equal to some other.
SCORES = st.lists(st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=60)


@given(SCORES, st.integers(1, 70))
def test_the_best_are_those_of_all_in_order(values: list[float], count: int) -> None:
    scores = np.array(values, np.float32)
    wanted = sorted(range(len(values)), key=lambda place: -values[place])[:count]
    assert best_first(scores, count).tolist() == wanted


@given(SCORES, st.randoms(use_true_random=False))
def test_each_owner_has_its_first_best_place(values: list[float], random: object) -> None:
    owners = [random.randrange(8) for _ in values]  # type: ignore[attr-defined]
    wanted = [
        max((place for place, own in enumerate(owners) if own == owner), key=values.__getitem__)
        for owner in sorted(set(owners))
    ]
    found = best_of_each(np.array(owners, np.int64), np.array(values, np.float32))
    assert found.tolist() == wanted
