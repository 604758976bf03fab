"""What single elements are to a reader: how they look, what they print, whether they make room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.readers.html.furniture import is_contents
from indexer.readers.html.lines import LinkKind
from indexer.readers.html.tree import Element, is_jump, is_link

_BOLD_TAGS = frozenset({"b", "strong", "th", "summary", "button"})
_REFERENCE = re.compile(r"[\[(（［【]?\s*(?:\d{1,3}|[*†‡§¶a-z]|注\s*\d*|note \d+)\s*[\])）］】]?")
_FILE = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp)", re.IGNORECASE)
_PICTURE = re.compile(
    r"\b(?:logo|icon|banner|photo|picture|image|avatar|screenshot)\b|图标|标志|图片"
)
_IN_PARAGRAPHS = frozenset({"p"})
_WORD_BULLETS = frozenset("·•§Øüo¨v■●◆□Ÿlnu\uf0b7\uf0a7\uf0d8\uf0fc\uf06c\uf06e\uf075\uf0b2-–—")


@dataclass(frozen=True, slots=True)
class Look:
    """What an element hands down to the text inside it."""

    bold: bool = False
    link: LinkKind = ""
    keep: bool = False
    contents: bool = False
    raised: bool = False


def inherited(element: Element, look: Look, page: str) -> Look:
    bold, link, keep = look.bold, look.link, look.keep
    weight = element.style.get("font-weight", "")
    if weight:
        bold = weight.startswith("bold") or weight[:1] in "6789"
    elif element.tag in _BOLD_TAGS:
        bold = True
    if is_link(element):
        link = "jump" if is_jump(element, page) else "away"
    space = element.style.get("white-space", "")
    if element.tag in ("pre", "listing", "xmp", "plaintext") or space.startswith("pre"):
        keep = True
    elif space in ("normal", "nowrap"):
        keep = False
    contents = look.contents or is_contents(element)
    return Look(bold, link, keep, contents, look.raised or element.tag == "sup")


def is_empty_line(element: Element) -> bool:
    """Whether an element only makes room: an empty paragraph, or a block with a blank in it."""
    if element.chars or element.tag not in ("p", "div"):
        return False
    if any(
        isinstance(c, Element) and c.tag in ("img", "table", "ul", "ol") for c in element.children
    ):
        return False
    if element.children:
        inner = [child for child in element.elements() if child is not element]
        blank = any(
            isinstance(c, str) and "\xa0" in c for e in element.elements() for c in e.children
        )
        return blank or (element.tag == "p" and not any(e.tag == "br" for e in inner))
    # A stray </p>, as editors leave it around lists, makes an empty paragraph of its own.
    return element.tag == "p" and all(near in _IN_PARAGRAPHS for near in _neighbours(element))


def _neighbours(element: Element) -> Iterator[str]:
    siblings: Sequence[Element | str] = element.parent.children if element.parent else []
    for step, end in ((-1, -1), (1, len(siblings))):
        for place in range(element.place + step, end, step):
            near = siblings[place]
            if isinstance(near, Element):
                yield near.tag
                break
            if near.strip():
                break


def is_reference(sup: Element, page: str) -> bool:
    """Whether raised text refers to a footnote: it is a link to a place in the page."""
    links = [element for element in sup.elements() if is_link(element)]
    inside = any(is_link(above) and is_jump(above, page) for above in sup.ancestors())
    jumps = inside or (bool(links) and all(is_jump(link, page) for link in links))
    return jumps and _REFERENCE.fullmatch(sup.text().strip().lower()) is not None


def alternative(image: Element) -> str:
    """The words of a picture of text; nothing for a decoration."""
    text = " ".join(image.attrs.get("alt", "").split())
    wide = sum(c > "\u2e7f" for c in text)
    if len(text) + wide < 20 or _FILE.fullmatch(text) or _PICTURE.search(text.lower()):
        return ""
    return f" {text} "


def word_level(element: Element) -> int:
    found = re.search(r"\blevel(\d)", element.style.get("mso-list", ""))
    return int(found[1]) if found else 0


def word_marker(element: Element) -> str | None:
    """The number that stands in the part of a Word list paragraph that Word made itself."""
    if not element.style.get("mso-list", "").startswith("ignore"):
        return None
    text = " ".join(element.text().split())
    if not text or text in _WORD_BULLETS or text[0] in "\uf0b7\uf0a7\uf0d8\uf0fc":
        return "•"
    return text
