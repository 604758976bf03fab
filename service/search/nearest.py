"""The passages nearest to a question, looked for while its words are looked up."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from indexer.ordering import best_first
from indexer.passage_table import Rows, Selection
from indexer.snapshot import Snapshot

DEPTH = 1000
"""Passages of each language, and of the words, that are ranked for a question. Fixed, so that the
pages of one generation fit together."""

STANDARD = 200
"""So many of each language where a filter of a large index leaves little: hardly one is a hit, but
the hits are set against the first few of them. Of 171 filtered searches of a million clauses all
but one gave the same scores as with `DEPTH`."""
NARROW = 8
"""A filter leaves little that leaves less than one passage in so many."""

Values = NDArray[np.float32]
_Search = Callable[[], tuple[Rows, Values]]


class Nearest:
    """The nearest passages of each language, and the nearest of those that a filter leaves.

    In a large index other threads begin with the work when this is made. What none of them has
    begun when it is wanted, is done by who wants it: so no processor is waited for.
    """

    def __init__(self, snapshot: Snapshot, vector: Values, allowed: Selection | None) -> None:
        """`vector`: the question's, shape (dimension,). `allowed`: `None` where all is."""
        self._snapshot, self._vector, self._allowed = snapshot, vector, allowed
        most = snapshot.searched.count / NARROW
        narrow = allowed is not None and not snapshot.vectors.is_exact and allowed.count < most
        depth = STANDARD if narrow else DEPTH
        self._all = [self._begun(part, depth) for part in snapshot.searched.by_language.values()]
        self._left = self._begin_left() if narrow else None

    def rows(self) -> list[Rows]:
        """Rows of the nearest of each language, and of what the filter leaves."""
        # The last first: they are the last to be begun by other threads.
        left = None if self._left is None else self._together(self._left)
        lists = [search()[0] for search in reversed(self._all)]
        if self._allowed is None:
            return lists
        if left is None and not self._has_enough(lists, self._allowed):
            left = self._together(self._begin_left())
        return lists if left is None else [*lists, left]

    def _begin_left(self) -> list[_Search]:
        """Looks through what the filter leaves: where that may take long, each language apart."""
        assert self._allowed is not None
        if self._snapshot.vectors.is_exact or self._allowed.count <= DEPTH:
            return [self._begun(self._allowed, DEPTH)]
        return [
            self._begun(part, DEPTH, to_join=True) for part in self._allowed.by_language.values()
        ]

    def _together(self, searches: Sequence[_Search]) -> Rows:
        found = [search() for search in reversed(searches)]
        if len(found) == 1:
            return found[0][0]
        rows = np.concatenate([rows for rows, _ in found])
        return rows[best_first(np.concatenate([scores for _, scores in found]), DEPTH)]

    def _has_enough(self, lists: Sequence[Rows], allowed: Selection) -> bool:
        """Whether the lists of all languages hold hits enough of what a filter leaves.

        They are then the best that it leaves, as in an index without a base as well; there the
        search is quick, and pages reach as far with a filter as without.
        """
        if self._snapshot.vectors.is_exact:
            return False
        held = sum(int(np.count_nonzero(allowed.holds(rows))) for rows in lists)
        return held >= min(allowed.count, DEPTH // 2)

    def _begun(self, selected: Selection, depth: int, to_join: bool = False) -> _Search:
        """A search that other threads may begin; without cosines where it need not look.

        `to_join`: with other searches' results, by cosine.
        """

        def search() -> tuple[Rows, Values]:
            if selected.count <= depth and not to_join:
                return selected.rows, np.empty(0, np.float32)
            return self._snapshot.vectors.search(self._vector, depth, selected)

        if self._snapshot.vectors.is_exact:
            return search
        begun = _threads.submit(search)
        return lambda: search() if begun.cancel() else begun.result()


def _one_processor() -> None:
    import faiss

    faiss.omp_set_num_threads(1)  # kept per thread; the threads share the processors already


# One processor is left to the thread that asks.
_threads = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), "nearest", _one_processor)
