"""What a person should know of an outline: jumps in its numbering, repairs, doubtful levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.language import is_chinese
from indexer.outline.markers import HEADING, Marker
from indexer.outline.pieces import Piece
from indexer.outline.tree import Node
from indexer.records import Clause, Document, Remark
from indexer.remarks import CODES

_LONG_CHINESE = 2_500
_LONG = 6_000
"""Characters of a clause; the longest of real policies have about half as many."""


@dataclass(frozen=True, slots=True)
class _Sequences:
    """The last number seen under each parent, and anywhere, by style and language."""

    under: dict[tuple[int, str, str | None], Marker]
    latest: dict[tuple[str, str | None], Marker]


def remarks_on(
    document: Document, pieces: Sequence[Piece], clauses: Sequence[Clause]
) -> tuple[Remark, ...]:
    """The document's own remarks, then the outline's, in reading order."""
    remarks = [_at_clause(remark, clauses) for remark in document.remarks]
    guessed = {piece.node.depth for piece in pieces if piece.node and _is_guessed(piece.node)}
    sequences = _Sequences({}, {})
    nodes = 0
    for piece, clause in zip(pieces, clauses, strict=True):
        found: list[tuple[str, str]] = []
        if piece.node and not piece.continued:
            nodes += 1
            found += _of_node(document, piece, sequences, guessed)
        if len(clause.text) > (_LONG_CHINESE if is_chinese(clause.text) else _LONG):
            found.append(("long-clause", f"{len(clause.text):,} characters"))
        for code, detail in found:
            message = f"{CODES[code]}: {detail}" if detail else CODES[code]
            remarks.append(Remark(code, message, piece.text_start, clause.id))
    if not nodes:
        remarks.append(Remark("no-clauses", CODES["no-clauses"], 0, clauses[0].id))
    return tuple(remarks)


def _of_node(
    document: Document,
    piece: Piece,
    sequences: _Sequences,
    guessed: set[int],
) -> Iterator[tuple[str, str]]:
    node = piece.node
    assert node is not None
    marker, candidate = node.marker, node.candidate
    if candidate.inline:
        split = "\n" in document.source[candidate.start : candidate.start + marker.length]
        yield "split-number" if split else "fused-item", ""
    if candidate.fused:
        yield "fused-heading", ""
    if node.disagrees:
        yield "levels-disagree", f"{marker.label} as heading of level {candidate.heading_level}"
    if len(guessed) > 1 and node.depth > min(guessed) and _is_guessed(node):
        yield "unknown-level", ""
    if marker.style == HEADING or marker.style.startswith("•"):
        return
    parent = id(node.parent) if node.parent else 0
    lang = piece.lang if piece.second else None  # one numbering may run through both languages
    before = sequences.under.get((parent, marker.style, lang))
    latest = sequences.latest.get((marker.style, lang))
    sequences.under[parent, marker.style, lang] = marker
    sequences.latest[marker.style, lang] = marker
    if before is None:
        runs_on = latest is not None and latest.last == marker.last - 1  # 第三条 opens 第二章
        if marker.last > 1 and not runs_on:
            yield "numbering-jump", f"it begins with {marker.label}"
    elif marker.numbers[:-1] == before.numbers[:-1]:
        if marker.last == before.last:
            yield "numbering-repeated", marker.label
        elif marker.last != before.last + 1:
            yield "numbering-jump", f"from {before.label} to {marker.label}"


def _is_guessed(node: Node) -> bool:
    """Whether a clause rests on the look of a plain line alone."""
    return node.marker.style == HEADING and node.candidate.heading_level is None


def _at_clause(remark: Remark, clauses: Sequence[Clause]) -> Remark:
    """A reader's remark with the clause that it falls into."""
    holder = next((c for c in clauses if c.start <= remark.start < c.end), None)
    return Remark(remark.code, remark.message, remark.start, holder.id if holder else None)
