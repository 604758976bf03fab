"""The coverage table as text for a terminal and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len

from service.lookup.coverage.records import Coverage, Row, State
from service.printing import one_line

MARKS: Final[dict[State, str]] = {"covered": "●", "mentioned": "○", "none": "·"}
WORDS: Final[dict[State, tuple[str, str]]] = {
    "covered": ("covered", "有规定"),
    "mentioned": ("mentioned", "仅提及"),
    "none": ("none", "未发现"),
}
"""Each state in English and in Chinese."""
COLUMNS: Final = (
    "topic", "topic_en", "topic_zh", "policy_id", "policy_title", "version", "lang", "state",
    "relevance", "citation", "clause_id", "snippet", "further_clause_ids",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(coverage: Coverage) -> Iterator[str]:
    """Lines: a map of topics × policies, then every cell with what it cites."""
    yield "Policies:"
    for number, row in enumerate(coverage.rows, 1):
        yield f"  [{number}] {row_name(row)}"
    yield ""
    yield "  ".join(f"{mark} {' '.join(WORDS[state])}" for state, mark in MARKS.items())
    yield ""
    names = [f"{topic.en} {topic.zh}" for topic in coverage.topics]
    width = max(map(cell_len, names), default=0)
    heads = [f"[{number}]" for number in range(1, len(coverage.rows) + 1)]
    yield " " * width + "".join(f" {head:>4}" for head in heads)
    for place, name in enumerate(names):
        marks = "".join(f" {MARKS[row.cells[place].state]:>4}" for row in coverage.rows)
        yield name + " " * (width - cell_len(name)) + marks
    for place, name in enumerate(names):
        topic = coverage.topics[place]
        yield ""
        yield f"{name}  ({topic.references})" if topic.references else name
        for number, row in enumerate(coverage.rows, 1):
            cell = row.cells[place]
            yield f"  [{number}] {MARKS[cell.state]} {cell.state:<9} {cell.relevance:.2f}"
            for clause in cell.clauses:
                yield f"        {one_line(clause.citation)}  {clause.relevance:.2f}"
                yield f"          {one_line(clause.snippet)}"


def as_csv(coverage: Coverage) -> str:
    """A line for each cell, its best clause in full and the ids of the others (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in coverage.rows:
        for topic, cell in zip(coverage.topics, row.cells, strict=True):
            best = cell.clauses[0] if cell.clauses else None
            writer.writerow(
                [
                    topic.id,
                    _harmless(topic.en),
                    _harmless(topic.zh),
                    _harmless(row.policy.id),
                    _harmless(row.policy.title),
                    _harmless(row.policy.version),
                    row.lang,
                    cell.state,
                    cell.relevance,
                    _harmless(best.citation) if best else "",
                    _harmless(best.id) if best else "",
                    _harmless(best.snippet) if best else "",
                    " ".join(clause.id for clause in cell.clauses[1:]),
                ]
            )
    return out.getvalue()


def row_name(row: Row) -> str:
    """A policy as the head of its row or column."""
    return one_line(f"{row.policy.title} ({row.policy.id}, {row.policy.version}, {row.lang})")


def _harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
