"""A base opened for reading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.base.codes import Codes
from indexer.base.folder import BaseFolder, Columns, Description, read_columns, read_description
from indexer.base.part import LanguagePart
from indexer.base.record import BaseRecord
from indexer.base.rows import RowFile
from indexer.errors import IndexDamagedError
from indexer.lexical.postings import Postings


@dataclass(frozen=True, slots=True)
class BasePart:
    """The vectors of one language and the rows of the base that they are of."""

    language: str
    vectors: LanguagePart
    rows: NDArray[np.int32]
    """Ascending."""
    versions: NDArray[np.int32]
    """As `Columns.versions`, of these rows."""


@dataclass(frozen=True, slots=True)
class Base:
    """What is made rarely of all passages up to one key. Unchanging; thread-safe."""

    record: BaseRecord
    description: Description
    columns: Columns
    parts: tuple[BasePart, ...]
    """One for each language, in the order of `description.languages`."""
    row_file: RowFile
    codes: Codes
    postings: Postings
    """Which rows hold which words."""

    def __len__(self) -> int:
        return len(self.columns.passage_keys)


def open_base(root: Path, record: BaseRecord, encoder: str, dimension: int) -> Base:
    """The base that a manifest names, in the index directory `root`.

    Raises `IndexDamagedError` where a file is missing or damaged, or was made with another encoder.
    """
    folder = BaseFolder(root / record.folder)
    description = read_description(folder)
    expected = (record.covers, record.passages, encoder, dimension)
    found = (
        description.covers, description.passages, description.encoder, description.dimension
    )  # fmt: skip
    if found != expected:
        raise IndexDamagedError(f"{folder.root}: holds {found}, the manifest promises {expected}")
    columns = read_columns(folder)
    row_file = RowFile(folder.rows, dimension)
    codes = Codes.load(folder.ends, folder.codes)
    if not len(columns.passage_keys) == len(row_file) == len(codes) == record.passages:
        raise IndexDamagedError(f"{folder.root}: files of different lengths")
    parts = []
    for code, language in enumerate(description.languages):
        rows = np.flatnonzero(columns.languages == code).astype(np.int32)
        vectors = LanguagePart.load(folder.vectors(code))
        if len(vectors) != len(rows) or vectors.dimension != dimension:
            raise IndexDamagedError(
                f"{folder.vectors(code)}: holds {len(vectors)} vectors, expected {len(rows)}"
            )
        parts.append(BasePart(language, vectors, rows, columns.versions[rows]))
    postings = Postings.open(folder.postings)
    return Base(record, description, columns, tuple(parts), row_file, codes, postings)


def is_whole(root: Path, record: BaseRecord) -> bool:
    """Whether a base's files are all there, in their sizes; reads but its description."""
    try:
        description = read_description(BaseFolder(root / record.folder))
    except IndexDamagedError:
        return False
    return (description.covers, description.passages) == (record.covers, record.passages)
