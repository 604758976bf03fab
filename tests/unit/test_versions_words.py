"""Which words differ: exact places, ignored differences, joined edits."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from indexer.versions.order import heaviest_increasing
from indexer.versions.words import differing, words_of


def edits(old: str, new: str) -> list[tuple[str, str]]:
    found = []
    for deleted, inserted, _, _ in differing(words_of(old), words_of(new)):
        found.append(
            tuple(
                text[words[0].start : words[-1].end] if words else ""
                for text, words in ((old, deleted), (new, inserted))
            )
        )
    return found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("within 30 days of notice", "within 60 days of notice", [("30", "60")]),
        ("You may share it.", "You may not share it.", [("", "not")]),
        ("a fee of 1,000 euros", "a fee of 1,500.50 euros", [("1,000", "1,500.50")]),
        ("see 3.2 and 4.1", "see 3.3 and 4.1", [("3.2", "3.3")]),
        ("mail to a@x.example now", "mail to b@x.example now", [("a@x.example", "b@x.example")]),
        ("open at 9:00", "open at 8:30", [("9:00", "8:30")]),
        ("read http://x.example/a?b=1.", "read http://x.example/c.",
         [("http://x.example/a?b=1", "http://x.example/c")]),
        ("red, green and blue", "cyan, pink and blue", [("red, green", "cyan, pink")]),
        ("信息保存三十日后删除", "信息保存六十日后删除", [("三十日", "六十日")]),
        ("经理不得向他人提供", "经理得向他人提供", [("不", "")]),
        ("您可以转让账号", "您不可以转让账号", [("", "不")]),
        ("The Company may", "The company may", [("Company", "company")]),
    ],
)  # fmt: skip
def test_the_words_that_differ(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert edits(old, new) == expected
    assert edits(new, old) == [(b, a) for a, b in expected]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("（一）保存３０日，然后删除。", "(一)保存 30 日,\n然后删除｡"),
        ("the “Service”, it’s ours – all", 'the "Service",  it\'s ours - all'),
        ("个人信\n息保护", "个人信息保护"),
        ("infor\u00admation", "information"),
        ("cafe\u0301", "café"),
    ],
)
def test_width_white_space_and_kinds_of_marks_do_not_differ(one: str, other: str) -> None:
    assert edits(one, other) == []


def test_places_are_exact_where_chinese_is_broken_over_lines() -> None:
    old, new = "我们在三\n十日内删除个\n人信息。", "我们在三\n十日内匿名化个\n人信息。"
    assert edits(old, new) == [("删除", "匿名化")]


def test_words_come_in_order_without_overlap() -> None:
    text = "3.1 “Data” – 个人 信息(PII) is kept 30 days；see https://x.example/a, ok? ① ㎡ é"
    words = words_of(text)
    assert all(a.end <= b.start for a, b in pairwise(words))
    left = "".join(
        text[a:b]
        for a, b in zip(
            [0, *[w.end for w in words]], [*[w.start for w in words], len(text)], strict=True
        )
    )
    assert left.strip() == ""


def test_edits_turn_the_old_text_into_the_new() -> None:
    rng = random.Random(4)
    for _ in range(200):
        old = " ".join(rng.choices("abcdefgh", k=rng.randrange(12)))
        new = " ".join(rng.choices("abcdefgh", k=rng.randrange(12)))
        words_old, words_new = words_of(old), words_of(new)
        rebuilt: list[str] = []
        at = 0
        for deleted, inserted, before_old, before_new in differing(words_old, words_new):
            rebuilt += [word.key for word in words_old[at:before_old]]
            assert len(rebuilt) == before_new
            rebuilt += [word.key for word in inserted]
            at = before_old + len(deleted)
        rebuilt += [word.key for word in words_old[at:]]
        assert rebuilt == [word.key for word in words_new]


def test_a_very_long_clause_is_compared_in_reasonable_time() -> None:
    rng = random.Random(2)
    common = ["the", "of", "and", "to", "data", "we"]
    old = " ".join(rng.choice(common) for _ in range(20_000))
    new = " ".join(rng.choice(common) for _ in range(20_000))
    assert edits(old, new)
    assert edits(f"{old} thirty days {old}", f"{old} sixty days {old}") == [("thirty", "sixty")]


def test_heaviest_increasing_subsequence() -> None:
    assert heaviest_increasing([], []) == set()
    assert heaviest_increasing([0, 1, 2], [1, 1, 1]) == {0, 1, 2}
    assert heaviest_increasing([2, 0, 1], [1, 1, 1]) == {1, 2}
    assert heaviest_increasing([2, 0, 1], [5, 1, 1]) == {0}
    # Of two swapped ones, the earlier of the old version stays.
    assert heaviest_increasing([1, 0], [1, 1]) == {1}
