"""Paragraph and character styles, each resolved once through the styles it is based on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from indexer.readers.docx.names import W, attribute, child_integer, child_value, switch, twips

_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])")
_TITLES = frozenset({"title", "标题", "標題", "文档标题"})
_CONTENTS = re.compile(
    r"(?:toc|目录|目錄)\s*(?:[1-9]|heading|标题|標題)|contents heading|table of .*"
)
_LONGEST_CHAIN = 32
BODY_TEXT = 9
"""The outline level of text that is no heading."""
_BODY_SIZE = 20
"""Half points: Word's own default where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """Space before and after a paragraph in twentieths of a point; `None` where inherited."""

    before: int | None = None
    after: int | None = None
    contextual: bool | None = None
    """No space between paragraphs of the same style."""

    def over(self, other: Spacing) -> Spacing:
        """These values, and the other's where there is none."""
        return Spacing(
            other.before if self.before is None else self.before,
            other.after if self.after is None else self.after,
            other.contextual if self.contextual is None else self.contextual,
        )


@dataclass(frozen=True, slots=True)
class Look:
    """How text is set. `size` is in half points."""

    bold: bool = False
    hidden: bool = False
    size: int = _BODY_SIZE


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """What a paragraph has from its style. `chain`: its id and those of its bases, nearest first.

    `outline` is 0 for the highest heading level and `None` where the style says nothing.
    """

    chain: tuple[str, ...] = ()
    outline: int | None = None
    num_id: str | None = None
    ilvl: int | None = None
    look: Look = Look()
    spacing: Spacing = Spacing()
    centred: bool = False
    is_title: bool = False
    is_contents: bool = False


@dataclass
class Styles:
    """The styles of a document by id."""

    _elements: dict[str, etree._Element] = field(default_factory=dict)
    _default: str | None = None
    _default_look: Look = Look()
    _default_spacing: Spacing = Spacing()
    _paragraphs: dict[str | None, ParagraphStyle] = field(default_factory=dict)
    _toggles: dict[str | None, tuple[bool, bool, int | None]] = field(default_factory=dict)

    def paragraph(self, style_id: str | None) -> ParagraphStyle:
        """The style of a paragraph; the default one where it names none or an unknown one."""
        if style_id not in self._paragraphs:
            self._paragraphs[style_id] = self._resolve(style_id)
        return self._paragraphs[style_id]

    def look(self, run_properties: etree._Element | None, base: Look) -> Look:
        """How a run is set in a paragraph whose style sets `base`.

        Bold and hidden of a character style turn over those of the paragraph style.
        """
        if run_properties is None or not len(run_properties):
            return base
        bold, hidden, size = base.bold, base.hidden, base.size
        style_id = child_value(run_properties, "rStyle")
        if style_id is not None:
            flips_bold, flips_hidden, own_size = self._toggled(style_id)
            bold, hidden, size = bold ^ flips_bold, hidden ^ flips_hidden, own_size or size
        own = switch(run_properties, "b")
        vanish = switch(run_properties, "vanish")
        return Look(
            bold if own is None else own,
            hidden if vanish is None else vanish,
            child_integer(run_properties, "sz") or size,
        )

    def list_of(self, style_id: str | None) -> str | None:
        """The `w:numId` of a numbering style."""
        for element in self._chain(style_id):
            properties = element.find(W + "pPr")
            numbers = properties.find(W + "numPr") if properties is not None else None
            if (num_id := child_value(numbers, "numId")) is not None:
                return num_id
        return None

    def _chain(self, style_id: str | None) -> list[etree._Element]:
        chain: list[etree._Element] = []
        while style_id in self._elements and len(chain) < _LONGEST_CHAIN:
            element = self._elements[style_id]
            if element in chain:
                break
            chain.append(element)
            style_id = child_value(element, "basedOn")
        return chain

    def _toggled(self, style_id: str) -> tuple[bool, bool, int | None]:
        if style_id not in self._toggles:
            properties = [e.find(W + "rPr") for e in self._chain(style_id)]
            sizes = [child_integer(p, "sz") for p in properties]
            self._toggles[style_id] = (
                next((b for p in properties if (b := switch(p, "b")) is not None), False),
                next((v for p in properties if (v := switch(p, "vanish")) is not None), False),
                next(filter(None, sizes), None),
            )
        return self._toggles[style_id]

    def _resolve(self, style_id: str | None) -> ParagraphStyle:
        chain = self._chain(style_id) or self._chain(self._default)
        ids = tuple(attribute(element, "styleId") or "" for element in chain)
        if style_id and style_id not in self._elements:
            ids = (style_id,)  # a built-in style that the file uses and does not describe
        names = [(child_value(element, "name") or "").lower() for element in chain] or [""]
        look, spacing = self._default_look, self._default_spacing
        num_id: str | None = None
        ilvl: int | None = None
        outline: int | None = None
        justified: str | None = None
        for element in reversed(chain):
            paragraph, run = element.find(W + "pPr"), element.find(W + "rPr")
            look = self.look(run, look) if run is not None else look
            if paragraph is not None:
                spacing = spacing_of(paragraph).over(spacing)
                justified = child_value(paragraph, "jc") or justified
                numbers = paragraph.find(W + "numPr")
                num_id = child_value(numbers, "numId") or num_id
                level = child_integer(numbers, "ilvl")
                ilvl = ilvl if level is None else level
            outline = _outline(element, outline)
        if not chain or style_id not in (*self._elements, None):
            outline = _named_outline("", style_id or "")
        is_contents = any(map(_CONTENTS.fullmatch, [*names[:2], (style_id or "").lower()]))
        return ParagraphStyle(
            ids, outline, num_id, ilvl, look, spacing, justified == "center",
            is_title=_is_title(names, style_id or ""),
            is_contents=is_contents,
        )  # fmt: skip


def read_styles(root: etree._Element | None) -> Styles:
    """The styles of a document from its styles part."""
    styles = Styles()
    if root is None:
        return styles
    for element in root.iterchildren(W + "style"):
        style_id = attribute(element, "styleId")
        if not style_id:
            continue
        styles._elements.setdefault(style_id, element)
        default = attribute(element, "default") in ("1", "true", "on")
        if default and attribute(element, "type") == "paragraph":
            styles._default = style_id
    defaults = root.find(W + "docDefaults")
    if defaults is not None:
        run = defaults.find(f"{W}rPrDefault/{W}rPr")
        paragraph = defaults.find(f"{W}pPrDefault/{W}pPr")
        styles._default_look = styles.look(run, Look())
        if paragraph is not None:
            styles._default_spacing = spacing_of(paragraph)
    return styles


def spacing_of(properties: etree._Element) -> Spacing:
    """The space that paragraph properties set themselves."""
    element = properties.find(W + "spacing")
    contextual = switch(properties, "contextualSpacing")
    if element is None:
        return Spacing(contextual=contextual)
    return Spacing(_space(element, "before"), _space(element, "after"), contextual)


def _space(element: etree._Element, side: str) -> int | None:
    if (attribute(element, side + "Autospacing") or "0").lower() in ("1", "true", "on"):
        return 280  # what Word takes for the space of a web page's paragraph
    lines = twips(attribute(element, side + "Lines"))
    return twips(attribute(element, side)) if lines is None else round(lines * 2.4)


def _outline(element: etree._Element, inherited: int | None) -> int | None:
    level = child_integer(element.find(W + "pPr"), "outlineLvl")
    if level is not None:
        return level
    name = (child_value(element, "name") or "").lower()
    named = _named_outline(name, attribute(element, "styleId") or "")
    return inherited if named is None else named


def _is_title(names: list[str], style_id: str) -> bool:
    subtitle = "subtitle" in (names[0], style_id.lower()) or names[0] in ("副标题", "副標題")
    return not subtitle and not _TITLES.isdisjoint({*names, style_id.lower()})


def _named_outline(name: str, style_id: str) -> int | None:
    found = _HEADING.fullmatch(name) or _HEADING.fullmatch(style_id.lower())
    return int(found[1]) - 1 if found else None
