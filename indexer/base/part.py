"""The vectors of one language of a base: which kind of FAISS index, and how it is searched.

Kinds, by the number of vectors: few are compared one by one; many are put in about 4·√n lists
around centres, each vector kept as what it differs from its centre, half a byte a dimension, and a
question is compared with the lists nearest to it, many vectors at a time (André et al. 2017,
arXiv:1704.07355). What is found is then compared by better copies of the vectors. At half a million
vectors one byte a dimension found no more in twice the time; half a byte for two dimensions missed
one in twenty of the ten best for questions in another language, however many lists were looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError

FEW = 20_000
"""Vectors of a language that are all compared."""
SAMPLED_A_LIST = 40
"""Vectors that each centre is trained on."""
MOST_SAMPLED = 200_000
ROUNDS = 8
"""Of k-means: more change the lists of few vectors."""
LEAST_LISTS = 16
PART_OF_LISTS = 1 / 8
"""Of the lists that a question is compared with: questions in another language than the vectors'
need as many. Where a filter or removals leave one vector in k, √k times as many."""
SEEN = 60_000
"""Vectors that a question is compared with at least, where there are as many."""

_NEAREST_LISTS_FIRST = 11
"""FAISS's number for it; by default it takes a question's lists by number, and keeps more of what
is not among the best."""

Vectors = NDArray[np.float32]
Scores = NDArray[np.float32]
LocalRows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bits:
    """Which of an index's vectors a search may give, as FAISS takes it."""

    packed: NDArray[np.uint8]
    count: int
    total: int

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> Bits:
        packed = np.packbits(mask, bitorder="little")
        return cls(packed, int(np.count_nonzero(mask)), len(mask))

    def selector(self) -> Any:
        """Lives as long as this object does."""
        made: Any = faiss.IDSelectorBitmap  # takes an array, whatever its stub says
        return made(self.packed)


def kind_for(count: int, dimension: int) -> str:
    """The kind for so many vectors, as FAISS's index factory names it."""
    if count <= FEW:
        return "SQfp16"
    return f"IVF{lists_for(count)},PQ{dimension}x4fs"


def lists_for(count: int) -> int:
    return min(count, max(LEAST_LISTS, round(4 * math.sqrt(count))))


def sample_size(count: int) -> int:
    """Vectors to train on; 0 where there is nothing to train."""
    return 0 if count <= FEW else min(count, SAMPLED_A_LIST * lists_for(count), MOST_SAMPLED)


def new_index(count: int, dimension: int, sample: Vectors) -> faiss.Index:
    """An empty index for so many vectors, trained on a sample, shape (n, dimension)."""
    if count <= FEW:
        metric = faiss.METRIC_INNER_PRODUCT
        plain = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, metric)
        plain.train(np.empty((0, dimension), np.float32))
        return plain
    centres = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFPQFastScan(
        centres, dimension, lists_for(count), dimension, 4, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual = True
    index.cp.niter = ROUNDS
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = SAMPLED_A_LIST
    index.cp.seed = 1
    index.train(sample)
    return index


class LanguagePart:
    """The vectors of one language, numbered from 0 in the order of rows. Thread-safe."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index
        self._lists = int(index.nlist) if isinstance(index, faiss.IndexIVF) else 0
        if isinstance(index, faiss.IndexIVFPQFastScan):
            index.implem = _NEAREST_LISTS_FIRST

    @classmethod
    def load(cls, path: Path) -> LanguagePart:
        """Raises `IndexDamagedError` for a file that is missing or no FAISS index."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexDamagedError(f"{path}: cannot be read as a vector index") from error
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def search(
        self, queries: Vectors, depth: int, allowed: Bits | None = None
    ) -> tuple[LocalRows, Scores]:
        """The best for each query, shape (n, depth at most); places of none are -1."""
        depth = min(depth, len(self) if allowed is None else allowed.count)
        if depth <= 0:
            shape = (len(queries), 0)
            return np.empty(shape, np.int64), np.empty(shape, np.float32)
        selector = None if allowed is None else allowed.selector()
        probed = self._probed(depth, allowed)
        while True:
            parameters: Any = (
                faiss.SearchParametersIVF() if self._lists else (faiss.SearchParameters())
            )
            if self._lists:
                parameters.nprobe = probed
            if selector is not None:
                parameters.sel = selector
            scores, places = self._index.search(queries, depth, params=parameters)
            if probed >= self._lists or (places[:, -1] >= 0).all():
                return places, scores
            # What is allowed is far from the question: its lists are not among the nearest.
            probed = min(self._lists, 4 * probed)

    def _probed(self, depth: int, allowed: Bits | None) -> int:
        if not self._lists:
            return 0
        left = 1.0 if allowed is None else allowed.count / allowed.total
        part = max(PART_OF_LISTS, SEEN / len(self)) / math.sqrt(max(left, 1e-9))
        # Enough lists for the depth as well, were the vectors spread evenly over them.
        part = max(part, 2 * depth / max(1.0, left * len(self)))
        return min(self._lists, math.ceil(self._lists * part))
