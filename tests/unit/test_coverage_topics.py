"""The list of topics: the packaged one is whole, an administrator's is checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer.yamltext import load_yaml
from service.errors import TopicsError
from service.lookup.coverage.terms import pattern_of, terms_found
from service.lookup.coverage.topics import DEFAULT_FILE, default_topics, read_topics

HAN = re.compile("[\u4e00-\u9fff]")
ONE = """\
- id: parking
  en: Parking
  zh: 停车
  asks:
    en: ["Where may I park?"]
    zh: [哪里可以停车？]
"""


def test_packaged_topics_have_asks_and_terms_in_both_languages() -> None:
    listed = load_yaml(DEFAULT_FILE.read_text("utf-8"))
    assert isinstance(listed, list)
    assert len(listed) >= 25
    for topic in listed:
        assert HAN.search(topic["zh"]), topic["id"]
        assert topic["references"], topic["id"]
        for texts, least in ((topic["asks"], 2), (topic["terms"], 1)):
            assert min(len(texts["en"]), len(texts["zh"])) >= least, topic["id"]
            assert not any(HAN.search(text) for text in texts["en"]), topic["id"]
        assert all(HAN.search(text) for text in topic["asks"]["zh"]), topic["id"]
    assert len(default_topics()) == len(listed)


def test_topics_of_a_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(ONE, "utf-8")
    (topic,) = read_topics(path)
    assert (topic.id, topic.en, topic.zh) == ("parking", "Parking", "停车")
    assert topic.asks == ("Where may I park?", "哪里可以停车？")
    assert topic.terms == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected a list"),
        ("[]", "expected a list"),
        ("- parking", "topic 1: expected keys"),
        (ONE.replace("parking", "Parking Lot"), "'Parking Lot'; use small letters"),
        (ONE + ONE, "parking stands more than once"),
        (ONE.replace("  asks", "  ask"), "unknown key ask"),
        (ONE.replace("zh: 停车", "references: none"), "needs a name in English"),
        (ONE.partition("    en")[0], "`asks` needs a list for each language"),
        (ONE.replace('["Where may I park?"]', "Where?"), "`asks` in en is no list"),
        (re.sub(r": \[.*\]", ": []", ONE), "no question"),
        ("- id: &a x", "anchors"),
    ],
)
def test_unusable_topics_are_refused_with_the_reason(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(TopicsError, match=re.escape(told)) as caught:
        read_topics(path)
    assert str(path) in str(caught.value)


def test_missing_file_of_topics_is_named(tmp_path: Path) -> None:
    with pytest.raises(TopicsError, match=r"none\.yaml"):
        read_topics(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("We use COOKIES.", "cookie*", True),
        ("We use cookies.", "cookie", False),
        ("Ｃｏｏｋｉｅ 政策", "cookie", True),
        ("personal data", "personaliz*", False),
        ("related rights", "relatives", False),
        ("Withdraw\nyour consent", "withdraw your consent", True),
        ("withdraw from it your consent", "withdraw your consent", False),
        ("刪除個人資料後", "删除", True),
        ("访问、更正", "访问、更正", True),
        ("访问更正", "访问、更正", False),
        ("IP地址", "ip 地址", True),
        ("anything", "*", False),
    ],
)
def test_terms_are_found_as_whole_words_in_either_script(text: str, term: str, found: bool) -> None:
    assert terms_found([text], [[term]]).tolist() == [[found]]


def test_no_packaged_term_is_without_words() -> None:
    assert all(pattern_of(term) for topic in default_topics() for term in topic.terms)
