"""Keyword scores over postings are those over FTS5, and the quick way finds the best."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer import passage_table
from indexer.lexical import coarse, scoring
from indexer.lexical.postings import Postings, write_postings
from indexer.lexical.search import CONTEXT_WEIGHT, KeywordQuery, keyword_scores
from indexer.lexical.tokens import tokens
from indexer.passage_table import Selection, table_of
from indexer.records import Passage
from indexer.store import Store

Texts = Sequence[tuple[str, str]]
"""Of each passage its text and what stands above it."""

WORDS = ["account", "cancel", "data", "5.4", "café", "naïve Ünal", "ꟲ", "注销", "账户", "年假"]
SEPARATED = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
PASSAGES = st.lists(st.tuples(SEPARATED, SEPARATED), min_size=1, max_size=30)
TERMS = st.lists(st.sampled_from([t for word in WORDS for t in tokens(word)]), unique=True)
VERSIONS = 4


class Made:
    """A store of passages whose versions take turns, and postings of the first of them."""

    def __init__(self, folder: Path, texts: Texts, covered: int) -> None:
        self.store = Store(folder / "store.sqlite")
        self.db: sqlite3.Connection = self.store.connection()
        self.db.execute("PRAGMA foreign_keys = OFF")
        passages = [Passage("c", i, above, text) for i, (text, above) in enumerate(texts)]
        with self.store.transaction():
            self.store.add_passages(1, passages, "d", 1)
        keys = np.arange(1, len(texts) + 1)
        write_postings(self.db, keys[:covered], folder / "made", lambda *told: None)
        self.postings = Postings.open(folder / "made")
        rows = [(int(key), int(key), int(key) % VERSIONS, "en") for key in keys]
        self.all_recent = table_of(rows, None)
        self.table = replace(self.all_recent, base_rows=covered)

    def close(self) -> None:
        self.store.close()

    def by_postings(
        self, query: KeywordQuery, seen: Sequence[int], depth: int, left: Sequence[int] = ()
    ) -> dict[int, float]:
        return self._scores(query, self.table, seen, depth, left, self.postings)

    def by_fts(
        self, query: KeywordQuery, seen: Sequence[int], depth: int, left: Sequence[int] = ()
    ) -> dict[int, float]:
        return self._scores(query, self.all_recent, seen, depth, left, None)

    def _scores(self, query, table, seen, depth, left, postings):  # type: ignore[no-untyped-def]
        searched = Selection(table, table.versions_mask(seen))
        allowed = searched.and_only(table.versions_mask(left)) if left else None
        rows, scores = keyword_scores(self.db, query, searched, depth, allowed, None, postings)
        assert (np.diff(rows) > 0).all()
        assert ((scores > 0) & (scores <= 1)).all()
        keys = table.passage_keys[rows]
        return dict(zip(keys.tolist(), scores.tolist(), strict=True))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("made")


@settings(max_examples=25, deadline=None)
@given(
    texts=PASSAGES,
    own=TERMS,
    added=TERMS,
    covered=st.floats(0, 1),
    seen=st.lists(st.integers(0, VERSIONS - 1), min_size=1, unique=True),
    depth=st.integers(1, 40),
    exact=st.booleans(),
    few=st.sampled_from((1, 1000)),
    sampled_from=st.sampled_from((1, 100_000)),
)
def test_postings_give_the_scores_that_fts_gives(
    folders: Callable[[], Path],
    texts: Texts,
    own: list[str],
    added: list[str],
    covered: float,
    seen: list[int],
    depth: int,
    exact: bool,
    few: int,
    sampled_from: int,
) -> None:
    query = KeywordQuery(tuple(own), tuple(t for t in added if t not in own))
    rows = round(covered * len(texts))
    with (
        closing(Made(folders(), texts, rows)) as made,
        pytest.MonkeyPatch.context() as patched,
    ):
        if not exact:
            patched.setattr(scoring, "EXACT_UP_TO", 0)
        patched.setattr(passage_table, "_FEW", few)
        patched.setattr(coarse, "_SAMPLED_FROM", sampled_from)
        for left in ((), seen[:1]):
            wanted = made.by_fts(query, seen, depth, left)
            found = made.by_postings(query, seen, depth, left)
            assert found == pytest.approx(wanted)
            assert wanted == pytest.approx(_as_told(texts, query, seen, depth, left))


def _as_told(
    texts: Texts, query: KeywordQuery, seen: Sequence[int], depth: int, left: Sequence[int]
) -> dict[int, float]:
    """The scores as the docstrings tell them, one passage after the other."""
    searched = {
        key: (set(tokens(text)), set(tokens(above)))
        for key, (text, above) in enumerate(texts, 1)
        if key % VERSIONS in seen
    }
    scores = dict.fromkeys(searched, 0.0)
    for terms, weight, enough in ((query.own, 1.0, 1.0), (query.added, 0.7, 0.5)):
        counts = {t: sum(t in a or t in b for a, b in searched.values()) for t in terms}
        rarity = {
            t: math.log(1 + (len(searched) - n + 0.5) / (n + 0.5)) for t, n in counts.items() if n
        }
        for key, (text, above) in searched.items():
            held = sum(
                value * (1.0 if t in text else CONTEXT_WEIGHT if t in above else 0.0)
                for t, value in rarity.items()
            )
            if held:
                scores[key] += weight * min(1.0, held / (enough * sum(rarity.values())))
    best = sorted((key for key in scores if scores[key]), key=lambda key: (-scores[key], key))
    kept = best[:depth]
    if left:
        kept += [key for key in best if key % VERSIONS in left][:depth]
    return {key: min(1.0, scores[key]) for key in kept}


def zipf(rng: np.random.Generator, count: int, offset: float = 2.7) -> NDArray[np.intp]:
    """Ranks of words, as frequent as in texts."""
    weights = 1 / (np.arange(5000) + offset)
    return np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(count))


@pytest.mark.parametrize("left", [(), (2,)], ids=["all", "filtered"])
def test_the_quick_way_finds_the_best(tmp_path: Path, left: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    names = ["".join(chr(97 + rank // 26**i % 26) for i in range(3)) + "0" for rank in range(5000)]
    texts = [(" ".join(names[rank] for rank in zipf(rng, 40)), "") for _ in range(4000)]
    found_of, wanted_of = 0, 0
    with closing(Made(tmp_path, texts, 3500)) as made:
        for _ in range(20):
            own, added = (dict.fromkeys(names[r] for r in zipf(rng, 12)) for _ in range(2))
            query = KeywordQuery(tuple(own), tuple(t for t in added if t not in own))
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(scoring, "EXACT_UP_TO", 0)
                patched.setattr(scoring, "MOST_CANDIDATES", 400)
                found = made.by_postings(query, range(VERSIONS), 50, left)
            wanted = made.by_fts(query, range(VERSIONS), 50, left)
            wanted_of += len(wanted)
            found_of += len(wanted.keys() & found.keys())
            for key in wanted.keys() & found.keys():
                assert found[key] == pytest.approx(wanted[key])
    assert found_of >= 0.98 * wanted_of
