"""What a clause holds: its heading with its body, its own words, its id and its span."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from indexer.records import Clause

Parse = Callable[..., list[Clause]]
Chains = Callable[..., list[str]]


def test_heading_stays_with_its_body(parse: Parse) -> None:
    clauses = parse(
        "Leave Policy\n\n1. Annual leave\nTen days a year.\nMore on request.\n2. End\nNow."
    )
    assert clauses[0].heading == "Annual leave"
    assert clauses[0].text == "1. Annual leave\nTen days a year.\nMore on request."
    assert clauses[0].heading_path == ("Annual leave",)


def test_heading_path_runs_from_the_root(parse: Parse) -> None:
    clauses = parse(
        "制度\n\n第一章 总则\n第一条 目的\n（一）休息。\n（二）娱乐。\n第二条 范围\n全体。"
    )
    assert clauses[2].heading_path == ("总则", "目的")
    assert clauses[2].parent_id == clauses[1].id
    assert clauses[1].parent_id == clauses[0].id


def test_a_sentence_is_no_heading(parse: Parse) -> None:
    clauses = parse("Leave Policy\n\n1. Everybody may rest.\n2. Nobody need ask for it.\n")
    assert [clause.heading for clause in clauses] == [None, None]


def test_run_in_heading(parse: Parse) -> None:
    clauses = parse("Policy\n\n1. Log data: we keep it for a month.\n2. 日志信息：保存一个月。\n")
    assert [clause.heading for clause in clauses] == ["Log data", "日志信息"]


@pytest.mark.parametrize(
    "line", ["第三条（年假）十天。", "第三条（年假）", "第三条 【年假】 十天。"]
)
def test_heading_in_brackets(parse: Parse, line: str) -> None:
    clauses = parse(f"制度\n\n第一条（目的）休息。\n第二条（范围）全体。\n{line}\n每年如此。\n")
    assert [clause.heading for clause in clauses] == ["目的", "范围", "年假"]


def test_a_broken_line_is_no_heading(parse: Parse) -> None:
    clauses = parse(
        "Leave Policy\n\n1. Staff are covered and guests are covered\nas well.\n2. End\nNow."
    )
    assert clauses[0].heading is None


def test_headings_without_numbers(parse: Parse) -> None:
    text = (
        "Leave Policy\n\nAim\n\nTo rest, for as long as it takes.\n\nScope\n\nAll of the staff.\n"
    )
    clauses = parse(text)
    assert [(c.labels, c.heading) for c in clauses] == [(("Aim",), "Aim"), (("Scope",), "Scope")]
    assert clauses[1].text == "Scope\nAll of the staff."


def test_headings_without_numbers_in_brackets(chains: Chains) -> None:
    text = "Leave Policy\n[Important]\n• Rest is good.\n• Work is not.\n\nScope\n\nAll staff.\n"
    assert chains(text) == ["Important", "Important › •1", "Important › •2", "Scope"]


def test_a_heading_announces_its_subheadings(chains: Chains) -> None:
    text = (
        "Privacy Policy\n\nHow we share and transfer data\n\n"
        "share\n\nWe share it with nobody at all.\n\n"
        "transfer\n\nWe do not transfer it.\n\nContact\n\nWrite to us.\n"
    )
    top = "How we share and transfer data"
    assert chains(text) == [top, f"{top} › share", f"{top} › transfer", "Contact"]


def test_number_split_by_a_line_break(parse: Parse) -> None:
    clauses = parse(
        "Policy\n\n1. Storage\nIt depends on:\n"
        "(1) the purpose; (\n2) the safety;\n( 3) your wish;\n(4) more.\n"
    )
    assert [c.labels for c in clauses] == [("1",), *(("1", n) for n in "1234")]
    assert [c.text for c in clauses[1:3]] == ["(1) the purpose;", "(2) the safety;"]


def test_items_fused_into_one_line(parse: Parse) -> None:
    clauses = parse(
        "制度\n\n一、标准\n包括：\n（一）年假；（二）病假；（三）事假。\n二、范围\n全体。"
    )
    assert [c.labels for c in clauses] == [("一",), *(("一", n) for n in "一二三"), ("二",)]
    assert clauses[2].text == "（二）病假；"


def test_heading_fused_to_the_paragraph_before(chains: Chains) -> None:
    text = (
        "Policy\n\nUse of data\n\nWe use it only as far as the law allows us to, and for nothing "
        "else at all. How you manage your data\n\n"
        "(1) See it\nOpen the app.\n(2) Delete it\nWrite.\n"
    )
    managed = next(chain for chain in chains(text) if chain.endswith("How you manage your data"))
    assert chains(text)[-2:] == [f"{managed} › 1", f"{managed} › 2"]


def test_preamble(parse: Parse) -> None:
    english = parse("Leave Policy\nWe like rest.\n1. Aim\nRest.\n2. Scope\nAll.\n")[0]
    chinese = parse("休假制度\n我们重视休息。\n一、目的\n休息。\n二、范围\n全体。\n")[0]
    assert (english.labels, chinese.labels) == (("Preamble",), ("前言",))
    assert english.text == "Leave Policy\nWe like rest."


def test_a_title_alone_is_no_clause(parse: Parse) -> None:
    text = "Leave Policy\n\n1. Aim\nRest.\n2. Scope\nAll.\n"
    first = parse(text)[0]
    assert (first.labels, first.start, first.text) == (("1",), 0, "1. Aim\nRest.")


@pytest.mark.parametrize("text", ["Be kind to each other, always.", "善待彼此。", "Leave Policy\n"])
def test_text_without_structure_is_one_clause(parse: Parse, text: str) -> None:
    (clause,) = parse(text)
    assert (clause.text, clause.start, clause.end) == (text.strip(), 0, len(text))


def test_lead_in_is_the_sentence_that_introduces(parse: Parse) -> None:
    clauses = parse(
        "Policy\n\n1. Data\nWe are careful. We keep it for:\n(1) billing;\n(2) support.\n"
    )
    assert [c.lead_in for c in clauses] == ["", "We keep it for:", "We keep it for:"]


def test_clause_knows_its_own_language(parse: Parse) -> None:
    long = "We keep the personal data of our customers for no longer than the law allows us to."
    clauses = parse(
        f"隐私政策\n\n一、信息的保存\n我们保存您的信息。\n二、English summary\n{long}\n{long}\n"
    )
    assert [clause.lang for clause in clauses] == ["zh", "en"]


CITATIONS = {
    "JST Privacy Policy §3.4.2": (
        "JST Privacy Policy",
        "3. A\n3.4 B\n3.4.1 C.\n3.4.2 D.\n4. E\nF.",
        -2,
    ),
    "Leave Policy §1(2)": ("Leave Policy", "1. A\nThus:\n(1) B.\n(2) C.\n", -1),
    "Leave Policy §I(II)1(11)": (
        "Leave Policy",
        "I. A\n(I) B.\n(II) C\n1. D:\n" + "".join(f"({n}) E.\n" for n in range(1, 12)),
        -1,
    ),
    "Leave Policy, Article 4(b)(i)": (
        "Leave Policy",
        "".join(f"Article {n} A\n(a) B.\n(b) C:\n(i) D;\n(ii) E.\n" for n in (3, 4)),
        -2,
    ),
    "Leave Policy §2 bullet 3": ("Leave Policy", "1. A\nB.\n2. C\nThus:\n- D\n- E\n- F\n", -1),
    "Leave Policy, “Scope”": ("Leave Policy", "Aim\n\nTo rest.\n\nScope\n\nAll staff.\n", -1),
    "Leave Policy, ARTICLE II, Section 1": (
        "Leave Policy",
        "ARTICLE I. A\nB.\nARTICLE II. C\nSection 1. D\nE.\n",
        -1,
    ),
    "《平台隐私政策》一（一）2": ("《平台隐私政策》", "一、甲\n（一）乙：\n1、丙；\n2、丁。\n", -1),
    "《休假制度》第三条（二）": (
        "休假制度",
        "第一章 甲\n第一条 乙。\n第二条 乙。\n第二章 丙\n第三条 丁：\n（一）戊；\n（二）己。\n",
        -1,
    ),
    "《休假制度》第二章第一条": (
        "休假制度",
        "第一章 甲\n第一条 乙。\n第二条 丙。\n第二章 丁\n第一条 戊。\n第二条 己。\n",
        -2,
    ),
    "《休假制度》一第2点": ("休假制度", "一、甲\n包括：\n• 乙\n• 丙\n", -1),
    "《休假制度》“目的”": ("# 休假制度", "\n## 目的\n\n休息。\n", -1),
}


@pytest.mark.parametrize(
    ("citation", "title", "body", "position"), [(k, *v) for k, v in CITATIONS.items()]
)
def test_citation(parse: Parse, citation: str, title: str, body: str, position: int) -> None:
    clauses = parse(f"{title}\n\n{body}", markdown=title.startswith("#"))
    assert clauses[position].citation == citation


def test_ids_are_paths_of_normalised_labels(parse: Parse) -> None:
    english = parse("Policy\n\n5. A\n5.1. B.\n5.2. C:\n5.2.1. D.\n6. E\n- F\n- G\n")
    chinese = parse("制度\n\n第一章 甲\n第一条 乙：\n（一）丙；\n（二）丁。\n")
    assert [c.id for c in english] == [
        f"p@1#{path}" for path in ("5", "5.1", "5.2", "5.2.1", "6", "6.b1", "6.b2")
    ]
    assert chinese[-1].id == "p@1#第一章.第一条.二"


def test_labels_keep_neither_brackets_nor_dots(parse: Parse) -> None:
    clauses = parse("Policy\n\nI. A\n(I) B.\n（II）C.\n1. D:\n(1) E.\nII. F\nG.\n")
    assert [c.labels for c in clauses][:4] == [("I",), ("I", "I"), ("I", "II"), ("I", "II", "1")]
    assert parse("[Important]\n• A thing.\n• Another.\n")[0].labels != ("[Important]",)


def test_the_same_path_twice_gets_a_suffix(parse: Parse) -> None:
    sections = ("Aim\n\nTo rest, all of us.", "Scope\n\nAll staff.", "Aim\n\nTo play, all of us.\n")
    text = "\n\n".join(("Policy", *sections))
    assert [c.id for c in parse(text)] == ["p@1#Aim", "p@1#Scope", "p@1#Aim~2"]


def test_ids_stay_when_a_later_clause_is_added(parse: Parse) -> None:
    text = "Policy\n\n1. A\n1.1 B.\n1.2 C.\n2. D\n2.1 E.\n"
    before = [clause.id for clause in parse(text)]
    after = [clause.id for clause in parse(text.replace("2. D", "1.3 New.\n2. D"))]
    assert [i for i in after if i != "p@1#1.3"] == before


def test_markdown_levels(parse: Parse) -> None:
    text = (
        "---\nlayout: page\n---\n\n# Leave Policy\n\nIntro.\n\n"
        "## 1. Aim\n\nRest.\n\n### 1.1 Staff\n\n- **one** thing\n  - inside\n- [two](x)\n\n"
        "## 2. Scope\n\n| a | b |\n|---|---|\n| c | d |\n"
    )
    clauses: Any = parse(text, markdown=True)
    chains = [" › ".join(clause.labels) for clause in clauses]
    inner = "1 › 1.1"
    assert chains == [
        "Preamble", "1", inner, f"{inner} › •1", f"{inner} › •1 › •1", f"{inner} › •2", "2"
    ]  # fmt: skip
    assert clauses[3].text == "• one thing"
    assert clauses[-1].text == "2. Scope\na | b\nc | d"
    assert "".join(text[c.start : c.end] for c in clauses) == text


def test_markdown_chapters_and_bold_headings(chains: Chains) -> None:
    chapters = (
        "# 制度\n\n## 第一章 总则\n\n### 第一条 目的\n\n休息。\n\n"
        "## 第二章 附则\n\n### 第二条 生效\n\n即日。\n"
    )
    assert chains(chapters, markdown=True) == [
        "第一章", "第一章 › 第一条", "第二章", "第二章 › 第二条"
    ]  # fmt: skip
    bold = "Policy\n======\n\n**Aim**\n\nRest.\n\n**Scope**\n\nAll of *us*.\n"
    assert chains(bold, markdown=True) == ["Aim", "Scope"]
