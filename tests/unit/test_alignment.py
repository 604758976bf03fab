"""Clauses of two policies aligned by their vectors and places."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.records import Clause
from service.lookup.alignment.align import align_clauses
from service.lookup.alignment.monotone import best_chain
from service.lookup.alignment.records import Alignment

Vectors = NDArray[np.float32]


def clause(policy: str, path: str, text: str = "Some words of a clause.", **more: object) -> Clause:
    labels = tuple(path.split("."))
    parent = f"{policy}@1#{'.'.join(labels[:-1])}" if len(labels) > 1 else None
    fields: dict[str, object] = {
        "id": f"{policy}@1#{path}", "policy_id": policy, "version": "1", "ordinal": 0,
        "parent_id": parent, "labels": labels, "heading": None, "heading_path": (),
        "citation": f"{policy} §{path}", "lang": "en", "text": text, "start": 0, "end": 0,
    }  # fmt: skip
    return Clause(**(fields | more))  # type: ignore[arg-type]


def meanings(count: int, seed: int = 0) -> Vectors:
    """Directions without relation to each other, and one language's part that all share."""
    drawn = np.random.default_rng(seed).normal(size=(count, 64)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def said_in(language: int, vectors: Vectors) -> Vectors:
    common = meanings(1, 100 + language)[0] * 2
    noise = 0.3 * meanings(len(vectors), 200 + language)
    return np.where(vectors.any(axis=1)[:, None], vectors + common + noise, 0).astype(np.float32)


def pairs(found: Alignment) -> list[tuple[str, str]]:
    return [(a.labels[-1], b.labels[-1]) for row in found.rows for a in row.left for b in row.right]


def policy(name: str, paths: Sequence[str]) -> list[Clause]:
    return [clause(name, path) for path in paths]


def test_translation_is_aligned_clause_by_clause() -> None:
    said = meanings(6)
    left, right = policy("a", "123456"), policy("b", "一二三四五六")
    found = align_clauses(left, right, said_in(0, said), said_in(1, said))
    assert pairs(found) == list(zip("123456", "一二三四五六", strict=True))
    assert {row.status for row in found.rows} == {"matched"}
    assert not any(row.moved for row in found.rows)


def test_clause_that_one_side_lacks_has_a_row_in_its_place() -> None:
    said = meanings(8)
    left, right = policy("a", "1245678"), policy("b", "1234568")
    found = align_clauses(
        left,
        right,
        said_in(0, said[[0, 1, 3, 4, 5, 6, 7]]),
        said_in(1, said[[0, 1, 2, 3, 4, 5, 7]]),
    )
    told = [(r.status, (r.left or r.right)[0].labels[-1]) for r in found.rows if "only" in r.status]
    assert told == [("only_there", "3"), ("only_here", "7")]
    assert found.counts == {"matched": 6, "partial": 0, "only_here": 1, "only_there": 1}
    assert [r.status for r in found.rows][2] == "only_there"


def test_clause_in_another_place_is_matched_as_moved() -> None:
    said = meanings(8)
    order = [1, 2, 3, 4, 5, 0, 6, 7]
    found = align_clauses(
        policy("a", "abcdefgh"), policy("b", "rstuvwxy"), said_in(0, said), said_in(1, said[order])
    )
    moved = [row for row in found.rows if row.moved]
    assert [(row.left[0].labels, row.right[0].labels) for row in moved] == [(("a",), ("w",))]
    assert len(pairs(found)) == 8


def test_one_clause_is_aligned_with_the_two_that_say_as_much() -> None:
    said = meanings(6)
    long = "many words " * 12
    left = [clause("a", n, long * (2 if n == "3" else 1)) for n in "12345"]
    right = [clause("b", n, long) for n in "123456"]
    both = said[2] + said[3]
    one = np.stack([said[0], said[1], both / np.linalg.norm(both), said[4], said[5]])
    found = align_clauses(left, right, said_in(0, one), said_in(1, said))
    row = next(row for row in found.rows if row.left and row.left[0].labels == ("3",))
    assert [clause.labels[-1] for clause in row.right] == ["3", "4"]
    assert not any("only" in row.status for row in found.rows)


def test_heading_without_a_vector_is_aligned_by_what_stands_under_it() -> None:
    said = meanings(8)
    for i in (0, 4):
        said[i] = 0
    paths = ["1", "1.1", "1.2", "1.3", "2", "2.1", "2.2", "2.3"]
    other = ["甲", "甲.1", "甲.2", "甲.3", "乙", "乙.1", "乙.2", "乙.3"]
    found = align_clauses(
        policy("a", paths), policy("b", other), said_in(0, said), said_in(1, said)
    )
    assert ("1", "甲") in pairs(found)
    assert ("2", "乙") in pairs(found)


def test_policies_on_other_subjects_have_hardly_a_row_in_common() -> None:
    left, right = policy("a", "123456789"), policy("b", "abcdefghi")
    found = align_clauses(left, right, said_in(0, meanings(9, 1)), said_in(1, meanings(9, 2)))
    assert len(pairs(found)) <= 1


def test_every_clause_has_exactly_one_row() -> None:
    left, right = policy("a", "12345"), policy("b", "1234567")
    found = align_clauses(left, right, said_in(0, meanings(5, 1)), said_in(1, meanings(7, 1)))
    for side, clauses in (("left", left), ("right", right)):
        listed = [c.id for row in found.rows for c in getattr(row, side)]
        assert sorted(listed) == sorted(c.id for c in clauses)


def test_empty_policies_are_aligned_with_nothing() -> None:
    none = np.zeros((0, 64), np.float32)
    assert align_clauses([], [], none, none).rows == ()
    found = align_clauses(policy("a", "1"), [], meanings(1), none)
    assert [row.status for row in found.rows] == ["only_here"]


def test_vectors_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="one row for each clause"):
        align_clauses(policy("a", "12"), policy("b", "1"), meanings(1), meanings(1))


def test_chain_has_the_greatest_gain_and_no_crossing() -> None:
    gains = np.array([[0.5, 0.9, 0], [0.8, 0.5, 0], [0, 0.2, 0.3]], np.float32)
    assert best_chain(gains) == [(0, 0), (1, 1), (2, 2)]
    assert best_chain(-gains) == []


def test_thousand_clauses_are_aligned_in_seconds() -> None:
    paths = [f"{i // 10}.{i}" if i % 10 else f"{i // 10}" for i in range(1000)]
    said = meanings(1000)
    began = time.process_time()
    found = align_clauses(
        policy("a", paths), policy("b", paths), said_in(0, said), said_in(1, said)
    )
    assert time.process_time() - began < 3
    assert len(pairs(found)) == 1000
