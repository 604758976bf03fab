"""HTML and Mallard pages as flat lists of blocks: what a reader sees, in reading order."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from models.training.records import Block

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title", "caption"})
BLOCKS = HEADINGS | {
    "p", "li", "dt", "dd", "td", "th", "div", "blockquote", "table", "tr", "ul", "ol", "dl",
    "section", "body", "head", "figure", "hr",
}  # fmt: skip
SKIPPED = frozenset({"script", "style", "pre", "nav", "svg", "header", "footer", "noscript"})
_SPACE = re.compile(r"\s+")


def html_blocks(html: str) -> list[Block]:
    """Blocks of an HTML page; code listings, scripts and navigation are left out."""
    parser = _BlockParser()
    parser.feed(html)
    parser.close()
    parser.flush()
    return parser.blocks


class _BlockParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._tag = ""
        self._id = ""
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self._skipping += 1
        if tag in BLOCKS:
            self.flush()
            self._tag, self._id = tag, dict(attrs).get("id") or ""
        elif tag == "br":
            self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        if tag in BLOCKS:
            self.flush()

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._parts.append(data)

    def flush(self) -> None:
        text = _SPACE.sub(" ", "".join(self._parts)).strip()
        self._parts.clear()
        if text and self._tag != "title":
            self.blocks.append(Block(text, self._id, self._tag in HEADINGS))
        self._tag, self._id = "", ""


_MALLARD = "{http://projectmallard.org/1.0/}"


def mallard_blocks(xml: str) -> list[Block]:
    """Blocks of a GNOME help page (Mallard): titles, descriptions, paragraphs.

    Translations are made from the same page by message catalogues, so the n-th block of one
    language is the n-th of the other.
    """
    blocks = []
    for element in ElementTree.fromstring(xml).iter():
        name = element.tag.removeprefix(_MALLARD) if isinstance(element.tag, str) else ""
        if name in {"p", "title", "desc"}:
            text = _SPACE.sub(" ", "".join(element.itertext())).strip()
            blocks.append(Block(text, heading=name == "title"))
    return blocks
