"""Levels and numbers vote on headings, bilingual policies, and what is remarked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.metadata import describe
from indexer.outline.clauses import Outline, split_clauses
from indexer.readers.assemble import Piece, assemble, table_pieces
from indexer.readers.markdown import read_markdown
from indexer.readers.text import read_text
from indexer.records import Document

Chains = Callable[..., list[str]]


def outline(document: Document) -> Outline:
    described = describe(document, "Some policy")
    return split_clauses(document, described.metadata, "p", "1", described.title_blocks)


def told(document: Document) -> list[tuple[str, str | None]]:
    """The remarks as (code, last part of the clause's id)."""
    remarks = outline(document).remarks
    return [(r.code, r.clause_id.partition("#")[2] if r.clause_id else None) for r in remarks]


def chains_of(document: Document) -> list[str]:
    return [" › ".join(clause.labels) for clause in outline(document).clauses]


def markdown(text: str) -> Document:
    return read_markdown(text, "utf-8")


def text(written: str) -> Document:
    return read_text(written, "utf-8")


def test_numbers_nest_headings_that_are_all_of_one_level() -> None:
    document = markdown(
        "# Book\n\n## 1 Purpose\n\nWhy.\n\n## 1.1 Aim\n\nA.\n\n## 1.2 End\n\nB.\n\n## 2 More\n"
    )
    assert chains_of(document) == ["1", "1 › 1.1", "1 › 1.2", "2"]
    assert told(document) == [("levels-disagree", "1.1"), ("levels-disagree", "1.2")]


def test_section_with_the_next_number_stands_beside_the_one_before_at_any_level() -> None:
    document = markdown("# H\n\n## 1. Purpose\n\nA.\n\n### 1.1 Aim\n\nB.\n\n### 2. Scope\n\nC.\n")
    assert chains_of(document) == ["1", "1 › 1.1", "2"]


def test_numbered_subheadings_that_begin_anew_stay_under_their_heading() -> None:
    document = markdown("# H\n\n## 1. A\n\n### 1. B\n\n### 2. C\n\n## 2. D\n\n### 1. E\n")
    assert chains_of(document) == ["1", "1 › 1", "1 › 2", "2", "2 › 1"]
    assert told(document) == []


def test_decimal_headings_without_a_section_of_their_number_keep_the_markup_s_level() -> None:
    document = markdown("# H\n\n## Basics\n\n### 1.1 A\n\nx.\n\n### 1.2 B\n\ny.\n\n## More\n\nz.\n")
    assert chains_of(document) == ["Basics", "Basics › 1.1", "Basics › 1.2", "More"]
    assert told(document) == []


def test_bold_line_is_a_heading_among_plain_paragraphs() -> None:
    document = assemble(
        [
            Piece("paragraph", "Travel Policy"),
            Piece("paragraph", "Booking a trip", strong=True),
            Piece("paragraph", "Trips are booked by the travel desk, at the lowest fare."),
            Piece("paragraph", "Hotels", strong=True),
            Piece("paragraph", "Hotels are paid up to the amount for the city."),
        ],
        "docx",
    )
    assert chains_of(document) == ["Booking a trip", "Hotels"]


def test_bold_line_under_marked_headings_is_of_the_lowest_rank() -> None:
    document = assemble(
        [
            Piece("heading", "Expenses", level=1),
            Piece("heading", "Trips", level=2),
            Piece("paragraph", "By train", strong=True),
            Piece("paragraph", "Second class is paid."),
            Piece("heading", "Meals", level=2),
            Piece("paragraph", "Meals are paid up to thirty euros a day."),
        ],
        "html",
    )
    assert chains_of(document) == ["Trips", "Trips › By train", "Meals"]


def test_short_lines_are_no_headings_where_the_markup_has_headings() -> None:
    document = assemble(
        [
            Piece("heading", "Privacy Notice", level=1),
            Piece("heading", "Contact", level=2),
            Piece("paragraph", "Data Protection Office", gap=True),
            Piece("paragraph", "The office answers within a week of each letter.", gap=True),
            Piece("heading", "Changes", level=2),
            Piece("paragraph", "We announce changes a month before."),
        ],
        "html",
    )
    assert chains_of(document) == ["Contact", "Changes"]


def test_fused_items_are_set_apart_in_every_format() -> None:
    document = assemble(
        [Piece("paragraph", "1. We keep:"), Piece("paragraph", "(1) names; (2) addresses;")], "docx"
    )
    assert chains_of(document) == ["1", "1 › 1", "1 › 2"]
    assert told(document) == [("fused-item", "1.2")]


def test_number_split_over_lines_is_joined_and_told() -> None:
    document = text("1. We keep:\n(1) names;\n(\n2) addresses;\n")
    assert chains_of(document) == ["1", "1 › 1", "1 › 2"]
    assert told(document) == [("split-number", "1.2")]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("一、总则\n本制度适用。\n六、附加\n内容。\n八、联系\n内容。\n", "from 六 to 八"),
        ("1. One.\n2. Two.\n5. Five.\n6. Six.\n", "from 2 to 5"),
    ],
)
def test_jump_in_the_numbering_is_told(written: str, message: str) -> None:
    remarks = outline(text(written)).remarks
    assert [r.message for r in remarks if r.code == "numbering-jump"][-1].endswith(message)


def test_numbering_that_runs_on_over_chapters_is_no_jump() -> None:
    written = "第一章 总则\n第一条 目的。\n第二条 范围。\n第二章 管理\n第三条 职责。\n第四条 检查。"
    assert told(text(written)) == []


def test_very_long_clause_and_missing_clauses_are_told() -> None:
    document = text("All of it in one paragraph. " * 400)
    assert told(document) == [("long-clause", "Preamble"), ("no-clauses", "Preamble")]


def test_rows_of_a_flattened_table_stay_rows() -> None:
    document = text("1. Data\nKind | Kept\n1. Name | a year\n2. City | a month\n2. Contact us.\n")
    assert chains_of(document) == ["1", "2"]
    assert told(document) == [("flattened-table", "1")]


HEADED_IN_BOTH = """Remote Work Policy 远程办公制度
1. Scope 适用范围
This policy applies to all employees of the company.
本制度适用于公司全体员工。
2. Equipment 设备
2.1 The company lends a laptop to each employee who works from home.
公司向每位居家办公的员工借出一台笔记本电脑。
2.2 Employees must lock the screen when they leave it.
员工离开时必须锁定屏幕。
3. Termination 终止
The manager may end remote work with two weeks' notice.
主管可提前两周通知终止远程办公。
"""


def test_translation_under_the_same_number_is_a_clause_of_its_own() -> None:
    clauses = outline(text(HEADED_IN_BOTH)).clauses
    assert [(c.id.partition("#")[2], c.lang) for c in clauses] == [
        ("1", "en"),
        ("1~zh", "zh"),
        ("2", "zh"),  # only its heading, in both
        ("2.1", "en"),
        ("2.1~zh", "zh"),
        ("2.2", "en"),
        ("2.2~zh", "zh"),
        ("3", "en"),
        ("3~zh", "zh"),
    ]
    by_path = {c.id.partition("#")[2]: c for c in clauses}
    assert by_path["2.1~zh"].labels == ("2", "2.1")
    assert by_path["2.1~zh"].text == "公司向每位居家办公的员工借出一台笔记本电脑。"
    assert by_path["2.1~zh"].citation.endswith("2.1 (中文)")
    assert by_path["3~zh"].heading_path == ("Termination 终止",)


def test_translation_after_the_whole_original_is_numbered_apart() -> None:
    written = (
        "Leave Policy\n\n1. Annual leave\nEmployees have twenty days of leave a year.\n"
        "1.1 Unused days can be carried over to March.\n2. Sick leave\n"
        "A certificate is needed from the third day on.\n\n"
        "1. 年假\n员工每年享有二十天带薪年假。\n1.1 未休的年假可以结转至次年三月。\n"
        "2. 病假\n自生病的第三天起须提交病假证明。\n"
    )
    document = text(written)
    clauses = outline(document).clauses
    assert [(c.id.partition("#")[2], c.lang) for c in clauses] == [
        ("1", "en"), ("1.1", "en"), ("2", "en"), ("1~zh", "zh"), ("1.1~zh", "zh"), ("2~zh", "zh"),
    ]  # fmt: skip
    assert clauses[4].parent_id == "p@1#1~zh"
    assert "".join(document.source[c.start : c.end] for c in clauses) == written
    assert told(document) == []


def test_translations_in_turn_with_numbers_of_their_own_make_two_trees() -> None:
    written = (
        "Article 1 Purpose\n第一条 目的\nThis policy protects personal data of customers.\n"
        "本制度保护客户的个人数据。\nArticle 2 Retention\n第二条 保存\n"
        "Data are kept for three years after the contract ends.\n合同结束后数据保存三年。\n"
    )
    clauses = outline(text(written)).clauses
    chinese = [c for c in clauses if c.lang == "zh"]
    assert {c.labels for c in chinese} == {("第一条",), ("第二条",)}
    assert {c.labels for c in clauses if c.lang == "en"} == {("Article 1",), ("Article 2",)}
    kept = next(c for c in chinese if "三年" in c.text)
    assert kept.heading_path == ("保存",)


def test_table_of_two_languages_is_read_column_by_column() -> None:
    rows = [
        ["1. Scope", "1. 范围"],
        ["This policy applies to all employees of the company.", "本制度适用于公司全体员工。"],
        ["2. Leave", "2. 休假"],
        ["Employees have twenty days of leave a year.", "员工每年享有二十天带薪年假。"],
    ]
    clauses = outline(assemble(table_pieces(rows), "docx")).clauses
    assert [(c.id.partition("#")[2], c.lang) for c in clauses] == [
        ("1", "en"), ("2", "en"), ("1~zh", "zh"), ("2~zh", "zh"),
    ]  # fmt: skip


def test_chinese_policy_with_english_names_stays_one_language() -> None:
    written = (
        "一、总则\n本制度适用于使用 Lantern Desk 和 Lantern Mail 的全体员工。\n"
        "二、联系\n请致信 privacy@lanternworks.example 或访问 https://lanternworks.example/privacy。\n"
        "三、附则\n本制度由 Lanternworks Holdings Limited 负责解释。\n"
    )
    clauses = outline(text(written)).clauses
    assert [c.id.partition("#")[2] for c in clauses] == ["一", "二", "三"]
    assert {c.lang for c in clauses} == {"zh"}


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("ja", "第1条 目的\nこの規程は、従業員の個人情報の取り扱いについて定めるものとする。\n"
               "第2条 適用範囲\nこの規程は、すべての従業員に適用される。\n"),
        ("fr", "1. Objet\nLa présente politique décrit comment nous traitons les données "
               "personnelles de nos clients et de nos salariés.\n2. Conservation\nLes données sont "
               "conservées pendant trois ans après la fin du contrat de travail.\n"),
    ],
)  # fmt: skip
def test_policy_in_a_third_language_is_marked_as_such(lang: str, written: str) -> None:
    clauses = outline(text(written)).clauses
    assert len(clauses) == 2
    assert {clause.lang for clause in clauses} == {lang}


def test_numbered_table_becomes_clauses_and_other_tables_stay_rows() -> None:
    numbered = [["1.1", "Passwords have twelve characters."], ["1.2", "Phones are locked."]]
    assert [p.kind for p in table_pieces(numbered)] == ["paragraph", "paragraph"]
    counted = [["No", "Kind"], ["1", "Name"], ["2", "Address"]]
    assert [p.text for p in table_pieces(counted)] == ["No | Kind", "1 | Name", "2 | Address"]
