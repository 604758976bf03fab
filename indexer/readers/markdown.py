"""Markdown: headings, list items, paragraphs and table rows with their levels and places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from indexer.outline.headings import is_heading_like
from indexer.outline.markers import fold, read_markers
from indexer.readers.front_matter import read_front_matter
from indexer.records import Block, BlockKind, Document

# The look behind keeps the search linear in a long run of spaces.
_ATTRIBUTES = re.compile(r"(?<!\s)\s*\{:[^{}\n]*\}\s*$|^[^\S\n]*\{:[^{}\n]*\}", re.MULTILINE)
_SPACES = re.compile(r"[ \t\u00a0]+")


def read_markdown(text: str, encoding: str) -> Document:
    """A document whose blocks hold plain text and point at the lines of their markup."""
    front = read_front_matter(text)
    # Front matter is blanked, not cut, so that line numbers keep meaning the stored text.
    body = re.sub(r"[^\n]", " ", text[: front.end]) + text[front.end :]
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    walker = _Walker(text, starts)
    for position, token in enumerate(tokens):
        walker.visit(token, tokens[position + 1] if position + 1 < len(tokens) else None)
    blocks = _separated(walker.blocks)
    return Document(text, blocks, "markdown", encoding, front.properties, front.remarks)


class _Walker:
    """Turns the token stream into blocks, remembering which list item it is in."""

    def __init__(self, text: str, starts: Sequence[int]) -> None:
        self.text = text
        self.starts = starts
        self.blocks: list[Block] = []
        self._lists: list[str] = []
        self._marker: str | None = None
        self._item_start: int | None = None
        self._row: list[str] | None = None

    def visit(self, token: Token, following: Token | None) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            self._lists.append("•" if token.type[0] == "b" else token.markup)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open" and token.map:
            self._marker = "•" if token.markup in "-*+" else f"{token.info}{token.markup}"
            self._item_start = self.starts[token.map[0]]
        elif token.type == "heading_open" and following and token.map:
            level = int(token.tag[1:])
            self._add("heading", _plain(following), token.map, level=level)
        elif token.type == "paragraph_open" and following and token.map:
            self._paragraph(following, token.map)
        elif token.type in ("code_block", "fence", "html_block") and token.map:
            self._add("paragraph", _without_tags(token.content).strip(), token.map)
        elif token.type == "tr_open":
            self._row = []
        elif token.type == "inline" and self._row is not None:
            self._row.append(_plain(token))
        elif token.type == "tr_close" and self._row is not None:
            if token.map or self._row:
                self._table_row()
            self._row = None
        if token.type == "tr_open" and token.map:
            self._row_map = token.map

    def _paragraph(self, inline: Token, lines: Sequence[int]) -> None:
        text = _plain(inline)
        links_only = _is_contents_entry(inline)
        if self._marker is not None:
            text = f"{self._marker} {text}"
            start = self._item_start
            self._marker = None
            for first, last in _numbered_lines(text):
                part = "\n".join(text.split("\n")[first:last])
                place = (lines[0] + first, min(lines[0] + last, lines[1]))
                if first:
                    self._add("paragraph", part, place)
                else:
                    self._add(
                        "list_item", part, place, level=len(self._lists), start=start,
                        in_contents=links_only,
                    )  # fmt: skip
        elif _is_all_strong(inline) and not self._lists and is_heading_like(text, isolated=True):
            self._add("heading", text, lines, level=6)
        else:
            for first, last in _numbered_lines(text):
                part = "\n".join(text.split("\n")[first:last])
                self._add("paragraph", part, (lines[0] + first, min(lines[0] + last, lines[1])))

    def _table_row(self) -> None:
        cells = self._row or []
        self._add("table_row", " | ".join(cells), self._row_map)

    def _add(
        self,
        kind: BlockKind,
        text: str,
        lines: Sequence[int],
        *,
        level: int | None = None,
        start: int | None = None,
        in_contents: bool = False,
    ) -> None:
        cleaned = _SPACES.sub(" ", _ATTRIBUTES.sub("", text)).strip()
        if not cleaned:
            return
        begin = self.starts[lines[0]] if start is None else start
        end = min(self.starts[lines[1]], len(self.text))
        begin += len(self.text[begin:end]) - len(self.text[begin:end].lstrip())
        end = begin + len(self.text[begin:end].rstrip())
        self.blocks.append(
            Block(kind, cleaned, begin, end, level, verbatim=False, in_contents=in_contents)
        )


def _numbered_lines(text: str) -> list[tuple[int, int]]:
    """The lines of a paragraph in parts that each open with a number, such as `a)` or `（一）`.

    Markdown knows such numbers not as lists, and takes the lines for one paragraph.
    """
    lines = text.split("\n")
    opening = [0, *(i for i, line in enumerate(lines) if i and _opens(line)), len(lines)]
    return list(pairwise(opening))


def _opens(line: str) -> bool:
    return any(
        marker.doubt < 1 and not marker.style.startswith("•") for marker in read_markers(fold(line))
    )


def _separated(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Blocks in reading order, each ending where the next begins at the latest."""
    ordered = sorted(blocks, key=lambda block: (block.start, block.end))
    cut = [replace(b, end=min(b.end, n.start)) for b, n in pairwise(ordered)]
    return (*cut, *ordered[-1:])


def _without_tags(html: str) -> str:
    head, closed, tail = html.rpartition(">")
    # Before the last ">" every "<" finds one, so that the search stays linear.
    return re.sub(r"<[^>]*>", " ", head + closed) + tail


def _plain(inline: Token) -> str:
    """What a reader sees of an inline token: no emphasis marks, links as their text."""
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "image":
            parts.append(child.content)
    return "".join(parts)


def _is_contents_entry(inline: Token) -> bool:
    """A list item that is one link to a heading of the same page."""
    children = [c for c in inline.children or () if c.content.strip() or c.type.startswith("link")]
    if len(children) < 3 or children[0].type != "link_open" or children[-1].type != "link_close":
        return False
    return str(children[0].attrs.get("href", "")).startswith("#")


def _is_all_strong(inline: Token) -> bool:
    children = [c for c in inline.children or () if c.content or c.nesting]
    if len(children) < 3 or children[0].type != "strong_open":
        return False
    if children[-1].type != "strong_close":
        return False
    return sum(c.type == "strong_open" for c in children) == 1
