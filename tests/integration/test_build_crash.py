"""A build that dies leaves the old generation whole; the next one takes up where it stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import indexer.build
import indexer.publishing
from indexer.build import build_index
from indexer.directory import IndexDirectory
from indexer.parsing import PolicyParser
from indexer.store import Store
from indexer.vectors import VectorIndex
from service.search.live import LiveIndex
from service.search.records import SearchQuery
from service.search.searcher import Searcher

ROOT = Path(__file__).resolve().parents[2]
QUESTION = SearchQuery("how many days of annual leave?", limit=100)


def answers(root: Path, encoder: Any) -> list[tuple[str, str, float]]:
    live = LiveIndex(root, encoder)
    try:
        hits = Searcher(live, encoder).search(QUESTION).hits
        return [(hit.id, hit.text, hit.score) for hit in hits]
    finally:
        live.close()


def change(folder: Path) -> None:
    """One policy changed, one gone, one new."""
    file = folder / "leave.txt"
    file.write_text(file.read_text().replace("twenty-five days", "thirty days"))
    (folder / "privacy.txt").unlink()
    (folder / "gifts.txt").write_text("Gift Policy\n1. Take no gifts.\n2. Give no gifts.\n")


def dies(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("power cut")


STAGES = {
    "parsing": (PolicyParser, "parse"),
    "removing": (Store, "remove_version"),
    "writing clauses": (Store, "add_version"),
    "making passages": (indexer.publishing, "make_passages"),
    "writing vectors": (Store, "add_vectors"),
    "writing the vector index": (VectorIndex, "save"),
    "publishing": (indexer.publishing, "publish"),
}


@pytest.mark.parametrize(("owner", "name"), STAGES.values(), ids=list(STAGES))
def test_death_at_any_stage_leaves_the_old_generation(
    folder: Path, root: Path, encoder: Any, owner: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index([folder], root, encoder)
    before = answers(root, encoder)
    change(folder)
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, dies)
        with pytest.raises(RuntimeError, match="power cut"):
            build_index([folder], root, encoder)
    assert answers(root, encoder) == before
    report = build_index([folder], root, encoder)
    assert (report.generation, report.added, report.updated, report.removed) == (
        2, ["gifts"], ["leave"], ["privacy"],
    )  # fmt: skip
    after = answers(root, encoder)
    assert {id_.partition("@")[0] for id_, _, _ in after} == {"leave", "gifts"}
    assert any("thirty days" in text for _, text, _ in after)


def test_vectors_of_a_dead_build_are_not_embedded_again(
    folder: Path, root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(indexer.publishing, "publish", dies)
        with pytest.raises(RuntimeError, match="power cut"):
            build_index([folder], root, encoder)
    assert encoder.embedded
    encoder.embedded.clear()
    report = build_index([folder], root, encoder)
    assert (report.generation, report.embedded, encoder.embedded) == (1, 0, [])
    assert report.passages > 0


def test_death_after_publishing_is_a_finished_build(
    folder: Path, root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index([folder], root, encoder)
    change(folder)
    with monkeypatch.context() as patched:
        patched.setattr(Store, "purge", dies)
        with pytest.raises(RuntimeError, match="power cut"):
            build_index([folder], root, encoder)
    assert {id_.partition("@")[0] for id_, _, _ in answers(root, encoder)} == {"leave", "gifts"}
    report = build_index([folder], root, encoder)
    assert (report.generation, report.published) == (2, False)


KILLED = """
import sys, time
from pathlib import Path
import indexer.build
import indexer.publishing
from tests.support.small import CountingEncoder

class Slow(CountingEncoder):
    def encode_passages(self, texts, on_progress=None):
        if self.embedded:
            Path(sys.argv[2], "second-batch").touch()
            time.sleep(60)
        return super().encode_passages(texts, on_progress)

indexer.publishing._EMBED_BATCH = 2
indexer.build.build_index([Path(sys.argv[1])], Path(sys.argv[2]), Slow())
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")
def test_killed_process_leaves_the_old_generation_and_its_vectors(
    folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    before = answers(root, encoder)
    for number in range(20):
        text = f"Policy {number}\n1. Rule {number} holds.\n2. Rule {number} is kept.\n"
        (folder / f"policy-{number}.txt").write_text(text)
    building = subprocess.Popen([sys.executable, "-c", KILLED, str(folder), str(root)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (root / "second-batch").exists():
        assert time.monotonic() < deadline
        assert building.poll() is None
        time.sleep(0.02)
    building.send_signal(signal.SIGKILL)
    assert building.wait() == -signal.SIGKILL
    assert answers(root, encoder) == before
    encoder.embedded.clear()
    report = build_index([folder], root, encoder)
    assert (report.generation, report.policies) == (2, 22)
    # The first batch of two was stored before the kill.
    assert report.embedded == 38
    assert not list(IndexDirectory(root).root.glob("*.new"))
