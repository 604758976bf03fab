"""Terms are found where they are defined, with the sentence that says what they mean."""

from __future__ import annotations

import pytest

from indexer.records import Clause
from indexer.references.definitions import find_definitions


def clause(text: str, heading: str | None = None) -> Clause:
    path = (heading,) if heading else ()
    return Clause(
        "p@1#1", "p", "1", 0, None, ("1",), heading, path, "P §1", "en", text, 0, len(text)
    )


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("1.1 “Personal Data” means any data about a person.", ["Personal Data"]),
        ('"Device" shall mean a phone or a laptop.', ["Device"]),
        ("User information refers to what you tell us. We keep it.", ["User information"]),
        ("Harbour Ltd. (the “Company”) sells lamps.", ["Company"]),
        ("our websites and apps (collectively, the “Services”) are free.", ["Services"]),
        ("this policy (“Privacy Policy” or “Policy”) binds us.", ["Privacy Policy", "Policy"]),
        ("the lamp makers (hereinafter referred to as “Makers”) agree.", ["Makers"]),
        ("firms, shops, etc., hereinafter referred to as \"Partners\".", ["Partners"]),
        ("Working Day means a day on which the office is open.", ["Working Day"]),
        ("Harbour Ltd. (“we”, “us” or “Harbour”) sells lamps.", ["Harbour"]),
        ("This means that you must ask first.", []),
        ("Continued use means that you agree.", []),
        ("You may write to us by any means (“post” or mail).", []),
        ("Please refer to the website. He means it.", []),
        ("Tell us which fields (such as “Name” and “Age”) are wrong.", []),
        ("“个人信息”是指与自然人有关的各种信息。", ["个人信息"]),
        ("本办法所称数据，是指任何记录。", ["数据"]),
        ("旷工是指未请假而缺勤。", ["旷工"]),
        ("灯塔有限公司（以下简称“本公司”或“灯塔”）制定本政策。", ["本公司", "灯塔"]),
        ("灯塔平台（以下称“我们”）运营本平台。", []),
        ("灯塔有限公司（下称本平台）负责解释。", ["本平台"]),
        ("网站与应用（以下统称：“服务”）免费提供。", ["服务"]),
        ("“Cookie”是指网站存放的小文件。", ["Cookie"]),
        ("这是指您可以随时退出。", []),
        ("请指定联系人，并按指示办理。", []),
    ],
)  # fmt: skip
def test_terms_are_found_where_they_are_defined(text: str, terms: list[str]) -> None:
    assert [found.term for found in find_definitions([clause(text)])] == terms


def test_defining_sentence_is_a_piece_of_the_clause() -> None:
    text = "1.2 Hello. “Device” means a phone, made by Harbour Ltd. or others. It is ours."
    (found,) = find_definitions([clause(text)])
    assert found.text == "“Device” means a phone, made by Harbour Ltd. or others."
    assert text[found.start : found.end] == found.text


def test_number_of_the_clause_is_no_part_of_the_sentence() -> None:
    (found,) = find_definitions([clause("（二）“设备”是指手机和电脑。其他不算。")])
    assert found.text == "“设备”是指手机和电脑。"


def test_entries_of_a_list_of_definitions_count() -> None:
    entry = "- Leave year: the calendar year, from January to December."
    assert [d.term for d in find_definitions([clause(entry, "Definitions")])] == ["Leave year"]
    assert find_definitions([clause(entry, "Annual leave")]) == []
    chinese = "年度：自一月一日至十二月三十一日。"
    assert [d.term for d in find_definitions([clause(chinese, "术语与定义")])] == ["年度"]


def test_time_grows_with_the_length_of_the_text() -> None:
    """Texts that make careless patterns try everything; each takes well under a second."""
    for piece in (
        "A ",
        "“a",
        "(“a” ",
        "以下简称",
        "是指",
        "称“a”或",
        "Aa means ",
        "hereinafter ",
        "(the ",
    ):
        find_definitions([clause(piece * 20_000, "Definitions")])
