"""Whatever tree of clauses is printed, in whatever numbering and format, the same tree is read."""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.files import SourceFile
from indexer.parse import parse_policy
from indexer.readers import READABLE_SUFFIXES, read_bytes
from indexer.records import Clause, Document
from tests.clause_trees import COMBINATIONS, Node, Policy, chains, policies, squeezed

LONG = os.environ.get("POLICY_SEARCH_LONG") == "1"
moderate = settings(
    max_examples=3000 if LONG else 10,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LANGUAGES = ["en", "zh"]


def parse(data: bytes, suffix: str) -> tuple[Document, tuple[Clause, ...]]:
    document = read_bytes(data, suffix)
    file = SourceFile(Path(f"policy{suffix}"), "p", f"policy{suffix}")
    return document, parse_policy(file, document).clauses


def read_chains(clauses: Sequence[Clause]) -> list[tuple[tuple[str, ...], str]]:
    return [(clause.labels, squeezed(clause.text)) for clause in clauses]


def to_text(policy: Policy, gap: str = "\n", indent: str = "", width: int = 0) -> str:
    """Plain text; `gap` stands between clauses, `width` breaks paragraphs into lines."""
    alone = "heading" in policy.families

    def written(nodes: Sequence[Node], depth: int) -> list[str]:
        parts = []
        for node in nodes:
            lines = [broken(line, indent * depth, width) for line in node.lines]
            between = "\n\n" if alone and not node.printed else "\n"
            parts.append(between.join(lines))
            parts.extend(written(node.children, depth + 1))
        return parts

    head = [policy.title, policy.preamble] if policy.preamble else [policy.title]
    space = "\n\n" if alone else gap
    return "\n".join(head) + "\n\n" + space.join(written(policy.nodes, 0)) + "\n"


def broken(line: str, indent: str, width: int) -> str:
    if not width:
        return indent + line
    if line.isascii():
        return textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent)
    parts = [line[i : i + width] for i in range(0, len(line), width)]
    return "\n".join(indent + part for part in parts)


def to_markdown(policy: Policy) -> str:
    """Markdown: headings for the levels that have them, lists for what Markdown takes for lists."""

    def written(nodes: Sequence[Node], depth: int, indent: str) -> list[str]:
        parts = []
        for node in nodes:
            inner = indent
            if depth < policy.headed:
                first, *rest = node.lines
                parts.append(f"{'#' * (depth + 2)} {first}")
            else:
                first, *rest = node.lines
                parts.append(indent + first.replace("• ", "- ", 1))
                if node.printed[:1] in "-•" or node.printed.strip().rstrip(".)").isdigit():
                    inner = indent + " " * len(node.printed)
            parts.extend(inner + line for line in rest)
            parts.extend(written(node.children, depth + 1, inner))
        return parts

    head = [f"# {policy.title}", *filter(None, [policy.preamble])]
    return "\n\n".join([*head, *written(policy.nodes, 0, "")]) + "\n"


def to_html(policy: Policy) -> str:
    """HTML: headings, paragraphs, and lists where bullets are."""

    def written(nodes: Sequence[Node], depth: int) -> str:
        parts = []
        for node in nodes:
            first, *rest = map(escape, node.lines)
            paragraphs = "".join(f"<p>{line}</p>\n" for line in rest)
            inside = paragraphs + written(node.children, depth + 1)
            if depth < policy.headed:
                parts.append(f"<h{depth + 2}>{first}</h{depth + 2}>\n{inside}")
            elif node.printed[:1] in "-•":
                parts.append(f"<li>{first[2:]}\n{inside}</li>\n")
            else:
                parts.append(f"<p>{first}</p>\n{inside}")
        bulleted = bool(nodes) and nodes[0].printed[:1] in ("-", "•")
        return f"<ul>{''.join(parts)}</ul>\n" if bulleted else "".join(parts)

    preamble = f"<p>{escape(policy.preamble)}</p>\n" if policy.preamble else ""
    head = f"<head><title>{policy.title}</title></head>"
    body = f"<h1>{policy.title}</h1>\n{preamble}{written(policy.nodes, 0)}"
    return f"<!DOCTYPE html>\n<html lang='{policy.lang}'>{head}<body>\n{body}</body></html>"


def to_docx(policy: Policy) -> bytes:
    """DOCX: heading styles for the levels that have them, numbers typed, bullets in list styles."""
    import docx

    document = docx.Document()
    document.add_paragraph(policy.title, style="Title")
    if policy.preamble:
        document.add_paragraph(policy.preamble)

    def write(nodes: Sequence[Node], depth: int, bullets: int) -> None:
        for node in nodes:
            first, *rest = node.lines
            nested = bullets + (node.printed[:1] in ("-", "•"))
            if depth < policy.headed:
                document.add_heading(first, depth + 1)
            elif nested > bullets:
                style = "List Bullet" if nested == 1 else f"List Bullet {nested}"
                document.add_paragraph(first[2:], style=style)
            else:
                document.add_paragraph(first)
            for line in rest:
                document.add_paragraph(line)
            write(node.children, depth + 1, nested)

    write(policy.nodes, 0, 0)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


RENDERED: dict[str, Callable[[Policy], bytes]] = {
    ".txt": lambda policy: to_text(policy).encode(),
    ".md": lambda policy: to_markdown(policy).encode(),
    ".html": lambda policy: to_html(policy).encode(),
    ".docx": to_docx,
}


FORMATS = [
    pytest.param(
        suffix,
        marks=pytest.mark.skipif(suffix not in READABLE_SUFFIXES, reason=f"no reader for {suffix}"),
    )
    for suffix in RENDERED
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("suffix", FORMATS)
@given(data=st.data())
@moderate
def test_what_was_printed_is_read(suffix: str, lang: str, data: st.DataObject) -> None:
    policy = data.draw(policies(lang, COMBINATIONS[lang]))
    _, clauses = parse(RENDERED[suffix](policy), suffix)
    assert read_chains(clauses) == chains(policy)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("layout", ["apart", "indented", "broken"])
@given(data=st.data())
@moderate
def test_layout_of_plain_text_does_not_matter(layout: str, lang: str, data: st.DataObject) -> None:
    policy = data.draw(policies(lang, COMBINATIONS[lang]))
    options: dict[str, dict[str, object]] = {
        "apart": {"gap": "\n\n"}, "indented": {"indent": "   "},
        "broken": {"width": 72 if lang == "en" else 34},
    }  # fmt: skip
    text = to_text(policy, **options[layout])  # type: ignore[arg-type]
    _, clauses = parse(text.encode(), ".txt")
    assert read_chains(clauses) == chains(policy)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("suffix", FORMATS)
@given(data=st.data())
@moderate
def test_clauses_hold_the_source_and_know_their_place(
    suffix: str, lang: str, data: st.DataObject
) -> None:
    policy = data.draw(policies(lang))
    rendered = RENDERED[suffix](policy)
    document, clauses = parse(rendered, suffix)
    assert "".join(document.source[c.start : c.end] for c in clauses) == document.source
    by_id = {clause.id: clause for clause in clauses}
    assert len(by_id) == len(clauses)
    for clause in clauses:
        above = by_id[clause.parent_id] if clause.parent_id else None
        assert clause.labels[:-1] == (above.labels if above else ())
        assert above is None or above.ordinal < clause.ordinal
    assert parse(rendered, suffix) == (document, clauses)


@pytest.mark.parametrize("lang", LANGUAGES)
@given(data=st.data())
@moderate
def test_ids_stay_when_text_is_added_at_the_end(lang: str, data: st.DataObject) -> None:
    policy = data.draw(policies(lang))
    more = (
        "Ask the office, which knows.\n" if lang == "en" else "由行政部负责解释，并于每年复核。\n"
    )
    before = [clause.id for clause in parse(RENDERED[".txt"](policy), ".txt")[1]]
    after = [clause.id for clause in parse(RENDERED[".txt"](policy) + more.encode(), ".txt")[1]]
    assert after == before
