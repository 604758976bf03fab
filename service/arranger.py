"""Making the base of a large index anew in the background of a running service."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from indexer.errors import IndexerError

logger = logging.getLogger(__name__)


class _StoppedError(Exception):
    """The service ends before the base is made."""


class Arranger:
    """One thread that compacts an index after it was written; none while there is nothing to do.

    It may be killed at any time: the index then stays as it is, and the next writer removes what
    was unfinished.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._again = False
        self._closed = False

    def wake(self) -> None:
        """The index was written: a new base may be due. Returns at once."""
        with self._lock:
            if self._closed:
                return
            self._again = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="arranging", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Starts nothing more; what is under way stops at its next step, and is not waited for."""
        with self._lock:
            self._closed = True

    @property
    def is_busy(self) -> bool:
        """Whether a base is being made, or it is looked whether one is due."""
        return self._thread is not None

    def _run(self) -> None:
        _use_one_processor()
        while True:
            with self._lock:
                if self._closed or not self._again:
                    self._thread = None
                    return
                self._again = False
            self._arrange()

    def _arrange(self) -> None:
        from indexer.base.compacting import compact

        try:
            manifest = compact(self._index, self._step)
        except _StoppedError:
            return
        except (IndexerError, OSError) as error:
            logger.warning("the index could not be arranged: %s", error)
            return
        except Exception:
            logger.exception("the index could not be arranged")
            return
        if manifest is not None:
            logger.info(
                "arranged %d passages, as generation %d", manifest.passages, manifest.generation
            )

    def _step(self, stage: str, done: int, total: int) -> None:
        if self._closed:
            raise _StoppedError


def _use_one_processor() -> None:
    # OpenMP keeps this number per calling thread. One: searches need the others.
    import faiss

    faiss.omp_set_num_threads(1)
