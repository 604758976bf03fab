"""Two ways to run an encoder: ONNX Runtime directly, or sentence-transformers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.errors import ModelFormatError
from models.folder import (
    DENSE_FILE,
    DENSE_FOLDER,
    DENSE_TENSOR,
    MODULES_FILE,
    ONNX_MODULE,
    POOLING_FOLDER,
    PROMPTS_FILE,
)
from models.onnx_session import OnnxSession
from models.text import clean, clip
from models.tokens import FastTokenizer, TextTokenizer

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


@dataclass(frozen=True)
class Prepared:
    """A text ready to be encoded."""

    text: str  # without its prompt
    ids: list[int]  # prompt and special tokens included, cut to fit
    truncated: bool


class Backend(Protocol):
    """Turns batches of texts into vectors (not yet of unit length)."""

    dimension: int
    max_tokens: int
    pooling: str
    prompts: Mapping[str, str]

    @property
    def tokenizer(self) -> TextTokenizer:
        """The model's tokenizer."""
        ...

    def prepare(self, texts: Sequence[str], prompt: str) -> list[Prepared]:
        """Tokenise prompt + text."""
        ...

    def embed(self, batch: Sequence[Prepared], prompt: str) -> NDArray[np.float32]:
        """Vectors of one batch, float32 (batch, dimension)."""
        ...


class OnnxBackend:
    """Runs the embedded model's folder without importing torch, and so starts in a second.

    Gives what `SentenceTransformer(folder)` gives: tokenizer and graph are the same code, and
    mean pooling is done here.
    """

    pooling = "mean"

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Open a folder written by `models.embedded`.

        Raises:
            ModelFormatError: a file is missing, or pooling is not the mean.
        """
        self._session = OnnxSession(folder, threads=threads)
        self.dimension = self._session.dimension
        self.max_tokens = self._session.max_tokens
        self.tokenizer = self._session.tokenizer
        self.prompts: Mapping[str, str] = _read_json(folder / PROMPTS_FILE).get("prompts", {})
        pooling = _read_json(folder / POOLING_FOLDER / "config.json").get("pooling_mode")
        if pooling != self.pooling:
            raise ModelFormatError(f"{folder} pools by {pooling!r}, expected {self.pooling!r}")
        self._dense = _read_dense(folder / DENSE_FOLDER / DENSE_FILE, self.dimension)

    def prepare(self, texts: Sequence[str], prompt: str) -> list[Prepared]:
        """Tokenise prompt + text."""
        tokens = self._session.tokenize(texts, prompt)
        return [Prepared(t, *ids) for t, ids in zip(texts, tokens, strict=True)]

    def embed(self, batch: Sequence[Prepared], prompt: str) -> NDArray[np.float32]:
        """Mean of each text's token embeddings, damped, float32 (batch, dimension)."""
        ids, mask = self._session.pad([item.ids for item in batch])
        tokens = self._session.run(ids, mask)
        weights = mask.astype(np.float32)
        sums = np.matmul(weights[:, None, :], tokens)[:, 0]
        pooled = np.asarray(sums / weights.sum(axis=1, keepdims=True), np.float32)
        if self._dense is None:
            return pooled
        # Row by row: a text's vector does not depend, to the last bit, on its batch.
        return np.asarray(np.matmul(pooled[:, None, :], self._dense)[:, 0])

    @staticmethod
    def can_open(folder: Path) -> bool:
        """Whether a folder's first module is the embedded model's."""
        try:
            modules = json.loads((folder / MODULES_FILE).read_text(encoding="utf-8"))
            return bool(modules[0]["type"] == ONNX_MODULE)
        except (OSError, ValueError, LookupError, TypeError):
            return False


class SentenceTransformerBackend:
    """Runs any model that sentence-transformers can load."""

    # Models that state no limit (static embeddings) get one, for splitting long clauses.
    _DEFAULT_MAX_TOKENS = 512

    def __init__(self, model: SentenceTransformer) -> None:
        """Wrap a loaded model.

        Raises:
            ModelFormatError: its tokenizer is not one of the `tokenizers` library.
        """
        import tokenizers  # sentence-transformers has it loaded already

        self._model = model
        self.dimension = int(model.get_embedding_dimension() or 0)
        limit = model.max_seq_length
        stated = limit is not None and limit < 1 << 20
        self.max_tokens = int(limit or 0) if stated else self._DEFAULT_MAX_TOKENS
        self.prompts: Mapping[str, str] = {k: v for k, v in model.prompts.items() if v}
        self.pooling = next(
            (str(m.pooling_mode) for m in model if hasattr(m, "pooling_mode")), "none"
        )
        inner = getattr(model.tokenizer, "backend_tokenizer", model.tokenizer)
        if not isinstance(inner, tokenizers.Tokenizer):
            raise ModelFormatError(
                f"the model's tokenizer is a {type(inner).__name__}; a fast one is needed"
            )
        self.tokenizer = FastTokenizer(inner)

    def prepare(self, texts: Sequence[str], prompt: str) -> list[Prepared]:
        """Tokenise prompt + text, to know the lengths; the model tokenises again."""
        fit = [clean(clip(text, self.max_tokens)) for text in texts]
        limit = self.max_tokens
        return [
            Prepared(text, ids[:limit], len(ids) > limit)
            for text, ids in zip(
                fit, self.tokenizer.encode([prompt + text for text in fit]), strict=True
            )
        ]

    def embed(self, batch: Sequence[Prepared], prompt: str) -> NDArray[np.float32]:
        """Vectors of one batch, float32 (batch, dimension)."""
        vectors = self._model.encode(
            [item.text for item in batch],
            prompt=prompt,
            batch_size=len(batch),
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, np.float32)


def _read_dense(path: Path, dimension: int) -> NDArray[np.float32] | None:
    """What pooled vectors are multiplied by from the right, where the model has such a thing."""
    if not path.exists():
        return None
    try:
        matrix = load_file(path)[DENSE_TENSOR]
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelFormatError(f"cannot read {path}: {error}") from error
    if matrix.shape != (dimension, dimension):
        raise ModelFormatError(f"{path} holds a matrix of {matrix.shape}, not {dimension} square")
    return np.ascontiguousarray(matrix.T, np.float32)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelFormatError(f"cannot read {path}: {error}") from error
    if not isinstance(value, dict):
        raise ModelFormatError(f"{path} holds no object")
    return value
