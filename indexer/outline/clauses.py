"""From the tree to clauses: spans, texts, headings, labels, ids and citations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from indexer.language import detect_language, is_chinese
from indexer.outline import citation
from indexer.outline.candidates import find_candidates
from indexer.outline.contents import find_contents
from indexer.outline.headings import is_heading_like
from indexer.outline.markers import HEADING, Marker, fold, read_markers
from indexer.outline.tree import Node, build_tree
from indexer.records import Clause, Document, Metadata

_TABLE_RULE = re.compile(r"[\s|:\-–—]+")
_RUN_IN = re.compile(r"(?P<heading>[^:：.。;；,，]{2,60}?)\s*[:：](?!\d)(?=\s*\S)")
_BRACKETED = re.compile(r"(?:[(（]([^()（）]{2,60})[)）]|【([^【】]{2,60})】)")
_SENTENCE = re.compile(r"[^.。!！?？;；\n]*[:：]\s*$")
_FEWEST_OWN_LANGUAGE = 40
_LONGEST_LEAD_IN = 240


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the source that becomes one clause; the preamble has no node."""

    node: Node | None
    start: int
    end: int

    @property
    def text_start(self) -> int:
        """Where the words begin; a title that no preamble follows lies before the first clause."""
        return self.node.candidate.start if self.node else self.start


def split_clauses(
    document: Document,
    metadata: Metadata,
    policy_id: str,
    version: str,
    title_blocks: Set[int] = frozenset(),
) -> tuple[Clause, ...]:
    """The clauses of a document in reading order.

    Their spans follow each other without gap or overlap from 0 to the end of the source.
    `title_blocks`: positions of the blocks that print the title, which open no clause.
    """
    if not document.source.strip():
        return ()
    contents = find_contents(document.blocks)
    skipped = contents | title_blocks
    nodes = build_tree(find_candidates(document, skipped))
    pieces = _cut(document, nodes, skipped)
    repeated = {i for i in title_blocks if nodes and document.blocks[i].start > pieces[0].end}
    return _records(document, metadata, policy_id, version, pieces, contents | repeated)


def _cut(document: Document, nodes: Sequence[Node], skipped: Set[int]) -> list[_Piece]:
    if not nodes:
        return [_Piece(None, 0, len(document.source))]
    starts = [node.candidate.start for node in nodes]
    ends = [*starts[1:], len(document.source)]
    pieces = [_Piece(node, s, e) for node, s, e in zip(nodes, starts, ends, strict=True)]
    first = starts[0]
    if any(b.start < first for i, b in enumerate(document.blocks) if i not in skipped):
        return [_Piece(None, 0, first), *pieces]
    pieces[0] = _Piece(pieces[0].node, 0, pieces[0].end)  # only a title before the first clause
    return pieces


def _records(
    document: Document,
    metadata: Metadata,
    policy_id: str,
    version: str,
    pieces: Sequence[_Piece],
    unread: Set[int],
) -> tuple[Clause, ...]:
    texts = _texts(document, pieces, unread)
    entries = {_compared(document.blocks[i].text) for i in unread}
    parents = {id(piece.node.parent) for piece in pieces if piece.node and piece.node.parent}
    markers = [_chain(piece.node, metadata.lang) for piece in pieces]
    labels = [tuple(citation.label_of(m) for m in chain) for chain in markers]
    ids = [
        f"{policy_id}@{version}#{path}"
        for path in citation.unique_paths(citation.path_of(chain) for chain in labels)
    ]
    units = Counter(chain[-1].label for chain in markers if chain[-1].style in ("第条", "Article"))
    run_on = all(count == 1 for count in units.values())
    headings = [
        _heading(text, piece.node, id(piece.node) in parents, entries)
        for text, piece in zip(texts, pieces, strict=True)
    ]
    position_of = {id(piece.node): i for i, piece in enumerate(pieces) if piece.node}
    clauses: list[Clause] = []
    for i, piece in enumerate(pieces):
        parent = piece.node.parent if piece.node else None
        above = position_of[id(parent)] if parent else None
        path = clauses[above].heading_path if above is not None else ()
        heading = headings[i]
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
                citation=citation.citation_of(metadata.title, markers[i], run_on),
                lang=_language(texts[i], metadata.lang),
                text=texts[i],
                start=piece.start,
                end=piece.end,
                lead_in=_lead_in(texts[above]) if above is not None else "",
            )
        )
    return tuple(clauses)


def _texts(document: Document, pieces: Sequence[_Piece], unread: Set[int]) -> list[str]:
    """Each piece as a reader sees it: one pass over the blocks, which are in the same order."""
    texts: list[str] = []
    blocks = document.blocks
    position = 0
    for piece in pieces:
        while position and blocks[position - 1].end > piece.start:
            position -= 1
        lines: list[str] = []
        while position < len(blocks) and blocks[position].start < piece.end:
            block = blocks[position]
            if block.end > piece.text_start and position not in unread:
                text = block.text
                if block.verbatim:
                    start = max(block.start, piece.text_start)
                    text = document.source[start : min(block.end, piece.end)]
                if not (block.text.count("-") > 2 and _TABLE_RULE.fullmatch(text)):
                    lines.append(text.strip())
            position += 1
        text = "\n".join(line for line in lines if line)
        node = piece.node
        if node and node.candidate.inline:
            length = node.marker.length
            text = re.sub(r"\s+", "", text[:length]) + text[length:]
        texts.append(text)
    return texts


def _chain(node: Node | None, lang: str) -> tuple[Marker, ...]:
    if node is None:
        return (Marker(HEADING, (0,), "前言" if lang == "zh" else "Preamble", 0),)
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
    found = _SENTENCE.search(text)
    return found[0].strip()[-_LONGEST_LEAD_IN:] if found else ""
