"""The parts of a sentence-transformers model folder that the embedded default is written into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

if TYPE_CHECKING:
    import onnx

GRAPH_FILE: Final = "model.onnx"
GRAPH_DATA_FILE: Final = "model.onnx.data"
TOKENIZER_FILE: Final = "tokenizer.json"
PIECES_FILE: Final = "sentencepiece.model"
MODULES_FILE: Final = "modules.json"
PROMPTS_FILE: Final = "config_sentence_transformers.json"
# Named like this because sentence-transformers reads it for the first module of a folder.
INPUT_CONFIG_FILE: Final = "sentence_bert_config.json"
POOLING_FOLDER: Final = "1_Pooling"
DENSE_FOLDER: Final = "2_Dense"
NORMALIZE_FOLDER: Final = "3_Normalize"
DENSE_FILE: Final = "model.safetensors"
DENSE_TENSOR: Final = "linear.weight"

ONNX_MODULE: Final = "models.onnx_module.OnnxTransformer"
_TYPES: Final = "sentence_transformers"
TORCH_MODULE: Final = f"{_TYPES}.base.modules.transformer.Transformer"
_POOLING: Final = f"{_TYPES}.sentence_transformer.modules.pooling.Pooling"
_DENSE: Final = f"{_TYPES}.base.modules.dense.Dense"
_NORMALIZE: Final = f"{_TYPES}.base.modules.normalize.Normalize"

QUERY_PROMPT: Final = "query: "
PASSAGE_PROMPT: Final = "passage: "


def write_graph(folder: Path, model: onnx.ModelProto) -> None:
    """Write the graph with its weights beside it, so that they can be mapped, not read."""
    # Imported here: onnx is needed to write the graph, never to run it.
    import onnx

    onnx.save_model(
        model,
        str(folder / GRAPH_FILE),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=GRAPH_DATA_FILE,
        size_threshold=1024,
    )


def write_modules(
    folder: Path, input_module: str, dimension: int, dense: NDArray[np.float32] | None = None
) -> None:
    """Write `modules.json`, mean pooling, normalising and the e5 prompts.

    `dense`, where given, is what pooled vectors are multiplied by: (dimension, dimension).
    """
    modules = [("", input_module), (POOLING_FOLDER, _POOLING)]
    if dense is not None:
        modules.append((DENSE_FOLDER, _DENSE))
        _write_dense(folder / DENSE_FOLDER, dense)
    modules.append((NORMALIZE_FOLDER, _NORMALIZE))
    write_json(
        folder / MODULES_FILE,
        [
            {"idx": i, "name": str(i), "path": path, "type": kind}
            for i, (path, kind) in enumerate(modules)
        ],
    )
    write_json(
        folder / POOLING_FOLDER / "config.json",
        {"embedding_dimension": dimension, "pooling_mode": "mean", "include_prompt": True},
    )
    write_json(
        folder / NORMALIZE_FOLDER / "config.json",
        {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"},
    )
    write_json(
        folder / PROMPTS_FILE,
        {
            "model_type": "SentenceTransformer",
            "prompts": {
                "query": QUERY_PROMPT,
                "passage": PASSAGE_PROMPT,
                "document": PASSAGE_PROMPT,
            },
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )


def _write_dense(folder: Path, dense: NDArray[np.float32]) -> None:
    size = len(dense)
    write_json(
        folder / "config.json",
        {
            "in_features": size,
            "out_features": size,
            "bias": False,
            "activation_function": "torch.nn.modules.linear.Identity",
        },
    )
    save_file({DENSE_TENSOR: np.ascontiguousarray(dense)}, folder / DENSE_FILE)


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, making the folder where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
