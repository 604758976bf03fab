"""Headings, titles, contents, tables and gaps of Word documents."""

from __future__ import annotations

import pytest

from indexer.metadata import describe
from indexer.outline.clauses import split_clauses
from indexer.readers import read_bytes
from indexer.readers.text import read_text
from indexer.records import Block, Document
from tests.unit.docx_files import (
    STYLES,
    abstract,
    cell,
    docx,
    field,
    level,
    num,
    p,
    para,
    r,
    table,
)  # fmt: skip

BODY = "Everyone may rest for ten days a year, and more where the law of the country says so."


def blocks(body: str, **parts: str) -> tuple[Block, ...]:
    return read_bytes(docx(body, **parts), ".docx").blocks


def kinds(body: str, **parts: str) -> list[tuple[str, int | None]]:
    return [(block.kind, block.level) for block in blocks(body, **parts)]


def chains(document: Document) -> list[str]:
    described = describe(document, "Some policy")
    outline = split_clauses(document, described.metadata, "p", "1", described.title_blocks)
    return [" › ".join(clause.labels) for clause in outline.clauses]


def style(id_: str, name: str, inside: str = "", base: str = "") -> str:
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/>{based}'
        f"<w:pPr>{inside}</w:pPr></w:style>"
    )


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (style("X", "heading 2"), ("heading", 2)),
        (style("X", "标题 3"), ("heading", 3)),
        (style("X", "Clause", '<w:outlineLvl w:val="1"/>'), ("heading", 2)),
        (style("X", "Clause", base="Heading2"), ("heading", 2)),
        (style("X", "Clause", '<w:outlineLvl w:val="9"/>', "Heading2"), ("paragraph", None)),
        (style("X", "Body Text"), ("paragraph", None)),
    ],
)
def test_headings_by_style(described: str, expected: tuple[str, int | None]) -> None:
    assert kinds(p("Leave", style="X") + p(BODY), styles=STYLES + described)[0] == expected


def test_heading_style_that_the_file_does_not_describe() -> None:
    assert kinds(p("Leave", style="Heading2"), styles="")[0] == ("heading", 2)


def test_outline_level_of_the_paragraph_itself() -> None:
    body = p("Leave", more='<w:outlineLvl w:val="2"/>')
    body += p("No heading", style="Heading1", more='<w:outlineLvl w:val="9"/>')
    assert kinds(body) == [("heading", 3), ("paragraph", None)]


def test_heading_style_on_a_long_sentence_is_text() -> None:
    assert kinds(p(BODY * 3, style="Heading2")) == [("paragraph", None)]
    assert kinds(p(BODY, style="Heading2")) == [("heading", 2)]


def test_numbers_of_lists_are_items_and_those_of_sections_are_not() -> None:
    numbering = abstract(
        0, level(0, "第%1条", "chineseCounting"), level(1, "%1.%2"),
        level(2, "(%3)", "lowerLetter"), level(3, "%4)"), level(4, "%5、", "chineseCounting"),
    )  # fmt: skip
    found = kinds("".join(p("x", (1, i)) for i in range(5)), numbering=numbering + num(1, 0))
    expected = [("paragraph", None)] * 2 + [("list_item", 3), ("list_item", 4), ("paragraph", None)]
    assert found == expected


def test_title_style_is_the_title_once_at_the_beginning() -> None:
    body = p("Leave Policy", style="Title") + p(BODY) + p("Leave", style="Heading1")
    body += p("Another part", style="Title")
    assert [kind for kind, _ in kinds(body)] == ["heading", "paragraph", "heading", "paragraph"]
    assert blocks(body)[0].level == 1


def test_title_of_two_lines() -> None:
    body = p("Lanternworks", style="Title") + p("Leave Policy", style="Title")
    body += p("Version 3", style="Title") + p(BODY)
    found = blocks(body)
    assert [b.text for b in found] == ["Lanternworks\nLeave Policy", "Version 3", BODY]


@pytest.mark.parametrize(
    "title",
    [
        p("Leave Policy", more='<w:jc w:val="center"/>'),
        para(r("Leave Policy", '<w:sz w:val="40"/>')),
        p("Leave Policy"),
    ],
)
def test_title_by_its_look_above_marked_headings(title: str) -> None:
    body = title + p(BODY) + p("1. Purpose", style="Heading1") + p(BODY)
    found = blocks(body)
    assert (found[0].kind, found[0].level, found[0].text) == ("heading", 1, "Leave Policy")
    assert chains(read_bytes(docx(body), ".docx")) == ["Preamble", "1"]


def test_without_marked_headings_no_line_becomes_one() -> None:
    assert kinds(p("Leave Policy", more='<w:jc w:val="center"/>') + p(BODY)) == [
        ("paragraph", None)
    ] * 2  # fmt: skip


def test_contents_field_over_several_paragraphs() -> None:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    code = "<w:r><w:instrText> TOC \\o &quot;1-3&quot; </w:instrText></w:r>"
    first = para(mark.format("begin"), code, mark.format("separate"), r("1 Purpose\t2"))
    last = para(r("2 Leave "), field(" PAGEREF x ", r("3"))) + para(mark.format("end"))
    body = first + last + p("1 Purpose", style="Heading1") + p(BODY)
    found = [(b.text, b.in_contents) for b in blocks(body)]
    assert found == [
        ("1 Purpose … 2", True), ("2 Leave 3", True), ("1 Purpose", False), (BODY, False),
    ]  # fmt: skip


def test_contents_do_not_swallow_the_first_chapter() -> None:
    numbering = abstract(0, level(0, "第%1章", "chineseCounting")) + num(1, 0)
    body = p("目录") + para(field(" TOC ", "<w:r><w:t>第一章 总则</w:t><w:tab/><w:t>1</w:t></w:r>"))
    body += p("第二章 休假", style="TOC1") + p("总则", (1, 0), "Heading1") + p(BODY)
    body += p("休假", (1, 0), "Heading1") + p(BODY)
    assert chains(read_bytes(docx(body, numbering=numbering), ".docx")) == ["第一章", "第二章"]


def test_contents_field_that_never_ends_swallows_nothing() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    code = "<w:r><w:instrText> TOC </w:instrText></w:r>"
    code += '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    assert not any(b.in_contents for b in blocks(para(begin, code, r("Leave")) + p(BODY)))


def test_contents_by_style_and_by_content_control() -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    inside = p("Contents", style="Heading1") + p("Leave 2")
    body = f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>"
    found = [(b.kind, b.in_contents) for b in blocks(body + p("Leave 2", style="TOC1") + p(BODY))]
    assert found == [("paragraph", True)] * 3 + [("paragraph", False)]


def test_table_rows_with_merged_cells() -> None:
    body = table(
        [cell("Allowance", '<w:gridSpan w:val="2"/>'), "Days"],
        [cell("HR", '<w:vMerge w:val="restart"/>'), "Annual", "10"],
        [cell("gone", "<w:vMerge/>"), "Sick", "5"],
    )
    assert [b.text for b in blocks(body)] == [
        "Allowance | | Days",
        "HR | Annual | 10",
        "| Sick | 5",
    ]


def test_deleted_rows_are_left_out_and_inserted_ones_read() -> None:
    rows = "<w:tr>{}" + cell("{}") + cell("x") + "</w:tr>"
    deleted = '<w:trPr><w:del w:id="1"/></w:trPr>'
    made = rows.format("", "kept") + rows.format(deleted, "gone") + rows.format("", "last")
    made = made.replace("{}", "")
    body = f"<w:tbl>{made}</w:tbl>"
    found = " ".join(b.text for b in blocks(body))
    assert "gone" not in found
    assert found.count("| x") == 2


def test_table_of_one_cell_is_a_frame_around_text() -> None:
    inside = p("Leave", style="Heading1") + p(BODY) + p("(a) rest")
    assert [kind for kind, _ in kinds(table([inside]))] == ["heading", "paragraph", "paragraph"]


def test_table_that_lays_out_sections_is_read_cell_by_cell() -> None:
    inside = p("Leave", style="Heading1") + p(BODY) + p("More of it.")
    found = [b.text for b in blocks(table(["Side note", inside]))]
    assert found == ["Side note", "Leave", BODY, "More of it."]


def test_nested_table_becomes_text_of_its_cell() -> None:
    inner = table(["a", "b"], ["c", "d"]) + p()
    assert [b.text for b in blocks(table(["x", inner], ["y", "z"]))] == ["x | a | b c | d", "y | z"]


def test_two_languages_side_by_side_are_read_one_after_the_other() -> None:
    left = p("1. Purpose") + p("This policy says who may rest.") + p("2. Leave") + p("Ten days.")
    right = p("1. 目的") + p("本制度规定休息的权利。") + p("2. 休假") + p("每年十天。")
    found = [b.text for b in blocks(table([left, right]))]
    assert found[:4] == ["1. Purpose", "This policy says who may rest.", "2. Leave", "Ten days."]
    assert found[4:] == ["1. 目的", "本制度规定休息的权利。", "2. 休假", "每年十天。"]


SPACE = '<w:spacing w:before="{}" w:after="{}"/>'


def isolated(spaces: list[tuple[int, int]]) -> str:
    body = "".join(p(f"Line {i}", more=SPACE.format(*s)) for i, s in enumerate(spaces))
    return read_bytes(docx(body), ".docx").source


def test_empty_paragraph_is_a_gap() -> None:
    assert read_bytes(docx(p("a") + p() + p(" ") + p("b") + p("c")), ".docx").source == "a\n\nb\nc"


@pytest.mark.parametrize(
    ("spaces", "expected"),
    [
        ([(0, 160)] * 4, "Line 0\nLine 1\nLine 2\nLine 3"),
        ([(0, 0), (0, 0), (240, 0), (0, 0)], "Line 0\nLine 1\n\nLine 2\nLine 3"),
        ([(0, 100), (0, 100), (120, 100), (0, 100)], "Line 0\nLine 1\nLine 2\nLine 3"),
        ([(0, 100), (0, 100), (0, 400), (0, 100)], "Line 0\nLine 1\nLine 2\n\nLine 3"),
    ],
)
def test_gap_is_more_space_than_usual(spaces: list[tuple[int, int]], expected: str) -> None:
    assert isolated(spaces) == expected


def test_no_space_between_paragraphs_of_one_style() -> None:
    described = style("L", "List", SPACE.format(0, 300) + "<w:contextualSpacing/>")
    body = p("a", style="L") + p("b", style="L") + p("c", style="L") + p("d", style="L") + p("e")
    source = read_bytes(docx(body, styles=STYLES + described), ".docx").source
    assert source == "a\nb\nc\nd\n\ne"


POLICY = """\
Lanternworks Leave Policy

1. Purpose
This policy says who may rest. It follows from 2.1 below.
1.1 Everyone may rest.
1.2 Nobody need ask:
(a) in summer;
(b) in winter.

Carry over

Unused days are carried over to March.
2. Sick leave
2.1 A certificate is needed after three days.
第三条 本条以中文书写。
"""


def test_paragraph_a_line_gives_the_clauses_of_the_text() -> None:
    body = "".join(p(line) for line in POLICY.split("\n"))
    document = read_bytes(docx(body), ".docx")
    assert document.source == POLICY.strip()
    assert chains(document) == chains(read_text(POLICY, "utf-8"))


def test_text_pasted_as_one_paragraph_gives_the_clauses_of_the_text() -> None:
    content = "<w:br/>".join(f"<w:t>{line}</w:t>" for line in POLICY.split("\n"))
    document = read_bytes(docx(para(f"<w:r>{content}</w:r>")), ".docx")
    assert chains(document) == chains(read_text(POLICY, "utf-8"))


def test_automatic_numbers_give_the_clauses_of_typed_ones() -> None:
    numbering = abstract(
        0, level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerLetter"), level(3, "第%1条")
    )
    lines = []
    for line in POLICY.split("\n"):
        if line[:1].isdigit():
            lines.append(p(line.split(" ", 1)[1], (1, 0 if line[1:3] == ". " else 1)))
        elif line[:1] == "(":
            lines.append(p(line[4:], (1, 2)))
        else:
            lines.append(p(line))
    document = read_bytes(docx("".join(lines), numbering=numbering + num(1, 0)), ".docx")
    assert document.source == POLICY.strip()
    assert chains(document) == chains(read_text(POLICY, "utf-8"))
