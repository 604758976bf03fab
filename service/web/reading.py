"""The reading page: a policy's clauses as a tree of headings, paragraphs and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from indexer.records import Clause
from service.web.links import path_in

_DEEPEST_HEADING = 6
_CELL = " | "


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, or a table with its rows."""

    kind: Literal["paragraph", "table"]
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(slots=True)
class Node:
    """A clause in its place, with those under it."""

    clause: Clause
    anchor: str
    level: int
    """Of its heading, from 2."""
    title: str | None
    """The line that heads it, as printed."""
    pieces: tuple[Piece, ...]
    cited: bool
    children: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A line of the outline."""

    text: str
    anchor: str
    lang: str
    children: list[Entry] = field(default_factory=list)


def tree(clauses: Sequence[Clause], cited: str | None = None) -> list[Node]:
    """The clauses nested as their parents say, in reading order; `cited` is marked."""
    nodes: dict[str, Node] = {}
    roots: list[Node] = []
    for clause in clauses:
        parent = nodes.get(clause.parent_id or "")
        level = min(parent.level + 1, _DEEPEST_HEADING) if parent else 2
        title, pieces = parts_of(clause)
        node = Node(clause, path_in(clause.id), level, title, pieces, clause.id == cited)
        nodes[clause.id] = node
        (parent.children if parent else roots).append(node)
    return roots


def outline(nodes: Iterable[Node]) -> list[Entry]:
    """The clauses that have a heading, nested; those without one are passed over."""
    entries: list[Entry] = []
    for node in nodes:
        below = outline(node.children)
        if node.title:
            entries.append(Entry(node.title, node.anchor, node.clause.lang, below))
        else:
            entries += below
    return entries


def parts_of(clause: Clause) -> tuple[str | None, tuple[Piece, ...]]:
    """The line that heads a clause, if any, and the rest of its text."""
    lines = [line.strip() for line in clause.text.split("\n")]
    heading = "".join((clause.heading or "").split())
    for taken in (1, 2):
        first = " ".join(lines[:taken])
        if heading and heading in "".join(first.split()):
            if len(first) > 2 * len(clause.heading or "") + 40:
                break  # a whole paragraph that begins with its heading
            return first, pieces_of(lines[taken:])
    return None, pieces_of(lines)


def pieces_of(lines: Iterable[str]) -> tuple[Piece, ...]:
    """Lines as paragraphs; rows whose cells stand between bars as tables."""
    pieces: list[Piece] = []
    rows: list[tuple[str, ...]] = []

    def finish_table() -> None:
        if rows:
            widest = max(map(len, rows))
            even = tuple(row + ("",) * (widest - len(row)) for row in rows)
            pieces.append(Piece("table", rows=even))
            rows.clear()

    for line in filter(None, lines):
        if _CELL in line:
            rows.append(_cells(line))
        else:
            finish_table()
            pieces.append(Piece("paragraph", line))
    finish_table()
    return tuple(pieces)


def _cells(line: str) -> tuple[str, ...]:
    cells = [cell.strip() for cell in line.strip("| ").split("|")]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return tuple(cells)
