"""What a policy's own text says about itself: title, language, dates, revision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from indexer.dates import find_dates, states_date
from indexer.language import detect_language, is_chinese
from indexer.outline.markers import fold, read_markers
from indexer.records import Document, Metadata

_HEAD_LINES = 60
"""Where a policy states its dates: near the top, in real ones within the first 30 lines."""
_TAIL_LINES = 6
_TITLE_WORDS = re.compile(
    r"\b(?:policy|policies|terms|notice|statement|agreement|handbook|manual|guidelines?|code|rules"
    r"|regulations?|standard|procedures?|charter)\b"
    r"|政策|条款|协议|声明|手册|制度|办法|规定|规范|须知|准则|章程|守则|规则|指引|细则|條款|協議|聲明|規定|辦法",
    re.IGNORECASE,
)
_LONGEST_TITLE = 100
_LONGEST_HEADING = 300
"""A longer one is text that was set as a heading: every citation would repeat it."""

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


_OWN_REVISION = re.compile(rf"(?:[,;|·•\[(、。\-–—/:>]|{_TITLE_WORDS.pattern})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Described:
    """A policy's metadata and the positions of the blocks that print its title."""

    metadata: Metadata
    title_blocks: frozenset[int]


def describe(document: Document, fallback_title: str) -> Described:
    """Reads title, language, dates and revision out of a document."""
    title, blocks = _find_title(document, fallback_title)
    lang = detect_language(document.source[:20_000])
    effective, updated = _find_dates(document)
    metadata = Metadata(title, lang, effective, updated, _find_revision(document))
    return Described(metadata, blocks)


def version_name(metadata: Metadata, fallback: str = "1") -> str:
    """How a version is called: its revision, else the date of its text, else `fallback`."""
    if metadata.revision:
        return metadata.revision
    stated = metadata.updated_date or metadata.effective_date
    return stated.isoformat() if stated else fallback


def _find_title(document: Document, fallback: str) -> tuple[str, frozenset[int]]:
    blocks = document.blocks
    top = next((b for b in blocks if b.kind == "heading" and b.level == 1), None)
    chosen = top.text if top and len(top.text) <= _LONGEST_HEADING else None
    if chosen is None:
        lines = [b.text for b in blocks[:12] if len(b.text) <= _LONGEST_TITLE]
        lines = [line for line in lines if re.search(r"\w", line) and not _is_statement(line)]
        named = [line for line in lines[:6] if _TITLE_WORDS.search(line)]
        chosen = named[0] if named else (lines[0] if lines and len(lines[0]) <= 60 else None)
    if chosen is None or not _clean_title(chosen):
        return fallback, frozenset()
    printed = {i for i, block in enumerate(blocks) if block.text == chosen}
    return _clean_title(chosen), frozenset(printed)


def _clean_title(text: str) -> str:
    title = re.sub(r"\s+", " ", text).strip(" #*_:：")
    if title[:1] == "《" and title[-1:] == "》" and title.count("《") == 1:
        title = title[1:-1]
    return title.strip()


def _is_statement(line: str) -> bool:
    """A date, key and value, number or sentence rather than a title."""
    if states_date(line) or _REVISION.match(fold(line)) or read_markers(fold(line)):
        return True
    if line.endswith((".", "。", ";", "；", ":", "：", ",", "，")):
        return True
    return re.match(r"[^:：]{1,30}[:：]\s*\S", line) is not None and not is_chinese(line[:4])


def _find_dates(document: Document) -> tuple[date | None, date | None]:
    effective: date | None = None
    updated: date | None = None
    blocks = document.blocks
    near = [*blocks[:_HEAD_LINES], *blocks[_HEAD_LINES:][-_TAIL_LINES:]]
    for block in near:
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
