"""The vector index: FAISS, inner product, with the passages' own keys as ids."""

from __future__ import annotations

import os
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.directory import sync_folder
from indexer.errors import IndexDamagedError

Keys = NDArray[np.int64]
Vectors = NDArray[np.float32]


class VectorIndex:
    """Nearest passages by cosine, exact. Thread-safe for searching."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

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
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise IndexDamagedError(f"{path}: cannot be read as a vector index") from error

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

    def search(
        self, query: Vectors, depth: int, allowed: Keys | None = None
    ) -> tuple[Keys, NDArray[np.float32]]:
        """The `depth` best passages for one query vector, shape (dimension,).

        Returns keys and cosines, best first; fewer where there are fewer passages. `allowed`
        restricts the search to these keys.
        """
        keys, scores = self.search_many(query[None, :], depth, allowed)
        found = keys[0] >= 0
        return keys[0][found], scores[0][found]

    def search_many(
        self, queries: Vectors, depth: int, allowed: Keys | None = None
    ) -> tuple[Keys, NDArray[np.float32]]:
        """The same for several queries, shape (n, dimension): both of shape (n, depth at most).

        Where a query found fewer, its keys end in -1.
        """
        depth = min(depth, len(self) if allowed is None else len(allowed))
        if depth <= 0:
            shape = (len(queries), 0)
            return np.empty(shape, np.int64), np.empty(shape, np.float32)
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(allowed)
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        scores, keys = self._index.search(queries, depth, params=parameters)
        return keys, scores

    def rows(self, keys: Keys) -> Vectors:
        """The vectors of passages, shape (len(keys), dimension); all keys must be in the index."""
        return np.asarray(self._index.reconstruct_batch(keys), np.float32)
