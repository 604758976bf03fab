"""Tokens, the glossary, and how much of a question's words a passage holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lexical.glossary import Glossary, GlossaryError, default_glossary, read_glossary
from indexer.lexical.search import MOST_TERMS, KeywordQuery, keyword_scores
from indexer.lexical.tokens import LONGEST_TOKEN, query_tokens, tokens
from indexer.passage_table import Selection, table_of
from indexer.records import Passage
from indexer.store import Store


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cancelled accounts", "cancelling an account"),
        ("註銷帳號", "注销帐号"),
        ("資訊安全", "信息安全"),
        ("Ｗｉ－Ｆｉ", "Wi-Fi"),
        ("BSSID", "bssid"),
        ("the user’s choice", "the user's choices"),
    ],
)
def test_words_of_one_meaning_share_tokens(one: str, other: str) -> None:
    assert set(query_tokens(one)) == set(query_tokens(other))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("see 5.4.1 below", "5.4.1"),
        ("from 2025-07-01 on", "2025-07-01"),
        ("write to Privacy@Example.com.", "privacy@example.com"),
        ("我们申请android.permission.CAMERA权限", "android.permission.camera"),
        ("读取IMEI等信息", "imei"),
        ("保存30日", "30"),
    ],
)
def test_identifiers_and_numbers_stay_whole(text: str, whole: str) -> None:
    assert whole in tokens(text)


def test_chinese_words_that_the_dictionary_cuts_are_found_as_bigrams() -> None:
    assert "年假" in tokens("年假可以结转吗")


def test_a_question_keeps_what_it_asks_about() -> None:
    assert query_tokens("How do I cancel my account?") == ["cancel", "account"]
    assert "多久" not in query_tokens("信息保存多久？")
    assert query_tokens("what is it?") == ["what", "is", "it"]  # nothing else to go by
    assert query_tokens("？！") == []


@given(st.text())
def test_any_text_has_tokens_that_the_store_can_hold(text: str) -> None:
    for token in tokens(text):
        assert 0 < len(token) <= LONGEST_TOKEN
        assert not any(c.isspace() or c in "\"'" for c in token)


def test_the_glossary_crosses_languages_in_both_directions() -> None:
    glossary = Glossary([["cancel account", "close account", "注销账户"], ["account", "账户"]])
    assert ("注销", "销账", "账户") in glossary.expansion("Why cancel account data?")
    assert ("cancel", "account") in glossary.expansion("注销账户后")
    assert glossary.expansion("nothing known") == []


@pytest.mark.parametrize("term", ["未成年人", "个人信息保护法", "IP地址", "U盘"])
def test_a_chinese_term_is_found_wherever_the_text_holds_it(term: str) -> None:
    glossary = Glossary([["something english", term]])
    expected = [("someth", "english")]
    for text in (term, f"{term}的处理", f"本公司如何对待{term}呢", f"關於{term}，請問"):
        assert glossary.expansion(text) == expected, text
    assert glossary.expansion(term[:-1]) == []


def test_the_longest_term_counts() -> None:
    glossary = Glossary([["bank card", "银行卡"], ["card", "卡片"]])
    assert glossary.expansion("my bank card") == [tuple(tokens("银行卡"))]
    assert glossary.expansion("my card") == [("卡片",)]


def test_the_default_glossary_is_read_and_large() -> None:
    glossary = default_glossary()
    assert len(glossary) >= 300
    joined = {token for term in glossary.expansion("注销") for token in term}
    assert {"cancel", "account"} <= joined
    assert "设备" in {token for term in glossary.expansion("IMEI") for token in term}


@pytest.mark.parametrize("line", ["account", "account\t", "\t账户", "a\tb\tc"])
def test_a_bad_glossary_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "glossary.tsv"
    path.write_text(f"# terms\n\n{line}\n", "utf-8")
    with pytest.raises(GlossaryError, match="line 3"):
        read_glossary(path)
    with pytest.raises(GlossaryError, match="cannot be read"):
        read_glossary(tmp_path / "none.tsv")


def everything(count: int) -> Selection:
    """So many passages of one version, with keys from 1."""
    table = table_of([(key, key, 1, "en") for key in range(1, count + 1)], None)
    return Selection(table, np.ones(1, bool))


@pytest.fixture
def scores(tmp_path: Path) -> Callable[..., dict[str, float]]:
    """Keyword scores of texts for a question, by text."""

    def found(
        question: str, texts: list[str], glossary: Glossary | None = None
    ) -> dict[str, float]:
        store = Store(tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite")
        db = store.connection()
        db.execute("PRAGMA foreign_keys = OFF")
        store.add_passages(1, [Passage("c", i, "", t) for i, t in enumerate(texts)], "d", 1)
        query = KeywordQuery.of(question, glossary)
        rows, values = keyword_scores(db, query, everything(len(texts)), 100)
        store.close()
        assert (np.diff(rows) > 0).all()
        return {texts[row]: float(v) for row, v in zip(rows, values, strict=True)}

    return found


FILLER = [f"Other clause number {i} on filing cabinets." for i in range(12)]


def test_more_of_the_question_scores_higher(scores: Callable[..., dict[str, float]]) -> None:
    texts = ["Cancel your account in the settings.", "Your account has a name.", *FILLER]
    found = scores("How do I cancel my account?", texts)
    assert found[texts[0]] > found[texts[1]] > 0
    assert max(found.values()) <= 1.0
    assert not set(found) & set(FILLER)


def test_the_glossary_finds_the_other_language(scores: Callable[..., dict[str, float]]) -> None:
    glossary = Glossary([["cancel account", "注销账户"]])
    texts = ["您可以在设置中注销账户。", *FILLER]
    assert scores("How do I cancel account?", texts) == {}
    assert scores("How do I cancel account?", texts, glossary)[texts[0]] > 0.3


def test_questions_of_any_kind_are_answered(scores: Callable[..., dict[str, float]]) -> None:
    texts = ["NEAR AND OR NOT * ^ col:um", *FILLER]
    for question in ('" OR 1', "text:x", "NEAR(a b)", "*", "-", "\0", "𠀀" * 400, "a " * 3000):
        scores(question, texts)
    assert len(KeywordQuery.of("".join(map(chr, range(0x4E00, 0x5200))), None).own) > MOST_TERMS


def test_a_broken_store_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        keyword_scores(sqlite3.connect(":memory:"), KeywordQuery(("a",), ()), everything(1), 1)
