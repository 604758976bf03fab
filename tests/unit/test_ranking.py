"""Ranking over languages, with made-up vectors in which every part can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.lexical.search import KeywordQuery
from indexer.passage_table import Keys, Rows, Selection, table_of
from indexer.vectors import PassageVectors, VectorIndex
from service.search.ranking import WEIGHTS, Asked, Ranked, rank_clauses
from service.search.records import SearchFilter
from service.search.relevance import FEATURES, features

DIMENSION = 16
NOTHING = KeywordQuery((), ())


@dataclass
class MadeSnapshot:
    """Clauses of one passage each; `words` are their keyword scores."""

    rows: NDArray[np.float32]
    langs: Sequence[str]
    words: dict[int, float]

    def __post_init__(self) -> None:
        rows = [(key, key, 1, lang) for key, lang in enumerate(self.langs)]
        self.table = table_of(rows, None)
        index = VectorIndex.build(self.table.passage_keys, self.rows)
        self.vectors = PassageVectors(self.table, index)
        self.searched = Selection(self.table, np.ones(1, bool))

    def selection(self, langs: Sequence[str], *others: Sequence[Any]) -> Selection | None:
        if not langs:
            return None
        chosen = np.array([name in langs for name in self.table.languages])
        return self.searched.and_only(languages=chosen)

    def keyword_scores(
        self, query: KeywordQuery, depth: int, allowed: Selection | None, deadline: float | None
    ) -> tuple[Rows, NDArray[np.float32]]:
        words = sorted(self.words.items()) if query.own else []
        rows = np.array([row for row, _ in words], np.intp)
        return rows, np.array([value for _, value in words], np.float32)

    def languages_of(self, rows: Rows) -> NDArray[np.intp]:
        return self.table.language_codes[rows].astype(np.intp)

    def clause_keys_of(self, rows: Rows) -> Keys:
        return self.table.clause_keys[rows]

    def clause_ids(self, keys: Sequence[int]) -> dict[int, str]:
        return {key: f"id{99 - key}" for key in keys}


def unit(*weights: float) -> NDArray[np.float32]:
    row = np.zeros(DIMENSION, np.float32)
    row[: len(weights)] = weights
    return row / np.float32(np.linalg.norm(row))


def rank(snapshot: MadeSnapshot, vector: Any, **options: Any) -> Ranked:
    words = KeywordQuery(("word",), ()) if snapshot.words else NOTHING
    restriction = options.pop("restriction", SearchFilter())
    return rank_clauses(snapshot, Asked(vector, words), restriction, **options)  # type: ignore[arg-type]


def two_languages(gap: float = 0.4) -> MadeSnapshot:
    """Six topics (axes 2 to 7), each in two languages (axes 0 and 1 tell which)."""
    rows = []
    for language in (0, 1):
        for topic in range(6):
            row = np.zeros(DIMENSION)
            row[language], row[2 + topic], row[8] = gap, 1.0, 2.0
            rows.append(row / np.linalg.norm(row))
    return MadeSnapshot(np.array(rows, np.float32), ["en"] * 6 + ["zh"] * 6, {})


def test_plain_cosine_ranks_by_language_first() -> None:
    question = unit(3, 0, 0.6, 0, 0, 0, 0, 0, 2)
    plain = rank(two_languages(), question, mode="semantic", balance="off")
    assert plain.clauses[0] == 0
    assert set(plain.clauses[:6].tolist()) == set(range(6))
    assert np.allclose(plain.scores, plain.cosines)


def test_fairness_brings_up_the_translation_of_the_best_clause() -> None:
    question = unit(3, 0, 0.6, 0, 0, 0, 0, 0, 2)
    wide = replace(WEIGHTS, widest=0.3)
    fair = rank(two_languages(), question, mode="semantic", weights=wide)
    assert set(fair.clauses[:2].tolist()) == {0, 6}


def test_feedback_finds_what_the_other_languages_best_clause_says() -> None:
    # The question says its topic in English alone: Chinese clauses are all the same to it.
    rows = [unit(0.3, 0, 1, 0, 0, 2), unit(0.3, 0, 0, 1, 0, 2), unit(0.3, 0, 0, 0, 1, 2)]
    rows += [unit(0, 0.3, 0, 1, 0, 2), unit(0, 0.3, 0, 0, 1, 2), unit(0, 0.3, 1, 0, 0, 2)]
    snapshot = MadeSnapshot(np.array(rows), ["en"] * 3 + ["zh"] * 3, {0: 1.0})
    question = unit(1, 0, 0, 0, 0, 2)
    with_feedback = rank(snapshot, question)
    without = rank(snapshot, question, weights=replace(WEIGHTS, feedback=0.0))
    assert next(c for c in with_feedback.clauses if c > 2) == 5
    chinese = [i for i, c in enumerate(without.clauses) if c > 2]
    assert np.ptp(without.scores[chinese]) < 1e-5


def test_a_language_without_an_answer_does_not_rise_to_the_level_of_one_with() -> None:
    rows = [unit(1, 0, 0.1 * i) for i in range(8)] + [unit(0.1, 1, 0.1 * i) for i in range(5)]
    snapshot = MadeSnapshot(np.array(rows), ["en"] * 8 + ["fr"] * 5, {})
    found = rank(snapshot, unit(1, 0))
    assert set(found.clauses[:8].tolist()) == set(range(8))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_language_with_few_clauses_breaks_nothing(count: int) -> None:
    made = two_languages()
    more = np.concatenate([made.rows, np.array([unit(0, 0, 0, 0, 0, 0, 0, 0, 0, 1)] * count)])
    with_third = MadeSnapshot(more, [*made.langs, *["ja"] * count], {})
    question = unit(0.2, 0, 1, 0, 0, 0, 0, 0, 2)
    before, after = rank(made, question), rank(with_third, question)
    assert len(after) == len(before) + count
    kept = [clause for clause in after.clauses.tolist() if clause < len(made.rows)]
    assert kept[:2] == before.clauses[:2].tolist()
    assert set(after.clauses[-count:].tolist()) == set(range(12, 12 + count))


def test_one_language_is_ranked_by_cosine_and_words_alone() -> None:
    rows = np.array([unit(1, 0.08 * i) for i in range(4)])
    snapshot = MadeSnapshot(rows, ["en"] * 4, {3: 1.0})
    found = rank(snapshot, unit(1))
    assert found.clauses.tolist() == [3, 0, 1, 2]
    assert found.scores[0] == pytest.approx(found.cosines[0] + WEIGHTS.words)


def test_a_filter_hides_clauses_and_moves_none() -> None:
    snapshot, question = two_languages(), unit(0.5, 0, 1, 0.5, 0.2, 0, 0, 0, 2)
    everything = rank(snapshot, question)
    chinese = rank(snapshot, question, restriction=SearchFilter(lang=("zh",)))
    expected = [clause for clause in everything.clauses.tolist() if clause >= 6]
    assert chinese.clauses.tolist() == expected
    assert np.allclose(chinese.scores, everything.scores[everything.clauses >= 6])


def test_keywords_alone_give_the_clauses_that_hold_them() -> None:
    snapshot = two_languages()
    snapshot.words = {3: 0.5, 8: 1.0, 4: 0.5}
    found = rank(snapshot, unit(0, 0, 0, 0, 0, 0, 1), mode="keyword")
    assert found.clauses.tolist() == [8, 4, 3]  # of equal words, the nearer one first
    nothing = rank(two_languages(), unit(1), mode="keyword")
    assert len(nothing) == 0
    assert features(nothing).shape == (0, len(FEATURES))


def test_equal_scores_stand_in_the_order_of_ids() -> None:
    rows = np.array([unit(1)] * 4)
    found = rank(MadeSnapshot(rows, ["en"] * 4, {}), unit(1))
    assert found.clauses.tolist() == [3, 2, 1, 0]  # id96, id97, …


def test_features_tell_the_best_and_how_far_behind_it_a_clause_is() -> None:
    found = rank(two_languages(), unit(0.2, 0, 1, 0, 0, 0, 0, 0, 2))
    rows = features(found)
    assert rows.shape == (12, len(FEATURES))
    assert rows[0, 1] == 0
    assert (np.diff(rows[:, 1]) >= 0).all()
    assert np.allclose(rows[:, 0], found.cosines.max())
