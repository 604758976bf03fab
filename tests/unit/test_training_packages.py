"""Fetching Debian packages, with stand-ins for the two commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training.errors import TrainingError
from models.training.packages import unpacked

APT = """#!/bin/sh
[ "$4" = no-such-package ] && { echo "E: Unable to locate package $4" >&2; exit 100; }
echo "$@" >> "$LOG"
echo "$4" > "$4_1_all.deb"
"""
DPKG = """#!/bin/sh
mkdir -p "$3" && cp "$2" "$3/"
"""


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins of `apt-get` and `dpkg-deb` in the path; the file that names what was fetched."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, script in (("apt-get", APT.replace("$4", "$3")), ("dpkg-deb", DPKG)):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "log"


def test_packages_are_unpacked_together_and_fetched_once(commands: Path) -> None:
    for _ in range(2):
        # A cache given relative to where the command runs, as the Makefile does.
        root = unpacked(["one-en", "one-zh"], Path("cache"))
        assert sorted(file.name for file in root.iterdir()) == [
            "one-en_1_all.deb",
            "one-zh_1_all.deb",
        ]
    assert len(commands.read_text().splitlines()) == 2


def test_a_package_that_is_not_there_is_named(commands: Path) -> None:
    with pytest.raises(TrainingError, match=r"no-such-package.*Unable to locate.*apt-get update"):
        unpacked(["no-such-package"], Path("cache"))
    assert not any(Path("cache").iterdir())


def test_without_the_commands_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TrainingError, match="--pairs"):
        unpacked(["one"], tmp_path / "cache")
