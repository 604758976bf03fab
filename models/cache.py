"""Folders that are written once and then only read, by any number of processes."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import platformdirs
from filelock import FileLock, Timeout

from models.errors import CacheError

CACHE_VARIABLE: Final = "POLICY_SEARCH_CACHE"
MANIFEST_FILE: Final = "policy_search.json"
LOCK_TIMEOUT_SECONDS: Final = 600


def default_cache_dir() -> Path:
    """`$POLICY_SEARCH_CACHE`, or else the user's cache folder for policy-search."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named).expanduser()
    return Path(platformdirs.user_cache_dir("policy-search"))


def publish_folder(
    folder: Path,
    write: Callable[[Path], dict[str, Any]],
    say: Callable[[str], None],
) -> Path:
    """Make sure that `folder` is there and whole; write it where it is not.

    The writer fills a temporary sibling, which is flushed to disk and then renamed, under a
    lock: readers see a whole folder or none.

    Args:
        folder: the folder wanted.
        write: fills an empty folder and returns facts to keep in its manifest.
        say: told when a damaged folder is replaced.

    Returns:
        `folder`.

    Raises:
        CacheError: the parent cannot be written, or another process holds the lock too long.
    """
    if is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(folder) + ".lock", timeout=LOCK_TIMEOUT_SECONDS)
        with lock:
            if is_whole(folder):  # another process wrote it while this one waited
                return folder
            if folder.exists():
                say(f"{folder} is incomplete or damaged: writing it again.")
                shutil.rmtree(folder)
            write_folder(folder, write)
    except Timeout as error:
        raise CacheError(
            f"another process has held {folder}.lock for {LOCK_TIMEOUT_SECONDS} s: "
            "end it, or remove the lock file"
        ) from error
    except OSError as error:
        raise CacheError(
            f"cannot write the cache folder {folder}: {error.strerror or error}; "
            f"free some space, or name another place in {CACHE_VARIABLE}"
        ) from error
    return folder


def is_whole(folder: Path) -> bool:
    """Whether every file that the folder's manifest lists is there with its size.

    Sizes, not hashes: this runs at every start.
    """
    try:
        files = read_manifest(folder)["files"]
        return all((folder / name).stat().st_size == size for name, size in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a written folder.

    Raises:
        OSError: there is none.
        ValueError: it is not JSON.
    """
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    if not isinstance(manifest, dict):
        raise ValueError(f"{folder / MANIFEST_FILE} holds no object")
    return manifest


def write_folder(folder: Path, write: Callable[[Path], dict[str, Any]]) -> None:
    """Fill a temporary sibling with `write`, add a manifest, bring it to disk, rename it."""
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        temporary.chmod(0o755)  # mkdtemp makes it private; other users of the cache may read
        facts = write(temporary)
        paths = sorted(path for path in temporary.rglob("*") if path.is_file())
        sizes = {path.relative_to(temporary).as_posix(): path.stat().st_size for path in paths}
        manifest = temporary / MANIFEST_FILE
        manifest.write_text(json.dumps({**facts, "files": sizes}, indent=2), encoding="utf-8")
        for path in (*paths, manifest):
            path.chmod(0o644)  # onnx writes its data file private
            _flush(path)
        os.rename(temporary, folder)
        _flush(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _flush(path: Path) -> None:
    """Bring a file, or a folder's entries, to disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
