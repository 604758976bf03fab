"""The vectors of a generation: those of its base by FAISS's quick kinds, the others one by one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.base.opening import Base
from indexer.base.part import Bits
from indexer.directory import sync_folder
from indexer.errors import IndexDamagedError
from indexer.ordering import best_first
from indexer.passage_table import Keys, PassageTable, Rows, Selection
from indexer.row_vectors import RowVectors

Vectors = NDArray[np.float32]
Scores = NDArray[np.float32]
COMPARED, COMPARED_PART = 30_000, 1 / 16
"""Of a language's vectors in a base, as many as a filter may leave to be compared one by one, and
which part of many: looking through the lists for the allowed ones among all takes longer."""


class VectorIndex:
    """Passages' vectors with their keys, one after the other; searched exactly. Thread-safe."""

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        self._index: Any = index
        self._flat: Any = faiss.downcast_index(self._index.index)

    @classmethod
    def build(cls, keys: Keys, vectors: Vectors) -> VectorIndex:
        """From passage keys, shape (n,), and vectors of length 1 or less, shape (n, dimension)."""
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), keys)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Raises `IndexDamagedError` for a file that is missing or no FAISS index."""
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexDamagedError(f"{path}: cannot be read as a vector index") from error
        if not isinstance(index, faiss.IndexIDMap2):
            raise IndexDamagedError(f"{path}: a vector index of another kind")
        return cls(index)

    def save(self, path: Path) -> None:
        """Writes the file completely or not at all."""
        temporary = path.with_suffix(".faiss.new")
        faiss.write_index(self._index, str(temporary))
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    @property
    def keys(self) -> Keys:
        """The passages' keys in the order of their vectors."""
        return np.asarray(faiss.vector_to_array(self._index.id_map), np.int64)

    def search(self, queries: Vectors, depth: int, allowed: Bits) -> tuple[Rows, Scores]:
        """The best places for each query, with inner products: shape (n, depth at most)."""
        depth = min(depth, allowed.count)
        if depth <= 0:
            shape = (len(queries), 0)
            return np.empty(shape, np.int64), np.empty(shape, np.float32)
        parameters = faiss.SearchParameters()
        selector = allowed.selector()
        parameters.sel = selector
        scores, places = self._flat.search(queries, depth, params=parameters)
        return places, scores

    def rows(self, places: Rows) -> Vectors:
        """The vectors at some places, shape (len(places), dimension)."""
        return np.asarray(self._flat.reconstruct_batch(places), np.float32)


class PassageVectors:
    """The vectors of a passage table's rows, of the base and beside it. Thread-safe."""

    def __init__(self, table: PassageTable, recent: VectorIndex, base: Base | None = None) -> None:
        """`recent`: of the rows beyond the base's, in their order."""
        self._table, self._recent, self._base = table, recent, base

    def __len__(self) -> int:
        return len(self._table)

    @property
    def dimension(self) -> int:
        return self._recent.dimension

    @property
    def is_exact(self) -> bool:
        """Whether nothing is quantised: there is no base."""
        return self._base is None

    def search(self, query: Vectors, depth: int, allowed: Selection) -> tuple[Rows, Scores]:
        """The `depth` best rows for one query vector, shape (dimension,), among those selected.

        Returns rows and cosines, best first; fewer where there are fewer. Beside a base the rows
        are those of its quickest search, and the cosines those of quantised vectors.
        """
        rows, scores = self.search_many(query[None, :], depth, allowed)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def search_many(self, queries: Vectors, depth: int, allowed: Selection) -> tuple[Rows, Scores]:
        """The same for several queries, shape (n, dimension): both of shape (n, depth at most).

        Where a query found fewer, its rows end in -1.
        """
        first = self._table.base_rows
        bits = allowed.kept("recent", lambda: Bits.of(allowed.holds(slice(first, None))))
        places, scores = self._recent.search(queries, depth, bits)
        if self._base is None:
            return places, scores
        found = [(np.where(places < 0, -1, places + first), scores)] if bits.count else []
        for code in range(len(self._base.parts)):
            if allowed.languages[code]:
                found.append(_search_part(self._base, code, queries, depth, allowed))
        if len(found) == 1:
            return found[0]
        all_rows = np.concatenate([rows for rows, _ in found], axis=1)
        all_scores = np.concatenate([scores for _, scores in found], axis=1)
        all_scores[all_rows < 0] = -np.inf
        order = np.argsort(-all_scores, axis=1, kind="stable")[:, :depth]
        return (
            np.take_along_axis(all_rows, order, axis=1),
            np.take_along_axis(all_scores, order, axis=1),
        )

    def rows(self, rows: Rows) -> Vectors:
        """The vectors of some rows as they were embedded (of a base: to float16's precision)."""
        if self._base is None:
            return self._recent.rows(rows)
        return self._of(rows, self._base.row_file.read)

    def approximate_rows(self, rows: Rows) -> Vectors:
        """The same, quickly: of a base to one part in 256 of each dimension."""
        if self._base is None:
            return self._recent.rows(rows)
        return self._of(rows, self._base.codes.rows)

    def compared(self, rows: Rows) -> RowVectors:
        """The same as `approximate_rows`, to be compared with one vector after another."""
        if self._base is None:
            return RowVectors(self._recent.rows(rows))
        codes = self._base.codes
        return RowVectors(self._of(rows, codes.numbers, codes.steps.numbers), codes.steps)

    def _of(
        self,
        rows: Rows,
        of_base: Callable[[Rows], Vectors],
        made_like_it: Callable[[Vectors], Vectors] = lambda vectors: vectors,
    ) -> Vectors:
        """What the base gives for its rows, and what is made of the vectors beside it."""
        first = self._table.base_rows
        beside = rows >= first
        if not beside.any():
            return of_base(rows)
        vectors = np.empty((len(rows), self.dimension), np.float32)
        vectors[beside] = made_like_it(self._recent.rows(rows[beside] - first))
        vectors[~beside] = of_base(rows[~beside])
        return vectors


def _search_part(
    base: Base, code: int, queries: Vectors, depth: int, allowed: Selection
) -> tuple[Rows, Scores]:
    """The best rows of one language of a base: all of few allowed ones are compared."""
    part = base.parts[code]
    bits: Bits | None = allowed.kept(code, lambda: Bits.of(allowed.versions[part.versions]))
    assert bits is not None
    few = max(COMPARED, int(COMPARED_PART * bits.total))
    if bits.count <= few and bits.count < bits.total:
        own = allowed.kept(
            ("rows", code), lambda: part.rows[allowed.versions[part.versions]].astype(np.intp)
        )
        scores = base.codes.products(own, queries)
        best = np.stack([best_first(each, depth) for each in scores])
        return own[best], np.take_along_axis(scores, best, axis=1)
    if bits.count == bits.total:
        bits = None
    places, scores = part.vectors.search(queries, depth, bits)
    rows = part.rows[places].astype(np.intp)
    rows[places < 0] = -1
    return rows, scores
