"""PDF with a text layer: characters → lines → columns → paragraphs → a document.

PDFium gives the characters and their places; what a page means to its reader is found here.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from indexer.errors import PolicyFileError
from indexer.limits import Limits
from indexer.readers.assemble import assemble
from indexer.readers.pdf.columns import read_columns
from indexer.readers.pdf.furniture import without_furniture
from indexer.readers.pdf.joining import habits
from indexer.readers.pdf.layout import measure
from indexer.readers.pdf.opening import open_pdf, read_properties, title_in
from indexer.readers.pdf.pages import read_page
from indexer.readers.pdf.paragraphs import read_paragraphs
from indexer.readers.pdf.pieces import to_pieces
from indexer.readers.pdf.records import Line, Page
from indexer.records import Document, Remark

_TELL_EVERY = 5
_MOST_NAMED = 12
_BEGINNING = 5_000
"""Characters. A title is printed on one of the first pages."""
_lock = threading.Lock()
"""PDFium is not safe to use from several threads."""


def read_pdf(data: bytes, limits: Limits, tell: Callable[[int, int], None]) -> Document:
    """A document of paragraphs, headings and tables.

    Raises `PolicyFileError` for a PDF that is protected, damaged, or a scan without text, and
    `LimitError` for one over a limit.
    """
    with _lock:
        pdf = open_pdf(data)
        try:
            limits.check("max_pages", len(pdf), "pages")
            pages = _read_pages(pdf, limits, tell)
            properties = read_properties(pdf)
        finally:
            pdf.close()
    empty = [page.number for page in pages if not page.rows and not page.grids]
    if len(empty) == len(pages):
        raise PolicyFileError(_no_text(len(pages)))
    aslant = sum(page.dropped for page in pages)
    pages, dropped = without_furniture(pages)
    columns = [column for page in pages for column in read_columns(page)]
    layout = measure(columns)
    words = habits(i.text for c in columns for i in c.items if isinstance(i, Line))
    pieces = to_pieces(read_paragraphs(columns, layout, words), layout)
    pieces = [replace(piece, text=unicodedata.normalize("NFC", piece.text)) for piece in pieces]
    document = assemble(pieces, "pdf", properties, _remarks(empty, dropped, aslant))
    title = title_in(properties.title, document.source[:_BEGINNING])
    return replace(document, properties=replace(properties, title=title))


def _read_pages(pdf: Any, limits: Limits, tell: Callable[[int, int], None]) -> list[Page]:
    pages: list[Page] = []
    characters = rows = 0
    for index in range(len(pdf)):
        page, count = read_page(pdf, index, limits, characters)
        characters += count
        rows += len(page.rows)
        limits.check("max_blocks", rows, "lines")
        pages.append(page)
        if (index + 1) % _TELL_EVERY == 0 or index + 1 == len(pdf):
            tell(index + 1, len(pdf))
    return pages


def _no_text(pages: int) -> str:
    return (
        f"the PDF has {pages:,} {'page' if pages == 1 else 'pages'} and no text layer (a scan): "
        "run it through OCR first, for example `ocrmypdf -l eng+chi_sim in.pdf out.pdf`"
    )


def _remarks(empty: Sequence[int], dropped: int, aslant: int) -> list[Remark]:
    remarks = []
    if empty:
        named = ", ".join(map(str, empty[:_MOST_NAMED]))
        more = f" and {len(empty) - _MOST_NAMED} more" if len(empty) > _MOST_NAMED else ""
        pages = "page" if len(empty) == 1 else "pages"
        remarks.append(Remark("empty-page", f"{pages} {named}{more} without text"))
    if dropped or aslant:
        what = []
        if dropped:
            what.append(f"{dropped} lines of running headers, footers and page numbers")
        if aslant:
            what.append("a watermark set aslant")
        remarks.append(Remark("dropped-furniture", " and ".join(what) + " left out"))
    return remarks
