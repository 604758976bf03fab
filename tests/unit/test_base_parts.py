"""The vectors of one language in a base: each kind against comparing them one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.base import part
from indexer.base.codes import Codes, write_codes
from indexer.base.part import Bits, LanguagePart, kind_for, new_index, sample_size
from indexer.errors import IndexDamagedError

DIMENSION = 48
COUNT = 6000
Values = NDArray[np.float32]


def clustered(count: int, seed: int) -> Values:
    """Vectors of unit length around sixty directions that have much in common."""
    centres = np.random.default_rng(7).normal(size=(60, DIMENSION)) + 1.0
    rng = np.random.default_rng(seed)
    rows = centres[rng.integers(0, 60, count)] + rng.normal(0, 0.6, (count, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


VECTORS = clustered(COUNT, 1)
QUESTIONS = clustered(50, 2)


@pytest.fixture(scope="module", params=["SQfp16", "IVF310,PQ48x4fs"])
def made(request: pytest.FixtureRequest) -> LanguagePart:
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "SQfp16":
            patch.setattr(part, "FEW", 1000)
        assert kind_for(COUNT, DIMENSION) == request.param
        index = new_index(COUNT, DIMENSION, VECTORS[: sample_size(COUNT)])
        index.add(VECTORS)
        return LanguagePart(index)


def recall(made: LanguagePart, mask: NDArray[np.bool_] | None, depth: int = 10) -> float:
    allowed = np.arange(COUNT) if mask is None else np.flatnonzero(mask)
    places, scores = made.search(QUESTIONS, depth, None if mask is None else Bits.of(mask))
    assert set(places[places >= 0].tolist()) <= set(allowed.tolist())
    assert (np.diff(scores, axis=1) <= 0).all()
    exact = allowed[np.argsort(-(QUESTIONS @ VECTORS[allowed].T), axis=1)[:, :depth]]
    found = [np.isin(exact[i], places[i]).mean() for i in range(len(QUESTIONS))]
    return float(np.mean(found))


@pytest.mark.parametrize("part_left", [1.0, 0.99, 0.5, 0.01])
def test_what_a_filter_leaves_is_found_as_by_comparing_all(
    made: LanguagePart, part_left: float
) -> None:
    mask = np.random.default_rng(3).random(COUNT) < part_left
    # Approximate as it is, the search is deep, and what it finds is ranked exactly.
    assert recall(made, None if part_left == 1.0 else mask, 200) > 0.8
    places, _ = made.search(QUESTIONS, 200, Bits.of(mask))
    best = np.flatnonzero(mask)[np.argsort(-(QUESTIONS @ VECTORS[mask].T), axis=1)[:, :10]]
    found = [np.isin(best[i], places[i]).mean() for i in range(len(QUESTIONS))]
    assert np.mean(found) >= 0.95


def test_a_filter_by_topic_is_no_harder_than_one_by_chance(made: LanguagePart) -> None:
    topic = VECTORS @ QUESTIONS[0]
    far = topic < np.sort(topic)[COUNT // 20]  # what is left is far from the question
    places, _ = made.search(QUESTIONS[:1], 100, Bits.of(far))
    best = np.flatnonzero(far)[np.argsort(-topic[far])[:10]]
    assert np.isin(best, places[0]).mean() >= 0.9


def test_deleted_vectors_are_never_given(made: LanguagePart) -> None:
    first, _ = made.search(QUESTIONS, 20)
    left = np.ones(COUNT, bool)
    left[first.ravel()] = False
    places, _ = made.search(QUESTIONS, 20, Bits.of(left))
    assert not np.isin(places, first).any()
    assert (places >= 0).all()


def test_a_selection_of_nothing_or_of_few_gives_no_more(made: LanguagePart) -> None:
    nothing = np.zeros(COUNT, bool)
    assert made.search(QUESTIONS, 10, Bits.of(nothing))[0].shape == (50, 0)
    nothing[[3, 17, 4000]] = True
    places, _ = made.search(QUESTIONS, 10, Bits.of(nothing))
    assert places.shape == (50, 3)
    assert (np.sort(places, axis=1) == [3, 17, 4000]).all()


def test_codes_are_close_to_the_vectors_given(tmp_path: Path) -> None:
    ends = np.array([VECTORS.min(axis=0), VECTORS.max(axis=0)])
    parts = (VECTORS[start : start + 1000] for start in range(0, COUNT, 1000))
    write_codes(parts, ends, tmp_path / "ends.npy", tmp_path / "rows.u8")
    codes = Codes.load(tmp_path / "ends.npy", tmp_path / "rows.u8")
    places = np.array([5, 0, 4999, 5], np.int64)
    assert np.abs(codes.rows(places) - VECTORS[places]).max() < 3e-3
    many = np.arange(0, COUNT, 2)
    assert np.abs(codes.products(many, QUESTIONS) - QUESTIONS @ VECTORS[many].T).max() < 6e-3
    (tmp_path / "rows.u8").write_bytes(b"abc")
    with pytest.raises(IndexDamagedError, match=r"rows\.u8: cannot be read"):
        Codes.load(tmp_path / "ends.npy", tmp_path / "rows.u8")


def test_a_part_is_the_same_from_its_file(made: LanguagePart, tmp_path: Path) -> None:
    path = tmp_path / "vectors-0.faiss"
    faiss.write_index(made._index, str(path))
    again = LanguagePart.load(path)
    assert (again.search(QUESTIONS, 30)[0] == made.search(QUESTIONS, 30)[0]).all()


@pytest.mark.parametrize("damage", [bytes, lambda data: data[: len(data) // 2]])
def test_a_damaged_part_is_refused(
    damage: Callable[[bytes], bytes], made: LanguagePart, tmp_path: Path
) -> None:
    path = tmp_path / "vectors-0.faiss"
    faiss.write_index(made._index, str(path))
    whole = path.read_bytes()
    path.write_bytes(damage(whole) if damage(whole) != whole else b"")
    with pytest.raises(IndexDamagedError, match="cannot be read as a vector index"):
        LanguagePart.load(path)
