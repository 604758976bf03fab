"""From the tree to clauses: spans, texts, headings, labels, ids and citations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from indexer.language import detect_language, is_chinese
from indexer.outline import citation
from indexer.outline.anchors import Anchor, Anchors
from indexer.outline.contents import find_contents
from indexer.outline.headings import is_heading_like
from indexer.outline.markers import HEADING, Marker, fold, read_markers
from indexer.outline.pieces import Piece, cut, first_pieces, piece_texts
from indexer.outline.remarking import remarks_on
from indexer.outline.tree import Node
from indexer.records import Clause, Document, Metadata, Remark

_RUN_IN = re.compile(r"(?P<heading>[^:：.。;；,，]{2,60}?)\s*[:：](?!\d)(?=\s*\S)")
_BRACKETED = re.compile(r"(?:[(（]([^()（）]{2,60})[)）]|【([^【】]{2,60})】)")
_SENTENCE = re.compile(r"[^.。!！?？;；\n]*[:：]\s*$")
_FEWEST_OWN_LANGUAGE = 40
_LONGEST_LEAD_IN = 240
_LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Outline:
    """The clauses of a document in reading order, and what is to be remarked about them."""

    clauses: tuple[Clause, ...]
    remarks: tuple[Remark, ...]


def split_clauses(
    document: Document,
    metadata: Metadata,
    policy_id: str,
    version: str,
    title_blocks: Set[int] = frozenset(),
) -> Outline:
    """The clauses of a document in reading order.

    Their spans follow each other without gap or overlap from 0 to the end of the source.
    `title_blocks`: positions of the blocks that print the title, which open no clause. A policy in
    two languages gives clauses of one language each.
    """
    if not document.source.strip():
        return Outline((), ())
    contents = find_contents(document.blocks)
    skipped = contents | title_blocks
    pieces = cut(document, skipped)
    has_nodes = any(piece.node for piece in pieces)
    repeated = {i for i in title_blocks if has_nodes and document.blocks[i].start > pieces[0].end}
    clauses = _records(document, metadata, policy_id, version, pieces, contents | repeated)
    return Outline(clauses, remarks_on(document, pieces, clauses))


def _records(
    document: Document,
    metadata: Metadata,
    policy_id: str,
    version: str,
    pieces: Sequence[Piece],
    unread: Set[int],
) -> tuple[Clause, ...]:
    texts = piece_texts(document, pieces, unread)
    entries = {_compared(document.blocks[i].text) for i in unread}
    nodes = [piece.node for piece in pieces if piece.node]
    holders = {id(node.parent) for node in nodes}
    holders |= {id(piece.node) for piece in pieces if piece.continued}
    markers = [_chain(piece, metadata.lang) for piece in pieces]
    labels = [tuple(citation.label_of(m) for m in chain) for chain in markers]
    ids = [f"{policy_id}@{version}#{path}" for path in _paths(pieces, labels)]
    units = Counter(
        chain[-1].label
        for chain, piece in zip(markers, pieces, strict=True)
        if chain[-1].style in ("第条", "Article") and not piece.second and not piece.continued
    )
    run_on = all(count == 1 for count in units.values())
    place_of = first_pieces(pieces)
    anchors = Anchors(document.blocks)
    nearest: list[Anchor] = []
    clauses: list[Clause] = []
    for i, piece in enumerate(pieces):
        parent = piece.node.parent if piece.node else None
        above = _place(place_of, parent, piece) if parent else None
        if piece.continued and piece.node:
            heading = None
            path = clauses[place_of[id(piece.node), None]].heading_path
        else:
            heading = _heading(texts[i], piece.node, id(piece.node) in holders, entries)
            path = clauses[above].heading_path if above is not None else ()
        printed = citation.citation_of(metadata.title, markers[i], run_on)
        anchor = anchors.above(piece.start)
        nearest.append(anchor if above is None else max(anchor, nearest[above]))
        if piece.second and piece.lang:
            printed += f" ({_LANGUAGE_NAMES.get(piece.lang, piece.lang)})"
        clauses.append(
            Clause(
                id=ids[i],
                policy_id=policy_id,
                version=version,
                ordinal=i,
                parent_id=ids[above] if above is not None else None,
                labels=labels[i],
                heading=heading,
                heading_path=(*path, heading) if heading else path,
                citation=printed,
                lang=_language(texts[i], piece.lang or metadata.lang),
                text=texts[i],
                start=piece.start,
                end=piece.end,
                lead_in=_lead_in(texts[above]) if above is not None else "",
                anchor=nearest[i].name,
            )
        )
    return tuple(clauses)


def _place(place_of: Mapping[tuple[int, str | None], int], node: Node, piece: Piece) -> int:
    """Where the clause of a node above stands, in the piece's own language if it has one."""
    return place_of.get((id(node), piece.lang), place_of[id(node), None])


def _paths(pieces: Sequence[Piece], labels: Sequence[Sequence[str]]) -> list[str]:
    """The last parts of the ids: `3.4`, and `3.4~zh` for the same number in a second language."""
    paths = [citation.path_of(chain) for chain in labels]
    leading = {path for path, piece in zip(paths, pieces, strict=True) if not piece.second}
    return citation.unique_paths(
        f"{path}~{piece.lang}" if piece.second and path in leading else path
        for path, piece in zip(paths, pieces, strict=True)
    )


def _chain(piece: Piece, lang: str) -> tuple[Marker, ...]:
    node = piece.node
    if node is None:
        preamble = "前言" if (piece.lang or lang) == "zh" else "Preamble"
        return (Marker(HEADING, (0,), preamble, 0),)
    chain: list[Marker] = []
    while node:
        marker = node.marker
        if marker.style == HEADING:
            text = _first_line(node.candidate.text)
            marker = Marker(HEADING, marker.numbers, text, 0)
        chain.append(marker)
        node = node.parent
    return tuple(chain[::-1])


def _heading(text: str, node: Node | None, has_children: bool, entries: Set[str]) -> str | None:
    """The heading that opens a clause, without its number; `None` where it has none."""
    if node is None:
        return None
    first, _, rest = text.partition("\n")
    if node.marker.style == HEADING:
        return citation.label_of(Marker(HEADING, (0,), first, 0))
    body = _without_marker(first)
    second, _, _ = rest.partition("\n")
    if second and _compared(f"{first} {second}") in entries and _compared(first) not in entries:
        return f"{body} {second}"
    if node.candidate.heading_level is not None:
        return body or None
    bracketed = _BRACKETED.match(body)
    if bracketed and node.marker.style.split(" ")[0] in ("第条", "Article"):
        return bracketed[1] or bracketed[2]  # 第三条（年假）
    followed = has_children or (bool(rest) and not node.marker.style.startswith("•"))
    runs_on = second[:1].islower() and not has_children
    if followed and not runs_on and is_heading_like(body, isolated=True):
        return body
    if has_children and body.endswith((";", "；")) and len(body) <= 70 and "," not in body:
        return body.rstrip(";；")
    run_in = _RUN_IN.match(body)
    if run_in and not node.marker.style.startswith("•"):
        heading = run_in["heading"].strip()
        short = len(heading) <= 20 if is_chinese(heading) else len(heading.split()) <= 8
        if short and heading[:1] not in "(（" and run_in.end() < len(body):
            return heading
    return None


def _without_marker(line: str) -> str:
    readings = read_markers(fold(line))
    return line[readings[0].length :].strip() if readings else line


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()


def _compared(text: str) -> str:
    return re.sub(r"\W+", "", fold(text)).casefold()


def _language(text: str, lang: str) -> str:
    """A clause's own language where it is long enough to tell, else its policy's."""
    if len(text) < _FEWEST_OWN_LANGUAGE and not (is_chinese(text) and lang != "ja"):
        return lang
    return detect_language(text, default=lang)


def _lead_in(text: str) -> str:
    """The sentence ending in a colon with which a clause introduces its sub-clauses."""
    found = _SENTENCE.search(text[-_LONGEST_LEAD_IN:])
    return found[0].strip() if found else ""
