"""Facets, groups and orders of hits, and answers within a given time, over a real index."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.build import index_policies
from indexer.records import Clause, Metadata, PolicyVersion
from models.calibration import Calibration
from service.errors import AnswerTimeoutError
from service.search.live import LiveIndex
from service.search.records import FacetName, Hit, SearchFilter, SearchQuery
from service.search.relevance import FEATURES
from service.search.searcher import Searcher

FACETS: tuple[FacetName, ...] = ("lang", "policy_id", "organisation", "year")
QUESTION = SearchQuery("which rule is about thing 16?", limit=1000)
ENGLISH = [f"Rule number {n} is about thing number {n * n}, and no other." for n in range(20)]
CHINESE = [f"第{n}条规则只与第{n * n}号事物有关。" for n in range(12)]
MIXED = [*CHINESE[:10], *ENGLISH[3:5]]


def policy(name: str, metadata: Metadata, texts: Sequence[str]) -> PolicyVersion:
    lang = metadata.lang
    clauses = tuple(
        Clause(f"{name}@1#{i}", name, "1", i, None, (str(i),), None, (), f"§{i}", lang, text, 0, 0)
        for i, text in enumerate(texts)
    )
    return PolicyVersion(name, "1", metadata, "", name, "text", "", clauses)


POLICIES = [
    policy("new", Metadata("zebra rules", "en", date(2025, 3, 1), date(2019, 1, 1),
                           organisation="Lanternworks, Inc."), ENGLISH),
    policy("old", Metadata("Aardvark Rules", "en", None, date(2019, 7, 1),
                           organisation="Lanternworks, Inc."), ENGLISH[5:]),
    policy("zh", Metadata("灯塔规则", "zh", date(2025, 3, 1), organisation="灯塔有限公司"), MIXED),
    policy("undated", Metadata("灯塔规则", "zh"), CHINESE[:7]),
]  # fmt: skip


@pytest.fixture
def make(root: Path, encoder: Any) -> Iterator[Callable[[float], Searcher]]:
    """A search whose relevance is the best cosine itself, with some threshold."""
    index_policies(POLICIES, root, encoder)
    live = LiveIndex(root, encoder)

    def make_searcher(least: float) -> Searcher:
        weights = {"any": (-8.0, 10.0, -5.0, 0.0)}
        digest = encoder.fingerprint.digest
        return Searcher(live, encoder, calibration=Calibration(digest, FEATURES, weights, least))

    yield make_searcher
    live.close()


@pytest.fixture
def searcher(make: Callable[[float], Searcher]) -> Searcher:
    """The half of all clauses that are most relevant are hits."""
    found = make(0.0).search(QUESTION).hits
    return make(float(np.median([hit.relevance or 0.0 for hit in found])))


def counts(searcher: Searcher, **restriction: Any) -> dict[str, dict[str | int, int]]:
    asked = replace(QUESTION, limit=1, facets=FACETS, filter=SearchFilter(**restriction))
    found = searcher.search(asked).facets
    return {facet.name: {value.value: value.count for value in facet.values} for facet in found}


def values_of(hit: Hit) -> dict[str, str | int | None]:
    made = next(p for p in POLICIES if p.policy_id == hit.policy.id).metadata
    when = made.effective_date or made.updated_date
    return {
        "lang": hit.lang,
        "policy_id": hit.policy.id,
        "organisation": made.organisation,
        "year": when.year if when else None,
    }


def test_facets_count_all_hits_and_no_others(searcher: Searcher) -> None:
    hits = searcher.search(QUESTION).hits
    everything = searcher.search(replace(QUESTION, min_relevance=0)).hits
    assert 0 < len(hits) < len(everything) == 54
    found = counts(searcher)
    assert list(found) == list(FACETS)
    for name in FACETS:
        expected = Counter(values_of(hit)[name] for hit in hits)
        del expected[None]
        assert found[name] == expected, name
    assert sum(found["lang"].values()) == len(hits)


def test_values_stand_by_count_then_by_value_and_policies_have_titles(
    make: Callable[[float], Searcher],
) -> None:
    found = make(0.0).search(replace(QUESTION, facets=FACETS)).facets
    shown = {facet.name: [(v.value, v.count, v.title) for v in facet.values] for facet in found}
    assert shown == {
        "lang": [("en", 35, None), ("zh", 19, None)],
        "policy_id": [
            ("new", 20, "zebra rules"),
            ("old", 15, "Aardvark Rules"),
            ("zh", 12, "灯塔规则"),
            ("undated", 7, "灯塔规则"),
        ],
        "organisation": [("Lanternworks, Inc.", 35, None), ("灯塔有限公司", 12, None)],
        "year": [(2025, 32, None), (2019, 15, None)],
    }


def test_facet_ignores_its_own_filter_and_obeys_the_others(
    make: Callable[[float], Searcher],
) -> None:
    searcher = make(0.0)
    whole = counts(searcher)
    chosen = counts(searcher, lang=("en",))
    assert chosen["lang"] == whole["lang"]
    assert chosen["policy_id"] == {"new": 20, "old": 15}
    assert chosen["organisation"] == {"Lanternworks, Inc.": 35}
    both = counts(searcher, lang=("en",), year=(2025,))
    assert both["lang"] == {"en": 20, "zh": 12}
    assert both["year"] == {2025: 20, 2019: 15}
    assert both["policy_id"] == {"new": 20}


def test_each_value_of_a_facet_is_what_its_filter_finds(make: Callable[[float], Searcher]) -> None:
    searcher = make(0.0)
    for name, found in counts(searcher, lang=("zh", "en")).items():
        for value, count in found.items():
            restriction = SearchFilter(**{"lang": ("zh", "en"), name: (value,)})  # type: ignore[arg-type]
            result = searcher.search(replace(QUESTION, filter=restriction))
            assert result.total == count, (name, value)
            assert {values_of(hit)[name] for hit in result.hits} == {value}


def test_at_most_fifty_values_a_facet(root: Path, encoder: Any) -> None:
    many = [policy(f"p{n:02}", Metadata(f"P{n}", "en"), ["Rule of rules."]) for n in range(60)]
    index_policies(many, root, encoder)
    live = LiveIndex(root, encoder)
    try:
        asked = SearchQuery("rule", facets=("policy_id",))
        (facet,) = Searcher(live, encoder).search(asked).facets
        assert [value.value for value in facet.values] == [f"p{n:02}" for n in range(50)]
    finally:
        live.close()


def test_no_hit_no_values(searcher: Searcher) -> None:
    result = searcher.search(
        replace(QUESTION, facets=("lang", "year"), filter=SearchFilter(organisation=("Nobody",)))
    )
    assert [(facet.name, facet.values) for facet in result.facets] == [("lang", ()), ("year", ())]
    assert result.total == 0


def test_facets_change_nothing_of_the_hits(searcher: Searcher) -> None:
    assert searcher.search(replace(QUESTION, facets=FACETS)).hits == searcher.search(QUESTION).hits


def test_grouped_each_policy_appears_once_with_its_best_clause(searcher: Searcher) -> None:
    hits = searcher.search(QUESTION).hits
    grouped = searcher.search(replace(QUESTION, group_by="policy"))
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.policy.id, hit)
    of_policy = Counter(hit.policy.id for hit in hits)
    assert [hit.id for hit in grouped.hits] == [hit.id for hit in best.values()]
    assert [hit.more for hit in grouped.hits] == [of_policy[policy] - 1 for policy in best]
    assert [hit.rank for hit in grouped.hits] == list(range(1, len(best) + 1))
    assert grouped.total == len(best) > 1
    assert all(hit.more is None for hit in hits)


def test_newest_policies_come_first_and_their_ties_by_rank(searcher: Searcher) -> None:
    hits = searcher.search(replace(QUESTION, min_relevance=0)).hits
    dated = searcher.search(replace(QUESTION, min_relevance=0, sort="date")).hits
    order = {"new": 0, "zh": 0, "old": 1, "undated": 2}
    ids = [hit.id for hit in sorted(hits, key=lambda hit: order[hit.policy.id])]
    assert [hit.id for hit in dated] == ids
    assert [hit.rank for hit in dated] == list(range(1, len(ids) + 1))
    mixed = [hit.policy.id for hit in dated[:32]]
    assert len([1 for a, b in pairwise(mixed) if a != b]) > 1


def test_policies_in_the_order_of_titles_and_their_clauses_as_they_are_read(
    searcher: Searcher,
) -> None:
    found = searcher.search(replace(QUESTION, min_relevance=0, sort="policy")).hits
    texts = {"old": 15, "new": 20, "undated": 7, "zh": 12}
    assert [hit.id for hit in found] == [
        f"{name}@1#{n}" for name, count in texts.items() for n in range(count)
    ]
    grouped = searcher.search(replace(QUESTION, sort="policy", group_by="policy")).hits
    names = [hit.policy.id for hit in grouped]
    assert names == [name for name in texts if name in names]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sort=st.sampled_from(["relevance", "date", "policy"]),
    group_by=st.sampled_from([None, "policy"]),
    sizes=st.lists(st.integers(1, 25), min_size=1, max_size=5),
    least=st.sampled_from([None, 0.0]),
)
def test_pages_never_repeat_or_lose_a_hit(
    searcher: Searcher, sort: Any, group_by: Any, sizes: list[int], least: float | None
) -> None:
    asked = replace(QUESTION, sort=sort, group_by=group_by, min_relevance=least)
    whole = searcher.search(asked)
    pages: list[Hit] = []
    while len(pages) < whole.total:
        size = sizes[len(pages) % len(sizes)]
        page = searcher.search(replace(asked, limit=size, offset=len(pages)))
        assert page.total == whole.total
        assert len(page.hits) == min(size, whole.total - len(pages))
        pages.extend(page.hits)
    assert tuple(pages) == whole.hits
    assert len({hit.id for hit in pages}) == len(pages)


class SlowEncoder:
    """An encoder that takes its time for questions."""

    def __init__(self, encoder: Any, seconds: float) -> None:
        self._encoder, self._seconds = encoder, seconds

    def encode_queries(self, texts: Sequence[str]) -> Any:
        time.sleep(self._seconds)
        return self._encoder.encode_queries(texts)


@pytest.fixture
def slow(root: Path, encoder: Any) -> Iterator[Searcher]:
    """A search over the same policies that takes half a second to understand a question."""
    index_policies(POLICIES, root, encoder)
    live = LiveIndex(root, encoder)
    yield Searcher(live, SlowEncoder(encoder, 0.5))  # type: ignore[arg-type]
    live.close()


def within(seconds: float, query: SearchQuery) -> SearchQuery:
    return replace(query, deadline=time.monotonic() + seconds)


def test_late_answer_lacks_what_could_be_left_out_and_says_so(slow: Searcher) -> None:
    asked = SearchQuery("which rule is about thing 16?", facets=("lang",))
    late = slow.search(within(0.3, asked))
    assert late.degraded == ("keyword", "snippets", "highlights", "facets")
    assert late.facets == ()
    semantic = slow.search(replace(asked, mode="semantic", facets=(), highlight=False))
    assert [hit.id for hit in late.hits] == [hit.id for hit in semantic.hits]
    assert late.total == semantic.total
    assert all(hit.snippet.text and not hit.snippet.highlights for hit in late.hits)
    plain = slow.search(within(0.3, replace(asked, highlight=False, facets=())))
    assert plain.degraded == ("keyword", "snippets")


def test_answer_in_time_is_the_whole_one(slow: Searcher) -> None:
    asked = SearchQuery("which rule is about thing 16?", facets=("lang",))
    assert slow.search(within(60, asked)) == slow.search(asked)
    assert slow.search(asked).degraded == ()


def test_words_alone_that_are_late_are_no_answer(slow: Searcher) -> None:
    with pytest.raises(AnswerTimeoutError, match="timeout_ms"):
        slow.search(within(0.3, SearchQuery("rule", mode="keyword")))


def test_a_question_that_waited_all_its_time_is_not_begun(slow: Searcher) -> None:
    began = time.monotonic()
    with pytest.raises(AnswerTimeoutError):
        slow.search(within(-0.001, SearchQuery("rule")))
    assert time.monotonic() - began < 0.4
