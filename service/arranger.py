"""Making the base of a large index anew in the background of a running service."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from indexer.errors import IndexerError

logger = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-P", "-X", "utf8", "-m", "indexer.base.child")


class Arranger:
    """One process that compacts an index after it was written; none while there is nothing to do.

    It may be killed at any time: the index then stays as it is, the next writer removes what was
    unfinished, and after it another process is started.
    """

    def __init__(self, index: Path, command: Sequence[str] = COMMAND) -> None:
        """`command` is given the index as its last argument."""
        self._index, self._command = index, command
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[str] | None = None
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
        """Starts nothing more, and ends what is under way."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()

    @property
    def is_busy(self) -> bool:
        """Whether a base is being made, or it is looked whether one is due."""
        return self._thread is not None

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._closed or not self._again:
                    self._thread = None
                    return
                self._again = False
            try:
                self._arrange()
            except (IndexerError, OSError, sqlite3.Error) as error:
                logger.warning("the index could not be arranged: %s", error)
            except Exception:
                logger.exception("the index could not be arranged")

    def _arrange(self) -> None:
        from indexer.base.compacting import needs_base
        from indexer.directory import IndexDirectory, read_manifest

        directory = IndexDirectory(self._index)
        if not needs_base(directory, read_manifest(directory)):
            return
        with self._lock:
            if self._closed:
                return
            self._child = self._started()
        told, failure = self._child.communicate()
        with self._lock:
            code, self._child = self._child.returncode, None
            if self._closed:
                return
        if code:
            last = (failure.strip().splitlines() or [f"its process ended with {code}"])[-1]
            logger.warning("the index could not be arranged: %s", last)
        elif told:
            logger.info("arranged %s", told.strip())

    def _started(self) -> subprocess.Popen[str]:
        # It finds this package where this process found it; -P keeps it from looking elsewhere.
        paths = os.pathsep.join(map(os.path.abspath, sys.path))
        return subprocess.Popen(
            [*self._command, str(self._index.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": paths},
            text=True,
            encoding="utf-8",
            errors="replace",
        )
