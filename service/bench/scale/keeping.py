"""Made indexes that are kept, so that the next run need not write a million clauses again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from indexer.directory import FORMAT, IndexDirectory, read_manifest
from indexer.errors import IndexerError
from service.bench.scale.filling import Filled

MAKER = 1
"""Raised with every change to what is made: kept indexes are then made again."""


@dataclass(frozen=True, slots=True)
class Made:
    """What decides what a made index holds. `source_built`: when its source was published."""

    clauses: int
    seed: int
    source: str
    source_built: str
    encoder: str
    maker: int = MAKER
    format: int = FORMAT


def what_is_made(clauses: int, seed: int, source: Path) -> Made:
    """Raises the errors of `read_manifest`."""
    manifest = read_manifest(IndexDirectory(source))
    return Made(clauses, seed, str(source.resolve()), manifest.built_at, manifest.encoder.digest)


def kept_or_filled(root: Path, made: Made, fill: Callable[[], Filled]) -> Filled:
    """The figures of an index that was kept, or of one that is made now in its place."""
    record = _record(root)
    try:
        read_manifest(IndexDirectory(root))
        known = json.loads(record.read_text("utf-8"))
        if known["made"] == asdict(made):
            return Filled(**known["filled"])
    except (OSError, ValueError, KeyError, TypeError, IndexerError):
        pass  # none, or none that is of use
    forget(root)
    filled = fill()
    record.write_text(json.dumps({"made": asdict(made), "filled": asdict(filled)}), "utf-8")
    return filled


def forget(root: Path) -> None:
    """Removes a made index and what is known of it."""
    _record(root).unlink(missing_ok=True)
    shutil.rmtree(root, ignore_errors=True)


def _record(root: Path) -> Path:
    return root.with_name(f"{root.name}.json")
