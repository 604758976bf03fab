"""The embedded default's tokenizer: SentencePiece unigram in XLM-RoBERTa's layout."""

from __future__ import annotations

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    normalizers,
    pre_tokenizers,
    processors,
)
from tokenizers.models import Unigram as UnigramModel

from models.charsmap import precompiled_charsmap
from models.weights import Unigram


def build_tokenizer(unigram: Unigram, max_tokens: int) -> Tokenizer:
    """A `tokenizers` tokenizer: text -> `<s>` pieces `</s>`, cut at `max_tokens`.

    Characters are composed (NFC) before the character map, which knows single code points
    only: decomposed text then gets the tokens of composed text, as in the model's original
    SentencePiece normaliser. White space at the ends carries no tokens.
    """
    vocabulary = list(zip(unigram.pieces, unigram.scores, strict=True))
    tokenizer = Tokenizer(UnigramModel(vocabulary, unk_id=unigram.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFC(),
            normalizers.Precompiled(precompiled_charsmap(unigram.characters)),
            normalizers.Strip(left=True, right=True),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos, pad = (unigram.pieces[i] for i in (unigram.bos, unigram.eos, unigram.pad))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, unigram.bos), (eos, unigram.eos)],
    )
    specials = (unigram.bos, unigram.pad, unigram.eos, unigram.unk)
    tokenizer.add_special_tokens([AddedToken(unigram.pieces[i], special=True) for i in specials])
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding(pad_id=unigram.pad, pad_token=pad)
    return tokenizer
