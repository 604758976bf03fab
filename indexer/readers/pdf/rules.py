"""The straight lines drawn on a page, by which tables are ruled."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from indexer.limits import Limits
from indexer.readers.pdf.glyphs import turned
from indexer.readers.pdf.records import Rules

Matrix = tuple[float, float, float, float, float, float]
Stretch = tuple[float, float, float, float]
_THIN = 3.0
_SHORTEST = 4.0
_MOST_SEGMENTS = 60
"""A path of more segments is a drawing."""
_MOST_STRETCHES = 4000
"""A page of more is a drawing, and none of its lines a table's."""
_DEEPEST = 3
_UPRIGHT_MATRIX: Matrix = (1, 0, 0, 1, 0, 0)


def read_rules(page: Any, quarter: int, limits: Limits) -> Rules:
    """The rules of a page, as seen when so many quarter turns are upright.

    Raises `LimitError` for a page of too many objects.
    """
    across, upright = [], []
    budget = [limits.max_blocks]
    for x0, y0, x1, y1 in _stretches(page, _UPRIGHT_MATRIX, 0, budget, limits):
        (ax, ay), (bx, by) = turned(x0, y0, quarter), turned(x1, y1, quarter)
        width, height = abs(bx - ax), abs(by - ay)
        if height <= _THIN and width >= _SHORTEST and width > height:
            across.append(((ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif width <= _THIN and height >= _SHORTEST:
            upright.append(((ax + bx) / 2, min(ay, by), max(ay, by)))
        if len(across) + len(upright) > _MOST_STRETCHES:
            return Rules()
    return Rules(tuple(_united(across)), tuple(_united(upright)))


def _united(stretches: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Stretches of one straight line that touch, as one."""
    united: list[tuple[float, float, float]] = []
    open_ones: list[tuple[float, float, float]] = []
    for place, start, end in sorted(stretches):
        open_ones = [one for one in open_ones if place - one[0] <= _THIN]
        for position, (other, first, last) in enumerate(open_ones):
            if start <= last + _THIN and end >= first - _THIN:
                united.remove(open_ones[position])
                open_ones[position] = (other, min(first, start), max(last, end))
                united.append(open_ones[position])
                break
        else:
            open_ones.append((place, start, end))
            united.append((place, start, end))
    return united


def _stretches(
    holder: Any, matrix: Matrix, depth: int, budget: list[int], limits: Limits
) -> Iterator[Stretch]:
    """Every straight stretch of the page's paths, by its two ends; forms are looked into."""
    import pypdfium2.raw as pdfium

    if depth:
        count, object_at = pdfium.FPDFFormObj_CountObjects(holder), pdfium.FPDFFormObj_GetObject
    else:
        count, object_at = pdfium.FPDFPage_CountObjects(holder), pdfium.FPDFPage_GetObject
    budget[0] -= max(count, 0)
    limits.check("max_blocks", limits.max_blocks - budget[0], "objects on one page")
    for index in range(count):
        one = object_at(holder, index)
        kind = pdfium.FPDFPageObj_GetType(one)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            yield from _of_path(one, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inner = _times(_matrix_of(one), matrix)
            yield from _stretches(one, inner, depth + 1, budget, limits)


def _of_path(path: Any, matrix: Matrix) -> Iterator[Stretch]:
    """The path itself where it is thin, else its straight sides where they are drawn."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPath_CountSegments(path)
    if not 2 <= count <= _MOST_SEGMENTS:
        return
    full = _times(_matrix_of(path), matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float, bool]] = []
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            return
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        a, b, c, d, e, f = full
        moved = kind == pdfium.FPDF_SEGMENT_MOVETO
        points.append((a * x.value + c * y.value + e, b * x.value + d * y.value + f, moved))
        if pdfium.FPDFPathSegment_GetClose(segment):
            start = next(p for p in reversed(points) if p[2] or p is points[0])
            points.append((start[0], start[1], False))
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    if not stroke.value:
        yield from _thin_shapes(points)
        return
    for (x0, y0, _), (x1, y1, moved) in pairwise(points):
        if not moved:
            yield x0, y0, x1, y1


def _thin_shapes(points: list[tuple[float, float, bool]]) -> Iterator[Stretch]:
    """Filled shapes so thin that they look like lines."""
    shape: list[tuple[float, float]] = []
    for x, y, moved in [*points, (0.0, 0.0, True)]:
        if moved and shape:
            xs, ys = [p[0] for p in shape], [p[1] for p in shape]
            if max(xs) - min(xs) <= _THIN or max(ys) - min(ys) <= _THIN:
                yield min(xs), min(ys), max(xs), max(ys)
            shape = []
        shape.append((x, y))


def _matrix_of(one: Any) -> Matrix:
    import pypdfium2.raw as pdfium

    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(one, ctypes.byref(found)):
        return _UPRIGHT_MATRIX
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that applies `first` and then `second`."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j,
        e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip
