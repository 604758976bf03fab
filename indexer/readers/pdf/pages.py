"""One page of an opened PDF: its rows of text, its ruled tables, and its visible part."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from indexer.limits import Limits
from indexer.readers.pdf.glyphs import read_glyphs, turned
from indexer.readers.pdf.grids import read_grids
from indexer.readers.pdf.joining import habits
from indexer.readers.pdf.records import Page, Rules, Run
from indexer.readers.pdf.rows import merged, read_rows
from indexer.readers.pdf.rules import read_rules

_PLAIN = habits(())


def read_page(pdf: Any, index: int, limits: Limits, before: int) -> tuple[Page, int]:
    """A page, and how many characters it holds. `before`: characters of the pages before.

    Raises `LimitError` before a page is looked at that has too much on it.
    """
    import pypdfium2.raw as pdfium

    page = pdfium.FPDF_LoadPage(pdf.raw, index)
    if not page:  # damaged: remarked as a page without text
        return Page(index + 1, 0.0, 0.0, 0.0, 0.0, ()), 0
    try:
        objects = pdfium.FPDFPage_CountObjects(page)
        limits.check("max_blocks", objects, f"objects on page {index + 1}")
        text = pdfium.FPDFText_LoadPage(page)
        try:
            count = max(pdfium.FPDFText_CountChars(text), 0) if text else 0
            limits.check("max_characters", before + count, "characters")
            box = _visible(page)
            drawn = read_glyphs(text, count, box)
        finally:
            if text:
                pdfium.FPDFText_ClosePage(text)
        main = drawn.main
        runs = drawn.runs.get(main, [])
        rules = read_rules(page, main, limits) if runs else Rules()
    finally:
        pdfium.FPDF_ClosePage(page)
    (ax, ay), (bx, by) = turned(box[0], box[1], main), turned(box[2], box[3], main)
    grids, rest = read_grids(runs, rules, abs(by - ay), _cell)
    rows = read_rows(rest)
    for quarter, others in drawn.runs.items():
        if quarter != main:
            rows += read_rows(others)
    return Page(
        index + 1, min(ax, bx), max(ax, bx), min(ay, by), max(ay, by),
        tuple(rows), tuple(grids), rules, drawn.aslant,
    ), count  # fmt: skip


def _cell(runs: Sequence[Run]) -> str:
    """The text of a cell, its lines joined."""
    lines = [merged(row).text for row in read_rows(runs)]
    return reduce(_PLAIN.join, lines, "")


def _visible(page: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of what is shown of a page, before it is turned."""
    import ctypes

    import pypdfium2.raw as pdfium

    ends = [ctypes.c_float() for _ in range(4)]
    for get in (pdfium.FPDFPage_GetCropBox, pdfium.FPDFPage_GetMediaBox):
        if get(page, *map(ctypes.byref, ends)):
            left, bottom, right, top = (end.value for end in ends)
            if left < right and bottom < top:
                return left, bottom, right, top
    return 0.0, 0.0, 612.0, 792.0
