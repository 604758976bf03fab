"""What the store keeps up by difference is what counting and comparing everything would tell."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.records import Passage
from indexer.store import Store

POLICIES = ["leave", "travel", "privacy"]
CHANGES = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["put", "correct", "delete"]), st.sampled_from(POLICIES)),
        max_size=3,
    ),
    max_size=8,
)


def add_version(store: Store, policy_id: str, words: str, generation: int) -> None:
    """A version of as many clauses as there are words, each with a passage and its vector."""
    db = store.connection()
    row = {
        "policy_id": policy_id, "version": words, "title": policy_id, "lang": "en", "remarks": "",
        "format": "md", "source_path": "", "source_name": "", "content_sha256": words,
        "file_sha256": "", "parser": 1, "source": words, "groups": json.dumps([]),
        "valid_from": "2025-01-01", "indexed_at": "2025-01-01", "added": generation,
    }  # fmt: skip
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    version = db.execute(f"INSERT INTO versions ({names}) VALUES ({marks})", row).lastrowid
    for ordinal, word in enumerate(words.split()):
        clause = db.execute(
            "INSERT INTO clauses (version_key, id, ordinal, labels, heading_path, citation, lang, "
            'text, start, "end", lead_in, anchor) '
            "VALUES (?, ?, ?, '[]', '[]', '', 'en', ?, 0, 1, '', '')",
            (version, f"{policy_id}@{words}#{ordinal}", ordinal, word),
        ).lastrowid
        assert clause is not None
        store.add_passages(clause, [Passage("c", 0, "", word)], "d", generation)


def embed(store: Store, generation: int) -> None:
    missing = [key for key, _ in store.passages_to_embed(generation)]
    store.add_vectors(missing, np.ones((len(missing), 2), np.float32))


def change(store: Store, what: str, policy_id: str, words: str, generation: int) -> None:
    before = store.live_version(policy_id)
    if what == "delete":
        store.remove_policy(policy_id, generation)
        return
    if before is not None and what == "correct":
        store.remove_version(before.key, generation)
    elif before is not None:
        store.supersede_version(before.key, generation)
    add_version(store, policy_id, words, generation)


def keys(db: sqlite3.Connection, select: str) -> list[object]:
    return sorted(row[0] for row in db.execute(select))


def assert_nothing_is_left_over(store: Store) -> None:
    db = store.connection()
    assert keys(db, "SELECT rowid FROM lexical") == keys(db, "SELECT key FROM passages")
    assert keys(db, "SELECT hash FROM vectors") == keys(
        db, "SELECT DISTINCT vector_hash FROM passages"
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("store")


@settings(max_examples=25, deadline=None)
@given(builds=CHANGES, killed=st.sets(st.integers(0, 7)))
def test_counts_words_and_vectors_follow_the_changes(
    folders: Callable[[], Path], builds: list[list[tuple[str, str]]], killed: set[int]
) -> None:
    with closing(Store(folders() / "store.sqlite")) as store:
        counts, generation = store.counts(), 0
        for number, changes in enumerate(builds):
            generation += 1
            for place, (what, policy_id) in enumerate(changes):
                words = " ".join(f"word{n}" for n in range(number, number + place + 2))
                change(store, what, policy_id, words, generation)
            store.expire_versions(1, generation)
            embed(store, generation)
            if number in killed:
                generation -= 1
                store.roll_back_to(generation)
                assert store.counts() == counts
                continue
            counts = store.counts_after(counts, generation)
            assert counts == store.counts()
            store.purge(generation - 1)
        for _ in range(2):  # what the last but one generation saw goes with the next one
            generation += 1
            store.purge(generation)
        assert_nothing_is_left_over(store)


def test_vectors_of_a_killed_build_are_taken_up_by_the_next(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "store.sqlite")) as store:
        add_version(store, "leave", "sick leave", 1)
        embed(store, 1)
        store.roll_back_to(0)
        add_version(store, "leave", "sick days", 1)
        assert len(store.passages_to_embed(1)) == 1  # "sick" has its vector
        embed(store, 1)
        store.purge(0)
        assert_nothing_is_left_over(store)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT key FROM passages WHERE added > 1",
        "SELECT key FROM passages WHERE removed > 1",
        "SELECT key FROM passages WHERE removed <= 1",
        "SELECT key FROM passages WHERE vector_hash = x'00'",
        "SELECT key FROM versions WHERE added > 1",
        "SELECT key FROM versions WHERE removed <= 1",
        "SELECT key FROM versions WHERE superseded > 1",
    ],
)
def test_what_every_build_asks_is_asked_of_an_index(tmp_path: Path, query: str) -> None:
    with closing(Store(tmp_path / "store.sqlite")) as store:
        plan = store.connection().execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
    assert all("USING" in row[3] and "INDEX" in row[3] for row in plan), plan
