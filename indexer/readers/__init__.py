"""Readers: from a policy file to a `Document`, one per format."""

from __future__ import annotations

from collections.abc import Callable
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


def _read_pdf(data: bytes, limits: Limits, tell: Tell) -> Document:
    from indexer.readers.pdf import read_pdf  # loads PDFium

    return read_pdf(data, limits, tell)


_BINARY_READERS: dict[str, Callable[[bytes, Limits, Tell], Document]] = {".pdf": _read_pdf}
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
    try:
        limits.check("max_bytes", path.stat().st_size, "bytes")
        data = path.read_bytes()
        document = read_bytes(data, suffix, limits, tell)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PolicyFileError(f"{path}: cannot be read: {reason}") from error
    except LimitError as error:
        raise LimitError(f"{path}: {error}") from error
    except PolicyFileError as error:
        raise PolicyFileError(f"{path}: {error}") from error
    return document


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
