"""The fp32 torch form of the embedded weights: for comparison and training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from models.folder import INPUT_CONFIG_FILE, TOKENIZER_FILE, TORCH_MODULE, write_json, write_modules
from models.layers import encoder_tensors
from models.tokenizer import build_tokenizer
from models.trained import TrainedLayers
from models.weights import Shape, Weights

# The weights file's names of a layer's parts -> those of transformers' BertModel.
_LAYER_NAMES: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES: Final = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def export_torch(
    folder: Path,
    weights: Weights,
    trained: TrainedLayers | None = None,
) -> Path:
    """Write a standard sentence-transformers folder (BertModel in fp32, about 470 MB).

    Args:
        folder: made where needed; files of the same names are replaced.
        weights: the parsed weights file.
        trained: what replaces some of the weights, kept in full.

    Returns:
        `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = torch_state(weights, trained.tensors if trained else None)
    save_file(state, folder / "model.safetensors", {"format": "pt"})
    write_json(folder / "config.json", _bert_config(weights.shape, weights.unigram.pad))
    _write_tokenizer(folder, weights)
    write_json(folder / INPUT_CONFIG_FILE, {"transformer_task": "feature-extraction"})
    dense = trained.dense if trained else None
    write_modules(folder, TORCH_MODULE, weights.shape.hidden, dense)
    return folder


def torch_state(
    weights: Weights, overrides: Mapping[str, NDArray[np.float32]] | None = None
) -> dict[str, NDArray[np.float32]]:
    """Every parameter of transformers' BertModel, by its name there."""
    given = dict(overrides or {})
    tensors = encoder_tensors(weights, given)
    values = {name: matrix.dequantized() for name, matrix in weights.blocks.items()}
    values.update(tensors.floats)
    values.update(given)
    state = {torch_name(name): np.ascontiguousarray(value) for name, value in values.items()}
    # BertModel has a pooler that mean pooling never asks; without values it would be random.
    hidden = weights.shape.hidden
    state["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    state["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    return state


def torch_name(name: str) -> str:
    """`l7.q.w` -> `encoder.layer.7.attention.self.query.weight`.

    Raises:
        KeyError: the weights file has no such tensor.
    """
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    suffix = {"w": "weight", "b": "bias"}[kind]
    return f"encoder.layer.{int(layer[1:])}.{_LAYER_NAMES[part]}.{suffix}"


def _bert_config(shape: Shape, pad: int) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.ffn,
        "hidden_act": "gelu",
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": float(np.format_float_positional(np.float32(shape.epsilon))),
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "position_embedding_type": "absolute",
        "pad_token_id": pad,
        "dtype": "float32",
    }


def _write_tokenizer(folder: Path, weights: Weights) -> None:
    unigram = weights.unigram
    tokenizer = build_tokenizer(unigram, weights.shape.positions)
    tokenizer.save(str(folder / TOKENIZER_FILE), pretty=False)
    write_json(
        folder / "tokenizer_config.json",
        {
            # Loads tokenizer.json as it stands; the class for XLM-RoBERTa would rebuild it.
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": weights.shape.positions,
            "bos_token": unigram.pieces[unigram.bos],
            "cls_token": unigram.pieces[unigram.bos],
            "eos_token": unigram.pieces[unigram.eos],
            "sep_token": unigram.pieces[unigram.eos],
            "pad_token": unigram.pieces[unigram.pad],
            "unk_token": unigram.pieces[unigram.unk],
            "model_input_names": ["input_ids", "attention_mask"],
        },
    )
