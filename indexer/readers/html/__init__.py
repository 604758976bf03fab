"""HTML pages: the document's own text, as a browser shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.errors import PolicyFileError
from indexer.limits import Limits
from indexer.readers.assemble import assemble
from indexer.readers.html.blocks import read_lines
from indexer.readers.html.content import keep_main
from indexer.readers.html.edges import finish
from indexer.readers.html.furniture import drop_furniture
from indexer.readers.html.lines import Line
from indexer.readers.html.markup import check_nesting, read_markup
from indexer.readers.html.properties import Head, plausible_title, read_head, stated_times
from indexer.readers.html.tree import Element, build_tree, measure
from indexer.records import Document, Properties, Remark

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser


def read_html(data: bytes, limits: Limits, tell: Callable[[int, int], None]) -> Document:
    """A page's main content as a document of verbatim blocks.

    Nothing is fetched. Raises `PolicyFileError` for a page without text, and `LimitError`.
    """
    from selectolax.lexbor import LexborHTMLParser

    tell(0, 1)
    markup = read_markup(data)
    check_nesting(markup, limits)
    parser = LexborHTMLParser(markup)
    head = read_head(parser, markup)
    root, dropped = _document_tree(parser, head, limits)
    lines, edges = finish(read_lines(root, limits, head.page))
    if not lines:
        raise PolicyFileError(_no_text(parser))
    remarks = _remarks([*dropped, *edges])
    document = assemble(
        (line.piece for line in lines), "html", _properties(head, root, lines), remarks
    )
    tell(1, 1)
    return document


def _document_tree(
    parser: LexborHTMLParser, head: Head, limits: Limits
) -> tuple[Element, list[str]]:
    """The page without its furniture, and what was left out."""
    body = parser.body
    if body is None:
        return Element("body", {}, None), []
    root = build_tree(body, limits)
    measure(root, head.page)
    drop_furniture(root)
    measure(root, head.page)
    keep_main(root)
    measure(root, head.page)
    return root, _left_out(root)


def _left_out(root: Element) -> list[str]:
    return [
        child.dropped
        for element in root.elements()
        for child in element.children
        if isinstance(child, Element) and child.dropped and child.chars
    ]


def _remarks(left_out: Sequence[str]) -> list[Remark]:
    if not left_out:
        return []
    named = ", ".join(dict.fromkeys(left_out))
    return [Remark("dropped-furniture", f"left out of the page: {named}")]


def _properties(head: Head, root: Element, lines: Sequence[Line]) -> Properties:
    top = [
        line.piece.text for line in lines if line.piece.level == 1 and line.piece.kind == "heading"
    ]
    times = stated_times(root)
    return replace(
        head.properties,
        title=plausible_title(head, top),
        effective_date=times.get("effective"),
        updated_date=times.get("updated") or head.properties.updated_date,
    )


def _no_text(parser: LexborHTMLParser) -> str:
    if parser.css_first("frame") is not None:
        return "the page holds no text, only frames; save the page inside the frame"
    return (
        "the page holds no text; if it is drawn by JavaScript, open it in a browser and save the "
        "page as it is shown"
    )
