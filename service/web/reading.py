"""The reading page: a policy's clauses as a tree of headings, paragraphs and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from indexer.records import Clause
from service.web.links import clause_page, path_in, policy_page

if TYPE_CHECKING:
    from service.lookup.references import References, ResolvedLink

_DEEPEST_HEADING = 6
_CELL = " | "
_LINE = re.compile(r"[^\n]*")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a paragraph; with `href` it names another clause or policy."""

    text: str
    href: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph as runs, or a table with its rows."""

    kind: Literal["paragraph", "table"]
    runs: tuple[Run, ...] = ()
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
    definitions: tuple[tuple[str, str, str, str], ...]
    """Terms that are defined elsewhere: term, sentence, citation, address."""
    cited: bool
    children: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A line of the outline."""

    text: str
    anchor: str
    lang: str
    children: list[Entry] = field(default_factory=list)


def tree(
    clauses: Sequence[Clause],
    references: Mapping[str, References],
    cited: str | None = None,
) -> list[Node]:
    """The clauses nested as their parents say, in reading order; `cited` is marked.

    A term is explained where it is used first, and in the clause that is cited.
    """
    nodes: dict[str, Node] = {}
    roots: list[Node] = []
    explained: set[str] = set()
    for clause in clauses:
        parent = nodes.get(clause.parent_id or "")
        known = references.get(clause.id)
        title, pieces = parts_of(clause, known.links if known else ())
        node = Node(
            clause,
            path_in(clause.id),
            min(parent.level + 1, _DEEPEST_HEADING) if parent else 2,
            title,
            pieces,
            tuple(
                (found.term, found.text, found.citation, clause_page(found.clause_id))
                for found in (known.definitions if known else ())
                if clause.id == cited or found.term not in explained
            ),
            clause.id == cited,
        )
        explained.update(definition[0] for definition in node.definitions)
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


def parts_of(
    clause: Clause, links: Sequence[ResolvedLink] = ()
) -> tuple[str | None, tuple[Piece, ...]]:
    """The line that heads a clause, if any, and the rest of its text."""
    lines = [(found.start(), found[0]) for found in _LINE.finditer(clause.text) if found[0].strip()]
    heading = "".join((clause.heading or "").split())
    for taken in (1, 2):
        first = " ".join(text.strip() for _, text in lines[:taken])
        if heading and heading in "".join(first.split()):
            if len(first) > 2 * len(clause.heading or "") + 40:
                break  # a whole paragraph that begins with its heading
            return first, pieces_of(lines[taken:], links)
    return None, pieces_of(lines, links)


def pieces_of(
    lines: Iterable[tuple[int, str]], links: Sequence[ResolvedLink] = ()
) -> tuple[Piece, ...]:
    """Lines, each with its place, as paragraphs; rows with bars between their cells as tables."""
    pieces: list[Piece] = []
    rows: list[tuple[str, ...]] = []

    def finish_table() -> None:
        if rows:
            widest = max(map(len, rows))
            even = tuple(row + ("",) * (widest - len(row)) for row in rows)
            pieces.append(Piece("table", rows=even))
            rows.clear()

    for start, line in lines:
        if _CELL in line:
            rows.append(_cells(line))
        else:
            finish_table()
            pieces.append(Piece("paragraph", tuple(_runs(start, line, links))))
    finish_table()
    return tuple(pieces)


def _runs(start: int, line: str, links: Sequence[ResolvedLink]) -> Iterable[Run]:
    done = len(line) - len(line.lstrip())
    end = len(line.rstrip())
    for link in links:
        first, last = link.start - start, link.end - start
        if not done <= first < last <= end:
            continue
        if first > done:
            yield Run(line[done:first])
        href = clause_page(link.clause_id) if link.clause_id else policy_page(link.policy_id)
        yield Run(line[first:last], href, link.citation)
        done = last
    if done < end:
        yield Run(line[done:end])


def _cells(line: str) -> tuple[str, ...]:
    cells = [cell.strip() for cell in line.strip("| ").split("|")]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return tuple(cells)
