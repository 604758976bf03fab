"""Whatever a file holds: reading never fails, spans are the source, ids are unique."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from indexer.metadata import describe
from indexer.outline.clauses import split_clauses
from indexer.readers.decode import decode
from indexer.readers.markdown import read_markdown
from indexer.readers.text import read_text
from indexer.records import Clause, Document

MARKERS = [
    "1 ", "1. ", "1.1 ", "1.1.1 ", "5.1. ", "(1)", "（1）", "1、", "１．", "0. ", "999. ", "I. ",
    "(I) ", "(II) ", "a) ", "(a) ", "(i) ", "C. ", "IV. ", "一、", "（一）", "(一) ", "百、",
    "第三条 ", "第（二）项 ", "第一章 ", "依据第三条", "Article 3 ", "ARTICLE IV. ",
    "Section 4.2 ", "Part A ", "Appendix A: ", "附件：", "附则", "- ", "• ", "* ", "① ", "# ",
    "## ", "### ", "> ", "| ", "|---|---|\n", "**", "```", "<div>", "[a](#b)", "目录\n",
    "Table of Contents\n", "(\n2)", "---\na: b\n---\n", "《隐私政策》", "11.5.14.2的",
    "........ 4",
]  # fmt: skip
WORDS = [
    "Heading here", "A sentence that ends.", "We keep it for:", "一句话。", "标题", "以下情形：",
    "；", "。", ": ", "\n", "\n\n", "\t", "\u3000", "\xa0", "\u2003", "\x85", "\x1c", "\x0c",
    "e\u0301", "İ", "ß", "Ⅳ", "&amp;", "2025年3月1日起施行", "Version 2.1", "Effective ",
]  # fmt: skip
LINES = st.lists(
    st.tuples(st.sampled_from(["", *MARKERS]), st.sampled_from(WORDS)).map("".join), max_size=30
).map("\n".join)
MIXTURES = st.lists(st.one_of(st.sampled_from([*MARKERS, *WORDS]), st.text(max_size=5))).map(
    "".join
)
TEXTS = st.one_of(LINES, MIXTURES, st.text())
READERS = {"text": read_text, "markdown": read_markdown}

moderate = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def parsed(reader: Callable[[str, str], Document], text: str) -> tuple[Document, list[Clause]]:
    try:
        stored, encoding = decode(text.encode("utf-8", "ignore"))
    except ValueError:
        reject()  # too many control characters for a text
    document = reader(stored, encoding)
    described = describe(document, "Fallback title")
    assert described.metadata.title
    outline = split_clauses(document, described.metadata, "p", "1", described.title_blocks)
    clauses = outline.clauses
    return document, list(clauses)


@pytest.mark.parametrize("name", list(READERS))
@given(text=TEXTS)
@moderate
def test_spans_are_the_source(name: str, text: str) -> None:
    document, clauses = parsed(READERS[name], text)
    spans = [document.source[clause.start : clause.end] for clause in clauses]
    assert "".join(spans) == (document.source if document.source.strip() else "")
    ends = [0, *(clause.end for clause in clauses)]
    assert [clause.start for clause in clauses] == ends[:-1]


@pytest.mark.parametrize("name", list(READERS))
@given(text=TEXTS)
@moderate
def test_clauses_are_a_tree_in_reading_order(name: str, text: str) -> None:
    _, clauses = parsed(READERS[name], text)
    ids = [clause.id for clause in clauses]
    assert len(set(ids)) == len(ids)
    by_id = {clause.id: clause for clause in clauses}
    for ordinal, clause in enumerate(clauses):
        assert clause.ordinal == ordinal
        assert clause.labels
        assert all(label.strip() for label in clause.labels)
        assert all(clause.heading_path)
        assert clause.citation.strip()
        if clause.parent_id is None:
            assert len(clause.labels) == 1
        else:
            parent = by_id[clause.parent_id]
            assert parent.ordinal < ordinal
            assert clause.labels[:-1] == parent.labels


@given(text=TEXTS)
@moderate
def test_a_line_of_plain_text_is_in_one_clause_or_in_none(text: str) -> None:
    document, clauses = parsed(read_text, text)
    for clause in clauses:
        span = "".join(document.source[clause.start : clause.end].split())
        for line in clause.text.split("\n"):
            assert "".join(line.split()) in span


@given(text=TEXTS)
@moderate
def test_blocks_of_plain_text_point_at_their_words(text: str) -> None:
    document, _ = parsed(read_text, text)
    assert all(document.source[b.start : b.end] == b.text for b in document.blocks)
    joined = "".join("".join(b.text.split()) for b in document.blocks)
    assert joined == "".join(document.source.split())


@given(data=st.binary(max_size=300))
@moderate
def test_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text, encoding = decode(data)
    except ValueError:
        return  # the one error that callers know
    assert encoding
    assert "\r" not in text
    assert "\x00" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
@moderate
def test_what_was_written_is_read(encoding: str, text: str) -> None:
    read, _ = decode(text.encode(encoding))
    expected = text.removeprefix("\ufeff").replace("\u2028", "\n").replace("\u2029", "\n\n")
    assert read == unicodedata.normalize("NFC", expected)
