"""Suggestions while typing: what is found, in which order, and what of it is marked."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.search.entries import Entry, gather_entries
from service.search.frequent import frequent_terms
from service.search.prefixes import Prefixes
from service.search.suggest import Suggester

HEADINGS = {
    "Annual leave": 3,
    "Carrying annual leave over": 2,
    "Sick leave": 9,
    "Leave of absence": 1,
    "Information security": 5,
    "Third-party cookies & beacons": 1,
    "GDPR requests": 1,
    "Terms of Service": 4,
}
CHINESE = {"信息安全": 7, "账户注销": 5, "資訊安全管理": 2, "JC 账户与密码": 1, "個人資料": 1}


def suggester(texts: dict[str, int]) -> Suggester:
    return Suggester(
        [
            Entry("heading", text, frozenset({"en" if text.isascii() else "zh"}), count)
            for text, count in texts.items()
        ]
    )


BOTH = suggester(HEADINGS | CHINESE)


def texts(typed: str, limit: int = 10, langs: Sequence[str] = ()) -> list[str]:
    return [found.entry.text for found in BOTH.suggest(typed, limit, langs)]


def marked(typed: str) -> dict[str, list[str]]:
    """What is highlighted of each suggestion."""
    return {
        found.entry.text: [found.entry.text[a:b] for a, b in found.highlights]
        for found in BOTH.suggest(typed, 10)
    }


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        # The entry begins so; then a word does, the more frequent before the less.
        ("lea", ["Leave of absence", "Sick leave", "Annual leave", "Carrying annual leave over"]),
        ("LEA", ["Leave of absence", "Sick leave", "Annual leave", "Carrying annual leave over"]),
        (
            "ｌｅａ",
            ["Leave of absence", "Sick leave", "Annual leave", "Carrying annual leave over"],
        ),
        ("annual le", ["Annual leave", "Carrying annual leave over"]),
        ("  annual   le ", ["Annual leave", "Carrying annual leave over"]),
        # Each word begins some word, in whatever order.
        ("leave ann", ["Annual leave", "Carrying annual leave over"]),
        ("sec inf", ["Information security"]),
        ("cookies and", []),
        ("third party", ["Third-party cookies & beacons"]),
        ("cookies & b", ["Third-party cookies & beacons"]),
        ("ave", []),
        ("gdpr", ["GDPR requests"]),
    ],
)
def test_beginnings_of_words_are_found_and_whole_beginnings_first(
    typed: str, expected: list[str]
) -> None:
    assert texts(typed)[: len(expected)] == expected
    assert expected or not texts(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("anual", "Annual leave"),
        ("annnual", "Annual leave"),
        ("anmual", "Annual leave"),
        ("nanual", "Annual leave"),
        ("annaul lea", "Annual leave"),
        ("informtion secruity", "Information security"),
        ("infrmaton", "Information security"),
        ("servcie terms", "Terms of Service"),
    ],
)
def test_typos_in_latin_words_are_forgiven(typed: str, expected: str) -> None:
    assert texts(typed)[0] == expected


@pytest.mark.parametrize("typed", ["anl", "gdqr1", "infrmtn", "xnfxrm", "账号", "注消"])
def test_short_words_too_many_typos_and_chinese_are_not_guessed(typed: str) -> None:
    assert texts(typed) == []


def test_what_was_typed_goes_before_what_may_have_been_meant() -> None:
    found = suggester({"Leaves": 1, "Level": 50, "Lever": 3, "New leave": 7})
    shown = [one.entry.text for one in found.suggest("leave", 10)]
    assert shown == ["Leaves", "New leave", "Level", "Lever"]
    assert [one.entry.text for one in found.suggest("leave", 2)] == ["Leaves", "New leave"]


def test_equal_ones_stand_by_frequency_then_by_alphabet() -> None:
    found = suggester({"data b": 1, "Data a": 1, "data z": 2, "Old data": 9})
    shown = [one.entry.text for one in found.suggest("data", 10)]
    assert shown == ["data z", "Data a", "data b", "Old data"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("信息", ["信息安全", "資訊安全管理"]),
        ("資訊", ["信息安全", "資訊安全管理"]),
        ("資", ["資訊安全管理", "個人資料"]),  # before it is clear that it becomes 資訊
        ("资讯", ["資訊安全管理"]),
        ("安全", ["信息安全", "資訊安全管理"]),
        ("销", ["账户注销"]),
        ("帳戶", ["账户注销", "JC 账户与密码"]),
        ("个人资料", ["個人資料"]),
        ("jc账户", ["JC 账户与密码"]),
        ("密码 jc", ["JC 账户与密码"]),
        ("《信息", ["信息安全", "資訊安全管理"]),
    ],
)
def test_any_part_of_a_chinese_text_is_found_in_either_script(
    typed: str, expected: list[str]
) -> None:
    assert sorted(texts(typed)) == sorted(expected)
    assert texts(typed) == expected


@pytest.mark.parametrize(
    ("typed", "text", "spans"),
    [
        ("lea", "Sick leave", ["lea"]),
        ("leave ann", "Annual leave", ["Ann", "leave"]),
        ("anual", "Annual leave", ["Annual"]),
        ("cookies & b", "Third-party cookies & beacons", ["cookies & b"]),
        ("leave o", "Carrying annual leave over", ["leave o"]),
        ("third party co", "Third-party cookies & beacons", ["Third-party co"]),
        ("信息", "資訊安全管理", ["資訊"]),
        ("安全", "資訊安全管理", ["安全"]),
        ("ｊｃ账户", "JC 账户与密码", ["JC 账户"]),
        ("密码 jc", "JC 账户与密码", ["JC", "密码"]),
    ],
)
def test_highlights_are_what_was_typed_in_the_text_as_it_is(
    typed: str, text: str, spans: list[str]
) -> None:
    assert marked(typed)[text] == spans


def test_language_restricts() -> None:
    assert texts("", langs=("zh",)) == []
    assert texts("jc", langs=("en",)) == []
    assert texts("jc", langs=("fr", "zh")) == ["JC 账户与密码"]
    assert texts("lea", langs=("de",)) == []


@pytest.mark.parametrize(
    "typed", ["???", "——", "\u200b", "\x00", "🙂", "\n", "a" * 3000, "字" * 3000, "leave " * 300]
)
def test_what_holds_no_word_or_too_much_finds_nothing(typed: str) -> None:
    assert texts(typed) == []


def test_nothing_to_suggest_from() -> None:
    nothing = Suggester([])
    assert nothing.suggest("leave", 10) == []
    assert nothing.suggest("", 10) == []


@given(st.lists(st.text("abc 信資-", max_size=9), max_size=8), st.text("abc信資", max_size=4))
def test_prefixes_find_what_looking_at_each_text_finds(lines: list[str], typed: str) -> None:
    from service.search.prefixes import folded_form, folded_forms, word_starts

    numbers, first = Prefixes(lines).starting_with(typed)
    expected, at_start = set(), set()
    for number, line in enumerate(lines):
        for form in folded_forms(line):
            for start in word_starts(form):
                if form.startswith(typed, start):
                    expected.add(number)
                    at_start |= {number} if start == 0 else set()
    assert set(numbers.tolist()) == expected
    assert set(numbers[first].tolist()) == at_start
    assert folded_form("") == ""


def test_texts_that_are_long_and_alike_are_told_apart() -> None:
    same = "data protection impact assessment for "
    found = Prefixes([same + "vendors", same + "visitors", same[:-1]])
    assert found.starting_with(same + "vi")[0].tolist() == [1]
    assert set(found.starting_with(same[:-1])[0].tolist()) == {0, 1, 2}


CLAUSES = [
    ("en", "Annual leave is granted. Personal data of the employees is kept."),
    ("en", "An employee's ANNUAL LEAVE ends. The terms of service apply to personal data."),
    ("en", "Annual leave and the Terms of Service; personal data, GDPR."),
    ("en", "See the terms of service. GDPR; you leave, 27 days"),
    ("zh", "注销账户后，我们保存个人信息。"),
    ("zh", "您可以註銷帳戶。個人信息予以刪除，GDPR 除外。"),
    ("ja", "個人情報を保護します。個人情報を保護します。"),
]


def test_terms_are_the_words_and_phrases_of_several_clauses() -> None:
    terms = {term.text: (term.lang, term.count) for term in frequent_terms(CLAUSES)}
    assert terms["personal data"] == ("en", 3)
    assert terms["Annual leave"][0] == "en"
    assert "terms of service" in {text.casefold() for text in terms}
    assert terms["GDPR"] == ("en", 2)
    assert len({"个人信息", "個人信息"} & set(terms)) == 1  # one term in two scripts
    assert len({"注销", "註銷"} & set(terms)) == 1
    assert not {"the", "of", "is", "27", "您", "予以", "you leave", "個人情報"} & set(terms)
    assert len([text for text in terms if "mployee" in text]) == 1  # employees, employee's


@dataclass
class Seen:
    """What a snapshot tells of its policies and clauses."""

    titles: list[tuple[str, str, int]] = field(default_factory=list)
    headed: list[tuple[str, str, str, str]] = field(default_factory=list)
    clauses: list[tuple[str, str]] = field(default_factory=list)

    @property
    def clause_count(self) -> int:
        return len(self.clauses)

    def policies(self) -> list[Any]:
        return [
            SimpleNamespace(id=f"p{i}", title=title, lang=lang, clause_count=count)
            for i, (title, lang, count) in enumerate(self.titles)
        ]

    def headings(self, most: int) -> list[tuple[str, str, str, str]]:
        return self.headed

    def sample_texts(self, most: int) -> list[tuple[str, str]]:
        return self.clauses[:most]


def gathered(seen: Seen) -> dict[str, Entry]:
    entries = gather_entries(seen)  # type: ignore[arg-type]
    assert len({entry.text for entry in entries}) == len(entries)
    return {entry.text: entry for entry in entries}


def test_a_heading_of_one_clause_leads_there_and_one_of_several_nowhere() -> None:
    found = gathered(
        Seen(
            headed=[
                ("Scope:", "en", "a@1#1", "a"),
                ("Scope", "en", "b@1#1", "b"),
                ("ＳＣＯＰＥ", "zh", "c@1#1", "c"),
                ("Retention\u200b periods", "en", "a@1#2", "a"),
                ("x" * 101, "en", "a@1#3", "a"),
                ("——", "en", "a@1#4", "a"),
            ]
        )
    )
    assert set(found) == {"Scope", "Retention periods"}
    scope, periods = found["Scope"], found["Retention periods"]
    assert (scope.count, scope.clause_id, scope.policy_id) == (3, None, None)
    assert scope.langs == {"en", "zh"}
    assert (periods.policy_id, periods.clause_id) == ("a", "a@1#2")


def test_a_text_is_suggested_as_one_kind_alone() -> None:
    found = gathered(
        Seen(
            titles=[("Leave Policy", "en", 5)],
            headed=[("Leave policy", "en", "p0@1#0", "p0"), ("Remote work", "en", "p0@1#1", "p0")],
            clauses=[("en", "Remote work; leave policy."), ("en", "Remote work: leave policy.")]
            * 2,
        )
    )
    assert found["Leave Policy"].kind == "title"
    assert (found["Remote work"].kind, found["Remote work"].count) == ("heading", 5)
    assert "remote" in {text.casefold() for text, entry in found.items() if entry.kind == "term"}


def test_nothing_typed_gives_the_longest_policies() -> None:
    seen = Seen(titles=[("A", "en", 5), ("B", "zh", 50), ("C", "en", 7)], headed=[
        ("Heading", "en", f"p0@1#{n}", "p0") for n in range(99)
    ])  # fmt: skip
    found = Suggester(list(gathered(seen).values()))
    assert [one.entry.text for one in found.suggest("  ", 2)] == ["B", "C"]
    assert [one.entry.policy_id for one in found.suggest("", 9, ("en",))] == ["p2", "p0"]


def test_the_order_of_the_entries_makes_no_difference() -> None:
    entries = [
        Entry("heading", text, frozenset({"en"}), 1 + len(text) % 3) for text in HEADINGS | CHINESE
    ]
    shuffled = random.Random(4).sample(entries, len(entries))
    for typed in ("lea", "anual", "信息", "s", ""):
        assert Suggester(entries).suggest(typed, 5) == Suggester(shuffled).suggest(typed, 5)
