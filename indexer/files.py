"""Finding policy files, their sidecars, and the id that a place gives a policy."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import PolicyFileError
from indexer.limits import Limits
from indexer.policy_id import policy_id_of
from indexer.readers import READABLE_SUFFIXES, naming, open_file
from indexer.records import Properties
from indexer.sidecar import Sidecars, is_misnamed, is_sidecar, sidecar_bytes

_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A policy file, its id, its name under the folder that was given, and what a sidecar says."""

    path: Path
    policy_id: str
    name: str
    sidecar: Properties | None = None

    @property
    def sidecar_bytes(self) -> bytes:
        """What the sidecar says, the same bytes as long as it says the same; empty without one."""
        return sidecar_bytes(self.sidecar)


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What lies under the given paths. `failed` and `skipped` hold (file, reason)."""

    files: list[SourceFile]
    failed: list[tuple[str, str]]
    skipped: list[tuple[str, str]]


def find_files(paths: Sequence[Path]) -> FoundFiles:
    """The policy files under the given paths, in reading order of the folders.

    A policy whose sidecar cannot be understood is among the failed; so is a sidecar that belongs
    to no policy.
    """
    found: dict[str, SourceFile] = {}
    failed: list[tuple[str, str]] = []
    skipped: list[tuple[str, str]] = []
    sidecars = Sidecars()
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p, path))
            candidates = [(p, p.relative_to(path)) for p in inside if not is_sidecar(p)]
            failed += sidecars.strays([p for p in inside if is_sidecar(p)])
        elif path.exists():
            candidates = [(path, Path(path.name))]
        else:
            failed.append((str(path), "no such file or folder"))
            continue
        for file, relative in candidates:
            if is_sidecar(file):
                skipped.append((str(file), "a sidecar; give the policy file that it is beside"))
                continue
            if not _is_text(file):
                shown = os.fsencode(file).decode("utf-8", "replace")
                failed.append((shown, "its name is not UTF-8 text; rename the file or its folder"))
                continue
            if is_misnamed(file):
                failed.append((str(file), f"a sidecar ends in .yaml; rename it {file.stem}.yaml"))
                continue
            if file.suffix.lower() not in READABLE_SUFFIXES:
                reason = f"no reader for {file.suffix or 'files without suffix'}"
                skipped.append((str(file), reason))
                continue
            try:
                sidecar = sidecars.of(file)
            except PolicyFileError as error:
                failed.append((str(file), str(error)))
                continue
            policy_id = sidecar.policy_id or policy_id_of(relative)
            other = found.get(policy_id)
            if other and other.path.resolve() != file.resolve():
                reason = (
                    f"has the id {policy_id} like {other.path}; rename one of the two, or give one "
                    "another id in a sidecar"
                )
                failed.append((str(file), reason))
                continue
            found[policy_id] = SourceFile(file, policy_id, relative.as_posix(), sidecar.properties)
    return FoundFiles(list(found.values()), failed, skipped)


def file_digest(path: Path, extra: bytes = b"", limits: Limits = _DEFAULT_LIMITS) -> str:
    """The hash by which a file, and what else its policy was made from, is known to be unchanged.

    Without `extra` it is the SHA-256 of the file's bytes. Raises as `read_document` does; a file
    that is too large is not read.
    """
    with naming(path), open_file(path, limits) as file:
        digest = hashlib.file_digest(file, "sha256")
    return hashlib.sha256(digest.digest() + extra).hexdigest() if extra else digest.hexdigest()


def digest_of(data: bytes, suffix: str, extra: bytes = b"") -> str:
    """The same for bytes that are no file; the suffix says how they are read, so it counts."""
    return hashlib.sha256(hashlib.sha256(data).digest() + suffix.encode() + extra).hexdigest()


def _is_text(path: Path) -> bool:
    """Whether a name is characters: Linux allows any bytes, which the store cannot hold."""
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        return False
    return True


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
