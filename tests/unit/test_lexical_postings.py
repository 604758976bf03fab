"""Postings made of the store's tokens tell the same as FTS5 does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexDamagedError
from indexer.lexical import inverting, merging
from indexer.lexical import postings as postings_module
from indexer.lexical.postings import CONTEXT, TEXT, Postings, is_plain, write_postings
from indexer.records import Passage
from indexer.store import Store

Texts = Sequence[tuple[str, str]]
"""Of each passage its text and what stands above it."""

WORDS = ["account", "cancel", "data", "5.4", "privacy@example.com", "注销", "账户", "年假", "休假"]
SEPARATED = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
PASSAGES = st.lists(st.tuples(SEPARATED, SEPARATED), min_size=1, max_size=40)


def filled(path: Path, texts: Texts) -> Store:
    """A store with these passages, keys from 1 on, of one clause that is not there."""
    store = Store(path)
    store.connection().execute("PRAGMA foreign_keys = OFF")
    passages = [Passage("c", i, above, text) for i, (text, above) in enumerate(texts)]
    with store.transaction():
        store.add_passages(1, passages, "d", 1)
    return store


def told_by_fts(store: Store, column: str, term: str) -> set[int]:
    found = store.connection().execute(
        "SELECT rowid FROM lexical WHERE lexical MATCH ?", (f'{column} : "{term}"',)
    )
    return {row[0] for row in found}


@pytest.fixture(autouse=True, scope="module")
def short_stretches() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        for module in (inverting, merging, postings_module):
            patched.setattr(module, "STRETCH", 32)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Texts], tuple[Store, Postings]]:
    def make(texts: Texts) -> tuple[Store, Postings]:
        folder = tmp_path_factory.mktemp("postings")
        store = filled(folder / "store.sqlite", texts)
        keys = np.arange(1, len(texts) + 1)
        write_postings(store.connection(), keys, folder / "made", lambda *told: None)
        return store, Postings.open(folder / "made")

    return make


def assert_same_as_fts(store: Store, postings: Postings, terms: Sequence[str]) -> None:
    for term in terms:
        in_text, in_context = (told_by_fts(store, name, term) for name in ("text", "context"))
        assert set((postings.rows(term, TEXT) + 1).tolist()) == in_text, term
        assert set((postings.rows(term, CONTEXT) + 1).tolist()) == in_context - in_text, term
        for column in (TEXT, CONTEXT):
            rows = postings.rows(term, column)
            assert (np.diff(rows) > 0).all()
            assert postings.count(term, column) == len(rows)


@settings(max_examples=15, deadline=None)
@given(passages=PASSAGES)
def test_every_term_is_held_by_the_passages_that_fts_tells(
    made: Callable[[Texts], tuple[Store, Postings]], passages: Texts
) -> None:
    store, postings = made(passages)
    try:
        assert len(postings) == len(passages)
        stored = store.connection().execute("SELECT text || ' ' || context FROM lexical")
        terms = {term for (text,) in stored for term in text.split()}
        assert_same_as_fts(store, postings, [*sorted(terms), "nowhere", "", "账"])
    finally:
        postings.close()
        store.close()


def test_common_terms_are_bitmaps_and_rare_ones_lists(
    made: Callable[[Texts], tuple[Store, Postings]],
) -> None:
    texts = [
        ("common" if i % 3 else "often rare" if i % 50 == 0 else "often", "title" if i % 7 else "")
        for i in range(333)
    ]
    store, postings = made(texts)
    assert_same_as_fts(store, postings, ["common", "often", "rare", "titl", "title"])
    kinds = {}
    for term in ("common", "often", "rare"):
        number = postings.number(term)
        assert number is not None
        kinds[term] = postings.is_dense(number, TEXT)
    assert kinds == {"common": True, "often": True, "rare": False}
    common = postings.number("common")
    assert common is not None
    bits = postings.bits_of(common, TEXT)
    assert int(np.bitwise_count(bits).sum()) == postings.count("common")
    assert len(bits) % 4 == 0
    postings.close()
    store.close()


def test_only_the_passages_asked_for_have_rows(tmp_path: Path) -> None:
    store = filled(tmp_path / "store.sqlite", [("data", ""), ("data", ""), ("account", "data")])
    told: list[tuple[str, int, int]] = []
    write_postings(
        store.connection(), np.array([2, 3]), tmp_path / "p", lambda *what: told.append(what)
    )
    postings = Postings.open(tmp_path / "p")
    assert postings.rows("data").tolist() == [0]
    assert postings.rows("data", CONTEXT).tolist() == [1]
    assert told == [("arranging", 2, 2)]
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == sorted(
        ["counts.npy", "lists.bin", "places.npy", "postings.json", "prefixes.npy", "terms.bin",
         "terms.npy"]
    )  # fmt: skip
    postings.close()
    store.close()


def test_passages_that_are_gone_hold_no_words(tmp_path: Path) -> None:
    store = filled(tmp_path / "store.sqlite", [("data", "")] * 4)
    store.connection().execute("DELETE FROM lexical WHERE rowid IN (2, 4)")
    write_postings(store.connection(), np.array([2, 3, 4]), tmp_path / "p", lambda *what: None)
    postings = Postings.open(tmp_path / "p")
    assert postings.rows("data").tolist() == [1]
    postings.close()
    store.close()


def test_passages_without_words_have_postings_without_terms(
    made: Callable[[Texts], tuple[Store, Postings]],
) -> None:
    store, postings = made([("", ""), ("…", "！")])
    assert len(postings) == 2
    assert postings.rows("data").tolist() == []
    postings.close()
    store.close()


@pytest.mark.parametrize("name", ["lists.bin", "terms.bin", "counts.npy", "postings.json"])
def test_a_damaged_file_is_noticed(
    made: Callable[[Texts], tuple[Store, Postings]], name: str
) -> None:
    store, postings = made([("account data", "")] * 3)
    file = postings.folder / name
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], b""):
        file.write_bytes(damaged)
        with pytest.raises(IndexDamagedError, match=re.escape(str(postings.folder))):
            Postings.open(postings.folder)
    file.unlink()
    with pytest.raises(IndexDamagedError, match=re.escape(str(postings.folder))):
        Postings.open(postings.folder)
    postings.close()
    store.close()


def test_fts_indexes_plain_terms_as_they_are(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.sqlite")
    db = store.connection()
    plain = [chr(code) for code in range(0x20, 0xFFFF) if is_plain(chr(code))]
    assert {"a", "7", "é", "я", "の", "账"} <= set(plain)
    assert not {"A", "É", " ", '"', "\u0301"} & set(plain)
    db.execute("INSERT INTO lexical (rowid, text) VALUES (1, ?)", (" ".join(plain),))
    db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, lexical, row)")
    assert {row[0] for row in db.execute("SELECT term FROM temp.terms")} == set(plain)
    store.close()
