"""The first module of the embedded model's folder, for sentence-transformers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.dense import Dense
from sentence_transformers.base.modules.input_module import InputModule
from sentence_transformers.base.modules.normalize import Normalize
from sentence_transformers.sentence_transformer.modules.pooling import Pooling
from sentence_transformers.util import load_dir_path

from models.folder import (
    DENSE_FOLDER,
    GRAPH_DATA_FILE,
    GRAPH_FILE,
    INPUT_CONFIG_FILE,
    NORMALIZE_FOLDER,
    PIECES_FILE,
    POOLING_FOLDER,
    PROMPTS_FILE,
)
from models.onnx_session import OnnxSession


def open_sentence_transformer(folder: Path) -> SentenceTransformer:
    """The embedded model's folder as a `SentenceTransformer`.

    `SentenceTransformer(folder)` alone refuses every module class that is not its own, unless
    told `trust_remote_code=True`; naming the modules here needs no such permission.

    Raises:
        ModelFormatError: a file is missing or cannot be read.
    """
    prompts = json.loads((folder / PROMPTS_FILE).read_text(encoding="utf-8"))["prompts"]
    modules = [
        OnnxTransformer.load(str(folder)),
        Pooling.load(str(folder), subfolder=POOLING_FOLDER),
    ]
    if (folder / DENSE_FOLDER).is_dir():
        modules.append(Dense.load(str(folder), subfolder=DENSE_FOLDER))
    modules.append(Normalize.load(str(folder), subfolder=NORMALIZE_FOLDER))
    return SentenceTransformer(modules=modules, prompts=prompts, device="cpu")


class OnnxTransformer(InputModule):
    """Token embeddings from an ONNX graph, inside a `SentenceTransformer`.

    It computes on the CPU whatever device the model is on, and cannot be trained: export the
    torch form (`python -m models.convert torch FOLDER`) for that.
    """

    config_file_name = INPUT_CONFIG_FILE
    config_keys = ["max_seq_length", "hidden_size"]  # noqa: RUF012 - the base class's attribute

    def __init__(self, folder: str | Path) -> None:
        """Open the graph and tokenizer in `folder`.

        Raises:
            ModelFormatError: a file is missing or cannot be read.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = Path(folder)
        self._session = OnnxSession(self._folder)
        self.tokenizer: Any = self._session.tokenizer
        self.hidden_size = self._session.dimension

    @property
    def max_seq_length(self) -> int:
        """Longest input in tokens, special tokens and prompt included; longer ones are cut."""
        return self._session.max_tokens

    @max_seq_length.setter
    def max_seq_length(self, value: int) -> None:
        self._session.max_tokens = value

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **_: Any
    ) -> dict[str, torch.Tensor | Any]:
        """Tokenise texts; gives `input_ids` and `attention_mask`."""
        tokens = self._session.tokenize([str(text) for text in inputs], prompt or "")
        ids, mask = self._session.pad([token.ids for token in tokens])
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    def forward(
        self, features: dict[str, torch.Tensor | Any], **_: Any
    ) -> dict[str, torch.Tensor | Any]:
        """Add `token_embeddings`, float32 (batch, tokens, dimension)."""
        ids, mask = features["input_ids"], features["attention_mask"]
        embeddings = self._session.run(ids.cpu().numpy(), mask.cpu().numpy())
        features["token_embeddings"] = torch.from_numpy(embeddings).to(ids.device)
        return features

    def get_embedding_dimension(self) -> int:
        """Length of a token embedding."""
        return self.hidden_size

    def save(self, output_path: str, *_: Any, safe_serialization: bool = True, **__: Any) -> None:
        """Copy the graph, tokenizer and configuration."""
        self.save_config(output_path)
        for name in (GRAPH_FILE, GRAPH_DATA_FILE, PIECES_FILE):
            shutil.copyfile(self._folder / name, Path(output_path) / name)

    @classmethod
    def load(
        cls,
        model_name_or_path: str,
        subfolder: str = "",
        token: bool | str | None = None,
        cache_folder: str | None = None,
        revision: str | None = None,
        local_files_only: bool = False,
        init_defaults: dict[str, Any] | None = None,
        **_: Any,
    ) -> Self:
        """Open the module of a model folder, or of a model name sentence-transformers knows."""
        folder = load_dir_path(
            model_name_or_path,
            subfolder=subfolder,
            token=token,
            cache_folder=cache_folder,
            revision=revision,
            local_files_only=local_files_only,
        )
        return cls(folder or model_name_or_path)
