"""One line for each change, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.records import Clause
from indexer.versions.describing import describe, describe_counts, summary_lines
from indexer.versions.diff import diff_versions
from indexer.versions.records import VersionDiff

Parse = Callable[..., list[Clause]]

ENGLISH = """Boat Club Rules

1. Boats
1.1 Boats are washed after every outing.
1.2 Damage is written into the log before the crew goes home. The crew also tells the boatman.
1.3 Oars hang on the left wall.

2. Members
2.1 The fee is due within 30 days of the invoice.
2.2 Members may share the code of the gate with guests.

3. Guests
3.1 Guests wear a life vest on the water.
3.2 Guests row with a member of the club alone.
"""
CHINESE = """图书室规则

第一条 开放时间为上午九点至下午六点。
第二条 每人最多借阅五册，借期三十日。
第三条 图书遗失的，按原价赔偿。
第四条 阅览区内可以饮食。
第五条 电子书仅供在馆内阅读。
"""


@pytest.fixture
def compare(parse: Parse) -> Callable[[str, str], VersionDiff]:
    return lambda old, new: diff_versions(parse(old), parse(new))


Compare = Callable[[str, str], VersionDiff]


@pytest.mark.parametrize(
    ("edits", "english", "chinese"),
    [
        (
            [("1.3 Oars", "1.4 Oars"), ("1.2 Dam", "1.2 Ropes are coiled.\n1.3 Dam")],
            ["§1.2 added: Ropes are coiled", "§1.2 renumbered to §1.3", "§1.3 renumbered to §1.4"],
            ["新增 §1.2：Ropes are coiled", "§1.2 改为 §1.3", "§1.3 改为 §1.4"],
        ),
        (
            [("30 days", "60 days"), ("may share", "may not share")],
            [
                "§2.1 reworded: “within 30 days” → “within 60 days”",
                "§2.2 reworded: “may share” → “may not share”",
            ],
            [
                "§2.1 修改：“within 30 days” → “within 60 days”",
                "§2.2 修改：“may share” → “may not share”",
            ],
        ),
        (
            [("2. Members", "2. People of the club")],
            ["§2 heading changed: “Members” → “People of the club”"],
            ["§2 标题修改：“Members” → “People of the club”"],
        ),
        (
            [("goes home. The crew", "goes home.\n1.3 The crew"), ("1.3 Oars", "1.4 Oars")],
            ["§1.2 split into §1.2 and §1.3", "§1.3 renumbered to §1.4"],
            ["§1.2 拆分为 §1.2、§1.3", "§1.3 改为 §1.4"],
        ),
        (
            [(ENGLISH[ENGLISH.index("3. Guests") :], "")],
            ["§3 removed: Guests, with 2 sub-clauses"],
            ["删除 §3：Guests，连同其下 2 条"],
        ),
        (
            [("1.3 Oars hang on the left wall.\n", ""),
             ("club alone.\n", "club alone.\n3.3 Oars hang on the right wall.\n")],
            ["§1.3 moved to §3.3 and reworded: “the left wall” → “the right wall”"],
            ["§1.3 移至 §3.3 并修改：“the left wall” → “the right wall”"],
        ),
        ([], [], []),
    ],
)  # fmt: skip
def test_lines_of_an_english_policy(
    compare: Compare, edits: list[tuple[str, str]], english: list[str], chinese: list[str]
) -> None:
    new = ENGLISH
    for before, after in edits:
        assert new.count(before) == 1
        new = new.replace(before, after)
    diff = compare(ENGLISH, new)
    assert summary_lines(diff) == english
    assert summary_lines(diff, "zh") == chinese


def test_lines_of_a_chinese_policy(compare: Compare) -> None:
    lines = CHINESE.split("\n")
    third, fourth, fifth = lines[4:7]
    new = "\n".join(
        [
            *lines[:4],
            fourth.replace("第四条", "第三条").replace("可以饮食", "不得饮食"),
            fifth.replace("第五条", "第四条"),
            third.replace("第三条", "第五条"),
        ]
    )
    diff = compare(CHINESE, new)
    assert summary_lines(diff, "zh") == [
        "第四条 改为 第三条 并修改：“区内可以饮食” → “区内不得饮食”",
        "第五条 改为 第四条",
        "第三条 移至 第五条",
    ]
    assert summary_lines(diff) == [
        "第四条 renumbered to 第三条 and reworded: “区内可以饮食” → “区内不得饮食”",
        "第五条 renumbered to 第四条",
        "第三条 moved to 第五条",
    ]


def test_a_change_that_went_with_its_section_has_a_line_of_its_own(compare: Compare) -> None:
    diff = compare(ENGLISH, ENGLISH[: ENGLISH.index("3. Guests")])
    assert [describe(change) for change in diff.changes if change.section] == [
        "§3.1 removed: Guests wear a life vest on the water",
        "§3.2 removed: Guests row with a member of the club alone",
    ]


def test_counts_name_what_changed_first(compare: Compare) -> None:
    diff = compare(ENGLISH, ENGLISH.replace("30 days", "60 days"))
    assert describe_counts(diff) == "1 reworded, 9 unchanged"
    assert describe_counts(diff, "zh") == "修改 1 条，未变 9 条"
    assert describe_counts(diff_versions([], [])) == "no clauses"


def test_many_and_long_edits_are_cut_short(compare: Compare) -> None:
    new = ENGLISH.replace(
        "Damage is written into the log before the crew goes home.",
        "Harm is noted in a log after that crew goes home, " + "and so on " * 12 + "at last.",
    )
    (line,) = summary_lines(compare(ENGLISH, new))
    assert line.count("→") <= 3
    assert len(line) < 330
    assert "\n" not in line
