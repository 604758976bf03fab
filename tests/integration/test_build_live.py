"""Readers of an index while newer generations are published: the old one or the new, whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexer.build import build_index
from indexer.directory import IndexDirectory, read_manifest
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


def test_open_index_follows_what_is_published(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    live = opened()
    assert live.refresh() is False
    (folder / "gifts.txt").write_text("Gift Policy\n1. Take no gifts.\n2. Give no gifts.\n")
    build_index([folder], root, encoder)
    assert live.snapshot.generation == 1
    assert live.snapshot.policy("gifts") is None
    assert live.refresh() is True
    assert live.snapshot.generation == 2
    assert live.snapshot.policy("gifts") is not None


def test_what_is_known_of_a_version_is_read_once_and_what_changed_is_seen(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    live = opened()
    before = {record.key: record for record in live.snapshot.whole.versions}
    (old,) = [record for record in before.values() if record.id == "leave"]
    rewrite(folder, "ten")
    build_index([folder], root, encoder)
    live.refresh()
    again = live.snapshot.whole.versions
    assert again == opened().snapshot.whole.versions, "as when all is read anew"
    assert all(r is before[r.key] for r in again if r.key in before and r.key != old.key)
    assert [r.is_current for r in again if r.id == "leave"] == [False, True]
    (folder / "privacy.txt").unlink()
    build_index([folder], root, encoder)
    live.refresh()
    assert live.snapshot.whole.versions == opened().snapshot.whole.versions


def test_open_generation_stays_whole_while_the_next_is_published(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    live = opened()
    before = ranked(live, encoder)
    old = live.snapshot
    clauses = old.clauses("leave")
    source = old.source("leave")
    rewrite(folder, "ten")
    (folder / "privacy.txt").unlink()
    build_index([folder], root, encoder)
    assert ranked(live, encoder) == before
    assert (old.clauses("leave"), old.source("leave")) == (clauses, source)
    assert old.clauses("privacy")


def test_search_on_a_generation_that_is_gone_answers_from_the_current_one(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    live = opened()
    for days in ("ten", "twelve", "fourteen"):
        rewrite(folder, days)
        build_index([folder], root, encoder, keep_versions=0)
    result = Searcher(live, encoder).search(QUESTION)
    assert result.generation == 4
    assert any("fourteen" in hit.text for hit in result.hits)


def test_readers_never_see_a_mixture(folder: Path, root: Path, encoder: Any) -> None:
    rewrite(folder, "0")
    (folder / "twin.txt").write_text((folder / "leave.txt").read_text())
    build_index([folder], root, encoder)
    live, directory = LiveIndex(root, encoder), IndexDirectory(root)
    done, wrong = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            live.refresh()
            snapshot = live.snapshot
            try:
                days = {snapshot.clauses(p)[1].text.split()[3] for p in ("leave", "twin")}
                hits = Searcher(live, encoder).search(QUESTION).hits
            except Exception as error:
                # A reader that slept while two more were published is told so, or starts over.
                if read_manifest(directory).generation - snapshot.generation < 2:
                    wrong.append(repr(error))
                continue
            if len(days) != 1:
                wrong.append(f"{snapshot.generation}: {days}")
            if len(hits) != 7:
                wrong.append(f"{len(hits)} hits")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 6):
        rewrite(folder, str(number))
        (folder / "twin.txt").write_text((folder / "leave.txt").read_text())
        build_index([folder], root, encoder)
    done.set()
    for reader in readers:
        reader.join()
    live.close()
    assert wrong == []
