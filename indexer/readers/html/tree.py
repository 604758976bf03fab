"""A page as a light tree: elements with what can be seen of them, and how much text is in links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.limits import Limits

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_NEVER_SHOWN = frozenset(
    "script style template noscript iframe object embed canvas svg video audio map datalist frame"  # noqa: SIM905
    " frameset noframes param source track area col colgroup base link meta title head rp rt"
    " select option textarea input progress meter del -comment -doctype".split()
)
BLOCKS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt"  # noqa: SIM905
    " fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu"
    " nav ol optgroup p pre search section summary table tbody td tfoot th thead tr ul html".split()
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TABLES = frozenset({"table"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+")


class Element:
    """An element of the page. `dropped` says as what it was left out, if it was."""

    __slots__ = (
        "attrs", "chars", "children", "dropped", "headings", "jumps", "link_chars", "links",
        "names", "parent", "place", "style", "tables", "tag",
    )  # fmt: skip

    def __init__(self, tag: str, attrs: dict[str, str], parent: Element | None) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.place = len(parent.children) if parent else 0
        """Its position among its parent's children."""
        self.children: list[Element | str] = []
        self.dropped: str | None = None
        self.style = declarations(attrs["style"]) if "style" in attrs else {}
        self.names = frozenset(words_of(attrs)) if "class" in attrs or "id" in attrs else _NONE
        self.chars = 0
        """Characters of text that are not white space; those in links, the links themselves, those
        that lead to a place in the page; headings and tables inside."""
        self.link_chars = 0
        self.links = 0
        self.jumps = 0
        self.headings = 0
        self.tables = 0

    @property
    def prose(self) -> int:
        """Characters that are in no link."""
        return self.chars - self.link_chars

    @property
    def is_block(self) -> bool:
        if self.style.get("display") in ("block", "flex", "grid", "list-item", "table"):
            return True
        return self.tag in BLOCKS and self.style.get("display") != "inline"

    def elements(self) -> Iterator[Element]:
        """Itself and all elements inside that are not dropped, in reading order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            inner = [c for c in element.children if isinstance(c, Element) and not c.dropped]
            stack.extend(reversed(inner))

    def ancestors(self) -> Iterator[Element]:
        """From its parent up to the body."""
        element = self.parent
        while element:
            yield element
            element = element.parent

    def text(self) -> str:
        """Its words, with a space between elements."""
        parts: list[str] = []
        stack: list[Element | str] = [self]
        while stack:
            node = stack.pop()
            if isinstance(node, str):
                parts.append(node)
            elif not node.dropped:
                stack.extend(reversed(node.children))
        return " ".join("".join(parts).split())


_NONE: frozenset[str] = frozenset()


def build_tree(body: LexborNode, limits: Limits) -> Element:
    """The body as elements and texts, without what a browser never shows.

    Raises `LimitError` where elements nest beyond the limit, or text or blocks exceed theirs.
    """
    root = Element("body", _attributes(body), None)
    waiting: list[tuple[LexborNode | None, Element]] = [(body.first_child, root)]
    characters = blocks = 0
    while waiting:
        node, parent = waiting.pop()
        if node is None:
            continue
        waiting.append((node.next, parent))
        if node.is_text_node:
            text = node.text_content or ""
            characters += len(text)
            parent.children.append(text)
        elif node.is_element_node and node.tag not in _NEVER_SHOWN:
            element = Element(str(node.tag), _attributes(node), parent)
            parent.children.append(element)
            limits.check("max_nesting", len(waiting), "elements inside each other")
            blocks += element.tag in BLOCKS
            waiting.append((node.first_child, element))
        if not (characters + blocks) % 4096:
            limits.check("max_characters", characters, "characters")
    limits.check("max_characters", characters, "characters")
    return root


def measure(root: Element, page: str = "") -> None:
    """Counts text, links, headings and tables of every element that is not dropped.

    `page`: the page's own address, whose fragments are places in this page.
    """
    order = list(root.elements())
    for element in order:
        texts = [c for c in element.children if isinstance(c, str)]
        element.chars = sum(len("".join(text.split())) for text in texts)
        element.link_chars = element.links = element.jumps = element.tables = 0
        element.headings = 0
    for element in reversed(order):
        if is_link(element):
            element.link_chars = element.chars
            element.links += 1
            element.jumps += is_jump(element, page)
        parent = element.parent
        if parent and element is not root:
            parent.chars += element.chars
            parent.link_chars += element.link_chars
            parent.links += element.links
            parent.jumps += element.jumps
            parent.headings += element.headings + (heading_level(element) is not None)
            parent.tables += element.tables + (element.tag in _TABLES)


def is_link(element: Element) -> bool:
    """Whether it is a link to another place; an anchor, mail or telephone link is none."""
    href = element.attrs.get("href")
    return element.tag == "a" and href is not None and not href.startswith(("mailto:", "tel:"))


def is_jump(element: Element, page: str = "") -> bool:
    """Whether it is a link to a place in the same page."""
    address, mark, place = element.attrs.get("href", "").strip().partition("#")
    return bool(mark and place) and (not address or address == page)


def heading_level(element: Element) -> int | None:
    """The level that the markup states: h1 to h6, a heading's role, Word's outline level."""
    if element.attrs.get("role") == "heading":
        level = element.attrs.get("aria-level", "")
        return int(level) if level in "123456789" and level else 2
    if element.tag in HEADINGS:
        return HEADINGS[element.tag]
    if element.tag == "p":
        outline = element.style.get("mso-outline-level", "")
        if outline in "123456789" and outline:
            return int(outline)
        if "MsoTitle" in element.attrs.get("class", "").split():
            return 1
    return None


def declarations(style: str) -> dict[str, str]:
    """The declarations of a style attribute, in lower case."""
    pairs = (part.partition(":") for part in style.lower().split(";"))
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def words_of(attrs: dict[str, str]) -> list[str]:
    """The words that an element's class and id are made of: `siteFooter-top` is three."""
    text = f"{attrs.get('class', '')} {attrs.get('id', '')}"
    return [word.lower() for word in _CAMEL.split(text) if word]


def _attributes(node: LexborNode) -> dict[str, str]:
    return {name: value or "" for name, value in node.attributes.items()}
