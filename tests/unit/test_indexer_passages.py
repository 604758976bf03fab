"""What the encoder sees of a clause: all of it, in pieces that it can take."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.passages import make_passages, split_text
from indexer.records import Clause


class Words:
    """Counts a token for each word, as a tokenizer does for plain words."""

    def __init__(self, budget: int = 500) -> None:
        self.passage_token_budget = budget

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(self.token_offsets(text)) for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [found.span() for found in re.finditer(r"\S+", text)]


def clause(
    path: str, text: str, heading: str | None = None, parent: str | None = None, lead_in: str = ""
) -> Clause:
    above = ("Data",) if parent else ()
    return Clause(
        id=path, policy_id="p", version="1", ordinal=0, parent_id=parent, labels=(path,),
        heading=heading, heading_path=(*above, heading) if heading else above, citation=path,
        lang="en", text=text, start=0, end=0, lead_in=lead_in,
    )  # fmt: skip


SENTENCES = st.lists(
    st.sampled_from(
        ["A rule. ", "一条规则。", "Rest; ", "word ", "another-long-word ", "\n", "Why? "]
    ),
    max_size=200,
).map("".join)
ANY = st.one_of(SENTENCES, st.text(max_size=300))


@given(text=ANY, limit=st.integers(1, 40))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_pieces_joined_are_the_text_and_none_is_too_long(text: str, limit: int) -> None:
    counter = Words()
    pieces = split_text(text, limit, counter)
    assert "".join(pieces) == text
    assert all(count <= limit for count in counter.count_tokens(pieces))
    assert all(pieces)


@given(text=SENTENCES.filter(str.strip), budget=st.integers(30, 600), heading=ANY, lead_in=ANY)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_every_view_fits_whatever_the_context(
    text: str, budget: int, heading: str, lead_in: str
) -> None:
    counter = Words(budget)
    made = make_passages(
        "Some title of a policy",
        [clause("1", text, heading=heading or None, lead_in=lead_in)],
        counter,
    )["1"]
    assert "".join(passage.text for passage in made) == text
    assert [passage.ordinal for passage in made] == list(range(len(made)))
    for passage in made:
        assert passage.text in passage.views[0]
        assert all(count <= budget for count in counter.count_tokens(passage.views))


def test_short_text_is_not_split() -> None:
    assert split_text("One. Two. Three.", 3, Words()) == ["One. Two. Three."]
    assert split_text("", 3, Words()) == []


def test_text_is_split_at_sentence_ends_into_pieces_of_like_length() -> None:
    text = "".join(f"This is sentence {n}. " for n in range(30))
    pieces = split_text(text, 50, Words())
    assert all(piece.rstrip().endswith(".") for piece in pieces)
    lengths = Words().count_tokens(pieces)
    assert max(lengths) - min(lengths) <= 12


def test_a_sentence_longer_than_the_limit_is_cut_between_words() -> None:
    assert split_text("a b c d e", 2, Words()) == ["a b ", "c d ", "e"]


@pytest.mark.parametrize("budget", [40, 120, 500, 8000])
def test_a_long_clause_becomes_several_passages(budget: int) -> None:
    text = "".join(f"This is sentence number {n} of a long clause. " for n in range(150))
    counter = Words(budget)
    made = make_passages("Policy", [clause("1", text, lead_in="We say that:")], counter)["1"]
    assert "".join(passage.text for passage in made) == text
    lengths = counter.count_tokens([passage.text for passage in made])
    # Also a wide window gets pieces that are about one thing.
    assert max(lengths) <= min(budget, 320)
    assert max(counter.count_tokens([v for p in made for v in p.views])) <= budget


def test_heading_with_subclauses_is_only_context() -> None:
    made = make_passages(
        "Privacy Policy",
        [
            clause("1", "1. Data", heading="Data"),
            clause("1.1", "1.1 We keep names.", parent="1"),
            clause("2", "2. Contact", heading="Contact"),
        ],
        Words(),
    )
    assert made["1"] == []
    (passage,) = made["1.1"]
    assert passage.context == "Privacy Policy > Data"
    assert len(made["2"]) == 1  # a heading that nothing follows has only itself


def test_heading_with_a_body_is_embedded_itself() -> None:
    text = "1. Data\nWe keep names, and we keep them with care."
    made = make_passages(
        "Privacy Policy",
        [clause("1", text, heading="Data"), clause("1.1", "1.1 Names.", parent="1")],
        Words(),
    )
    assert [passage.text for passage in made["1"]] == [text]


def test_item_carries_the_sentence_that_introduces_it() -> None:
    item = clause("1.1", "(1) billing;", parent="1", lead_in="We keep your name for:")
    (passage,) = make_passages("Privacy Policy", [item], Words())["1.1"]
    assert passage.views == (
        "(1) billing;",
        "Privacy Policy > Data\nWe keep your name for:\n(1) billing;",
    )


def test_context_that_is_too_long_keeps_its_end() -> None:
    long = clause("1.1", "1.1 Names.", parent="1", lead_in="Data " * 300 + "that we keep:")
    (passage,) = make_passages("Policy " * 300, [long], Words(100))["1.1"]
    assert passage.context.startswith("Data Data")
    assert passage.context.endswith("that we keep:")
    assert max(Words().count_tokens(passage.views)) <= 100


@pytest.mark.parametrize("text", ["", "   "])
def test_clause_without_text_has_no_passage(text: str) -> None:
    assert make_passages("Policy", [clause("1", text.strip())], Words())["1"] == []
