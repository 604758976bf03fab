"""Origins of other people's pages: who may ask from a browser, and who may frame `/embed`."""

from __future__ import annotations

import re

_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]"
_ORIGIN = re.compile(rf"https?://(?:{_HOST})(?::\d{{1,5}})?")
_ANCESTOR = re.compile(rf"https?://(?:\*\.)?(?:{_HOST})(?::(?:\d{{1,5}}|\*))?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def parse_origins(text: str | None) -> tuple[str, ...]:
    """`https://wiki.example, http://localhost:3000` → its origins as browsers write them.

    `*` alone stands for any. Raises `ValueError` for what is no origin.
    """
    found = tuple(_lower(part) for part in re.split(r"[\s,]+", text or "") if part)
    for origin in found:
        if origin == "*" and len(found) == 1:
            continue
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is no origin: write scheme and host alone, such as "
                "https://wiki.example, with commas between them"
            )
    return tuple(_without_default_port(origin) for origin in found)


def parse_ancestors(text: str) -> str:
    """`self, https://wiki.example` → the sources of a `frame-ancestors` directive.

    Raises `ValueError` for what is none: nothing else may get into the header.
    """
    found = [_lower(part).strip("'") for part in re.split(r"[\s,]+", text) if part]
    if not found:
        raise ValueError("name the origins that may frame the page, or 'self', or 'none'")
    if len(found) > 1 and {"none", "*"} & set(found):
        raise ValueError("'none' and * stand alone")
    for source in found:
        if source not in ("self", "none", "*") and not _ANCESTOR.fullmatch(source):
            raise ValueError(
                f"{source!r} is no origin: write such as https://wiki.example or "
                "https://*.corp.example, 'self' for the service's own pages, 'none', or *"
            )
    return " ".join(f"'{source}'" if source in ("self", "none") else source for source in found)


def _lower(origin: str) -> str:
    return origin.lower().removesuffix("/")


def _without_default_port(origin: str) -> str:
    scheme = origin.partition(":")[0]
    return origin.removesuffix(_DEFAULT_PORTS.get(scheme, " "))
