"""How alike the texts of old and new clauses are: by words, and by meaning where vectors are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from indexer.lexical.tokens import word_token
from indexer.versions.sides import Side
from indexer.versions.words import Word

Floats = NDArray[np.float32]


class Texts:
    """The words of both versions, weighted by how rare they are."""

    def __init__(self, old: Side, new: Side) -> None:
        from scipy.sparse import csr_matrix

        found = [_features(words) for side in (old, new) for words in side.words]
        counts = Counter(feature for features in found for feature in features)
        self.weight = {feature: math.log1p(len(found) / n) for feature, n in counts.items()}
        number = {feature: n for n, feature in enumerate(counts)}
        rows = np.repeat(np.arange(len(found)), [len(features) for features in found])
        columns = np.array([number[f] for features in found for f in features], np.int64)
        roots = np.sqrt(np.array([*self.weight.values(), 0.0]))
        shape = (len(found), len(number) + 1)
        matrix = csr_matrix((roots[columns], (rows, columns)), shape)
        self.features = (found[: len(old)], found[len(old) :])
        """Of the old and of the new clauses."""
        masses = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
        self.masses = (masses[: len(old)], masses[len(old) :])
        """The weight of their words."""
        self.shared = (matrix[: len(old)] @ matrix[len(old) :].T).toarray()
        """The weight of the words that clauses share, shape (old, new)."""

    def similarity(self, olds: Sequence[int], news: Sequence[int]) -> Floats:
        """The part of their words that clauses share, by weight (Dice), shape (old, new)."""
        both = self.masses[0][list(olds)][:, None] + self.masses[1][list(news)][None, :]
        shared = self.shared[np.ix_(list(olds), list(news))]
        return np.asarray(2 * shared / np.maximum(both, 1e-9), np.float32)


def _features(words: Sequence[Word]) -> tuple[str, ...]:
    """Stems, and pairs of neighbouring Chinese characters, each once, in a stable order."""
    found: dict[str, None] = {}
    letters = (word for word in words if not word.is_mark)
    for han, group in groupby(letters, attrgetter("han")):
        if han:
            run = "".join(word.key for word in group)
            found |= dict.fromkeys(run[i : i + 2] for i in range(max(1, len(run) - 1)))
        else:
            found |= dict.fromkeys(word_token(word.key) for word in group)
    return tuple(found)


def meaning(old: Side, new: Side, old_vectors: Floats, new_vectors: Floats) -> Floats:
    """How near clauses are in meaning, shape (old, new): 0 as any two of them, 1 the same.

    Encoders differ in how near they put unrelated texts of one kind, so a cosine is measured
    against the median of all pairs. Clauses without a vector and pairs of a Chinese and another
    clause, which may be translations of each other, get 0.
    """
    one, other = _unit(old_vectors), _unit(new_vectors)
    cosines = one @ other.T
    known = np.any(one, axis=1)[:, None] & np.any(other, axis=1)[None, :]
    known &= np.array(old.chinese)[:, None] == np.array(new.chinese)[None, :]
    if not known.any():
        return np.zeros_like(cosines)
    usual = min(float(np.median(cosines[known])), 0.99)
    return np.where(known, np.clip((cosines - usual) / (1 - usual), 0, 1), 0).astype(np.float32)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
