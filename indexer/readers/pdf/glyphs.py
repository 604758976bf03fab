"""From a PDF page to runs of characters with their places, through PDFium's text page."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from indexer.readers.pdf.letters import draws_symbols, letter
from indexer.readers.pdf.records import Glyph, Run

_LARGEST_GAP = 0.6
"""Of the font size. Characters further apart are in different runs."""
_ASLANT = math.radians(4)
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi", "simhei", "heiti", "黑体")
_BOLD_WEIGHT = 600
_FORCE_BOLD = 1 << 18
_STROKED = 2
_NAME_BYTES = 128
_LINE_HYPHEN = 2
_HANDLE_AT = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_SPACES = frozenset({0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000})


class Font(NamedTuple):
    """What matters of a font."""

    bold: bool
    symbols: bool


class Style(NamedTuple):
    """How a text object is set. `quarter` counts quarter turns; None is aslant."""

    size: float
    bold: bool
    quarter: int | None
    symbols: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """The runs of a page by their quarter turns, upright as if each were the page's own."""

    runs: dict[int, list[Run]]
    aslant: int

    @property
    def main(self) -> int:
        """The quarter turn of most of the text."""
        sizes = Counter({q: sum(len(r.glyphs) for r in runs) for q, runs in self.runs.items()})
        return sizes.most_common(1)[0][0] if sizes else 0


def turned(x: float, y: float, quarter: int) -> tuple[float, float]:
    """A point as seen when text with so many quarter turns is read upright."""
    if quarter == 1:
        return y, -x
    if quarter == 2:
        return -x, -y
    if quarter == 3:
        return -y, x
    return x, y


def read_glyphs(text_page: Any, count: int, box: tuple[float, float, float, float]) -> Drawn:
    """The runs of a page in the order they are drawn. `box` is the page's visible part."""
    import pypdfium2.raw as pdfium

    x, y, rect = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    x_ref, y_ref, rect_ref = ctypes.byref(x), ctypes.byref(y), ctypes.byref(rect)
    unicode_at, origin_at = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetCharOrigin
    box_at = pdfium.FPDFText_GetLooseCharBox
    # As a number rather than a pointer, which takes a multiple of the time to compare.
    object_at = ctypes.cast(pdfium.FPDFText_GetTextObject, _HANDLE_AT)
    styles: dict[int | None, Style] = {}
    fonts: dict[int | None, Font] = {}
    runs: dict[int, list[Run]] = {}
    aslant = 0
    glyphs: list[Glyph] = []
    current: tuple[Style, float] | None = None
    spaced, last_x0, last_x1 = False, 0.0, 0.0

    def finish() -> None:
        if glyphs and current and current[0].quarter is not None:
            run = Run(current[1], current[0].size, current[0].bold, tuple(glyphs))
            runs.setdefault(current[0].quarter, []).append(run)
        glyphs.clear()

    for index in range(count):
        code = unicode_at(text_page, index)
        if (code <= 32 and code != _LINE_HYPHEN) or code in _SPACES:
            spaced = spaced or (code > 13 and not pdfium.FPDFText_IsGenerated(text_page, index))
            continue
        handle = object_at(text_page, index)
        style = styles.get(handle)
        if style is None:
            style = styles[handle] = _style(text_page, index, fonts)
        if style.quarter is None:
            aslant += 1
            continue
        char = letter(code, symbols=style.symbols)
        if not char:
            continue
        origin_at(text_page, index, x_ref, y_ref)
        box_at(text_page, index, rect_ref)
        base, x0, x1 = y.value, rect.left, rect.right
        if x1 < box[0] - 1 or x0 > box[2] + 1 or not box[1] - 1 <= base <= box[3] + 1:
            continue  # outside the visible part
        if style.quarter:
            base, x0, x1 = _upright(x.value, base, rect, style.quarter)
        if glyphs and (x0, x1) == (last_x0, last_x1) and current == (style, base) and not spaced:
            glyphs[-1] = glyphs[-1]._replace(char=glyphs[-1].char + char)  # one ligature
            continue
        if current is None or (
            style[:3] != current[0][:3]
            or abs(base - current[1]) > 0.02 * style.size
            or x0 < last_x0 - 0.01
            or x0 - last_x1 > _LARGEST_GAP * style.size
        ):
            finish()
            current = (style, base)
        glyphs.append(Glyph(x0, max(x0, x1), char, spaced))
        spaced = False
        last_x0, last_x1 = x0, x1
    finish()
    return Drawn(runs, aslant)


def _upright(x: float, base: float, rect: Any, quarter: int) -> tuple[float, float, float]:
    _, y = turned(x, base, quarter)
    ends = [
        turned(corner_x, corner_y, quarter)[0]
        for corner_x, corner_y in ((rect.left, rect.bottom), (rect.right, rect.top))
    ]
    return y, min(ends), max(ends)


def _style(text_page: Any, index: int, fonts: dict[int | None, Font]) -> Style:
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    drawn = pdfium.FPDFText_GetTextObject(text_page, index)
    handle = ctypes.cast(pdfium.FPDFTextObj_GetFont(drawn), ctypes.c_void_p).value
    if handle not in fonts:
        fonts[handle] = _font(text_page, index)
    font = fonts[handle]
    pdfium.FPDFText_GetMatrix(text_page, index, ctypes.byref(matrix))
    size = pdfium.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.c, matrix.d)
    angle = math.atan2(matrix.b, matrix.a)
    quarter: int | None = round(angle / (math.pi / 2))
    if abs(angle - (quarter or 0) * math.pi / 2) > _ASLANT:
        quarter = None
    bold = font.bold or pdfium.FPDFTextObj_GetTextRenderMode(drawn) == _STROKED
    return Style(max(size, 0.1), bold, None if quarter is None else quarter % 4, font.symbols)


def _font(text_page: Any, index: int) -> Font:
    import pypdfium2.raw as pdfium

    name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page, index, name, _NAME_BYTES, ctypes.byref(flags))
    font = name.value.decode("utf-8", "replace").rpartition("+")[2]
    bold = (
        pdfium.FPDFText_GetFontWeight(text_page, index) >= _BOLD_WEIGHT
        or bool(flags.value & _FORCE_BOLD)
        or any(part in font.lower() for part in _BOLD_NAMES)
    )
    return Font(bold, draws_symbols(font))
