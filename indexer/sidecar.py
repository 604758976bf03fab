"""Sidecars: YAML files beside policy files, which say what the policies do not say themselves.

    leave.policy.yaml        of leave.txt, leave.docx …
    leave.txt.policy.yaml    of leave.txt alone
    policy.yaml              of every policy of its folder, but not of the folders in it;
                             under `files:`, of one file by its name

They win over everything that the policy says, and the more specific wins over the more general.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from indexer.errors import PolicyFileError
from indexer.policy_id import check_policy_id
from indexer.properties import KEYS, first_stated, nearest_key, read_properties, text_of
from indexer.readers import READABLE_SUFFIXES
from indexer.readers.decode import decode
from indexer.records import Properties
from indexer.yamltext import load_yaml

SUFFIX = ".policy.yaml"
FOLDER_SIDECAR = "policy.yaml"
MOST_BYTES = 1024 * 1024
_SIDECAR_KEYS = ("id", *KEYS)
_FOLDER_KEYS = (*_SIDECAR_KEYS, "files")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What the sidecars of one policy say together. Both are `None` where it has none."""

    policy_id: str | None = None
    properties: Properties | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder's `policy.yaml`: what holds for all its policies, and for single ones by name."""

    path: Path
    common: Mapping[Any, Any] = field(default_factory=dict)
    files: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)


class Sidecars:
    """The sidecars of the folders that are walked through; each folder's is read once."""

    def __init__(self) -> None:
        self._folders: dict[Path, _Folder | PolicyFileError | None] = {}

    def of(self, file: Path) -> Sidecar:
        """What the sidecars of a policy file say.

        Raises `PolicyFileError` that names the sidecar, the key and what is expected.
        """
        said = [_said(place, keys) for place, keys in self._sources(file)]
        ids = [one.policy_id for one in said if one.policy_id]
        properties = [one.properties for one in said if one.properties]
        return Sidecar(ids[0] if ids else None, first_stated(*properties) if properties else None)

    def strays(self, sidecars: Iterable[Path]) -> list[tuple[str, str]]:
        """(sidecar, reason) for what belongs to no policy: most likely a name was misspelt."""
        found = []
        for path in sidecars:
            if path.name != FOLDER_SIDECAR:
                if not _policies_of(path):
                    name = path.name.removesuffix(SUFFIX)
                    reason = f"belongs to no policy: expected {name}.txt, {name}.md … beside it"
                    found.append((str(path), reason))
                continue
            if not any(_is_policy(file) for file in path.parent.iterdir()):
                reason = "belongs to no policy: it holds for the files of its own folder alone"
                found.append((str(path), reason))
                continue
            try:
                folder = self._folder(path.parent)
            except PolicyFileError:
                continue  # told of every policy in the folder
            present = {_composed(file.name) for file in path.parent.iterdir()}
            for name in folder.files if folder else ():
                if name not in present:
                    reason = f"files: {name}: no such file; expected the name of one beside it"
                    found.append((str(path), reason))
        return found

    def _sources(self, file: Path) -> list[tuple[str, Mapping[Any, Any]]]:
        """Place and keys of each sidecar of a file, the most specific first."""
        sources: list[tuple[str, Mapping[Any, Any]]] = []
        for name in dict.fromkeys((file.name + SUFFIX, file.stem + SUFFIX)):
            path = file.with_name(name)
            if path.is_file():
                sources.append((str(path), _load(path)))
        folder = self._folder(file.parent)
        if folder:
            own = folder.files.get(_composed(file.name))
            if own is not None:
                sources.append((f"{folder.path}: files: {file.name}", own))
            sources.append((str(folder.path), folder.common))
        return sources

    def _folder(self, folder: Path) -> _Folder | None:
        if folder not in self._folders:
            try:
                self._folders[folder] = _load_folder(folder / FOLDER_SIDECAR)
            except PolicyFileError as error:
                self._folders[folder] = error
        found = self._folders[folder]
        if isinstance(found, PolicyFileError):
            raise found
        return found


def is_sidecar(path: Path) -> bool:
    """Whether a file is a sidecar by its name."""
    return path.name == FOLDER_SIDECAR or path.name.endswith(SUFFIX)


def is_misnamed(path: Path) -> bool:
    """Whether a file was meant as a sidecar, but ends as none does: `leave.policy.yml`."""
    return path.suffix == ".yml" and is_sidecar(path.with_suffix(".yaml"))


def sidecar_bytes(properties: Properties | None) -> bytes:
    """What a sidecar says, as bytes that change only with it; empty where it says nothing."""
    stated = {k: v for k, v in asdict(properties).items() if v is not None} if properties else {}
    return json.dumps(stated, default=str, sort_keys=True).encode() if stated else b""


def _said(place: str, keys: Mapping[Any, Any]) -> Sidecar:
    reading = read_properties({k: v for k, v in keys.items() if k != "id"}, strict=True)
    complaints = list(reading.complaints)
    known = _SIDECAR_KEYS
    complaints += [f"{key}: unknown key; {nearest_key(key, known)}" for key in reading.unknown]
    policy_id = None
    if "id" in keys:
        try:
            policy_id = check_policy_id(text_of(keys["id"]))
        except ValueError as error:
            complaints.append(f"id: {error}")
    if complaints:
        raise PolicyFileError(f"{place}: {'; '.join(complaints)}")
    stated = reading.properties if reading.properties != Properties() else None
    return Sidecar(policy_id, stated)


def _load_folder(path: Path) -> _Folder | None:
    if not path.is_file():
        return None
    keys = dict(_load(path))
    files = keys.pop("files", {})
    if not isinstance(files, dict):
        raise PolicyFileError(f"{path}: files: expected names of files, each with keys of its own")
    by_name: dict[str, Mapping[Any, Any]] = {}
    for name, own in files.items():
        if not isinstance(own, dict):
            raise PolicyFileError(f"{path}: files: {name}: {_expected(_SIDECAR_KEYS)}")
        by_name[_composed(str(name))] = own
    return _Folder(path, keys, by_name)


def _load(path: Path) -> Mapping[Any, Any]:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise PolicyFileError(f"{path}: {size:,} bytes; expected {MOST_BYTES:,} at most")
        text, _ = decode(path.read_bytes())
        keys = load_yaml(text)
    except OSError as error:
        raise PolicyFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise PolicyFileError(f"{path}: not valid YAML: {error}") from error
    if keys is None:
        return {}
    if not isinstance(keys, dict):
        known = _FOLDER_KEYS if path.name == FOLDER_SIDECAR else _SIDECAR_KEYS
        raise PolicyFileError(f"{path}: {_expected(known)}")
    return keys


def _expected(keys: Sequence[str]) -> str:
    return f"expected keys and values; the keys are {', '.join(keys)}"


def _policies_of(sidecar: Path) -> list[Path]:
    name = sidecar.name.removesuffix(SUFFIX)
    beside = (file for file in sidecar.parent.iterdir() if name in (file.name, file.stem))
    return [file for file in beside if _is_policy(file)]


def _is_policy(file: Path) -> bool:
    return file.suffix.lower() in READABLE_SUFFIXES and file.is_file()


def _composed(name: str) -> str:
    """A file's name with its accents as single characters: macOS stores them apart."""
    return unicodedata.normalize("NFC", name)
