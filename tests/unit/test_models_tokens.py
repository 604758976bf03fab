"""SentencePiece's own library and `tokenizers` agree about a vocabulary; spans fit the text."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from models.piece_model import build_piece_model
from models.text import clean
from models.tokenizer import build_tokenizer
from models.tokens import FastTokenizer, PieceTokenizer
from models.weights import find_weights_file, read_weights

WORDS = (
    "You may cancel your account at any time; 30 days' notice is enough.",
    "  未成年人使用我们的服务前，应取得监护人的同意（第三条第2款）。 ",
    "５.１ Ａ㈱ re\u0301sume\u0301  ½ ﬁne \u200b\ufeff x\u3000y…z 👩‍👩‍👧",
    "a lone\ud800 surrogate",
    "",
    " \n\t ",
    "退" * 300,
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[PieceTokenizer, FastTokenizer]:
    unigram = read_weights(find_weights_file()).unigram
    file = tmp_path_factory.mktemp("pieces") / "sentencepiece.model"
    file.write_bytes(build_piece_model(unigram))
    hugging: Tokenizer = build_tokenizer(unigram, 512)
    return PieceTokenizer(file), FastTokenizer(hugging)


def test_both_libraries_give_the_same_tokens(both: tuple[PieceTokenizer, FastTokenizer]) -> None:
    pieces, reference = both
    rng = random.Random(3)
    letters = [chr(c) for c in rng.sample([*range(0x20, 0x7F), *range(0xA0, 0xD800)], 3000)]
    made = [f"a{c}b {c} 退款{c}" for c in letters] + [
        "".join(rng.choices(letters + [" "] * 500, k=40)) for _ in range(300)
    ]
    texts = [clean(text) for text in (*WORDS, *made)]
    assert pieces.encode(texts) == reference.encode(texts)
    assert pieces.count(texts) == [len(ids) - 2 for ids in pieces.encode(texts)]


def test_what_looks_like_a_special_token_is_text(
    both: tuple[PieceTokenizer, FastTokenizer],
) -> None:
    pieces, _ = both
    (ids,) = pieces.encode(["before </s> after <pad>"])
    assert [i for i in ids if i in (pieces.start, pieces.end, pieces.pad)] == [0, 2]


@pytest.mark.parametrize("text", [clean(text) for text in WORDS], ids=range(len(WORDS)))
def test_spans_lie_in_the_text_as_it_was_given(
    both: tuple[PieceTokenizer, FastTokenizer], text: str
) -> None:
    pieces, _ = both
    for form in ("NFC", "NFD"):
        given = unicodedata.normalize(form, text)
        spans = pieces.spans(given)
        assert len(spans) == pieces.count([given])[0]
        assert spans == sorted(spans)
        assert all(0 <= start <= end <= len(given) for start, end in spans)
        assert "".join(given[a:b] for a, b in spans).split() == given.split()


def test_spans_of_decomposed_text_hold_whole_characters(
    both: tuple[PieceTokenizer, FastTokenizer],
) -> None:
    pieces, _ = both
    text = "tre\u0300s \u1112\u1161\u11ab\u1100\u1173\u11af x"  # Hangul as jamo: two syllables
    ends = {end for _, end in pieces.spans(text)}
    assert not ends & {3, 7, 8, 10, 11}, "a token ends inside a character"
    assert len(text) in ends


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="No such file"):
        PieceTokenizer(tmp_path / "missing")
    (tmp_path / "other").write_bytes(b"not a model")
    with pytest.raises(RuntimeError):
        PieceTokenizer(tmp_path / "other")
