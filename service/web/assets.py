"""Scripts and styles, read once out of the package and named by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("static")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
PATH = "/static/"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `digest` changes with its content, so that a browser may keep it for ever."""

    content: bytes
    media_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """All files, by name."""
    found = {}
    for file in sorted(_FOLDER.iterdir()):
        if file.suffix in _TYPES:
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:16]
            found[file.name] = Asset(content, _TYPES[file.suffix], digest)
    return found


def asset_url(name: str) -> str:
    """The path of a file, with its digest."""
    return f"{PATH}{name}?v={assets()[name].digest}"
