"""Whether a clause deals with a topic: how close it comes, and whether it holds a key term.

A topic is the mean of its asks' vectors, less a part of the mean of all: some clauses come close to
whatever is asked, and that part takes it from them. Closeness is then told on the encoder's own
scale, 0 as far as asks of different topics lie apart and 1 as near as those of one topic, so that
no number here depends on the policies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.lookup.coverage.terms import Found

COMMON_PART = 0.6
"""Of the closeness to all topics, what is taken from the closeness to one."""
INTERCEPT, CLOSENESS, TERM, HEADING = -3.45, 4.0, 3.17, 2.48
"""Log-odds that a clause deals with a topic: logistic over 432 judged cells (11 made-up policies in
both languages), classes weighed alike, since how many topics a policy deals with is its own
affair."""
COVERED = 0.5
"""Least probability of a clause that deals with a topic."""

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TopicVectors:
    """Topics ready to be compared with clauses; a closeness is `rows @ directions - zero`."""

    directions: Values
    """Shape (dimension, topics)."""
    zero: float


def topic_vectors(
    asks: Values, owners: NDArray[np.intp], chosen: Sequence[int] | None = None
) -> TopicVectors:
    """From unit vectors of asks, shape (n, dimension), and the topic of each, shape (n,).

    `chosen`: the topics that are wanted; the others only help to set the scale.
    """
    topics = int(owners.max()) + 1
    member = (owners[:, None] == np.arange(topics)).astype(np.float32)
    counts = member.sum(axis=0)
    common = asks.mean(axis=0)
    means = (member.T @ asks) / counts[:, None]
    closeness = asks @ means.T
    # An ask is not compared with itself.
    own = member.astype(np.bool_)
    others = np.maximum(counts - 1, 1)
    closeness = np.where(own, (closeness * counts - 1) / others, closeness)
    closeness = closeness - COMMON_PART * (asks @ common)[:, None]
    alone = counts[owners] < 2  # nothing to compare with
    same = closeness[own & ~alone[:, None]]
    other = closeness[~own]
    zero = float(other.mean()) if other.size else 0.0
    width = float(same.mean()) - zero if same.size else 0.0
    if width <= 0:  # one topic, or an encoder that cannot tell topics apart
        width = 1.0
    wanted = np.arange(topics) if chosen is None else np.asarray(chosen, np.intp)
    directions = (means[wanted] - COMMON_PART * common).T / width
    return TopicVectors(np.asarray(directions, np.float32), zero / width)


def probabilities(closeness: Values, in_text: Found, in_heading: Found) -> Values:
    """That clauses deal with topics, shape (clauses, topics), in [0, 1].

    Args:
        closeness: of each clause's nearest passage.
        in_text: whether a term of the topic stands in the clause.
        in_heading: the same for the headings above it.
    """
    odds = INTERCEPT + CLOSENESS * closeness
    odds = odds + np.where(in_text, TERM, np.where(in_heading, HEADING, 0.0))
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)


def nearest_of(closeness: Values, owners: NDArray[np.intp], clauses: int) -> Values:
    """The closeness of each clause's nearest passage, from that of passages and their clauses."""
    best = np.full((clauses, closeness.shape[1]), -math.inf, np.float32)
    np.maximum.at(best, owners, closeness)
    return best
