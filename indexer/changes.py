"""What a build has to do with a file or a policy: whether it is the same, in the way, or gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from indexer.files import SourceFile
from indexer.store import StoredVersion

Places = Mapping[str, str]
"""The policy's id by the absolute path of its file."""


def places_of(files: Iterable[SourceFile], failed: Iterable[tuple[str, str]] = ()) -> Places:
    """Where the policies at hand lie, but for those that failed."""
    unread = {name for name, _ in failed}
    return {str(f.path.resolve()): f.policy_id for f in files if str(f.path) not in unread}


def is_same(before: StoredVersion, file: SourceFile, digest: str, parser: int) -> bool:
    """Whether a policy is indexed as this file and its sidecar are now."""
    return (
        before.parser == parser
        and before.source_path == str(file.path.resolve())
        and before.file_sha256 == digest
    )


def in_the_way(before: StoredVersion | None, file: SourceFile, places: Places) -> str | None:
    """Why a file cannot be indexed: a policy of its id comes from another file, still there.

    Not where that other file is at hand and has another id by now.
    """
    if before is None or before.source_path == str(file.path.resolve()):
        return None
    if places.get(before.source_path, file.policy_id) != file.policy_id:
        return None
    if not Path(before.source_path).is_file():
        return None
    return (
        f"has the id {file.policy_id} like {before.source_path}, indexed before; rename one, or "
        "give one another id in a sidecar"
    )


def what_is_gone(
    known: Mapping[str, StoredVersion],
    files: Sequence[SourceFile],
    paths: Sequence[Path],
    places: Places,
) -> list[StoredVersion]:
    """The indexed policies to remove: their file is gone from a given folder, or has another id."""
    present = {file.policy_id for file in files}
    folders = [path.resolve() for path in paths if path.is_dir()]
    gone = []
    for policy_id, version in known.items():
        source = Path(version.source_path)
        renamed = version.source_path in places
        missing = not source.exists() and any(folder in source.parents for folder in folders)
        if policy_id not in present and (renamed or missing):
            gone.append(version)
    return gone
