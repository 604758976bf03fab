"""A clause is judged by its closeness on the encoder's scale and by the terms that it holds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from service.lookup.coverage.judging import (
    COVERED,
    nearest_of,
    probabilities,
    topic_vectors,
)

TOPICS, ASKS, DIMENSION = 6, 4, 64


def made(seed: int = 1, spread: float = 0.5, lift: float = 2.0) -> tuple[NDArray, NDArray, NDArray]:
    """Asks around a centre for each topic, all leaning one way as an encoder's vectors do."""
    draw = np.random.default_rng(seed)
    common = draw.normal(size=DIMENSION)
    centres = draw.normal(size=(TOPICS, DIMENSION)) + lift * common
    owners = np.repeat(np.arange(TOPICS), ASKS)
    asks = centres[owners] + spread * draw.normal(size=(len(owners), DIMENSION))
    return unit(asks), owners, unit(centres)


def unit(rows: NDArray) -> NDArray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_clause_is_near_one_on_its_own_topic_and_near_zero_on_others() -> None:
    asks, owners, centres = made()
    vectors = topic_vectors(asks, owners)
    closeness = centres @ vectors.directions - vectors.zero
    own = np.eye(TOPICS, dtype=bool)
    assert closeness[own].min() > 0.8
    assert abs(closeness[~own].mean()) < 0.2
    assert closeness[own].min() > closeness[~own].max()


@pytest.mark.parametrize("lift", [0.0, 2.0, 8.0])
def test_scale_is_that_of_the_encoder(lift: float) -> None:
    # However alike an encoder makes all texts, the same closeness means the same.
    asks, owners, _ = made(lift=lift)
    vectors = topic_vectors(asks, owners)
    closeness = asks @ vectors.directions - vectors.zero
    own = owners[:, None] == np.arange(TOPICS)
    assert closeness[own].mean() == pytest.approx(1.1, abs=0.35)
    assert closeness[~own].mean() == pytest.approx(0.0, abs=0.1)


def test_only_the_chosen_topics_are_given_on_the_scale_of_all() -> None:
    asks, owners, _ = made()
    whole, part = topic_vectors(asks, owners), topic_vectors(asks, owners, [4, 1])
    assert part.directions.shape == (DIMENSION, 2)
    np.testing.assert_allclose(part.directions, whole.directions[:, [4, 1]])
    assert part.zero == whole.zero


def test_one_topic_with_one_ask_can_be_judged() -> None:
    asks, _, _ = made()
    vectors = topic_vectors(asks[:1], np.zeros(1, np.intp))
    assert np.isfinite(asks @ vectors.directions - vectors.zero).all()


def test_term_makes_a_middling_closeness_enough_and_a_heading_nearly() -> None:
    closeness = np.array([[0.3], [0.3], [0.3], [1.2], [-0.3]], np.float32)
    in_text = np.array([[False], [True], [False], [False], [True]])
    in_heading = np.array([[False], [True], [True], [False], [False]])
    none, term, heading, close, far = probabilities(closeness, in_text, in_heading)[:, 0]
    assert none < heading < term
    assert term >= COVERED > none
    assert close >= COVERED
    assert far < COVERED  # a word in passing


def test_clause_is_as_close_as_its_nearest_passage() -> None:
    closeness = np.array([[0.1, 0.9], [0.7, 0.2], [0.4, 0.4]], np.float32)
    best = nearest_of(closeness, np.array([0, 0, 1]), 2)
    np.testing.assert_allclose(best, [[0.7, 0.9], [0.4, 0.4]])
