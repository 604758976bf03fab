"""Front matter: which keys it may have, and what happens where it is broken."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.metadata import describe
from indexer.readers.front_matter import MOST_CHARACTERS, read_front_matter
from indexer.readers.markdown import read_markdown
from indexer.records import Properties

BODY = "\n# Leave Policy\n\nRest is part of the work.\n"


def properties(stated: str) -> Properties:
    return read_front_matter(f"---\n{stated}\n---\n{BODY}").properties


@pytest.mark.parametrize(
    ("stated", "field", "value"),
    [
        ("title: Leave", "title", "Leave"),
        ("标题: 休假制度", "title", "休假制度"),
        ("名称: 休假制度", "title", "休假制度"),
        ("Organization: Acme Ltd.", "organisation", "Acme Ltd."),
        ("公司: 灯塔有限公司", "organisation", "灯塔有限公司"),
        ("author: Acme Ltd.", "organisation", "Acme Ltd."),
        ("author: Jane Smith", "organisation", None),
        ("author: {name: Acme Ltd.}", "organisation", None),
        ("effective: 2025-03-01", "effective_date", date(2025, 3, 1)),
        ("Date-Effective: 1 March 2025", "effective_date", date(2025, 3, 1)),
        ("生效日期: 2025年3月1日", "effective_date", date(2025, 3, 1)),
        ("last_updated: 2025-03-01T08:00:00Z", "updated_date", date(2025, 3, 1)),
        ("lastmod: 20250301", "updated_date", date(2025, 3, 1)),
        ("更新日期: ２０２５-3-1", "updated_date", date(2025, 3, 1)),
        ("date: March 1, 2025", "updated_date", date(2025, 3, 1)),
        ("date: 2020-01-01\nupdated: 2025-03-01", "updated_date", date(2025, 3, 1)),
        ("version: 1.10", "revision", "1.10"),
        ("revision: Version 4.2", "revision", "4.2"),
        ("版本号: V2.1", "revision", "V2.1"),
        ("lang: zh-Hans-CN", "lang", "zh"),
        ("language: English", "lang", "en"),
        ("语言: 中文", "lang", "zh"),
        ("url: https://acme.example/leave", "source_url", "https://acme.example/leave"),
        ("permalink: /leave/", "source_url", None),
        ("permalink: /leave/\n来源: https://a.example/", "source_url", "https://a.example/"),
        ("url: javascript:alert(1)", "source_url", None),
        ("title:\nname: Leave", "title", "Leave"),
        ("layout: page\ntags: [a, b]\nnav: {order: 3}", "title", None),
    ],
)
def test_keys_in_english_and_chinese(stated: str, field: str, value: object) -> None:
    assert getattr(properties(stated), field) == value
    assert read_front_matter(f"---\n{stated}\n---\n{BODY}").remarks == ()


def test_toml_front_matter_keeps_its_types_and_digits() -> None:
    text = f'+++\ntitle = "Leave"\ndate = 2025-03-01T08:00:00Z\nversion = 1.10\n+++\n{BODY}'
    found = read_front_matter(text)
    assert found.properties == Properties(
        title="Leave", updated_date=date(2025, 3, 1), revision="1.10"
    )
    assert text[found.end :] == BODY


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ("title: Leave: a policy", "put a text that holds a colon in quotes"),
        ("title: [Leave", "line"),
        ("a: &a [x]\nb: *a", "anchors"),
        ("a: &a 1", "anchors"),
        ("title: a\ntitle: b", "the key title stands twice"),
        ("title: !!python/name:os.system x", "tag"),
        ("title: " + "[" * 5000, "nested too deeply"),
        ("effective: 2025-02-30", "'2025-02-30' is no date"),
        ("effective: 2025-02", "'2025-02' is no date"),
        ("title: [a, b]", "title: is a list; expected a text"),
        ("version: final draft", "is no revision"),
        ("lang: Klingon", "is no language"),
    ],
)
def test_broken_front_matter_is_passed_over_with_a_remark(stated: str, reason: str) -> None:
    document = read_markdown(f"---\n{stated}\n---\n{BODY}", "utf-8")
    (remark,) = document.remarks
    assert remark.code == "front-matter"
    assert reason in remark.message
    assert document.properties == Properties()
    assert [block.text for block in document.blocks] == [
        "Leave Policy",
        "Rest is part of the work.",
    ]


def test_one_bad_value_spoils_no_other() -> None:
    found = read_front_matter(f"---\ntitle: Leave\nupdated: soon\n---\n{BODY}")
    assert (found.properties.title, len(found.remarks)) == ("Leave", 1)


@pytest.mark.parametrize(
    "text",
    [
        f"---\nA sentence between two rules.\n---\n{BODY}",
        f"---\n- an item\n- another\n---\n{BODY}",
        "---\n\nWe keep this short, and it has no end",
        BODY,
        "",
    ],
)
def test_text_between_rules_is_text(text: str) -> None:
    assert read_front_matter(text).end == 0
    words = "".join(block.text for block in read_markdown(text, "utf-8").blocks)
    for word in ("sentence", "another", "short"):
        assert (word in words) == (word in text)


def test_front_matter_that_is_too_long_is_not_parsed() -> None:
    stated = "title: Leave\n" + "note: x\n" * (MOST_CHARACTERS // 8)
    found = read_front_matter(f"---\n{stated}---\n{BODY}")
    assert (found.end, found.properties) == (0, Properties())
    assert "over 65,536" in found.remarks[0].message


@pytest.mark.parametrize("end", ["---", "...", "---  \n", "---\n"])
def test_front_matter_ends_at_its_closing_line(end: str) -> None:
    assert read_front_matter(f"--- \ntitle: Leave\n{end}").properties.title == "Leave"


def test_sections_stay_clauses_where_front_matter_has_the_title() -> None:
    text = "---\ntitle: Gift Policy\n---\n# Purpose\n\nSmall.\n\n# Rules\n\nNone.\n"
    described = describe(read_markdown(text, "utf-8"), "Gifts")
    assert described.metadata.title == "Gift Policy"
    assert described.title_blocks == frozenset()


def test_the_language_is_that_of_the_text_below() -> None:
    text = "---\n公司: 灯塔有限公司\n作者: 人事部门制度管理小组\n---\n# Leave\n\nRest.\n"
    assert describe(read_markdown(text, "utf-8"), "F").metadata.lang == "en"
