"""The figures of all sizes side by side, for people and for programs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from service.bench.scale.measuring import Size

MIB = 2**20
Row = tuple[str, Callable[[Size], str]]


def rows(sizes: Sequence[Size]) -> list[list[str]]:
    """A line for each figure, a column for each size; the first line and column are headings."""
    names = list(sizes[0].answering.hybrid) if sizes else []
    told: list[Row] = [
        ("policies", lambda size: f"{size.filled.policies:,}"),
        *(_hybrid(name) for name in names),
        (
            "semantic search alone, p50 / p95 ms",
            lambda size: f"{size.answering.semantic.p50:.1f} / {size.answering.semantic.p95:.1f}",
        ),
        (
            "exact flat FAISS index, p50 / p95 ms",
            lambda size: f"{size.flat_p50:.1f} / {size.flat_p95:.1f}",
        ),
        ("hybrid p50 to exact flat p50", lambda size: f"{hybrid_ratio(size):.2f}"),
        ("semantic p50 to exact flat p50", lambda size: f"{semantic_ratio(size):.2f}"),
        *(_recall(name) for name in names),
        ("opening, s", lambda size: f"{size.answering.open_seconds:.2f}"),
        ("first answer, ms", lambda size: f"{size.answering.first_ms:.0f}"),
        ("memory, MiB (peak)", lambda size: f"{size.answering.peak_bytes / MIB:.0f}"),
        ("— of it before opening", lambda size: f"{size.answering.bare_bytes / MIB:.0f}"),
        ("memory, bytes a clause", lambda size: f"{memory_of_clause(size):.0f}"),
        (
            "disk, bytes a clause",
            lambda size: f"{size.bytes_on_disk / size.clauses:.0f}",
        ),
        ("writing to the store, s", lambda size: f"{size.filled.writing_seconds:.0f}"),
        ("arranging and publishing, s", lambda size: f"{size.filled.arranging_seconds:.1f}"),
        ("100 clauses added: found after, s", lambda size: _range(size.answering.adding_seconds)),
        ("— removed: gone after, s", lambda size: _range(size.answering.removing_seconds)),
        (
            "memory with adding, MiB (peak)",
            lambda size: f"{size.answering.adding_peak_bytes / MIB:.0f}",
        ),
    ]
    if any(size.service for size in sizes):
        told += [
            ("served over HTTP, encoding: p50 / p95 ms", _served),
            ("— ready after, s", lambda size: _of_service(size, "ready_seconds", 1.0, 1)),
            ("— memory, MiB (peak)", lambda size: _of_service(size, "peak_bytes", MIB, 0)),
        ]
    head = ["clauses", *(f"{size.clauses:,}" for size in sizes)]
    return [head, *([name, *(tell(size) for size in sizes)] for name, tell in told)]


def hybrid_ratio(size: Size) -> float:
    """The median hybrid search against the median search of an exact flat index."""
    return size.answering.hybrid["all"].p50 / size.flat_p50


def semantic_ratio(size: Size) -> float:
    """The same of the search without words, which is more like it."""
    return size.answering.semantic.p50 / size.flat_p50


def memory_of_clause(size: Size) -> float:
    """Bytes of the whole process, Python and libraries included, for each clause."""
    return size.answering.peak_bytes / size.clauses


def growth(sizes: Sequence[Size]) -> float | None:
    """How many times longer the largest index takes than the smallest, at the median."""
    if len(sizes) < 2:
        return None
    ordered = sorted(sizes, key=lambda size: size.clauses)
    return ordered[-1].answering.hybrid["all"].p50 / ordered[0].answering.hybrid["all"].p50


def text(table: Sequence[Sequence[str]]) -> str:
    """The table for a terminal: names to the left, figures to the right."""
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = []
    for line in table:
        name, *figures = line
        cells = [f"{cell:>{width}}" for cell, width in zip(figures, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *cells]).rstrip())
    return "\n".join(lines)


def as_json(size: Size) -> dict[str, Any]:
    """A size, for programs: without the keys of all the clauses that were found."""
    found = asdict(size)
    del found["answering"]["found"]
    found["recall"] = {
        name: None if math.isnan(value) else value for name, value in size.recall.items()
    }
    return found | {
        "memory_bytes_a_clause": memory_of_clause(size),
        "hybrid_to_flat": hybrid_ratio(size),
        "semantic_to_flat": semantic_ratio(size),
    }


def _hybrid(name: str) -> Row:
    def tell(size: Size) -> str:
        timing = size.answering.hybrid[name]
        return f"{timing.p50:.1f} / {timing.p95:.1f}"

    return f"hybrid search, {_told(name)}, p50 / p95 ms", tell


def _recall(name: str) -> Row:
    return f"recall@10 of exact, {_told(name)}", lambda size: f"{size.recall[name]:.3f}"


def _told(name: str) -> str:
    return "no filter" if name == "all" else name


def _range(seconds: Sequence[float]) -> str:
    """The quickest and the slowest of several."""
    if not seconds:
        return "–"
    return f"{min(seconds):.2f} – {max(seconds):.2f}" if len(seconds) > 1 else f"{seconds[0]:.2f}"


def _served(size: Size) -> str:
    return f"{size.service.p50:.1f} / {size.service.p95:.1f}" if size.service else "–"


def _of_service(size: Size, name: str, unit: float, digits: int) -> str:
    value = getattr(size.service, name, None)
    return "–" if value is None else f"{value / unit:.{digits}f}"
