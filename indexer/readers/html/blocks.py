"""From a page's tree to its lines, in one walk without recursion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from indexer.limits import Limits
from indexer.readers.assemble import Piece, table_pieces
from indexer.readers.html.anchors import Names
from indexer.readers.html.lines import (
    Line,
    Run,
    count_links,
    is_bold,
    is_decoration,
    line_text,
    superscript,
)
from indexer.readers.html.looks import (
    Look,
    alternative,
    inherited,
    is_empty_line,
    is_reference,
    word_level,
    word_marker,
)
from indexer.readers.html.numbering import LISTS, Counting, open_list
from indexer.readers.html.tables import grid, is_data_table
from indexer.readers.html.tree import Element, heading_level

_SENTENCE = (".", "。", "!", "！", "?", "？", ";", "；")
_LONGEST_HEADING = 200


def read_lines(root: Element, limits: Limits, page: str = "") -> list[Line]:
    """The lines of a tree without its dropped elements. `page` is its own address.

    Raises `LimitError` for more pieces or characters than the limits allow.
    """
    walker = _Walker(limits, page)
    walker.walk(root)
    return walker.lines


class _Walker:
    """Collects runs of text until a block or a line ends."""

    def __init__(self, limits: Limits, page: str) -> None:
        self.lines: list[Line] = []
        self._limits = limits
        self._page = page
        self._runs: list[Run] = []
        self._gap = False
        self._lists: list[Counting] = []
        self._markers: list[str] = []
        self._nesting = 0
        self._heading: int | None = None
        self._in_heading = 0
        self._characters = 0
        self._contents = False
        self._names = Names()

    def walk(self, root: Element) -> None:
        look = self._enter(root, Look())
        frames: list[tuple[Element, Iterator[Element | str], Look]] = [
            (root, iter(root.children), look)
        ]
        while frames:
            element, children, look = frames[-1]
            child = next(children, None)
            if child is None:
                frames.pop()
                self._leave(element)
            elif isinstance(child, str):
                self._text(child, look)
            elif child.dropped:
                if child.is_block:
                    self._end_block()
            elif not self._whole(child, look):
                frames.append((child, iter(child.children), self._enter(child, look)))
        self._flush()

    def _whole(self, element: Element, look: Look) -> bool:
        """Reads an element that is not walked into; whether it was one."""
        tag = element.tag
        if tag == "br":
            self._break(look)
        elif tag == "hr":
            self._flush()
            self._gap = True
        elif tag == "img":
            self._text(alternative(element), look)
        elif tag == "wbr" or (tag == "sup" and is_reference(element, self._page)):
            pass
        elif tag == "table" and is_data_table(element):
            self._table(element, look)
        elif word_marker(element) is not None:
            self._word_item(element)
        else:
            return False
        return True

    def _enter(self, element: Element, look: Look) -> Look:
        level = heading_level(element)
        if element.is_block:
            self._end_block()
        if level is not None and not self._in_heading:
            self._end_block()
            if not _holds_text_blocks(element):
                self._in_heading += 1
            self._heading = level
        elif self._in_heading:
            self._in_heading += 1
        if "id" in element.attrs or "name" in element.attrs or level is not None:
            begun = any(run.text.strip() for run in self._runs)
            inside = self._in_heading > 0
            self._names.enter(element, heading=level is not None, inside=inside, begun=begun)
        if element.tag in LISTS:
            self._lists.append(open_list(element))
        elif element.tag == "li":
            self._open_item(element)
        elif element.tag == "q":
            self._runs.append(Run("“", look.bold, look.link))
        if word_level(element):
            self._nesting = word_level(element)
        return inherited(element, look, self._page)

    def _leave(self, element: Element) -> None:
        if element.tag == "q":
            self._runs.append(Run("”"))
        if self._in_heading:
            self._in_heading -= 1
        if element.is_block or heading_level(element) is not None:
            self._end_block()
            if not self._in_heading:
                self._heading = None
        if element.tag in LISTS and self._lists:
            self._lists.pop()
        if element.tag == "li":
            self._markers.clear()
        if is_empty_line(element):
            self._gap = True

    def _open_item(self, item: Element) -> None:
        marker = self._lists[-1].marker(item) if self._lists else "•"
        if marker == "•" and (self._markers or heading_level(item)):
            return
        if marker:
            self._markers = [m for m in self._markers if m != "•"] + [marker]
        self._nesting = max(1, len(self._lists))

    def _text(self, text: str, look: Look) -> None:
        if look.raised:
            text = superscript(text)
        if look.contents and text.strip():
            self._contents = True
        if not look.keep:
            self._runs.append(Run(text, look.bold, look.link))
            return
        first, *others = text.split("\n")
        self._runs.append(Run(first, look.bold, look.link, keep=True))
        for line in others:
            self._break(look)
            self._runs.append(Run(line, look.bold, look.link, keep=True))

    def _break(self, look: Look) -> None:
        if self._in_heading:
            self._runs.append(Run("\n"))
        elif not self._flush():
            self._gap = True

    def _end_block(self) -> None:
        if self._in_heading:
            self._runs.append(Run("\n"))
        else:
            self._flush()

    def _flush(self) -> bool:
        """Ends a line; whether it held text."""
        runs, self._runs = self._runs, []
        contents, self._contents = self._contents, False
        text = line_text(runs)
        if not text or is_decoration(text):
            return False
        level, self._heading = self._heading, None
        markers, self._markers = self._markers, []
        number = " ".join(marker for marker in markers if marker != "•") or None
        strong = is_bold(runs)
        if level is not None:
            if number:
                text = _joined(number, text)
            if len(text) > _LONGEST_HEADING and text.endswith(_SENTENCE):
                piece = Piece("paragraph", text, number=number, strong=True)
            else:
                piece = Piece("heading", text, level, number)
        elif markers:
            text = _joined(" ".join(markers), text)
            piece = Piece("list_item", text, self._nesting, number, strong)
        else:
            piece = Piece("paragraph", text, strong=strong)
        anchor = self._names.take()
        piece = replace(piece, gap=self._gap, in_contents=contents, anchor=anchor)
        away, jumps = count_links(runs, "away"), count_links(runs, "jump")
        self._add(Line(piece, away, jumps, any(run.keep for run in runs)))
        return True

    def _add(self, line: Line) -> None:
        self._gap = False
        self.lines.append(line)
        self._characters += len(line.piece.text)
        self._limits.check("max_blocks", len(self.lines), "paragraphs and rows")
        self._limits.check("max_characters", self._characters, "characters")

    def _table(self, table: Element, look: Look) -> None:
        self._flush()
        captions = [c for c in table.children if isinstance(c, Element) and c.tag == "caption"]
        for caption in captions:
            for line in read_lines(caption, self._limits, self._page):
                self._add(replace(line, piece=replace(line.piece, gap=self._gap)))
        rows = grid(table, self._cell, self._limits)
        for piece in table_pieces(rows, gap=self._gap):
            self._add(Line(replace(piece, in_contents=look.contents)))

    def _cell(self, cell: Element) -> str:
        lines = read_lines(cell, self._limits, self._page)
        text = " ".join(line.piece.text for line in lines)
        self._characters += len(text)
        self._limits.check("max_characters", self._characters, "characters")
        return text

    def _word_item(self, span: Element) -> None:
        """The number or bullet that Word printed before a list paragraph."""
        marker = word_marker(span)
        if marker and not line_text(self._runs):
            self._markers = [marker]


def _joined(marker: str, text: str) -> str:
    return f"{marker}{text}" if marker.endswith(("、", "．", "）", "】")) else f"{marker} {text}"


def _holds_text_blocks(heading: Element) -> bool:
    """Whether an unclosed heading has swallowed the text after it."""
    return heading.chars > _LONGEST_HEADING and any(
        element.tag in ("p", "ul", "ol", "table", "div") for element in heading.elements()
    )
