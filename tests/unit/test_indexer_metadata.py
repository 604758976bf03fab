"""What a policy says about itself: title, dates, revision; and the name of its version."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from indexer.dates import find_dates, states_date
from indexer.metadata import describe, version_name
from indexer.readers.markdown import read_markdown
from indexer.readers.text import read_text
from indexer.records import Format, Metadata, Properties


def metadata(text: str, *, markdown: bool = False) -> Metadata:
    document = (read_markdown if markdown else read_text)(text, "utf-8")
    return describe(document, "From the file's name").metadata


@pytest.mark.parametrize(
    ("line", "effective", "updated"),
    [
        ("Effective date: 1 March 2025", date(2025, 3, 1), None),
        ("Effective March 1st, 2025", date(2025, 3, 1), None),
        ("In force from 01 Mar. 2025", date(2025, 3, 1), None),
        ("Effective: 2025-03-01", date(2025, 3, 1), None),
        ("Last updated: 2025-03-01", None, date(2025, 3, 1)),
        ("Version Updated: July 1, 2025", None, date(2025, 7, 1)),
        ("生效日期：2025年3月1日", date(2025, 3, 1), None),
        ("自2025年3月1日起施行", date(2025, 3, 1), None),
        ("２０２５年３月１日起生效", date(2025, 3, 1), None),
        ("最后修订于 2025.03.01", None, date(2025, 3, 1)),
        ("修訂日期：2025年3月1日", None, date(2025, 3, 1)),
        ("更新日期:2025/3/1　生效日期:2025/4/1", date(2025, 4, 1), date(2025, 3, 1)),
        ("Updated: March 3, 2025; effective: April 4, 2025", date(2025, 4, 4), date(2025, 3, 3)),
        ("2026年1月20日批准，自2026年2月2日起施行", date(2026, 2, 2), None),
        ("Effective date: 1 March 2026 (replaces that of 15 January 2024)", date(2026, 3, 1), None),
        ("Effective: 2025-02-30", None, None),
        ("Founded on 1 May 2025", None, None),
        ("Effective soon", None, None),
    ],
)
def test_dates(line: str, effective: date | None, updated: date | None) -> None:
    found = metadata(f"Leave Policy\n{line}\n1. Aim\nTo rest.\n")
    assert (found.effective_date, found.updated_date) == (effective, updated)


def test_date_in_the_last_lines_counts_and_one_in_the_middle_does_not() -> None:
    body = "".join(f"{n}. Words about the matter.\n" for n in range(1, 100))
    assert metadata(f"制度\n{body}本制度自2025年3月1日起施行。\n").effective_date == date(
        2025, 3, 1
    )
    middle = body.replace("80. Words", "80. The law in force since 1 March 2020: words")
    assert metadata(f"Leave Policy\n{middle}").effective_date is None


def test_dates_keep_their_places() -> None:
    text = "From 1 March 2025 to ２０２５年４月２日."
    found = [(day, text[start:end]) for day, start, end in find_dates(text)]
    assert found == [(date(2025, 3, 1), "1 March 2025"), (date(2025, 4, 2), "２０２５年４月２日")]
    assert not states_date("in March 2025")


@pytest.mark.parametrize(
    ("line", "revision"),
    [
        ("Version 4.2", "4.2"),
        ("Revision No.: 20231109", "20231109"),
        ("Document LH-4, Revision 3", "3"),
        ("(Version 3.1)", "3.1"),
        ("Leave Policy Version 2.0.", "2.0"),
        ("版本号：V2.1", "V2.1"),
        ("人事部 · 版本号：V2.1 · 修订日期：2025年3月1日", "V2.1"),
        ("修订号：３", "3"),
        ("Version Date: 1 March 2025", None),
        ("Version: 2025-03-01", None),
        ("The app needs iOS version 9 or later", None),
        ("It runs on Android version 8.", None),
    ],
)
def test_revision(line: str, revision: str | None) -> None:
    assert metadata(f"Some Policy\n{line}\n1. Aim\nTo rest.\n").revision == revision


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("《平台隐私政策》\n\n我们重视隐私。\n", "平台隐私政策"),
        ("隐私政策\n更新日期：2025年1月1日\n", "隐私政策"),
        (
            "Update date: 1 May 2025\n\nLantern Privacy Policy\n\nWe care.\n",
            "Lantern Privacy Policy",
        ),
        ("Lantern Ltd.\nTerms of Use\n1. Aim\n", "Terms of Use"),
        ("=====\n*****\nCode of Conduct\n=====\n1. Aim\n", "Code of Conduct"),
        ("=====\nLanternworks\n=====\n1. Aim\nTo rest.\n", "Lanternworks"),
        ("1. Aim\nTo rest.\n", "From the file's name"),
        ("***\n", "From the file's name"),
        ("This is one sentence, and it says all that there is to say.\n", "From the file's name"),
    ],
)
def test_title(text: str, title: str) -> None:
    assert metadata(text).title == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# **Leave** Policy\n\nRest.\n", "Leave Policy"),
        ("Words before.\n\n# 《员工手册》\n\n正文。\n", "员工手册"),
        ("# Using *Lantern*: the `short` version\n\nRest.\n", "Using Lantern: the short version"),
    ],
)
def test_title_of_markdown(text: str, title: str) -> None:
    assert metadata(text, markdown=True).title == title


@pytest.mark.parametrize(
    ("text", "lang"), [("休假制度\n一、目的\n休息。", "zh"), ("Leave Policy", "en")]
)
def test_language_of_a_policy(text: str, lang: str) -> None:
    assert metadata(text).lang == lang


@pytest.mark.parametrize(
    ("revision", "updated", "effective", "name"),
    [
        ("4.2", date(2025, 3, 1), date(2025, 4, 1), "4.2"),
        (None, date(2025, 3, 1), date(2025, 4, 1), "2025-03-01"),
        (None, None, date(2025, 4, 1), "2025-04-01"),
        (None, None, None, "7"),
    ],
)
def test_version_is_named_after_what_the_text_says(
    revision: str | None, updated: date | None, effective: date | None, name: str
) -> None:
    assert version_name(Metadata("T", "en", effective, updated, revision), "7") == name


def described(stated: Properties, text: str = "", sidecar: Properties | None = None,
    format_: Format = "html") -> Metadata:  # fmt: skip
    document = replace(read_text(text or "Some words.\n", "utf-8"), format=format_)
    document = replace(document, properties=stated)
    return describe(document, "From the file's name", sidecar).metadata


TEXT = """\
Lantern Leave Policy
Company: Lantern Ltd.
Version 3
Effective: 2025-03-01
This policy is published at https://text.example/
1. Aim
To rest.
"""
OTHER = Properties(
    title="Other Title",
    organisation="Other Ltd.",
    lang="de",
    effective_date=date(2020, 1, 1),
    updated_date=date(2020, 2, 2),
    revision="99",
    source_url="https://other.example/",
)


def test_text_counts_for_more_than_file_properties() -> None:
    found = described(OTHER, TEXT)
    assert found == Metadata(
        "Lantern Leave Policy", "en", date(2025, 3, 1), None, "3", "Lantern Ltd.",
        "https://text.example/",
    )  # fmt: skip


def test_file_properties_say_what_the_text_leaves_open() -> None:
    assert described(OTHER) == Metadata(
        "Other Title", "de", date(2020, 1, 1), date(2020, 2, 2), "99", "Other Ltd.",
        "https://other.example/",
    )  # fmt: skip


def test_front_matter_counts_for_more_than_the_text() -> None:
    found = described(OTHER, TEXT, format_="markdown")
    assert (found.title, found.lang, found.revision) == ("Other Title", "de", "99")
    assert (found.effective_date, found.organisation) == (date(2020, 1, 1), "Other Ltd.")


def test_sidecar_counts_most_and_leaves_the_rest_alone() -> None:
    sidecar = Properties(title="Sidecar Title", effective_date=date(2030, 1, 1))
    found = described(OTHER, TEXT, sidecar, "markdown")
    assert (found.title, found.effective_date, found.revision) == (
        "Sidecar Title", date(2030, 1, 1), "99",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Lantern Ltd. Leave Policy\nWe rest.\n", "Lantern Ltd. Leave Policy"),
        ("Lanternworks\nWe rest.\n", "Other Title"),
        ("We rest a lot, and that is all there is to say of it.\n", "Other Title"),
    ],
)
def test_a_first_line_that_is_no_title_by_its_words_gives_way_to_the_files(
    text: str, title: str
) -> None:
    assert described(Properties(title="Other Title"), text).title == title


def test_title_that_a_text_prints_is_no_clause_whatever_the_sidecar_calls_it() -> None:
    document = read_text("灯塔隐私政策\n\n一、目的\n保护隐私。\n", "utf-8")
    found = describe(document, "F", Properties(title="Dengta Privacy Policy"))
    assert (found.metadata.title, found.title_blocks) == ("Dengta Privacy Policy", {0})
    repeated = describe(document, "F", Properties(title="《灯塔隐私政策》"))
    assert repeated.title_blocks == {0}


@pytest.mark.parametrize(("stated", "lang"), [("de", "de"), ("zh", "en"), (None, "en")])
def test_stated_language_of_a_file_decides_only_for_few_latin_letters(
    stated: str | None, lang: str
) -> None:
    assert described(Properties(lang=stated), "Regeln\n").lang == lang
    assert described(Properties(lang=stated), "一、休息是工作的一部分。\n").lang == "zh"
