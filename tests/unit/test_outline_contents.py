"""A table of contents is no clause, however it is printed; a list that only looks like one is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Parse = Callable[..., list]  # type: ignore[type-arg]
BODY = "1. Aim\nTo rest.\n2. Scope\nAll staff.\n3. Contact\nWrite to us.\n"
SECTIONS = ["1", "2", "3"]


@pytest.mark.parametrize("title", ["Contents", "Table of Contents", "TABLE OF CONTENTS:"])
def test_announced(chains: Callable[..., list[str]], title: str) -> None:
    text = f"Leave Policy\n\n{title}\n1. Aim\n2. Scope\n3. Contact\n{BODY}"
    assert chains(text) == SECTIONS


def test_unannounced(chains: Callable[..., list[str]]) -> None:
    assert chains(f"Leave Policy\n\n1. Aim\n2. Scope\n3. Contact\n{BODY}") == SECTIONS


def test_unannounced_and_unnumbered(chains: Callable[..., list[str]]) -> None:
    names = ["How we use data", "How we share data", "How we store data"]
    body = "\n\n".join(f"{name}\n\nWe do it with great care." for name in names)
    entries = "\n".join(names)
    assert chains(f"Privacy Policy\n\n{entries}\n\n{body}\n") == names


@pytest.mark.parametrize("leader", [" ........ 4", "……4", "\t4", "     4", " ····· 4"])
def test_leaders_and_page_numbers(parse: Parse, leader: str) -> None:
    entries = "".join(f"{line}{leader}\n" for line in ("1. Aim", "2. Scope", "3. Contact"))
    clauses = parse(f"Leave Policy\n\nContents\n{entries}\n{BODY}")
    assert [clause.labels for clause in clauses] == [("1",), ("2",), ("3",)]
    assert not any("4" in clause.text for clause in clauses)


@pytest.mark.parametrize("title", ["目录", "目　录", "目 录", "目錄"])
def test_chinese(chains: Callable[..., list[str]], title: str) -> None:
    lines = "一、目的\n二、范围\n三、附则\n"
    body = "一、目的\n保障休息。\n二、范围\n全体员工。\n三、附则\n即日施行。\n"
    assert chains(f"休假制度\n\n{title}\n{lines}\n{body}") == ["一", "二", "三"]


@pytest.mark.parametrize("title", ["", "## Contents\n\n"])
def test_list_of_links(chains: Callable[..., list[str]], title: str) -> None:
    entries = "- [Aim](#aim)\n- [Scope](#scope)\n  - [Staff](#staff)\n- [Contact](#contact)\n"
    body = "## Aim\n\nRest.\n\n## Scope\n\nAll.\n\n### Staff\n\nUs.\n\n## Contact\n\nWrite.\n"
    expected = ["Aim", "Scope", "Scope › Staff", "Contact"]
    assert chains(f"# Leave Policy\n\n{title}{entries}\n{body}", markdown=True) == expected


def test_entries_that_resemble_each_other_are_all_left_out(parse: Parse) -> None:
    entries = [
        "I. How We Collect and Use Your Data",
        "II. How We Use Cookies",
        "III. How We Share and Disclose Your Data",
        "IV. How We Protect and Save Your Data",
        "V. How You Manage Your Data",
    ]
    body = "".join(f"{line}\nWe do so with great care.\n" for line in entries)
    opening = "Privacy Policy\n\nIntroduction\nThis is a long enough introduction to the policy.\n"
    clauses = parse(opening + "\n".join(entries) + "\n" + body)
    assert [c.labels[0] for c in clauses] == ["Introduction", "I", "II", "III", "IV", "V"]
    assert not set(clauses[0].text.split("\n")) & set(entries)


def test_entry_may_differ_from_its_heading_by_a_word(chains: Callable[..., list[str]]) -> None:
    entries = "1. Scope of this Privacy Policy\n2. Use of Data\n3. Contact\n"
    body = "1. Scope of the Privacy Policy\nAll.\n2. Use of Data\nLittle.\n3. Contact\nWrite.\n"
    assert chains(f"Privacy Policy\n\n{entries}{body}") == SECTIONS


def test_entries_that_resemble_each_other_more_than_their_headings(
    chains: Callable[..., list[str]],
) -> None:
    entries = [
        "1. How We Collect Your Data",
        "2. How We Protect Your Data",
        "3. How We Correct Data",
    ]
    body = (
        "1. How We Collect and Use Your Data\nWe ask you.\n2. How We Protect Your Data\nWell.\n"
        "3. How We Correct Data\nQuickly.\n"
    )
    assert chains("Privacy Policy\n\n" + "\n".join(entries) + "\n" + body) == SECTIONS


def test_a_list_of_short_items_is_no_table_of_contents(chains: Callable[..., list[str]]) -> None:
    items = "(1) see data\n(2) delete data\n(3) move data\n"
    text = f"Leave Policy\n\n1. Rights\nYou may:\n{items}2. End\nNow."
    assert chains(text) == ["1", "1 › 1", "1 › 2", "1 › 3", "2"]


def test_a_word_about_contents_announces_nothing(chains: Callable[..., list[str]]) -> None:
    text = "Leave Policy\n\n1. Contents of the file\nYour name.\n2. Scope\nAll.\n3. End\nNow."
    assert chains(text) == SECTIONS


def test_contents_stay_in_the_spans(parse: Parse) -> None:
    text = f"Leave Policy\n\nContents\n1. Aim\n2. Scope\n3. Contact\n{BODY}"
    clauses = parse(text)
    assert "".join(text[c.start : c.end] for c in clauses) == text
    assert not any("Contents" in clause.text for clause in clauses)


def test_ten_thousand_lines_that_could_be_entries_are_read_in_seconds(parse: Parse) -> None:
    alike = "\n".join(f"short line {number}" for number in range(10_000))
    assert len(parse(alike)) == 1
