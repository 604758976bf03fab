"""A running service makes the base of its index anew, by a process that may be killed."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from indexer.base import compacting
from indexer.build import build_index
from indexer.directory import IndexDirectory, read_manifest
from indexer.lifecycle import Put, apply_changes
from service.arranger import Arranger
from service.search.live import LiveIndex
from service.search.records import SearchQuery
from service.search.searcher import Searcher

Opened = Callable[[], LiveIndex]

_CHILD = """
import sys, time
from pathlib import Path
import indexer.base.building as building
import indexer.base.compacting as compacting
from indexer.base.child import main

def waits(*args):
    Path(sys.argv[1], "reached").touch()
    time.sleep(60)

def fails(*args):
    raise OSError(28, "No space left on device")

compacting.BASE_FROM, compacting.LEAST_RECENT = 1, 0
WHAT_IS_CHANGED
main()
"""


def child(changed: str = "") -> Sequence[str]:
    """The process for an index of any size."""
    return (sys.executable, "-c", _CHILD.replace("WHAT_IS_CHANGED", changed))


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes of any size have a base."""
    monkeypatch.setattr(compacting, "BASE_FROM", 1)
    monkeypatch.setattr(compacting, "LEAST_RECENT", 0)


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def found(live: LiveIndex, encoder: Any) -> set[str]:
    """The policies that have hits."""
    hits = Searcher(live, encoder).search(SearchQuery("annual leave or gifts?", limit=100)).hits
    return {hit.policy.id for hit in hits}


def test_it_is_searched_and_written_meanwhile(
    folder: Path, root: Path, encoder: Any, opened: Opened
) -> None:
    build_index([folder], root, encoder)
    arranger = Arranger(root, child())
    stop = threading.Event()
    live = opened()
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            while not stop.is_set():
                live.refresh()
                assert found(live, encoder)
        except BaseException as error:
            failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    for number in range(5):
        data = f"Gift {number}\n1. Give no gifts in {number} days.\n".encode()
        apply_changes([Put(f"gift{number}", data, ".txt")], root, encoder, wait_seconds=10)
        arranger.wake()
    wait_for(lambda: not arranger.is_busy)
    stop.set()
    asking.join()
    assert failures == []
    assert read_manifest(IndexDirectory(root)).base is not None
    live.refresh()
    assert len(found(live, encoder)) == 7


def test_nothing_is_started_while_nothing_is_due(
    folder: Path, root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build_index([folder], root, encoder)
    monkeypatch.setattr(compacting, "BASE_FROM", 50_000)
    command = (sys.executable, "-c", f"open({str(tmp_path / 'started')!r}, 'w')")
    arranger = Arranger(root, command)
    arranger.wake()
    wait_for(lambda: not arranger.is_busy)
    assert not (tmp_path / "started").exists()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")
def test_a_killed_process_is_told_of_and_started_again_after_the_next_change(
    folder: Path, root: Path, encoder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    build_index([folder], root, encoder)
    killed = "import os; os.kill(os.getpid(), 9)"
    arranger = Arranger(root, child(f"building.write_description = lambda *_: exec({killed!r})"))
    with caplog.at_level(logging.WARNING):
        arranger.wake()
        wait_for(lambda: not arranger.is_busy)
    assert f"could not be arranged: its process ended with -{signal.SIGKILL:d}" in caplog.text
    assert read_manifest(IndexDirectory(root)).base is None
    assert list(root.glob("*.new")), "it was killed on its way"
    apply_changes([Put("gift", b"Gifts\n1. Give no gifts.\n", ".txt")], root, encoder)
    assert not list(root.glob("*.new"))
    again = Arranger(root, child())
    again.wake()
    wait_for(lambda: not again.is_busy)
    assert read_manifest(IndexDirectory(root)).base is not None


def test_a_failure_is_told_in_its_own_words(
    folder: Path, root: Path, encoder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    build_index([folder], root, encoder)
    arranger = Arranger(root, child("building.write_codes = fails"))
    with caplog.at_level(logging.WARNING):
        arranger.wake()
        wait_for(lambda: not arranger.is_busy)
    assert "could not be arranged: [Errno 28] No space left on device" in caplog.text
    assert not list(root.glob("*.new"))


def test_a_service_that_ends_ends_it(
    folder: Path, root: Path, encoder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    build_index([folder], root, encoder)
    arranger = Arranger(root, child("building.write_description = waits"))
    with caplog.at_level(logging.WARNING):
        arranger.wake()
        wait_for((root / "reached").exists)
        arranger.close()
        wait_for(lambda: not arranger.is_busy)
        arranger.wake()
    assert not arranger.is_busy, "nothing more is started"
    assert read_manifest(IndexDirectory(root)).base is None
    assert caplog.text == ""
