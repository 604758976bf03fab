"""An index with a base answers as one without does, whatever happens while the base is made."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.base import compacting, part
from indexer.base.compacting import compact
from indexer.build import build_index, index_policies
from indexer.directory import IndexDirectory, read_manifest
from indexer.lexical.postings import write_postings
from indexer.lifecycle import Delete, Put, apply_changes
from indexer.records import Clause, Metadata, PolicyVersion, Properties
from service.search.live import LiveIndex
from service.search.records import SearchFilter, SearchQuery
from service.search.searcher import Searcher

ROOT = Path(__file__).resolve().parents[2]
Opened = Callable[[], LiveIndex]
QUESTION = "how many days of annual leave?"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes of any size have a base."""
    monkeypatch.setattr(compacting, "BASE_FROM", 1)
    monkeypatch.setattr(compacting, "LEAST_RECENT", 0)


def answers(live: LiveIndex, encoder: Any, **query: Any) -> list[tuple[str, float]]:
    found = Searcher(live, encoder).search(SearchQuery(QUESTION, limit=100, **query))
    return [(hit.id, hit.score) for hit in found.hits]


def same(left: Sequence[tuple[str, float]], right: Sequence[tuple[str, float]]) -> None:
    assert [id_ for id_, _ in left] == [id_ for id_, _ in right]
    assert np.allclose([s for _, s in left], [s for _, s in right], atol=2e-3)


def write(folder: Path, name: str, days: int, more: str = "") -> None:
    (folder / f"{name}.txt").write_text(
        f"{name.title()} Policy\n{more}1. Leave\n1.1 Everyone of {name} has {days} days of annual "
        f"leave.\n1.2 Days of {name} lapse in March.\n"
    )


def test_an_index_with_a_base_gives_the_same_hits(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    plain = opened()
    expected = answers(plain, encoder)
    manifest = compact(root)
    assert manifest is not None
    assert manifest.base is not None
    assert (manifest.generation, manifest.base.folder) == (2, "base-1")
    assert manifest.base.passages == manifest.passages
    assert manifest.vector_index == "flat + SQfp16"
    live = opened()
    assert live.snapshot.whole.base is not None
    same(answers(live, encoder), expected)
    for lang in ("en", "zh"):
        query = {"filter": SearchFilter(lang=(lang,))}
        same(answers(live, encoder, **query), answers(plain, encoder, **query))
    assert plain.refresh()
    same(answers(plain, encoder), expected)
    assert compact(root) is None, "nothing changed: the base is kept"


def test_a_small_index_has_no_base(
    folder: Path, root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "BASE_FROM", 50_000)
    build_index([folder], root, encoder)
    before = sorted(path.name for path in root.iterdir())
    assert compact(root) is None
    assert sorted(path.name for path in root.iterdir()) == before
    assert json.loads(IndexDirectory(root).manifest.read_text())["base"] is None


def test_changes_beside_a_base_are_searched_and_removals_are_not(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    compact(root)
    live = opened()
    base = live.snapshot.whole.base
    write(folder, "gifts", 7)
    (folder / "privacy.txt").unlink()
    build_index([folder], root, encoder)
    assert live.refresh()
    assert live.snapshot.whole.base is base, "the base is not read again"
    assert read_manifest(IndexDirectory(root)).base == base.record  # type: ignore[union-attr]
    found = {id_.partition("@")[0] for id_, _ in answers(live, encoder)}
    assert found == {"leave", "gifts"}
    fresh = root.parent / "fresh"
    build_index([folder], fresh, encoder)
    plain = LiveIndex(fresh, encoder)
    same(answers(live, encoder), answers(plain, encoder))
    assert live.snapshot.passage_count == plain.snapshot.passage_count
    plain.close()


def test_a_base_is_made_anew_when_enough_was_added_or_removed(
    folder: Path, root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index([folder], root, encoder)
    compact(root)
    monkeypatch.setattr(compacting, "LEAST_RECENT", 100)
    write(folder, "gifts", 7)
    build_index([folder], root, encoder)
    assert compact(root) is None
    monkeypatch.setattr(compacting, "LEAST_RECENT", 1)
    assert compact(root) is not None
    monkeypatch.setattr(compacting, "LEAST_RECENT", 100)
    (folder / "privacy.txt").unlink()
    build_index([folder], root, encoder)
    manifest = compact(root)
    assert manifest is not None, "more than a fifth of the rows was removed"
    assert manifest.base is not None
    assert manifest.base.passages == manifest.passages


def test_the_bases_of_two_generations_are_kept(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    for number in range(3):
        compact(root)
        write(folder, f"more{number}", number)
        build_index([folder], root, encoder)
    compact(root)
    names = {path.name for path in IndexDirectory(root).base_folders()}
    manifest = read_manifest(IndexDirectory(root))
    assert manifest.base is not None
    assert manifest.base.folder in names
    assert len(names) == 2
    write(folder, "last", 1)
    build_index([folder], root, encoder)
    names = {path.name for path in IndexDirectory(root).base_folders()}
    assert names == {manifest.base.folder}


def test_another_encoder_leaves_no_base_of_the_old(
    folder: Path, root: Path, encoder: Any, make_encoder: Any
) -> None:
    build_index([folder], root, encoder)
    compact(root)
    other = make_encoder("another")
    build_index([folder], root, other)
    assert read_manifest(IndexDirectory(root)).base is None
    live = LiveIndex(root, other)
    assert len(answers(live, other)) == live.snapshot.passage_count
    live.close()
    assert compact(root) is not None


def test_views_by_groups_and_dates_see_their_own_over_a_base(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)

    def put(days: int, day: str) -> None:
        data = f"Secret Policy\nEffective date: {day}\n1. {days} days of annual leave.\n"
        change = Put("secret", data.encode(), ".txt", Properties(groups=("hr",)))
        assert apply_changes([change], root, encoder)[0].state in ("created", "updated")

    put(99, "2020-01-01")
    compact(root)
    put(98, "2024-01-01")
    live = opened()
    assert live.snapshot.whole.base is not None
    versions = {None: "2024-01-01", date(2022, 1, 1): "2020-01-01", date(2010, 1, 1): None}
    for groups in (None, frozenset[str](), frozenset({"hr"})):
        for day, version in versions.items():
            view = live.snapshot.seen_by(groups, day)
            asked = SearchFilter(as_of=day)
            found = answers(live, encoder, groups=groups, filter=asked)
            shown = {id_.partition("#")[0] for id_, _ in found}
            assert shown == {f"{policy.id}@{policy.version}" for policy in view.policies()}
            secret = None if groups == frozenset() else version
            assert {s for s in shown if s.startswith("secret")} == (
                {f"secret@{secret}"} if secret else set()
            )
            assert view.passage_count == len(view.searched.keys) == view.searched.mask.sum()


def test_filters_over_a_base_hide_hits_and_move_none(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    for number in range(6):
        write(folder, f"team{number}", number)
    build_index([folder], root, encoder)
    compact(root)
    write(folder, "team6", 6)
    build_index([folder], root, encoder)
    live = opened()
    everything = answers(live, encoder)
    for chosen in (("team1",), ("team6",), ("team0", "team6", "privacy"), ("leave",)):
        found = answers(live, encoder, filter=SearchFilter(policy_id=chosen))
        same(found, [hit for hit in everything if hit[0].partition("@")[0] in chosen])


@pytest.mark.parametrize(
    "name",
    [
        "rows.f16",
        "rows.u8",
        "vectors-0.faiss",
        "clause_keys.npy",
        "base.json",
        "postings/lists.bin",
    ],
)
@pytest.mark.parametrize("damage", ["missing", "torn"])
def test_a_damaged_base_is_gone_without_and_made_again(
    folder: Path,
    root: Path,
    encoder: Any,
    opened: Opened,
    name: str,
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    build_index([folder], root, encoder)
    expected = answers(opened(), encoder)
    compact(root)
    file = root / "base-1" / name
    if damage == "missing":
        file.unlink()
    else:
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
    with caplog.at_level(logging.WARNING):
        live = opened()
    assert "policy-search index" in caplog.text
    assert live.snapshot.whole.base is None
    assert answers(live, encoder) == expected
    assert compact(root) is not None
    live.refresh()
    assert live.snapshot.whole.base is not None
    same(answers(live, encoder), expected)


def test_a_base_that_is_gone_altogether_is_gone_without(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    compact(root)
    shutil.rmtree(root / "base-1")
    write(folder, "gifts", 7)
    build_index([folder], root, encoder)
    assert {i.partition("@")[0] for i, _ in answers(opened(), encoder)} >= {"gifts", "leave"}


def dies(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("power cut")


@pytest.mark.parametrize(
    "stage", ["write_columns", "_write_rows", "_index_of", "_write_postings", "write_description"]
)
def test_death_while_a_base_is_made_changes_nothing(
    folder: Path, root: Path, encoder: Any, opened: Opened, stage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    build_index([folder], root, encoder)
    before = answers(opened(), encoder)
    with monkeypatch.context() as patched:
        patched.setattr(f"indexer.base.building.{stage}", dies)
        patched.setattr(shutil, "rmtree", lambda *args, **kwargs: None)  # nobody cleans up
        with pytest.raises(RuntimeError, match="power cut"):
            compact(root)
    assert [path.name for path in IndexDirectory(root).base_folders()] == ["base-1.new"]
    assert answers(opened(), encoder) == before
    write(folder, "gifts", 7)
    build_index([folder], root, encoder)
    assert IndexDirectory(root).base_folders() == []


@pytest.mark.parametrize("place", ["publish", "VectorIndex.save"])
def test_death_while_a_base_is_published_changes_nothing(
    folder: Path, root: Path, encoder: Any, opened: Opened, place: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    build_index([folder], root, encoder)
    before = answers(opened(), encoder)
    with monkeypatch.context() as patched:
        patched.setattr(f"indexer.publishing.{place}", dies)
        with pytest.raises(RuntimeError, match="power cut"):
            compact(root)
    assert answers(opened(), encoder) == before
    assert (root / "base-1").exists()
    assert compact(root) is not None
    same(answers(opened(), encoder), before)


KILLED = """
import sys, time
from pathlib import Path
import indexer.base.building as building
import indexer.base.compacting as compacting

def waits(*args):
    Path(sys.argv[1], "reached").touch()
    time.sleep(60)

compacting.BASE_FROM = 1
building.write_description = waits
compacting.compact(Path(sys.argv[1]))
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")
def test_a_killed_compaction_holds_nobody_up(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    making = subprocess.Popen([sys.executable, "-c", KILLED, str(root)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (root / "reached").exists():
        assert time.monotonic() < deadline
        assert making.poll() is None
        time.sleep(0.02)
    write(folder, "gifts", 7)
    build_index([folder], root, encoder)  # it is not kept waiting
    assert (root / "base-1.new").exists(), "a base that is being made is left alone"
    assert compact(root) is None, "one process makes a base at a time"
    making.send_signal(signal.SIGKILL)
    assert making.wait() == -signal.SIGKILL
    write(folder, "gifts", 8)
    build_index([folder], root, encoder)
    assert not list(root.glob("*.new"))
    assert compact(root) is not None
    assert any("gifts" in id_ for id_, _ in answers(opened(), encoder))


def test_what_is_published_while_a_base_is_made_is_searched(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    done = []

    def meanwhile(db: Any, keys: Any, postings: Path, tell: Any) -> None:
        write_postings(db, keys, postings, tell)
        for number in range(4):
            put = Put(f"new{number}", f"New {number}\n1. Days of leave.\n".encode(), ".txt")
            done.append(apply_changes([put], root, encoder)[0].state)
        apply_changes([Delete("privacy")], root, encoder)

    manifest = compact(root, postings=meanwhile)
    assert manifest is not None
    assert (done, manifest.generation) == (["created"] * 4, 7)
    live = opened()
    found = {id_.partition("@")[0] for id_, _ in answers(live, encoder)}
    assert found == {"leave", "new0", "new1", "new2", "new3"}
    assert not live.snapshot.vectors.is_exact
    assert live.snapshot.vectors.rows(live.snapshot.searched.rows).any(axis=1).all()


def test_a_base_of_vectors_that_were_made_anew_meanwhile_is_not_published(
    folder: Path, root: Path, encoder: Any, make_encoder: Any
) -> None:
    build_index([folder], root, encoder)
    other = make_encoder("another")
    made = compact(root, postings=lambda *args: build_index([folder], root, other) and None)
    assert made is None
    assert read_manifest(IndexDirectory(root)).base is None
    assert not list(root.glob("*.new"))
    live = LiveIndex(root, other)
    assert answers(live, other)
    live.close()


def test_index_command_tells_of_the_base(folder: Path, root: Path, run: Any) -> None:
    done = run("index", str(folder))
    assert "for quick search, as generation 2." in done.out


WORDS = ("leave", "days", "annual", "sick", "gifts", "account", "data", "March", "team")
texts = st.lists(st.sampled_from(WORDS), min_size=3, max_size=9).map(" ".join)
policies = st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=5)


def policy(name: str, lang: str, clauses: Sequence[str]) -> PolicyVersion:
    made = tuple(
        Clause(f"{name}@1#{i}", name, "1", i, None, (str(i),), None, (), f"§{i}", lang, text, 0, 0)
        for i, text in enumerate(clauses)
    )
    digest = "/".join(clauses)
    return PolicyVersion(name, "1", Metadata("Rules", lang), "", name, "task", digest, made)


def check_the_same(
    first: list[list[str]], second: list[list[str]], plain: Path, based: Path, encoder: Any
) -> None:
    """Builds the first policies, a base of them, and the second ones beside it, and compares."""
    for root in (plain, based):
        for batch in (first, second):
            made = [
                policy(f"p{n}", ("en", "zh")[n % 2], clauses) for n, clauses in enumerate(batch)
            ]
            index_policies(made, root, encoder)
            if root == based and batch is first:
                assert compact(root) is not None
    lives = [LiveIndex(root, encoder) for root in (plain, based)]
    try:
        assert lives[1].snapshot.whole.base is not None
        for lang in ((), ("zh",)):
            scores = [
                dict(answers(live, encoder, filter=SearchFilter(lang=lang))) for live in lives
            ]
            assert scores[0].keys() == scores[1].keys()
            for id_, score in scores[0].items():
                assert scores[1][id_] == pytest.approx(score, abs=5e-3)
    finally:
        for live in lives:
            live.close()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=policies, second=policies)
def test_any_index_with_a_base_ranks_as_one_without(
    first: list[list[str]],
    second: list[list[str]],
    tmp_path_factory: pytest.TempPathFactory,
    encoder: Any,
) -> None:
    plain, based = tmp_path_factory.mktemp("plain"), tmp_path_factory.mktemp("based")
    check_the_same(first, second, plain, based, encoder)


def test_a_quantised_index_ranks_as_one_without_a_base(
    tmp_path: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "FEW", 20)
    monkeypatch.setattr("indexer.vectors.COMPARED", 5)
    rng = np.random.default_rng(2)

    def batch(count: int) -> list[list[str]]:
        return [[" ".join(rng.choice(WORDS, 7)) + f" {i}" for i in range(20)] for _ in range(count)]

    check_the_same(batch(4), batch(5)[1:], tmp_path / "plain", tmp_path / "based", encoder)
    record = read_manifest(IndexDirectory(tmp_path / "based")).base
    assert record is not None
    assert set(record.kinds.values()) == {"IVF25,PQ64x4fs"}
