"""Searching an index: ranking, ties, pages, filters, and questions that cannot be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.build import build_index, index_policies
from indexer.records import Clause, Metadata, PolicyVersion
from models.calibration import Calibration
from service.errors import QueryEmptyError, QueryTooLongError
from service.search.live import LiveIndex
from service.search.records import SearchFilter, SearchQuery
from service.search.relevance import FEATURES
from service.search.searcher import Searcher


@pytest.fixture
def searcher(folder: Path, root: Path, encoder: Any) -> Iterator[Searcher]:
    build_index([folder], root, encoder)
    live = LiveIndex(root, encoder)
    yield Searcher(live, encoder)
    live.close()


def policy(name: str, lang: str, texts: Sequence[str]) -> PolicyVersion:
    clauses = tuple(
        Clause(f"{name}@1#{i}", name, "1", i, None, (str(i),), None, (), f"§{i}", lang, text, 0, 0)
        for i, text in enumerate(texts)
    )
    return PolicyVersion(name, "1", Metadata("Rules", lang), "", name, "task", "", clauses)


@pytest.fixture
def twins(root: Path, encoder: Any) -> Iterator[Searcher]:
    """Twenty clauses in each of three policies, so that three at a time score the same."""
    texts = [f"Rule number {n} is about thing number {n * n}, and no other." for n in range(20)]
    # The order of the store's keys is neither that of the ids nor its reverse.
    policies = [policy("b", "en", texts), policy("c", "zh", texts), policy("a", "zh", texts)]
    index_policies(policies, root, encoder)
    live = LiveIndex(root, encoder)
    yield Searcher(live, encoder)
    live.close()


def test_best_clause_comes_first(searcher: Searcher) -> None:
    result = searcher.search(SearchQuery("Unused days may be carried over until the end of March"))
    scores = [hit.score for hit in result.hits]
    first = result.hits[0]
    assert (first.id, first.rank) == ("leave@2025-03-01#1.2", 1)
    assert first.citation == "Lanternworks Leave Policy §1.2"
    assert first.labels == ("1", "1.2")
    assert first.heading_path == ("Annual leave",)
    assert (first.policy.title, str(first.policy.effective_date)) == (
        "Lanternworks Leave Policy", "2025-03-01"
    )  # fmt: skip
    assert scores == sorted(scores, reverse=True)
    assert (first.snippet.text, first.relevance) == (first.text, None)  # never calibrated
    assert [hit.rank for hit in result.hits] == list(range(1, len(scores) + 1))


def test_each_clause_is_found_once_and_headings_alone_are_not(searcher: Searcher) -> None:
    result = searcher.search(SearchQuery("leave", limit=1000))
    ids = [hit.id for hit in result.hits]
    assert len(set(ids)) == len(ids) == result.total == 7
    assert "leave@2025-03-01#1" not in ids


def test_equal_scores_stand_in_the_order_of_ids(twins: Searcher) -> None:
    question = "rule about thing number 49"
    hits = twins.search(
        SearchQuery(question, limit=100, mode="semantic", language_balance="off")
    ).hits
    assert len(hits) == 60
    assert [hit.id for hit in hits] == [h.id for h in sorted(hits, key=lambda h: (-h.score, h.id))]
    of_rule: dict[str, set[float]] = {}
    for hit in hits:
        of_rule.setdefault(hit.labels[0], set()).add(hit.score)
    assert len(of_rule) == 20
    assert all(len(scores) == 1 for scores in of_rule.values())


@pytest.mark.parametrize("size", [1, 4, 7, 60, 100])
def test_pages_neither_repeat_nor_lose_a_hit(twins: Searcher, size: int) -> None:
    question = "which rule is about thing 16?"
    whole = twins.search(SearchQuery(question, limit=1000)).hits
    pages = [
        hit
        for offset in range(0, 70, size)
        for hit in twins.search(SearchQuery(question, limit=size, offset=offset)).hits
    ]
    assert tuple(pages) == whole
    assert len(whole) == 60


def test_page_beyond_the_end_is_empty(twins: Searcher) -> None:
    result = twins.search(SearchQuery("rule", offset=1000))
    assert (result.hits, result.total) == ((), 60)


def test_the_same_question_gets_the_same_answer(twins: Searcher) -> None:
    question = SearchQuery("rule about number 7", limit=100)
    assert len({twins.search(question) for _ in range(5)}) == 1


def test_filters(twins: Searcher) -> None:
    def found(**values: tuple[str, ...]) -> set[str]:
        hits = twins.search(SearchQuery("rule", limit=100, filter=SearchFilter(**values))).hits
        return {hit.policy.id for hit in hits}

    assert found() == {"a", "b", "c"}
    assert found(lang=("zh",)) == {"a", "c"}
    assert found(policy_id=("b",)) == {"b"}
    assert found(lang=("zh", "en"), policy_id=("a", "b")) == {"a", "b"}
    assert found(lang=("zh",), policy_id=("b",)) == set()
    assert found(lang=("fr",)) == set()


def test_filter_keeps_the_order_and_the_scores(twins: Searcher) -> None:
    question = "which rule is about thing 16?"
    whole = twins.search(SearchQuery(question, limit=100)).hits
    restriction = SearchFilter(lang=("en",))
    filtered = twins.search(SearchQuery(question, limit=100, filter=restriction)).hits
    expected = [(hit.id, hit.score) for hit in whole if hit.lang == "en"]
    assert [(hit.id, hit.score) for hit in filtered] == expected


def test_rank_is_what_pages_are_cut_from(twins: Searcher) -> None:
    question = SearchQuery("rule about number 7", limit=100)
    assert twins.rank(question) == [hit.id for hit in twins.search(question).hits]


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("How long is data kept?", "en"),
        ("信息保存多久？", "zh"),
        ("注销 JC 账户", "zh"),
        ("leave", "en"),
    ],
)
def test_language_of_the_question(searcher: Searcher, question: str, lang: str) -> None:
    assert searcher.search(SearchQuery(question)).query_lang == lang


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "\u3000"])
def test_empty_question_is_refused(searcher: Searcher, question: str) -> None:
    with pytest.raises(QueryEmptyError):
        searcher.search(SearchQuery(question))


def test_ten_thousand_characters_are_refused_naming_both_lengths(searcher: Searcher) -> None:
    with pytest.raises(QueryTooLongError, match=r"10000.*2000"):
        searcher.search(SearchQuery("字" * 10_000))
    assert searcher.search(SearchQuery("字" * 2000)).hits


def test_white_space_and_composition_make_no_difference(searcher: Searcher) -> None:
    plain = searcher.search(SearchQuery("résumé of sick leave")).hits
    odd = searcher.search(SearchQuery("  re\u0301sume\u0301 of\n sick\u3000leave ")).hits
    assert odd == plain


def test_clause_scores_as_its_best_passage(root: Path, encoder: Any) -> None:
    wanted = "Pigeons may be kept on the roof of the harbour office."
    filler = "Nothing else in this long clause has to do with it at all. " * 20
    index_policies([policy("p", "en", [filler + wanted, filler])], root, encoder)
    live = LiveIndex(root, encoder)
    try:
        vector = encoder.encode_queries([wanted])[0]
        asked = SearchQuery(wanted, mode="semantic")
        first, second = Searcher(live, encoder).search(asked).hits
        assert (first.id, second.id) == ("p@1#0", "p@1#1")
        keys = live.snapshot.vectors.search(vector, 100, live.snapshot.searched)[0]
        assert len(keys) > 2  # several passages, two hits
        best = live.snapshot.vectors.search(vector, 100, live.snapshot.searched)[1].max()
        assert np.isclose(first.score, best, atol=1e-5)
    finally:
        live.close()


@pytest.fixture
def calibrated(root: Path, encoder: Any) -> Iterator[Callable[[float], Searcher]]:
    """A search whose relevance is the best cosine itself, with some threshold."""
    index_policies([policy("a", "en", TEXTS), policy("b", "zh", TEXTS)], root, encoder)
    live = LiveIndex(root, encoder)

    def make(least: float) -> Searcher:
        weights = {"any": (-8.0, 10.0, -5.0, 0.0)}
        digest = encoder.fingerprint.digest
        return Searcher(live, encoder, calibration=Calibration(digest, FEATURES, weights, least))

    yield make
    live.close()


TEXTS = ["Pigeons may be kept on the roof.", "Boats are washed on Fridays.", "Keys are blue."]


def test_hits_carry_their_relevance_and_end_where_it_is_asked(
    calibrated: Callable[[float], Searcher],
) -> None:
    asked = SearchQuery("Pigeons may be kept on the roof.")
    everything = calibrated(0.0).search(asked)
    assert everything.total == 6
    relevances = [hit.relevance for hit in everything.hits]
    assert all(value is not None and 0 <= value <= 1 for value in relevances)
    middle = float(np.median([value for value in relevances if value is not None]))
    some = calibrated(0.0).search(replace(asked, min_relevance=middle))
    assert 0 < some.total < 6
    assert not some.nearest
    assert all(hit.relevance is not None and hit.relevance >= middle for hit in some.hits)
    shown = calibrated(middle).search(asked)
    assert shown.total == sum(value is not None and value >= 0.01 for value in relevances)


def test_a_question_that_nothing_answers_gets_the_nearest_apart(
    calibrated: Callable[[float], Searcher],
) -> None:
    result = calibrated(0.9999).search(SearchQuery("moon", offset=1))
    assert (result.hits, result.total) == ((), 0)
    assert [hit.rank for hit in result.nearest] == [1, 2, 3]
    shown = calibrated(0.9999).search(SearchQuery("moon", min_relevance=0))
    assert shown.total == 6
    assert not shown.nearest


def test_keyword_search_gives_the_clauses_with_the_words_and_no_relevance(
    calibrated: Callable[[float], Searcher],
) -> None:
    result = calibrated(0.9999).search(SearchQuery("pigeon", mode="keyword"))
    assert [hit.text for hit in result.hits] == [TEXTS[0]] * 2
    assert all(hit.relevance is None for hit in result.hits)


def test_pages_of_a_calibrated_search_lose_and_repeat_nothing(
    calibrated: Callable[[float], Searcher],
) -> None:
    searcher = calibrated(0.0)
    whole = searcher.search(SearchQuery("blue boats", explain=True)).hits
    pages = [
        hit
        for offset in range(0, 6, 2)
        for hit in searcher.search(SearchQuery("blue boats", 2, offset, explain=True)).hits
    ]
    assert tuple(pages) == whole
    details = [hit.score_details for hit in whole]
    assert sorted(d.semantic_rank for d in details if d) == [1, 2, 3, 4, 5, 6]
