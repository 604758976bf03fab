"""The files of a base's folder, and whether they are whole.

base.json            format, counts, kinds, and the size of every other file
passage_keys.npy     a row for each passage, ascending by key; the files beside it have the
clause_keys.npy      same rows
versions.npy         the place of each row's version in version_keys.npy
languages.npy        the place of each row's language in base.json's list
rows.f16             the vectors, float16, little-endian
vectors-N.faiss      the vectors of language N in that list, in the order of its rows
postings/            which rows hold which words (`indexer.lexical.postings`)
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.directory import sync_folder
from indexer.errors import IndexDamagedError

BASE_FORMAT = 2
"""Raised when a base written by this code cannot be read by older code, or the reverse."""
Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BaseFolder:
    """The paths in a base's folder."""

    root: Path

    @property
    def description(self) -> Path:
        return self.root / "base.json"

    @property
    def rows(self) -> Path:
        return self.root / "rows.f16"

    @property
    def codes(self) -> Path:
        return self.root / "rows.u8"

    @property
    def ends(self) -> Path:
        return self.root / "ends.npy"

    @property
    def postings(self) -> Path:
        return self.root / "postings"

    def column(self, name: str) -> Path:
        return self.root / f"{name}.npy"

    def vectors(self, number: int) -> Path:
        return self.root / f"vectors-{number}.faiss"


@dataclass(frozen=True, slots=True)
class Description:
    """What `base.json` says."""

    covers: int
    passages: int
    dimension: int
    encoder: str
    """The digest of the encoder's fingerprint."""
    languages: tuple[str, ...]
    kinds: dict[str, str]


@dataclass(frozen=True, slots=True)
class Columns:
    """A row for each passage, ascending by key."""

    passage_keys: Keys
    clause_keys: Keys
    versions: NDArray[np.int32]
    """Places in `version_keys`."""
    languages: NDArray[np.int16]
    """Places in `Description.languages`."""
    version_keys: Keys
    """Ascending; one for each version."""


_COLUMNS = {
    "passage_keys": np.int64,
    "clause_keys": np.int64,
    "versions": np.int32,
    "languages": np.int16,
    "version_keys": np.int64,
}


def write_columns(folder: BaseFolder, columns: Columns) -> None:
    for name, kind in _COLUMNS.items():
        np.save(folder.column(name), getattr(columns, name).astype(kind))


def read_columns(folder: BaseFolder) -> Columns:
    """Raises `IndexDamagedError` for a file that is missing or holds something else."""
    arrays = {}
    for name, kind in _COLUMNS.items():
        try:
            array = np.load(folder.column(name), allow_pickle=False)
        except (OSError, ValueError) as error:
            raise IndexDamagedError(f"{folder.column(name)}: cannot be read: {error}") from error
        if array.dtype != kind or array.ndim != 1:
            raise IndexDamagedError(f"{folder.column(name)}: not a column of {np.dtype(kind)}")
        arrays[name] = array
    rows = {len(arrays[name]) for name in _COLUMNS if name != "version_keys"}
    if len(rows) != 1:
        raise IndexDamagedError(f"{folder.root}: columns of different lengths {sorted(rows)}")
    return Columns(**arrays)


def write_description(folder: BaseFolder, description: Description) -> None:
    """Written last: a folder without it is unfinished. Flushes all files."""
    sizes = {}
    for file in sorted(folder.root.rglob("*")):
        if file.is_file() and file != folder.description:
            with file.open("rb+") as opened:
                os.fsync(opened.fileno())
            sizes[file.relative_to(folder.root).as_posix()] = file.stat().st_size
    fields = {
        "format": BASE_FORMAT,
        "covers": description.covers,
        "passages": description.passages,
        "dimension": description.dimension,
        "encoder": description.encoder,
        "languages": list(description.languages),
        "kinds": description.kinds,
        "files": sizes,
    }
    with folder.description.open("w", encoding="utf-8") as written:
        written.write(json.dumps(fields, ensure_ascii=False, indent=2) + "\n")
        written.flush()
        os.fsync(written.fileno())
    sync_folder(folder.root)


def read_description(folder: BaseFolder) -> Description:
    """What a whole base says of itself.

    Raises `IndexDamagedError` where it cannot be understood, or a file is missing or of another
    size than it was written with.
    """
    try:
        fields: dict[str, Any] = json.loads(folder.description.read_text(encoding="utf-8"))
        if fields["format"] != BASE_FORMAT:
            raise IndexDamagedError(
                f"{folder.root}: base format {fields['format']}, this version reads {BASE_FORMAT}"
            )
        for name, size in fields["files"].items():
            found = (folder.root / name).stat().st_size
            if found != size:
                raise IndexDamagedError(f"{folder.root / name}: {found} bytes, expected {size}")
        return Description(
            int(fields["covers"]),
            int(fields["passages"]),
            int(fields["dimension"]),
            str(fields["encoder"]),
            tuple(fields["languages"]),
            dict(fields["kinds"]),
        )
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"{folder.root}: cannot be read: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IndexDamagedError(f"{folder.description}: damaged ({error})") from error
