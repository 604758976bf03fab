"""The walk through a document's body: paragraphs, tables, content controls, text boxes, notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from indexer.errors import PolicyFileError
from indexer.limits import Limits
from indexer.readers.assemble import Piece
from indexer.readers.docx.found import Found
from indexer.readers.docx.inline import Inline, InlineReader
from indexer.readers.docx.names import W, attribute, child_integer, child_value
from indexer.readers.docx.notes import Notes
from indexer.readers.docx.numbering import Counters, Numbering, read_numbering
from indexer.readers.docx.package import Package
from indexer.readers.docx.paragraphs import Paragraph, found_in
from indexer.readers.docx.styles import ParagraphStyle, Styles, read_styles, spacing_of
from indexer.readers.docx.tables import Cell, found_in_table, rows_of
from indexer.records import BlockKind

if TYPE_CHECKING:
    from indexer.readers import Tell

_WRAPPERS = frozenset(W + name for name in ("customXml", "sdtContent", "ins", "moveTo"))
_TELL_EVERY = 200


def read_body(package: Package, limits: Limits, tell: Tell) -> list[Found]:
    """Everything that Word prints of a document's text, in reading order.

    `tell` counts the paragraphs and tables of the body. Raises `LimitError` for too many blocks,
    characters or levels, and `PolicyFileError` where all text is in an embedded document.
    """
    body = package.document.find(W + "body")
    if body is None:
        return []
    styles = read_styles(package.styles)
    numbering = read_numbering(package.numbering, styles)
    walker = _Walker(package, styles, numbering, limits)
    total = len(body)
    for done, child in enumerate(body):
        if done % _TELL_EVERY == 0:
            tell(done, total)
        walker.block(child, depth=2)
    walker.finish()
    tell(total, total)
    if not walker.found and next(body.iter(W + "altChunk"), None) is not None:
        raise PolicyFileError(
            "the text is in another document embedded in this one; "
            "open it in Word and save it again as .docx"
        )
    return walker.found


class _Walker:
    """Goes through the blocks of a story, remembering what goes on from one to the next."""

    def __init__(
        self, package: Package, styles: Styles, numbering: Numbering, limits: Limits
    ) -> None:
        self.found: list[Found] = []
        self._styles = styles
        self._limits = limits
        self._notes = Notes(package)
        self._counters = numbering.counters()
        self._box_counters = numbering.counters()
        self._note_counters = numbering.counters()
        self._inline = self._reader(package.document)
        self._after_empty = False
        self._in_contents = False
        self._carried: Inline | None = None
        """Text whose paragraph mark was deleted, or a dropped capital: it begins the next one."""
        self._inside = 0
        """How many cells and notes surround this: what is in them waits with its notes."""
        self._blocks = 0
        self._characters = 0

    def block(self, element: etree._Element, depth: int) -> None:
        """One block-level element."""
        self._limits.check("max_nesting", depth, "elements inside each other")
        tag = element.tag
        if tag == W + "p":
            self._paragraph(element, depth)
        elif tag == W + "tbl":
            self._flush()
            self._table(element, depth)
        elif tag == W + "sdt":
            before = self._in_contents
            self._in_contents = before or _is_contents_control(element)
            for child in element.iterchildren(W + "sdtContent"):
                self.block(child, depth + 1)
            self._in_contents = before
        elif tag in _WRAPPERS:
            for child in element:
                self.block(child, depth + 1)

    def finish(self) -> None:
        """What is left at the end of a story."""
        self._flush()
        self._print_notes("paragraph")

    def _paragraph(self, element: etree._Element, depth: int) -> None:
        properties = element.find(W + "pPr")
        style = self._styles.paragraph(child_value(properties, "pStyle"))
        inline = self._carried or Inline()
        self._carried = None
        self._inline.read(element, style.look, inline, depth)
        if _joins_next(properties):
            self._carried = inline if inline.parts or inline.boxes else None
            return
        self._finished(inline, properties, style, depth)

    def _finished(
        self,
        inline: Inline,
        properties: etree._Element | None,
        style: ParagraphStyle,
        depth: int,
    ) -> None:
        boxes, inline.boxes = inline.boxes, []
        mark = properties.find(W + "rPr") if properties is not None else None
        is_empty = not inline.text.strip()
        if not (is_empty and self._styles.look(mark, style.look).hidden):
            counted = self._counters.count(properties, style)
            if is_empty and (counted is None or counted.is_bullet):
                self._after_empty = self._after_empty or not boxes
            else:
                self._characters += inline.shown
                self._limits.check("max_characters", self._characters, "characters")
                outline = child_integer(properties, "outlineLvl")
                own = spacing_of(properties) if properties is not None else style.spacing
                centred = child_value(properties, "jc")
                paragraph = Paragraph(
                    inline, counted, style,
                    outline=style.outline if outline is None else outline,
                    spacing=own.over(style.spacing),
                    centred=style.centred if centred is None else centred == "center",
                    in_contents=self._in_contents,
                )  # fmt: skip
                found = found_in(paragraph)
                if found[0].piece.kind == "heading":
                    self._print_notes("paragraph")
                self._add(found)
                self._read_notes(inline, depth)
        for box in boxes:
            self._aside(box, self._box_counters, depth)

    def _table(self, table: etree._Element, depth: int) -> None:
        after_empty, self._after_empty = self._after_empty, False
        rows = []
        for row in rows_of(table):
            cells = []
            for cell in row:
                cells.append(self._cell(cell, depth + 3))
                cells.extend([] for _ in range(cell.span - 1))
            rows.append(cells)
            self._limits.check("max_blocks", self._blocks + len(rows), "paragraphs and rows")
        found = found_in_table(rows)
        if found:
            found[0] = replace(found[0], after_empty=after_empty or found[0].after_empty)
        self._blocks += len(found)
        self.found.extend(found)
        self._after_empty = False
        self._print_notes("table_row")

    def _cell(self, cell: Cell, depth: int) -> list[Found]:
        if cell.element is None:
            return []
        outer, self.found = self.found, []
        before = self._blocks
        self._inside += 1
        for child in cell.element:
            self.block(child, depth)
        self._flush()
        self._inside -= 1
        inside, self.found = self.found, outer
        self._blocks = before
        self._after_empty = False
        return inside

    def _aside(self, story: etree._Element, counters: Counters, depth: int) -> None:
        """A story of its own that stands here: a text box, a note."""
        kept = self._inline, self._counters, self._after_empty, self._in_contents
        self._inline, self._counters = self._reader(story), counters
        for child in story:
            self.block(child, depth + 1)
        self._flush()
        self._inline, self._counters, self._after_empty, self._in_contents = kept

    def _read_notes(self, inline: Inline, depth: int) -> None:
        """The notes that a paragraph refers to, as lines after it; those of a heading wait."""
        for kind, note_id, mark in inline.notes:
            note = self._notes.note(kind, note_id)
            if note is None:
                continue
            outer, self.found = self.found, []
            self._inside += 1
            self._aside(note, self._note_counters, depth)
            self._inside -= 1
            inside, self.found = self.found, outer
            self._notes.add(mark, [found.piece.text for found in inside])
        last = self.found[-1]
        waits = self._inside or last.piece.kind == "heading" or last.piece.strong
        if self._notes.waiting and not waits:
            text = f"{last.piece.text}\n{self._notes.take()}"
            self.found[-1] = replace(last, piece=replace(last.piece, text=text))

    def _print_notes(self, kind: BlockKind) -> None:
        """Notes that found no paragraph to stand by, as a piece of their own."""
        if self._notes.waiting and not self._inside:
            self._add([Found(Piece(kind, self._notes.take()))])

    def _reader(self, story: etree._Element) -> InlineReader:
        return InlineReader(story, self._styles, self._limits, self._notes.mark)

    def _add(self, found: list[Found]) -> None:
        if found and self._after_empty:
            found[0] = replace(found[0], after_empty=True)
            self._after_empty = False
        self._blocks += len(found)
        self._limits.check("max_blocks", self._blocks, "paragraphs and rows")
        self.found.extend(found)

    def _flush(self) -> None:
        """Text that was to begin a next paragraph and finds none."""
        if self._carried is not None:
            inline, self._carried = self._carried, None
            self._finished(inline, None, self._styles.paragraph(None), depth=2)


def _joins_next(properties: etree._Element | None) -> bool:
    """Whether a paragraph's mark was deleted or moved away, or it is a dropped capital."""
    if properties is None:
        return False
    mark = properties.find(W + "rPr")
    gone = mark is not None and any(mark.find(W + n) is not None for n in ("del", "moveFrom"))
    frame = properties.find(W + "framePr")
    return gone or (attribute(frame, "dropCap") or "none") != "none"


def _is_contents_control(control: etree._Element) -> bool:
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return (attribute(gallery) or "").lower() in ("table of contents", "table of figures")
