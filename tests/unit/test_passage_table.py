"""The rows of a generation, and selections of them, against looking through all of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from indexer.base.folder import Columns
from indexer.passage_table import PassageTable, Selection, table_of

# Passage, clause and version key, and language: clause 21 has two passages, version 5 no clause 9.
ROWS = [
    (3, 20, 5, "en"),
    (4, 21, 5, "en"),
    (5, 21, 5, "en"),
    (8, 22, 5, "zh"),
    (9, 30, 7, "zh"),
    (12, 31, 7, "zh"),
    (13, 40, 9, "fr"),
]


def with_base(first: int, rows: Any = ROWS) -> PassageTable:
    """The first rows are those of a base."""
    plain = table_of(rows[:first], None)
    columns = Columns(
        plain.passage_keys,
        plain.clause_keys,
        plain.versions,
        plain.language_codes,
        plain.version_keys,
    )
    description = SimpleNamespace(languages=plain.languages)

    class Made(SimpleNamespace):
        def __len__(self) -> int:
            return first

    base: Any = Made(columns=columns, description=description)
    return table_of(rows[first:], base)


@pytest.fixture(params=[0, 3, 5, 7])
def table(request: pytest.FixtureRequest) -> PassageTable:
    return with_base(request.param) if request.param else table_of(ROWS, None)


def test_a_row_knows_its_passage_clause_version_and_language(table: PassageTable) -> None:
    found = [
        (
            int(table.passage_keys[row]),
            int(table.clause_keys[row]),
            int(table.version_keys[table.versions[row]]),
            table.languages[table.language_codes[row]],
        )
        for row in range(len(table))
    ]
    assert found == ROWS


def test_what_a_base_has_numbered_keeps_its_number() -> None:
    before = table_of(ROWS[3:5], None)
    rows = [(100, 1, 2, "ar"), (101, 2, 6, "zh")]
    after = with_base(2, [*ROWS[3:5], *rows])
    assert before.languages == after.languages[:1] == ("zh",)
    assert after.languages == ("zh", "ar")
    assert after.version_keys.tolist() == [5, 7, 2, 6]
    assert after.versions_mask([2, 7, 99]).tolist() == [False, True, True, False]


def test_selections_hold_what_looking_at_every_row_says(table: PassageTable) -> None:
    everything = Selection(table, table.versions_mask([5, 7, 9]))
    assert everything.count == len(ROWS)
    for versions in ([], [5], [7, 9], [5, 9, 1000]):
        for lang in (None, "en", "zh"):
            chosen = None if lang is None else np.array([n == lang for n in table.languages])
            found = everything.and_only(table.versions_mask(versions), chosen)
            expected = [r[0] for r in ROWS if r[2] in versions and lang in (None, r[3])]
            assert found.keys.tolist() == expected
            assert found.count == found.mask.sum() == len(expected)
            assert found.holds(np.arange(len(ROWS))).tolist() == found.mask.tolist()
            present = {r[2] for r in ROWS if r[0] in expected}
            assert set(found.present_versions.tolist()) == present


def test_removed_versions_are_not_selected(table: PassageTable) -> None:
    left = Selection(table, table.versions_mask([5, 9]))
    assert 9 not in left.keys
    assert (left.count, left.in_language(table.languages.index("zh")).count) == (5, 1)


@pytest.mark.parametrize("mixed", [False, True])
def test_the_rows_of_clauses_and_those_beside_them(mixed: bool) -> None:
    rows = ROWS
    if mixed:  # passages of earlier clauses, made later
        rows = [*ROWS[1:], (20, 20, 5, "en")]
    table = table_of(rows, None)
    clauses = np.array([21, 20, 31, 99])
    found, owners = table.rows_of_clauses(clauses)
    assert table.clause_keys[found].tolist() == [21, 21, 20, 31]
    assert owners.tolist() == [0, 0, 1, 2]
    present = np.array([20, 21, 22, 40])
    first = table.first_rows_of_clauses(present)
    assert table.clause_keys[first].tolist() == present.tolist()
    before, after = table.beside(present, -1), table.beside(present, 1)
    assert before[0] == -1
    assert table.clause_keys[before[1:]].tolist() == [20, 21, 31]
    assert after[-1] == -1
    assert table.clause_keys[after[:-1]].tolist() == [21, 22, 30]
