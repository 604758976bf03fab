"""What is nearest to a question: of each language, and of what a filter leaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.ordering import best_first
from indexer.passage_table import Rows, Selection, table_of
from service.search import nearest
from service.search.nearest import Nearest

DEPTH, STANDARD = 20, 4
VERSIONS, ROWS = 40, 400
QUESTION = np.array([1.0, 0.5], np.float32)


@dataclass
class Vectors:
    """Two numbers a passage, searched as a large index's are; `asked`: how deep, of how many."""

    rows: NDArray[np.float32]
    is_exact: bool = False
    asked: list[tuple[int, int]] = field(default_factory=list)

    def search(
        self, vector: NDArray[np.float32], depth: int, allowed: Selection
    ) -> tuple[Rows, NDArray[np.float32]]:
        self.asked.append((depth, allowed.count))
        own = allowed.rows
        scores = self.rows[own] @ vector
        best = best_first(scores, depth)
        return own[best], scores[best]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "DEPTH", DEPTH)
    monkeypatch.setattr(nearest, "STANDARD", STANDARD)


@pytest.fixture
def snapshot() -> Any:
    """Forty versions of ten passages, in English and Chinese in turn."""
    rows = [(key, key, key // 10, ("en", "zh")[key // 10 % 2]) for key in range(ROWS)]
    table = table_of(rows, None)
    everything = Selection(table, np.ones(VERSIONS, bool))
    vectors = Vectors(np.random.default_rng(1).normal(size=(ROWS, 2)).astype(np.float32))
    return SimpleNamespace(searched=everything, vectors=vectors)


def left_by(snapshot: Any, *versions: int) -> Selection:
    chosen = np.zeros(VERSIONS, bool)
    chosen[list(versions)] = True
    return Selection(snapshot.searched.table, chosen)


def best_of(snapshot: Any, selected: Selection, depth: int) -> list[int]:
    scores = snapshot.vectors.rows[selected.rows] @ QUESTION
    return sorted(selected.rows[best_first(scores, depth)].tolist())


def found(snapshot: Any, allowed: Selection | None) -> list[list[int]]:
    return [sorted(rows.tolist()) for rows in Nearest(snapshot, QUESTION, allowed).rows()]


def of_languages(snapshot: Any, depth: int) -> list[list[int]]:
    return [best_of(snapshot, part, depth) for part in snapshot.searched.by_language.values()]


def test_each_language_has_its_own_nearest(snapshot: Any) -> None:
    assert sorted(found(snapshot, None)) == sorted(of_languages(snapshot, DEPTH))


def test_a_narrow_filter_has_its_own_nearest_of_both_languages(snapshot: Any) -> None:
    allowed = left_by(snapshot, 4, 5, 7)
    *all_, left = found(snapshot, allowed)
    assert left == best_of(snapshot, allowed, DEPTH)
    assert {row // 10 for row in left} == {4, 5, 7}
    assert sorted(all_) == sorted(of_languages(snapshot, STANDARD))


def test_what_a_filter_leaves_is_taken_whole_where_it_is_little(snapshot: Any) -> None:
    allowed = left_by(snapshot, 4)
    assert found(snapshot, allowed)[-1] == list(range(40, 50))
    assert all(depth == STANDARD for depth, _ in snapshot.vectors.asked), "nothing to look through"


def test_a_filter_that_leaves_nothing_breaks_nothing(snapshot: Any) -> None:
    assert found(snapshot, left_by(snapshot))[-1] == []


def test_a_wide_filter_is_looked_through_only_where_the_languages_have_too_little(
    snapshot: Any,
) -> None:
    wide = left_by(snapshot, *range(36))
    assert sorted(found(snapshot, wide)) == sorted(of_languages(snapshot, DEPTH))
    far = np.argsort(snapshot.vectors.rows.reshape(VERSIONS, 10, 2).max(axis=1) @ QUESTION)
    allowed = left_by(snapshot, *far[:6].tolist())
    lists = found(snapshot, allowed)
    assert lists[-1] == best_of(snapshot, allowed, DEPTH)
    assert sorted(lists[:-1]) == sorted(of_languages(snapshot, DEPTH))


def test_a_small_index_is_searched_by_who_asks_as_deep_with_a_filter(snapshot: Any) -> None:
    snapshot.vectors.is_exact = True
    allowed = left_by(snapshot, 4, 5, 7)
    *all_, left = found(snapshot, allowed)
    assert left == best_of(snapshot, allowed, DEPTH)
    assert sorted(all_) == sorted(of_languages(snapshot, DEPTH))


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No other thread begins with anything."""
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(over.wait)
        monkeypatch.setattr(nearest, "_threads", pool)
        yield
        over.set()


@pytest.mark.usefixtures("busy")
def test_who_asks_looks_where_no_other_thread_does(snapshot: Any) -> None:
    allowed = left_by(snapshot, 4, 5, 7)
    assert found(snapshot, allowed)[-1] == best_of(snapshot, allowed, DEPTH)
