"""`policy-search.js` as it is sent: read once, packed once, known by its content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NAME = "policy-search.js"


@dataclass(frozen=True, slots=True)
class Sent:
    """A representation of the script: its bytes, and a strong entity tag of exactly these."""

    body: bytes
    etag: str
    encoding: str | None


@cache
def script(packed: bool) -> Sent:
    """The script, plain or packed with gzip."""
    body = (files("service.web") / "static" / NAME).read_bytes()
    if packed:
        body = gzip.compress(body, mtime=0)
    digest = hashlib.sha256(body).hexdigest()[:32]
    return Sent(body, f'"{digest}"', "gzip" if packed else None)
