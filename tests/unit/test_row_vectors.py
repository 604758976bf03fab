"""Vectors that are compared: themselves, or as numbers of steps."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.row_vectors import RowVectors, Steps

RNG = np.random.default_rng(5)
VECTORS = RNG.normal(size=(60, 16)).astype(np.float32)
QUESTION = RNG.normal(size=16).astype(np.float32)
STEPS = Steps(VECTORS.min(axis=0), (np.ptp(VECTORS, axis=0) / 255).astype(np.float32))


@pytest.fixture(params=["vectors", "steps"])
def made(request: pytest.FixtureRequest) -> RowVectors:
    if request.param == "vectors":
        return RowVectors(VECTORS.copy())
    return RowVectors(STEPS.numbers(VECTORS), STEPS)


def test_products_are_those_of_the_vectors(made: RowVectors) -> None:
    assert made.products(QUESTION) == pytest.approx(VECTORS @ QUESTION, abs=1e-5)
    for some in (np.arange(1, 60, 3), slice(7, 40)):
        assert made.products(QUESTION, some).tolist() == made.products(QUESTION)[some].tolist()
    assert made.vectors(np.array([7, 2])) == pytest.approx(VECTORS[[7, 2]], abs=1e-5)


def test_better_copies_take_the_place_of_others(made: RowVectors) -> None:
    places = np.array([3, 50])
    made.replace(places, -VECTORS[places])
    wanted = VECTORS.copy()
    wanted[places] *= -1
    assert made.products(QUESTION) == pytest.approx(wanted @ QUESTION, abs=1e-5)


def test_equal_rows_have_equal_products_wherever_they_stand(made: RowVectors) -> None:
    made.replace(np.array([0, 31, 58]), np.stack([VECTORS[9]] * 3))
    assert len(set(made.products(QUESTION)[[0, 31, 58]].tolist())) == 1
    assert len(set(made.products(QUESTION, np.array([58, 4, 0])).tolist()[::2])) == 1
