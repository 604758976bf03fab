"""The embedded default's vocabulary as a SentencePiece model file."""

from __future__ import annotations

from typing import Any

from models.charsmap import precompiled_charsmap
from models.weights import Unigram


def build_piece_model(unigram: Unigram) -> bytes:
    """The model, as `SentencePieceProcessor` reads it; a piece's index stays its id."""
    # Imported here: protobuf is needed to write the model, never to use it.
    from sentencepiece import sentencepiece_model_pb2

    messages: Any = sentencepiece_model_pb2
    kinds = messages.ModelProto.SentencePiece
    special = dict.fromkeys((unigram.bos, unigram.eos, unigram.pad), kinds.CONTROL)
    special[unigram.unk] = kinds.UNKNOWN
    model = messages.ModelProto()
    for index, (piece, score) in enumerate(zip(unigram.pieces, unigram.scores, strict=True)):
        model.pieces.add(piece=piece, score=score, type=special.get(index, kinds.NORMAL))
    trainer = model.trainer_spec
    trainer.model_type = messages.TrainerSpec.UNIGRAM
    trainer.vocab_size = len(unigram.pieces)
    for name in ("bos", "eos", "pad", "unk"):
        index = getattr(unigram, name)
        setattr(trainer, f"{name}_id", index)
        setattr(trainer, f"{name}_piece", unigram.pieces[index])
    normalizer = model.normalizer_spec
    normalizer.precompiled_charsmap = precompiled_charsmap(unigram.characters)
    normalizer.add_dummy_prefix = True
    normalizer.remove_extra_whitespaces = True
    normalizer.escape_whitespaces = True
    return bytes(model.SerializeToString(deterministic=True))
