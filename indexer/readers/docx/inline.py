"""What a paragraph says: runs, fields, tracked changes, notes, symbols, as one text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from indexer.limits import Limits
from indexer.readers.docx.names import M, W, attribute, is_on
from indexer.readers.docx.signs import PRIVATE_SIGNS, field_text, formula, symbol
from indexer.readers.docx.styles import Look, Styles

_CONTAINERS = frozenset(
    W + name
    for name in ("hyperlink", "ins", "moveTo", "smartTag", "customXml", "sdtContent", "dir", "bdo",
                 "rubyBase", "subDoc")
)  # fmt: skip
_DELETED = (W + "del", W + "moveFrom")
_FIXED = {
    W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-",
}  # fmt: skip
_NOTES = {W + "footnoteReference": "footnotes", W + "endnoteReference": "endnotes"}
_DRAWN = frozenset({W + "drawing", W + "pict", W + "object"})
_PAGE_NUMBERS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})


@dataclass
class Inline:
    """A paragraph's text as it is gathered, and how it is set."""

    parts: list[str] = field(default_factory=list)
    shown: int = 0
    """Characters printed, spaces aside."""
    bold: int = 0
    in_contents: int = 0
    """Characters that are the result of a table-of-contents field."""
    size: int | None = None
    """The smallest size, in half points."""
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    """Kind ("footnotes", "endnotes"), id and mark of each note referred to."""
    boxes: list[etree._Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)


@dataclass
class _Field:
    begin: etree._Element | None
    instruction: str = ""
    in_result: bool = False

    @property
    def name(self) -> str:
        return self.instruction.split(maxsplit=1)[0].upper() if self.instruction.strip() else ""

    @property
    def is_silent(self) -> bool:
        return not self.in_result or self.name in _PAGE_NUMBERS


class InlineReader:
    """Reads the paragraphs of one story; a field may go on over many of them.

    `mark_of` gives the mark of a note by its kind and id, in the order of the references.
    """

    def __init__(
        self,
        story: etree._Element,
        styles: Styles,
        limits: Limits,
        mark_of: Callable[[str, str], str],
    ) -> None:
        self._styles = styles
        self._limits = limits
        self._mark_of = mark_of
        self._fields: list[_Field] = []
        self._unpaired = _unpaired_fields(story)

    def read(self, paragraph: etree._Element, base: Look, into: Inline, depth: int) -> None:
        """Adds the text of a paragraph, whose style sets `base`, to `into`."""
        for child in paragraph:
            self._element(child, base, into, depth + 1)

    def _element(self, element: etree._Element, base: Look, into: Inline, depth: int) -> None:
        tag = element.tag
        if tag == W + "r":
            self._run(element, base, into, depth)
        elif tag in _CONTAINERS:
            self._limits.check("max_nesting", depth, "elements inside each other")
            for child in element:
                self._element(child, base, into, depth + 1)
        elif tag == W + "sdt":
            for child in element.iterchildren(W + "sdtContent"):
                self._element(child, base, into, depth + 1)
        elif tag == W + "fldSimple":
            self._fields.append(_Field(None, attribute(element, "instr") or "", in_result=True))
            for child in element:
                self._element(child, base, into, depth + 1)
            self._fields.pop()
        elif isinstance(tag, str) and tag.startswith(M + "oMath"):
            self._say(formula(element), base, into)
        elif tag in _DRAWN:
            into.boxes.extend(_text_boxes(element))

    def _run(self, run: etree._Element, base: Look, into: Inline, depth: int) -> None:
        look = self._styles.look(run.find(W + "rPr"), base)
        for child in run:
            tag = child.tag
            if tag == W + "t":
                self._say(_plain(child), look, into)
            elif tag in _FIXED:
                self._say(_FIXED[tag], look, into)
            elif tag == W + "fldChar":
                self._field_mark(child, look, into)
            elif tag == W + "instrText":
                if self._fields and not self._fields[-1].in_result:
                    self._fields[-1].instruction += child.text or ""
            elif tag == W + "sym":
                self._say(symbol(attribute(child, "char"), attribute(child, "font")), look, into)
            elif tag in _NOTES:
                self._note(child, look, into)
            elif tag == W + "ruby":
                for part in child.iterchildren(W + "rubyBase"):
                    self._element(part, base, into, depth + 1)
            elif tag in _DRAWN and not look.hidden:
                into.boxes.extend(_text_boxes(child))
            elif tag in _CONTAINERS or (isinstance(tag, str) and tag.startswith(M)):
                self._element(child, base, into, depth + 1)

    def _say(self, text: str, look: Look, into: Inline) -> None:
        if look.hidden or not text or any(f.is_silent for f in self._fields):
            return
        into.parts.append(text)
        length = len(text) if not text.isspace() else 0
        if length:
            into.shown += length
            into.bold += length if look.bold else 0
            into.size = look.size if into.size is None else min(into.size, look.size)
            if any(f.name == "TOC" for f in self._fields):
                into.in_contents += length

    def _note(self, reference: etree._Element, look: Look, into: Inline) -> None:
        note_id = attribute(reference, "id")
        if note_id is None or look.hidden or any(f.is_silent for f in self._fields):
            return
        kind = _NOTES[str(reference.tag)]
        mark = "" if is_on(reference, "customMarkFollows") else self._mark_of(kind, note_id)
        into.parts.append(mark)
        into.notes.append((kind, note_id, mark))

    def _field_mark(self, mark: etree._Element, look: Look, into: Inline) -> None:
        kind = attribute(mark, "fldCharType")
        if mark in self._unpaired:
            return
        if kind == "begin":
            self._fields.append(_Field(mark))
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if not ended.in_result or ended.name in ("FORMCHECKBOX", "FORMDROPDOWN"):
                self._say(field_text(ended.instruction, ended.begin), look, into)


def _unpaired_fields(story: etree._Element) -> frozenset[etree._Element]:
    """Marks of fields that never end, or never begin: their text is read as plain text."""
    open_: list[list[etree._Element]] = []
    unpaired: list[etree._Element] = []
    for mark in story.iter(W + "fldChar"):
        kind = attribute(mark, "fldCharType")
        if any(ancestor.tag in _DELETED for ancestor in mark.iterancestors()):
            continue
        if kind == "begin":
            open_.append([mark])
        elif not open_:
            unpaired.append(mark)
        elif kind == "end":
            open_.pop()
        else:
            open_[-1].append(mark)
    return frozenset([*unpaired, *(mark for marks in open_ for mark in marks)])


def _plain(element: etree._Element) -> str:
    """The text of a `w:t`; the line ends of XML that was set out for reading are no text."""
    text = element.text or ""
    if "\n" in text or "\r" in text:
        text = " ".join(text.split()) if text.strip() else " "
    return text.translate(PRIVATE_SIGNS) if not text.isascii() else text


def _text_boxes(drawing: etree._Element) -> list[etree._Element]:
    """The text boxes of a drawing; those inside another box are left to its own paragraphs."""
    boxes = list(drawing.iter(W + "txbxContent"))
    inner = {deeper for box in boxes for deeper in box.iterdescendants(W + "txbxContent")}
    return [box for box in boxes if box not in inner]
