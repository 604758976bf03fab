"""Readers of an index directory: what they accept, repair and refuse; and while it is rebuilt."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from indexer.directory import FORMAT, IndexDirectory
from indexer.errors import EncoderMismatchError, IndexDamagedError, IndexMissingError
from service.search.live import LiveIndex
from service.search.records import SearchQuery
from service.search.searcher import Searcher

QUESTION = SearchQuery("how many days of annual leave?", limit=100)
Opened = Callable[[], LiveIndex]


def ranked(live: LiveIndex, encoder: Any) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in Searcher(live, encoder).search(QUESTION).hits]


def rewrite(folder: Path, days: str) -> None:
    (folder / "leave.txt").write_text(
        f"Leave Policy\n1. Annual leave\n1.1 Everyone has {days} days of leave.\n1.2 Days lapse.\n"
    )


def damage_middle(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100:-100] = b"\xff" * (len(data) - 200)
    file.write_bytes(bytes(data))


def test_missing_index_says_how_to_build_one(root: Path, opened: Opened) -> None:
    with pytest.raises(IndexMissingError, match=r"no index here; build one with `policy-search in"):
        opened()
    root.mkdir()
    with pytest.raises(IndexMissingError):
        opened()


def test_index_of_another_encoder_is_refused_naming_both(
    folder: Path, root: Path, encoder: Any, make_encoder: Any
) -> None:
    build_index([folder], root, encoder)
    other = make_encoder("another")
    with pytest.raises(EncoderMismatchError) as refused:
        LiveIndex(root, other)
    for part in ("letter-pairs", "another", "policy-search index", encoder.fingerprint.short):
        assert part in str(refused.value)
    build_index([folder], root, other)
    LiveIndex(root, other).close()


def test_manifest_can_be_read_by_people(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    fields = json.loads(IndexDirectory(root).manifest.read_text())
    assert fields["generation"] == 1
    assert fields["encoder"]["model"] == "letter-pairs"
    assert fields["encoder"]["digest"] == encoder.fingerprint.digest
    assert (fields["policies"], fields["clauses"]) == (2, 11)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "foreign", "of another generation"])
def test_vector_index_is_made_again_from_the_store(
    folder: Path, root: Path, encoder: Any, opened: Opened, damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    rewrite(folder, "ten")
    build_index([folder / "leave.txt"], root, encoder)
    older = IndexDirectory(root).vectors(1).read_bytes()
    build_index([folder], root, encoder)
    expected = ranked(opened(), encoder)
    file = IndexDirectory(root).vectors(2)
    if damage == "missing":
        file.unlink()
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:-500])
    elif damage == "foreign":
        file.write_text("this is no vector index" * 100)
    else:
        file.write_bytes(older)
    with caplog.at_level(logging.WARNING):
        assert ranked(opened(), encoder) == expected
    assert "made again from the store" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", f'{{"format": {FORMAT}}}', "\x00\x00"])
def test_damaged_manifest_is_refused_and_the_next_build_repairs_it(
    folder: Path, root: Path, encoder: Any, opened: Opened, tmp_path: Path, text: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "gifts.txt").write_text("Gift Policy\n1. Take no gifts.\n2. Give no gifts.\n")
    build_index([other, folder], root, encoder)
    expected = ranked(opened(), encoder)
    IndexDirectory(root).manifest.write_text(text)
    with pytest.raises(IndexDamagedError, match=r"manifest\.json: damaged .*policy-search index"):
        opened()
    encoder.embedded.clear()
    report = build_index([folder], root, encoder)
    assert (report.published, report.recovered, encoder.embedded) == (True, True, [])
    # Policies from elsewhere are still there.
    assert ranked(opened(), encoder) == expected
    assert build_index([folder], root, encoder).published is False


def test_damaged_manifest_hides_no_change_of_encoder(
    folder: Path, root: Path, encoder: Any, make_encoder: Any
) -> None:
    build_index([folder], root, encoder)
    IndexDirectory(root).manifest.write_text("{")
    other = make_encoder("another")
    build_index([folder], root, other)
    assert sorted(other.embedded) == sorted(encoder.embedded)


def test_unknown_format_is_left_alone(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    manifest = IndexDirectory(root).manifest
    manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
    for attempt in (
        lambda: LiveIndex(root, encoder),
        lambda: build_index([folder], root, encoder),
    ):
        with pytest.raises(
            IndexDamagedError, match=f"format 99, this version reads format {FORMAT}"
        ):
            attempt()


def test_missing_store_is_refused_and_can_be_built_again(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    for file in root.glob("store.sqlite*"):
        file.unlink()
    with pytest.raises(IndexDamagedError, match=r"store\.sqlite: missing; rebuild"):
        opened()
    assert build_index([folder], root, encoder).generation == 2
    assert ranked(opened(), encoder)


def test_foreign_store_is_refused_with_advice(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    for file in root.glob("store.sqlite-*"):
        file.unlink()
    IndexDirectory(root).store.write_text("this is no database " * 500)
    with pytest.raises(IndexDamagedError, match="cannot be opened"):
        opened()
    with pytest.raises(IndexDamagedError, match="remove the index directory and build again"):
        build_index([folder], root, encoder)


def test_torn_store_is_refused_with_advice(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    damage_middle(IndexDirectory(root).store)
    with pytest.raises(IndexDamagedError, match=r"store\.sqlite.*rebuild"):
        opened()
    with pytest.raises(IndexDamagedError, match="remove the index directory and build again"):
        build_index([folder], root, encoder)


def test_old_vector_files_and_rows_are_removed(folder: Path, root: Path, encoder: Any) -> None:
    for number in range(5):
        rewrite(folder, str(number))
        build_index([folder], root, encoder)
    directory = IndexDirectory(root)
    assert [file.name for file in directory.vector_files()] == [
        "vectors-4.faiss", "vectors-5.faiss"
    ]  # fmt: skip
    db = sqlite3.connect(directory.store)
    try:
        # The published version of each policy and the one that a slow reader may still hold.
        assert db.execute("SELECT count(*) FROM versions").fetchone() == (3,)
        orphans = (
            "SELECT count(*) FROM vectors WHERE hash NOT IN (SELECT vector_hash FROM passages)"
        )
        assert db.execute(orphans).fetchone() == (0,)
        gone = "SELECT count(*) FROM clauses WHERE text LIKE '%has 2 days%'"
        assert db.execute(gone).fetchone() == (0,)
    finally:
        db.close()


def test_snapshot_tells_all_there_is_to_know(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    snapshot = opened().snapshot
    leave, privacy = snapshot.policies()
    assert (leave.id, leave.title, leave.lang) == ("leave", "Lanternworks Leave Policy", "en")
    assert (leave.version, str(leave.effective_date)) == ("2025-03-01", "2025-03-01")
    assert (privacy.lang, privacy.clause_count, privacy.format) == ("zh", 5, "text")
    assert leave.source_path == "leave.txt"
    clauses = snapshot.clauses("leave")
    source = snapshot.source("leave")
    assert source is not None
    assert "".join(source[c.start : c.end] for c in clauses) == source
    assert snapshot.clause(clauses[1].id) == clauses[1]
    assert [c.labels for c in snapshot.children(clauses[1].id)] == [("1", "1.1"), ("1", "1.2")]
    assert snapshot.clause("leave@1#none") is None
    assert (snapshot.source("none"), snapshot.clauses("none")) == (None, [])
