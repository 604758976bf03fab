"""Finding policy files, and the id that a file's place gives its policy."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.limits import Limits
from indexer.outline.markers import fold
from indexer.readers import READABLE_SUFFIXES, naming, open_file

_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A policy file, its id, and its name under the folder that was given."""

    path: Path
    policy_id: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What lies under the given paths. `failed` and `skipped` hold (file, reason)."""

    files: list[SourceFile]
    failed: list[tuple[str, str]]
    skipped: list[tuple[str, str]]


def find_files(paths: Sequence[Path]) -> FoundFiles:
    """The policy files under the given paths, in reading order of the folders."""
    found: dict[str, SourceFile] = {}
    failed: list[tuple[str, str]] = []
    skipped: list[tuple[str, str]] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p, path))
            candidates = [(p, p.relative_to(path)) for p in inside]
        elif path.exists():
            candidates = [(path, Path(path.name))]
        else:
            failed.append((str(path), "no such file or folder"))
            continue
        for file, relative in candidates:
            if not _is_text(file):
                shown = os.fsencode(file).decode("utf-8", "replace")
                failed.append((shown, "its name is not UTF-8 text; rename the file or its folder"))
                continue
            if file.suffix.lower() not in READABLE_SUFFIXES:
                reason = f"no reader for {file.suffix or 'files without suffix'}"
                skipped.append((str(file), reason))
                continue
            policy_id = policy_id_of(relative)
            other = found.get(policy_id)
            if other and other.path.resolve() != file.resolve():
                reason = f"has the id {policy_id} like {other.path}; rename one of the two"
                failed.append((str(file), reason))
                continue
            found[policy_id] = SourceFile(file, policy_id, relative.as_posix())
    return FoundFiles(list(found.values()), failed, skipped)


def file_digest(path: Path, extra: bytes = b"", limits: Limits = _DEFAULT_LIMITS) -> str:
    """The hash by which a file, and what else its policy was made from, is known to be unchanged.

    Without `extra` it is the SHA-256 of the file's bytes. Raises as `read_document` does; a file
    that is too large is not read.
    """
    with naming(path), open_file(path, limits) as file:
        digest = hashlib.file_digest(file, "sha256")
    return hashlib.sha256(digest.digest() + extra).hexdigest() if extra else digest.hexdigest()


def policy_id_of(relative: Path) -> str:
    """The id of a policy from its file's place: `legal/Terms of Use.md` gives `legal-terms-of-use`.

    Letters of any script are kept; everything else becomes a hyphen.
    """
    name = fold("/".join((*relative.parts[:-1], relative.stem))).lower()
    return re.sub(r"[\W_]+", "-", name).strip("-") or "policy"


def _is_text(path: Path) -> bool:
    """Whether a name is characters: Linux allows any bytes, which the store cannot hold."""
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        return False
    return True


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
