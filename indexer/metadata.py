"""What is known of a policy: what is said of it beside its text, and what its text says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from indexer.dates import find_dates, states_date
from indexer.language import detect_language
from indexer.organisation import find_organisation
from indexer.outline.markers import fold
from indexer.properties import first_stated
from indexer.records import Block, Document, Metadata, Properties
from indexer.source_url import find_source_url
from indexer.title import TITLE_WORDS, find_title

_HEAD_LINES = 60
"""Where a policy states its dates: near the top, in real ones within the first 30 lines."""
_TAIL_LINES = 6
_WITH_FRONT_MATTER = ("markdown",)
_NOTHING = Properties()
_EFFECTIVE = re.compile(
    r"effective|in force|takes? effect|established|valid from"
    r"|生效|施行|实施|执行|制定|實施|執行",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"updated?\b|revised|last (?:modified|reviewed|changed)|amended|更新|修订|修改|修正|修訂",
    re.IGNORECASE,
)
_REVISION = re.compile(
    r"(?:\brevision(?:\s*(?:no|number))?|\bversion(?:\s*(?:no|number))?|\brev\.|版本号?|版次|修订号"
    r"|修訂號|版本號)[\s.:：]*(?P<value>[vV]?\d[\w.\-]{0,15})",
    re.IGNORECASE,
)
_OWN_REVISION = re.compile(rf"(?:[,;|·•\[(、。\-–—/:>]|{TITLE_WORDS.pattern})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Described:
    """A policy's metadata and the positions of the blocks that print its title."""

    metadata: Metadata
    title_blocks: frozenset[int]


def describe(
    document: Document, fallback_title: str, sidecar: Properties | None = None
) -> Described:
    """What is known of a policy: as its sidecar states it, then its front matter, then its text.

    What none of them says, the file's own properties say: a template or a program often filled
    them in, so they count least.
    """
    written = document.format in _WITH_FRONT_MATTER
    stated = first_stated(sidecar or _NOTHING, document.properties if written else _NOTHING)
    file = _NOTHING if written else document.properties
    title, blocks = find_title(document, stated.title, file.title)
    effective, updated = _find_dates(document)
    effective, updated = stated.effective_date or effective, stated.updated_date or updated
    if effective is None and updated is None:
        effective, updated = file.effective_date, file.updated_date
    metadata = Metadata(
        title=title or fallback_title,
        lang=stated.lang or _detect_language(document, file.lang),
        effective_date=effective,
        updated_date=updated,
        revision=stated.revision or _find_revision(document) or file.revision,
        organisation=stated.organisation
        or find_organisation(document.blocks, title or "")
        or file.organisation,
        source_url=stated.source_url or find_source_url(_near(document)) or file.source_url,
    )
    return Described(metadata, blocks)


def version_name(metadata: Metadata, fallback: str = "1") -> str:
    """How a version is called: its revision, else the date of its text, else `fallback`."""
    if metadata.revision:
        return metadata.revision
    stated = metadata.updated_date or metadata.effective_date
    return stated.isoformat() if stated else fallback


def _detect_language(document: Document, stated: str | None) -> str:
    """The text's language; what the file states decides only for Latin letters too few to tell."""
    default = stated if stated and stated not in ("zh", "ja", "ko") else "en"
    start = document.blocks[0].start if document.blocks else 0  # after the front matter
    return detect_language(document.source[start : start + 20_000], default)


def _find_dates(document: Document) -> tuple[date | None, date | None]:
    effective: date | None = None
    updated: date | None = None
    for block in _near(document):
        if len(block.text) > 300:
            continue
        text = fold(block.text)
        for stated, start, end in find_dates(text):
            before = text[max(0, start - 40) : start]
            after = text[end : end + 8]
            kind = _kind_of_date(before, after)
            if kind == "effective":
                effective = effective or stated
            elif kind == "updated":
                updated = updated or stated
    return effective, updated


def _kind_of_date(before: str, after: str) -> str | None:
    """What a date is, by the nearest key word before it, or one right after it (…日起施行)."""
    if re.match(r"\s*起?\s*(?:生效|施行|实施|执行|實施|執行)(?!日|时间|時間)", after):
        return "effective"
    places = []
    for kind, pattern in (("effective", _EFFECTIVE), ("updated", _UPDATED)):
        found = list(pattern.finditer(before))
        if found:
            places.append((found[-1].start(), kind))
    return max(places)[1] if places else None


def _names_policy(before: str) -> bool:
    """Whether "version 9" after these words is the policy's own, not an app's or a browser's."""
    return not before.strip() or re.search(_OWN_REVISION, before.rstrip()) is not None


def _find_revision(document: Document) -> str | None:
    for block in document.blocks[:_HEAD_LINES]:
        text = fold(block.text)
        if len(text) > 120:
            continue
        for found in _REVISION.finditer(text):
            is_date = states_date(text[found.start("value") :][:12])
            if _names_policy(text[: found.start()]) and not is_date:
                return found["value"].rstrip(".-")
    return None


def _near(document: Document) -> list[Block]:
    """The blocks at the beginning and the end, where a policy speaks of itself."""
    blocks = document.blocks
    return [*blocks[:_HEAD_LINES], *blocks[_HEAD_LINES:][-_TAIL_LINES:]]
