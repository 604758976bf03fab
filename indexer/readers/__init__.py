"""Readers: from a policy file to a `Document`, one per format."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import PolicyFileError
from indexer.readers.decode import decode
from indexer.readers.markdown import read_markdown
from indexer.readers.text import read_text
from indexer.records import Document

_READERS = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
}
READABLE_SUFFIXES = frozenset(_READERS)
MAX_BYTES = 64 * 1024 * 1024
"""A larger text file is refused: no policy is that long, and everything is held in memory."""


def read_document(path: Path) -> Document:
    """Reads one policy file.

    Raises `PolicyFileError` for a file that cannot be read, is empty, binary, too large, or of a
    format without a reader.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READABLE_SUFFIXES))
        raise PolicyFileError(f"{path}: no reader for {path.suffix or 'no suffix'}; known: {known}")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PolicyFileError(
                f"{path}: {size / 2**20:.0f} MiB, over the limit of {MAX_BYTES / 2**20:.0f} MiB; "
                "split the file"
            )
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise PolicyFileError(f"{path}: cannot be read: {reason}") from error
    try:
        text, encoding = decode(data)
    except ValueError as error:
        raise PolicyFileError(f"{path}: {error}") from error
    if not text.strip():
        raise PolicyFileError(f"{path}: the file holds no text")
    return reader(text, encoding)
