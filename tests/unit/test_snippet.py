"""The piece of a clause that a hit shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.lexical.tokens import query_tokens, tokens
from service.search.records import Snippet
from service.search.snippet import LONGEST, make_snippet

LONG = " ".join(f"Sentence number {i} is about filing cabinets and their keys." for i in range(30))


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.highlights]


def snippet(text: str, question: str) -> Snippet:
    return make_snippet(text, frozenset(query_tokens(question)))


def test_words_are_marked_as_they_stand_in_the_text() -> None:
    found = snippet("Accounts may be cancelled in the App.", "How do I cancel my account?")
    assert marked(found) == ["Accounts", "cancelled"]


def test_traditional_characters_are_marked_for_a_simplified_question() -> None:
    assert marked(snippet("您可以註銷賬戶。", "注销账户")) == ["註銷賬戶"]


def test_the_sentence_with_the_words_is_shown() -> None:
    found = snippet(f"{LONG} Cancel your account here. {LONG}", "cancel account")
    assert found.text.startswith("Cancel your account here.")
    assert len(found.text) <= LONGEST + 1


def test_without_a_word_of_the_question_the_beginning_is_shown() -> None:
    found = snippet(LONG, "注销账户")
    assert found.text.startswith("Sentence number 0")
    assert found.highlights == ()


def test_a_long_sentence_is_cut_after_a_word() -> None:
    text = "word " * 200
    found = snippet(text, "nothing")
    assert found.text.endswith("word…")
    assert len(snippet("字" * 900, "没有").text) == LONGEST // 2 + 1


def test_highlighting_can_be_left_out() -> None:
    assert make_snippet("Cancel it.", frozenset(tokens("cancel")), highlight=False).highlights == ()


@given(st.text(max_size=600), st.text(max_size=30))
def test_any_clause_has_a_snippet_of_itself(text: str, question: str) -> None:
    found = snippet(text, question)
    assert found.text.removesuffix("…").strip() in text or found.text.rstrip("…") in text
    for start, end in found.highlights:
        assert 0 <= start < end <= len(found.text)
