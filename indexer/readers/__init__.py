"""Readers: from a policy file to a `Document`, one per format."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from indexer.errors import LimitError, PolicyFileError
from indexer.limits import Limits
from indexer.readers.decode import decode
from indexer.readers.markdown import read_markdown
from indexer.readers.text import read_text
from indexer.records import Document

Tell = Callable[[int, int], None]
"""Called with the number of pages or parts read, and how many there are."""
_TEXT_READERS = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
}
TEXT_SUFFIXES = frozenset(_TEXT_READERS)


def _read_docx(data: bytes, limits: Limits, tell: Tell) -> Document:
    from indexer.readers.docx import read_docx

    return read_docx(data, limits, tell)


def _read_html(data: bytes, limits: Limits, tell: Tell) -> Document:
    from indexer.readers.html import read_html

    return read_html(data, limits, tell)


def _read_pdf(data: bytes, limits: Limits, tell: Tell) -> Document:
    from indexer.readers.pdf import read_pdf  # loads PDFium

    return read_pdf(data, limits, tell)


_BINARY_READERS: dict[str, Callable[[bytes, Limits, Tell], Document]] = {
    ".html": _read_html,
    ".htm": _read_html,
    ".xhtml": _read_html,
    ".docx": _read_docx,
    ".docm": _read_docx,
    ".pdf": _read_pdf,
}
READABLE_SUFFIXES = frozenset({*_TEXT_READERS, *_BINARY_READERS})
_DEFAULT_LIMITS = Limits()


def read_document(
    path: Path, limits: Limits = _DEFAULT_LIMITS, tell: Tell | None = None
) -> Document:
    """Reads one policy file.

    Raises `PolicyFileError` for a file that cannot be read, is empty, binary, or of a format
    without a reader, and `LimitError` for one that is over a limit.
    """
    suffix = path.suffix.lower()
    if suffix not in READABLE_SUFFIXES:
        known = ", ".join(sorted(READABLE_SUFFIXES))
        raise PolicyFileError(f"{path}: no reader for {path.suffix or 'no suffix'}; known: {known}")
    data = read_file(path, limits)
    with naming(path):
        return read_bytes(data, suffix, limits, tell)


def read_file(path: Path, limits: Limits = _DEFAULT_LIMITS) -> bytes:
    """A policy file's bytes; raises as `read_document` does."""
    with naming(path), open_file(path, limits) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(size + 1)
        if len(data) > size:
            raise PolicyFileError("it grew while it was read; index it again when it is whole")
        return data


@contextmanager
def open_file(path: Path, limits: Limits = _DEFAULT_LIMITS) -> Iterator[BufferedReader]:
    """A policy file opened for reading: a regular file that is not over the limit.

    A pipe or a device, from which reading might never end, is refused unread.
    """

    def unblocked(name: str, flags: int) -> int:
        # Opening a pipe that nobody writes to would wait for ever.
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))

    with open(path, "rb", opener=unblocked) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise PolicyFileError("it is no regular file; save the policy as a file of its own")
        limits.check("max_bytes", found.st_size, "bytes")
        yield file


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Makes every error about a file one that names it."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise PolicyFileError(f"{path}: cannot be read: {reason}") from error
    except LimitError as error:
        raise LimitError(f"{path}: {error}") from error
    except PolicyFileError as error:
        raise PolicyFileError(f"{path}: {error}") from error


def read_bytes(
    data: bytes, suffix: str, limits: Limits = _DEFAULT_LIMITS, tell: Tell | None = None
) -> Document:
    """Reads a policy of the format that a file's suffix names; raises as `read_document` does.

    Errors do not name the file: the caller knows what the bytes are called.
    """
    limits.check("max_bytes", len(data), "bytes")
    binary = _BINARY_READERS.get(suffix)
    if binary is not None:
        document = binary(data, limits, tell or _silent)
    else:
        try:
            text, encoding = decode(data)
        except ValueError as error:
            raise PolicyFileError(str(error)) from error
        limits.check("max_characters", len(text), "characters")
        document = _TEXT_READERS[suffix](text, encoding)
    limits.check("max_characters", len(document.source), "characters")
    limits.check("max_blocks", len(document.blocks), "paragraphs and rows")
    if not document.source.strip():
        raise PolicyFileError("the file holds no text")
    return document


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""
