"""Fetches Debian packages by name and unpacks them into a cache; nothing is installed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from models.training.errors import TrainingError


def unpacked(packages: Sequence[str], cache: Path) -> Path:
    """Folder with the files of the packages, as they would lie below `/`.

    A package already unpacked in `cache` is not fetched again.
    """
    for command in ("apt-get", "dpkg-deb"):
        if shutil.which(command) is None:
            raise TrainingError(
                f"{command} is not here: the training text comes out of Debian packages; "
                "run this on Debian or Ubuntu, or give pairs of your own with --pairs"
            )
    cache = cache.resolve()  # the commands run in another folder
    root = cache / folder_name(tuple(packages))
    if root.exists():
        return root
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        files = Path(folder) / "files"
        for package in packages:
            _run(["apt-get", "download", "-q", package], folder, package)
        for archive in Path(folder).glob("*.deb"):
            _run(["dpkg-deb", "-x", str(archive), str(files)], folder, archive.name)
        files.rename(root)
    return root


def folder_name(packages: tuple[str, ...]) -> str:
    """Name of the folder that holds these packages together, short however many they are."""
    others = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:8]
    return packages[0] if len(packages) == 1 else f"{packages[0]}+{len(packages) - 1}-{others}"


def _run(command: list[str], folder: str, name: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise TrainingError(
            f"{name}: {' '.join(command[:2])} failed ({last}); "
            "try `apt-get update`, and see that the package exists in this release"
        )
