"""The process that makes a base for a running service: `python -m indexer.base.child INDEX`.

A process of its own gives way to searches, gives all its memory back at its end, and
may be killed at any time. It prints what it published, if anything; the last line of standard error
says what went wrong.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

from indexer.base.compacting import compact
from indexer.errors import IndexerError

NICE = 10


def main() -> None:
    """Compacts the index that the command line names."""
    import faiss

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the service hears of it, and ends us
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(NICE)
    faiss.omp_set_num_threads(1)
    try:
        manifest = compact(Path(sys.argv[1]))
    except (IndexerError, OSError, sqlite3.Error) as error:
        sys.exit(" ".join(str(error).split()))
    if manifest is not None:
        print(f"{manifest.passages} passages, as generation {manifest.generation}")


if __name__ == "__main__":
    main()
