"""What a page's head says about its document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from indexer.dates import find_dates
from indexer.language import is_chinese
from indexer.readers.html.tree import Element
from indexer.records import Properties

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"\s+[|–—·•»›:\-]+\s+|\s*[|｜_]\s*|\s+::\s+|(?<=[\u3400-\u9fff])[-–—]+(?=[\u3400-\u9fff])"
)
_UNNAMED = re.compile(
    r"(?:untitled|document|new page|home|index|page|title|microsoft word|无标题|新建|首页)\b.*"
    r"|无标题.*|首页|\S+\.(?:docx?|html?|pdf|txt)",
    re.IGNORECASE,
)
POLICY_WORDS = re.compile(
    r"\b(?:policy|policies|terms|notice|statement|agreement|handbook|manual|guidelines?|code"
    r"|rules|standard|procedures?|charter)\b|政策|条款|协议|声明|手册|制度|办法|规定|规范|条款|須知|须知|准则|章程|守则",
    re.IGNORECASE,
)
_UPDATED_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "dc.date.modified", "last-modified", "revised", "lastmod",
)  # fmt: skip
_EFFECTIVE = re.compile(
    r"effective|in force|takes? effect|valid from|生效|施行|实施|執行|执行", re.I
)
_UPDATED = re.compile(r"updated?\b|revised|modified|amended|reviewed|更新|修订|修改|修訂", re.I)
_ACCOUNTS = frozenset({"admin", "administrator", "author", "root", "user", "webmaster", "editor"})
_LONGEST = 200
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Head:
    """What is read before the text: the title as written, the site's name, and properties."""

    title: str | None
    site: str | None
    properties: Properties

    @property
    def page(self) -> str:
        """The page's own address without fragment; empty where it is not known."""
        return (self.properties.source_url or "").partition("#")[0]


def read_head(parser: LexborHTMLParser, markup: str) -> Head:
    """Title, publisher, language, address and dates that the page's head states."""
    metas = _metas(parser)
    linked = list(_linked_data(parser))
    site = _short(metas.get("og:site_name"))
    author = _short(metas.get("author"))
    author = None if author and author.lower() in _ACCOUNTS else author
    organisation = site or author or _short(metas.get("publisher"))
    organisation = organisation or _short(_publisher(linked))
    title = parser.css_first("head > title")
    html = parser.root
    lang = (html.attributes.get("lang") or html.attributes.get("xml:lang") or "") if html else ""
    updated = next((d for name in _UPDATED_METAS if (d := _date(metas.get(name)))), None)
    updated = updated or next(
        (d for item in linked if (d := _date(item.get("dateModified")))), None
    )
    properties = Properties(
        organisation=organisation,
        lang=_language(lang),
        updated_date=updated,
        source_url=_address(parser, metas, markup),
    )
    return Head(_short(title.text() if title else None), site or organisation, properties)


def plausible_title(head: Head, headings: list[str]) -> str | None:
    """The page's title without the site's name; `None` where it names no document.

    `headings`: the headings of the first level. A part of the title is left out only where the
    page's heading agrees with the rest, there is none, or the part is the site's own name.
    """
    if not head.title or _UNNAMED.fullmatch(head.title):
        return None
    parts = [part.strip() for part in _SEPARATOR.split(head.title) if part.strip()]
    for heading in headings:
        if _plain(heading) == _plain(head.title):
            return head.title
        for part in parts:
            if _plain(part) == _plain(heading):
                return part
    named = [part for part in parts if not head.site or _plain(part) != _plain(head.site)]
    if headings and len(named) == len(parts):
        chosen = head.title
    else:
        worded = [part for part in named if POLICY_WORDS.search(part)]
        chosen = (worded or named or [""])[0]
    return None if not chosen or _UNNAMED.fullmatch(chosen) else chosen


def stated_times(root: Element) -> dict[str, date]:
    """The dates of time elements that stand after words such as "effective"."""
    found: dict[str, date] = {}
    for element in root.elements():
        stated = _date(element.attrs.get("datetime")) if element.tag == "time" else None
        if stated is None:
            continue
        before = _text_before(element)[-_BEFORE:]
        kinds = [
            (max((m.start() for m in pattern.finditer(before)), default=-1), kind)
            for kind, pattern in (("effective", _EFFECTIVE), ("updated", _UPDATED))
        ]
        place, kind = max(kinds)
        if place >= 0:
            found.setdefault(kind, stated)
    return found


def _text_before(element: Element) -> str:
    """What stands before an element in its own block."""
    block = next((above for above in element.ancestors() if above.is_block), None)
    parts: list[str] = []
    stack: list[Element | str] = [block] if block else []
    while stack:
        node = stack.pop()
        if node is element:
            break
        if isinstance(node, str):
            parts.append(node)
        elif not node.dropped:
            stack.extend(reversed(node.children))
    return " ".join("".join(parts).split())


def _metas(parser: LexborHTMLParser) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for node in parser.css("meta"):
        attrs = node.attributes
        content = attrs.get("content")
        for key in ("name", "property", "itemprop", "http-equiv"):
            name = attrs.get(key)
            if name and content:
                found.setdefault(name.lower(), content)
    return found


def _linked_data(parser: LexborHTMLParser) -> Iterator[Mapping[str, Any]]:
    """Every object of the page's JSON-LD, outer ones first."""
    for node in parser.css('script[type="application/ld+json"]'):
        try:
            waiting = [json.loads(node.text())]
        except (ValueError, RecursionError):
            continue
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, dict):
                yield item
                waiting.extend(item.values())
            elif isinstance(item, list):
                waiting.extend(item)


def _publisher(linked: list[Mapping[str, Any]]) -> str | None:
    for item in linked:
        publisher = item.get("publisher")
        if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
            return str(publisher["name"])
    for item in linked:
        if item.get("@type") in ("Organization", "Corporation") and isinstance(
            item.get("name"), str
        ):
            return str(item["name"])
    return None


def _address(parser: LexborHTMLParser, metas: Mapping[str, str], markup: str) -> str | None:
    canonical = parser.css_first('link[rel~="canonical"]')
    saved = _SAVED_FROM.search(markup[:4096])
    stated = (
        canonical.attributes.get("href") if canonical else None,
        metas.get("og:url"),
        saved[1] if saved else None,
    )
    for address in stated:
        text = (address or "").strip()
        try:
            parts = urlsplit(text)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc and len(text) < 2000:
            return text
    return None


def _language(stated: str) -> str | None:
    code = re.split(r"[-_]", stated.strip().lower())[0]
    return code if re.fullmatch(r"[a-z]{2,3}", code) else None


def _date(stated: object) -> date | None:
    if not isinstance(stated, str):
        return None
    return next((found for found, _, _ in find_dates(stated[:40])), None)


def _short(text: str | None) -> str | None:
    flat = " ".join((text or "").split())
    return flat if flat and len(flat) <= _LONGEST else None


def _plain(text: str) -> str:
    plain = re.sub(r"\W+", "", text).casefold()
    return plain if is_chinese(text) or plain else text
