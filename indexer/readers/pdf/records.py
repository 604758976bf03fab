"""The records that flow from a PDF page to pieces. Lengths are points, y grows upwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Glyph(NamedTuple):
    """A character and the stretch of its line that it takes up."""

    x0: float
    x1: float
    char: str
    spaced: bool
    """A space character stands before it."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters drawn one after the other on one baseline in one font."""

    y: float
    size: float
    bold: bool
    glyphs: tuple[Glyph, ...]

    @property
    def x0(self) -> float:
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        return self.glyphs[-1].x1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or a part of one that stands apart from the rest."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    first_width: float = 0.0
    """Width of its first word: would it have fitted on the line before?"""
    stops: tuple[float, ...] = ()
    """Where each of the first characters of `text` begins, to see hanging indents."""

    @property
    def width(self) -> float:
        return self.x1 - self.x0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its rows of cells, and where it stands."""

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[float, ...]
    """The left edges of the columns."""
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The straight lines of a page: (y, x0, x1) and (x, y0, y1)."""

    across: tuple[tuple[float, float, float], ...] = ()
    upright: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page as read: its rows of line parts from top to bottom, and its ruled tables."""

    number: int
    left: float
    right: float
    bottom: float
    top: float
    rows: tuple[tuple[Line, ...], ...]
    grids: tuple[Grid, ...] = ()
    rules: Rules = Rules()
    dropped: int = 0
    """Characters set aslant across the page, which are a watermark."""

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Column:
    """A stretch of text that is read from top to bottom: a page without columns is one.

    `kind` is alike for columns at the same place of different pages.
    """

    page: int
    kind: tuple[int, ...]
    items: tuple[Line | Grid, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together. `gap`: set apart from what stands above by more than usual."""

    text: str
    size: float
    bold: bool
    indent: float
    lines: int
    gap: bool | None
    """None at the top of a page or column, where the distance cannot be seen."""
