"""Cutting a document where its clauses begin, and where a bilingual one changes its language."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from indexer.language import detect_language
from indexer.outline.candidates import find_candidates
from indexer.outline.languages import block_languages
from indexer.outline.markers import HEADING
from indexer.outline.tree import Node, Tree, build_tree
from indexer.records import Document

_TABLE_RULE = re.compile(r"[\s|:\-–—]+")
_OWN_NUMBERING = 0.5
"""A second language with so many of the first one's numbers is numbered on its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source that becomes one clause; the preamble has no node.

    In a bilingual policy `lang` is the stretch's language. `continued`: the stretch goes on with a
    clause that another language interrupted, or is that clause in the second language.
    """

    node: Node | None
    start: int
    end: int
    lang: str | None = None
    second: bool = False
    """It is in the language that the numbering of a bilingual policy does not lead."""
    continued: bool = False

    @property
    def text_start(self) -> int:
        """Where the words begin; a title that no preamble follows lies before the first clause."""
        return max(self.start, self.node.candidate.start) if self.node else self.start


def cut(document: Document, skipped: Set[int]) -> list[Piece]:
    """The pieces of a document, which follow each other from 0 to the end of the source.

    `skipped`: positions of title and contents blocks, which open no clause.
    """
    languages = block_languages(document.blocks, skipped)
    if languages is not None:
        return _cut_bilingual(document, skipped, languages)
    nodes = build_tree(find_candidates(document, skipped)).nodes
    if not nodes:
        return [Piece(None, 0, len(document.source))]
    starts = [node.candidate.start for node in nodes]
    ends = [*starts[1:], len(document.source)]
    pieces = [Piece(node, s, e) for node, s, e in zip(nodes, starts, ends, strict=True)]
    first = starts[0]
    if any(b.start < first for i, b in enumerate(document.blocks) if i not in skipped):
        return [Piece(None, 0, first), *pieces]
    pieces[0] = replace(pieces[0], start=0)  # only a title before the first clause
    return pieces


def _cut_bilingual(
    document: Document, skipped: Set[int], languages: Sequence[str | None]
) -> list[Piece]:
    """Pieces of one language each.

    Each language has its own tree where both are numbered, unless one numbering runs through both.
    Where only one is numbered, its tree leads, and what the other language says stands under the
    same numbers.
    """
    kept = [i for i in range(len(document.blocks)) if i not in skipped]
    trees = {
        lang: _tree(document, [i for i in kept if languages[i] in (lang, None)])
        for lang in ("other", "zh")
    }
    lead, second = sorted(trees, key=lambda lang: -_numbers(trees[lang]))
    trees[second] = _tree(document, [i for i in kept if languages[i] == second])
    if _numbers(trees[second]) < _OWN_NUMBERING * _numbers(trees[lead]):
        trees[second] = Tree([], 0.0)
    else:
        both = _tree(document, kept)
        if both.cost < trees[lead].cost + trees[second].cost:
            trees = {lead: both, second: Tree([], 0.0)}
    names = {"zh": "zh", "other": _other_language(document, languages)}
    apart = bool(trees[second].nodes)
    events: list[tuple[int, int, str | None, Node | None]] = [
        (node.candidate.start, 0, lang if apart else _language_at(document, languages, node), node)
        for lang in trees
        for node in trees[lang].nodes
    ]
    events += [(document.blocks[i].start, 1, languages[i], None) for i in kept]
    starts: list[Piece] = []
    current: dict[str, Node | None] = {lead: None, second: None}
    open_lang: str | None = None
    for start, _, lang, node in sorted(events, key=lambda event: event[:2]):
        if node is not None:
            current = current | {lang or lead: node} if apart else {lead: node, second: node}
        elif lang is None or (lang == open_lang and starts):
            continue
        elif starts and open_lang is None and starts[-1].node is current[lang]:
            open_lang = lang  # what was said in both so far, a heading, goes with what follows
            starts[-1] = replace(starts[-1], lang=names[lang])
            continue
        open_lang = lang
        above = current[lang or lead]
        continued = node is None and above is not None
        is_second = lang == second and (apart or continued)
        name = names[lang] if lang else None
        starts.append(Piece(above, start, start, name, is_second, continued))
    if not starts:
        return [Piece(None, 0, len(document.source))]
    starts[0] = replace(starts[0], start=0)
    ends = [*(piece.start for piece in starts[1:]), len(document.source)]
    return [replace(piece, end=end) for piece, end in zip(starts, ends, strict=True)]


def _tree(document: Document, positions: Sequence[int]) -> Tree:
    part = replace(document, blocks=tuple(document.blocks[i] for i in positions))
    return build_tree(find_candidates(part, frozenset()))


def _language_at(document: Document, languages: Sequence[str | None], node: Node) -> str | None:
    start = node.candidate.start
    place = bisect_right(document.blocks, start, key=lambda block: block.start) - 1
    return languages[place]


def _numbers(tree: Tree) -> int:
    return sum(node.marker.style != HEADING for node in tree.nodes)


def _other_language(document: Document, languages: Sequence[str | None]) -> str:
    pairs = zip(document.blocks, languages, strict=True)
    return detect_language("\n".join(b.text for b, lang in pairs if lang == "other"))


def piece_texts(document: Document, pieces: Sequence[Piece], unread: Set[int]) -> list[str]:
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
        if node and node.candidate.inline and not piece.continued:
            length = node.marker.length
            text = re.sub(r"\s+", "", text[:length]) + text[length:]
        texts.append(text)
    return texts


def first_pieces(pieces: Sequence[Piece]) -> Mapping[tuple[int, str | None], int]:
    """Where each node's clause stands, by `id(node)` and language; `None`: in any language."""
    places: dict[tuple[int, str | None], int] = {}
    for position, piece in enumerate(pieces):
        places.setdefault((id(piece.node), piece.lang), position)
        places.setdefault((id(piece.node), None), position)
    return places
