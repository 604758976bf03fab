"""Where the plug-ins of the wikis are, and how they get into a wiki's folder and out of it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from service.errors import WikiFolderError

Wiki = Literal["mediawiki", "dokuwiki"]

_LOADED = re.compile(r"""^[^#/*\n]*wfLoadExtensions?\s*\([^)]*['"]PolicySearch['"]""", re.MULTILINE)
"""A line of LocalSettings.php, not a comment, that loads the extension."""


@dataclass(frozen=True)
class Plugin:
    """A plug-in as it is shipped.

    `place` is the folder of a wiki's plug-ins and `evidence` a file by which a wiki is known, both
    from the wiki's root; `marker` is the plug-in's own file that says what it is.
    """

    source: Path
    place: Path
    evidence: Path
    marker: str
    version_of: Callable[[str], str | None]

    @property
    def name(self) -> str:
        """Of the plug-in and of its folder."""
        return self.source.name

    def version_in(self, folder: Path) -> str | None:
        """The version of the plug-in in a folder; `None` where something else is in it."""
        try:
            return self.version_of((folder / self.marker).read_text("utf-8"))
        except (OSError, ValueError):
            return None


@dataclass(frozen=True)
class Installed:
    """A plug-in that was copied; `replaced` is the version that was there before."""

    folder: Path
    version: str
    replaced: str | None


@dataclass(frozen=True)
class Removed:
    """What was taken out of a wiki, and the files that still have settings of the plug-in."""

    folders: list[Path]
    settings: list[Path]


def plugin_for(wiki: Wiki) -> Plugin:
    """The plug-in for a wiki."""
    here = Path(__file__).parent
    if wiki == "mediawiki":
        return Plugin(
            here / "mediawiki" / "PolicySearch",
            Path("extensions"),
            Path("includes/Setup.php"),
            "extension.json",
            _mediawiki_version,
        )
    return Plugin(
        here / "dokuwiki" / "policysearch",
        Path("lib/plugins"),
        Path("inc/init.php"),
        "plugin.info.txt",
        _dokuwiki_version,
    )


def install(wiki: Wiki, directory: Path) -> Installed:
    """Copies the plug-in into a wiki; an older one is replaced as a whole.

    `directory` is the wiki's root or the folder of its plug-ins. Raises `WikiFolderError` for
    another one, and where something else has the plug-in's name.
    """
    plugin = plugin_for(wiki)
    target = _plugin_folder(plugin, wiki, directory)
    replaced = _installed_version(plugin, target)
    fresh = target.with_name(f".{plugin.name}.new")
    old = target.with_name(f".{plugin.name}.old")
    try:
        for leftover in (fresh, old):
            if leftover.exists():
                shutil.rmtree(leftover)
        # With times and modes of its own: wikis see by the time that a style sheet is new, and the
        # web server's user has to read what the administrator's may keep to itself.
        shutil.copytree(plugin.source, fresh, copy_function=shutil.copyfile)
        _let_read(fresh)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
        if old.exists():
            shutil.rmtree(old)
    except OSError as error:
        raise WikiFolderError(
            f"{target}: {error.strerror or error}: nothing is installed"
        ) from None
    version = plugin.version_in(target)
    assert version is not None
    return Installed(target, version, replaced)


def uninstall(wiki: Wiki, directory: Path) -> Removed:
    """Takes the plug-in out of a wiki, with the answers that it kept in files.

    Raises `WikiFolderError` where it is not installed, and where the wiki would break without it.
    """
    plugin = plugin_for(wiki)
    target = _plugin_folder(plugin, wiki, directory)
    if _installed_version(plugin, target) is None:
        raise WikiFolderError(f"{target} does not exist: {plugin.name} is not installed there")
    root = _root(plugin, directory)
    removed = [target]
    settings: list[Path] = []
    if wiki == "dokuwiki":
        removed += [kept for kept in _kept_answers(root) if kept.is_dir()]
        settings = [file for file in _dokuwiki_settings(root) if "policysearch" in _text(file)]
    elif _LOADED.search(_text(root / "LocalSettings.php")):
        raise WikiFolderError(
            f"{root / 'LocalSettings.php'} still loads PolicySearch: the wiki would show no page "
            "without it. Remove its lines there first"
        )
    try:
        for folder in removed:
            shutil.rmtree(folder)
    except OSError as error:
        raise WikiFolderError(f"{error.filename}: {error.strerror}: cannot be removed") from None
    return Removed(removed, settings)


def _root(plugin: Plugin, directory: Path) -> Path:
    """A wiki's root, given itself or the folder of its plug-ins (which Debian has elsewhere)."""
    given = directory.absolute()
    steps = len(plugin.place.parts)
    if given.parts[-steps:] == plugin.place.parts:
        return given.parents[steps - 1]
    return given


def _plugin_folder(plugin: Plugin, wiki: Wiki, directory: Path) -> Path:
    root = _root(plugin, directory)
    for expected in (plugin.evidence, plugin.place):
        if not (root / expected).exists():
            name = {"mediawiki": "MediaWiki", "dokuwiki": "DokuWiki"}[wiki]
            raise WikiFolderError(
                f"{directory} is no {name}: it has no {expected}. "
                f"Give the folder of the wiki that holds {plugin.place}"
            )
    return root / plugin.place / plugin.name


def _installed_version(plugin: Plugin, target: Path) -> str | None:
    if not os.path.lexists(target):
        return None
    if target.is_symlink():
        raise WikiFolderError(f"{target} is a link, not a copy: remove the link yourself first")
    version = plugin.version_in(target)
    if version is None:
        raise WikiFolderError(
            f"{target} is not {plugin.name} of policy-search: move it away yourself first"
        )
    return version


def _let_read(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _mediawiki_version(text: str) -> str | None:
    described = json.loads(text)
    if not isinstance(described, dict) or described.get("name") != "PolicySearch":
        return None
    return str(described.get("version", "unknown"))


def _dokuwiki_version(text: str) -> str | None:
    fields = dict(line.split(None, 1) for line in text.splitlines() if len(line.split(None, 1)) > 1)
    if fields.get("base", "").strip() != "policysearch":
        return None
    return fields.get("date", "unknown").strip()


def _dokuwiki_settings(root: Path) -> list[Path]:
    """Files in which a DokuWiki has settings: its own, or those of Debian's package."""
    folders = [root / "conf"]
    if root.resolve() in {Path("/usr/share/dokuwiki"), Path("/var/lib/dokuwiki")}:
        folders.append(Path("/etc/dokuwiki"))
    names = ("local.php", "local.php.bak.php", "local.protected.php", "plugins.local.php")
    return [folder / name for folder in folders for name in names if (folder / name).is_file()]


def _kept_answers(root: Path) -> list[Path]:
    """The folders in which the plug-in kept answers, as far as the settings tell where data are."""
    data = {root / "data"}
    for file in _dokuwiki_settings(root):
        found = re.findall(
            r"^\s*\$conf\['savedir'\]\s*=\s*['\"]([^'\"]+)['\"]",
            _text(file),
            re.MULTILINE,
        )
        data.update(root / savedir for savedir in found)
    if root.resolve() in {Path("/usr/share/dokuwiki"), Path("/var/lib/dokuwiki")}:
        data.add(Path("/var/lib/dokuwiki/data"))
    return sorted({(folder / "cache" / "policysearch").resolve() for folder in data})


def _text(file: Path) -> str:
    """A file's text; empty where it is not there or cannot be read."""
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return ""
