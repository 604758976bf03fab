"""A large index that is published for the first time has a base from the start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.base import making
from indexer.base.compacting import compact
from indexer.build import build_index
from indexer.directory import IndexDirectory, Manifest, read_manifest
from indexer.vectors import VectorIndex
from service.search.live import LiveIndex
from service.search.records import SearchQuery
from service.search.searcher import Searcher


@pytest.fixture
def plain(folder: Path, tmp_path: Path, encoder: Any) -> list[tuple[str, float]]:
    """What an index without a base answers."""
    build_index([folder], tmp_path / "plain", encoder)
    return answers(tmp_path / "plain", encoder)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch, plain: object) -> Iterator[None]:
    """From now on indexes of any size have a base."""
    monkeypatch.setattr(making, "BASE_FROM", 1)
    return


def answers(root: Path, encoder: Any) -> list[tuple[str, float]]:
    live = LiveIndex(root, encoder)
    try:
        found = Searcher(live, encoder).search(SearchQuery("days of annual leave", limit=50))
        return [(hit.id, hit.score) for hit in found.hits]
    finally:
        live.close()


def published(root: Path) -> Manifest:
    return read_manifest(IndexDirectory(root))


@pytest.mark.usefixtures("large")
def test_no_vectors_are_beside_it_and_the_hits_are_the_same(
    folder: Path, root: Path, encoder: Any, plain: list[tuple[str, float]]
) -> None:
    steps: list[str] = []
    build_index([folder], root, encoder, lambda stage, done, total, detail="": steps.append(stage))
    manifest = published(root)
    assert manifest.base is not None
    assert (manifest.generation, manifest.base.folder) == (1, "base-1")
    assert manifest.base.passages == manifest.passages
    assert manifest.vector_index == "flat + SQfp16"
    assert steps[-1] == "arranging"
    assert not len(VectorIndex.load(IndexDirectory(root).vectors(1)))
    assert compact(root) is None, "it is arranged already"
    found = answers(root, encoder)
    assert [id_ for id_, _ in found] == [id_ for id_, _ in plain]
    assert np.allclose([s for _, s in found], [s for _, s in plain], atol=2e-3)


@pytest.mark.usefixtures("large")
def test_another_encoder_gets_another_base(
    folder: Path, root: Path, encoder: Any, make_encoder: Any
) -> None:
    build_index([folder], root, encoder)
    other = make_encoder("another")
    build_index([folder], root, other)
    manifest = published(root)
    assert manifest.base is not None
    assert manifest.base.folder == "base-2"
    assert answers(root, other)


@pytest.mark.usefixtures("large")
def test_an_index_is_published_without_one_while_another_process_makes_one(
    folder: Path, root: Path, encoder: Any, plain: list[tuple[str, float]]
) -> None:
    root.mkdir()
    with IndexDirectory(root).compacting():
        build_index([folder], root, encoder)
    assert published(root).base is None
    assert answers(root, encoder) == plain


@pytest.mark.usefixtures("large")
def test_where_it_cannot_be_made_nothing_is_published_and_the_next_build_makes_it(
    folder: Path, root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(making, "build_base", fail)
        with pytest.raises(OSError, match="No space"):
            build_index([folder], root, encoder)
    assert not IndexDirectory(root).manifest.exists()
    assert not IndexDirectory(root).base_folders()
    report = build_index([folder], root, encoder)
    assert report.embedded == 0, "what was embedded stays"
    assert published(root).base is not None
