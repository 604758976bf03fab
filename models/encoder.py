"""Texts to unit vectors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.backends import Backend
from models.batching import token_batches
from models.fingerprint import Fingerprint
from models.offsets import Kind, Offsets
from models.text import clean

logger = logging.getLogger(__name__)

# Tokens of one batch, padding included. Measured: throughput is flat from 1,000 to 8,000.
BATCH_TOKENS = 2048
# Texts tokenised at a time: bounds memory, and is long enough to sort by length within.
WINDOW = 2048


class Encoder:
    """An embedding model with its prompts. Safe to use from several threads at once."""

    def __init__(
        self,
        backend: Backend,
        fingerprint: Fingerprint,
        *,
        offsets: Offsets | None = None,
        batch_tokens: int = BATCH_TOKENS,
    ) -> None:
        """Wrap a backend; `load_encoder` is the usual way to get an encoder."""
        self._backend = backend
        self._offsets = offsets
        self._batch_tokens = batch_tokens
        self.fingerprint = fingerprint
        self.name = fingerprint.model
        self.dimension = backend.dimension
        self.max_tokens = backend.max_tokens

    def __repr__(self) -> str:
        """Name, dimension and fingerprint."""
        return f"Encoder({self.name!r}, dimension={self.dimension}, {self.fingerprint.short})"

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions: float32, shape (n, dimension), rows of unit length."""
        return self._encode(texts, "query", None)

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of passages: float32, shape (n, dimension), rows of unit length.

        A passage beyond `max_tokens` is cut, and a warning logged: split it first.

        Args:
            texts: any strings, the empty one too.
            on_progress: called after each batch with the number of texts newly done.
        """
        return self._encode(texts, "passage", on_progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text alone, without prompt and special tokens."""
        return self._backend.tokenizer.count([clean(text) for text in texts])

    @property
    def passage_token_budget(self) -> int:
        """Most tokens, by `count_tokens`, of a passage that is not cut."""
        (empty,) = self._backend.tokenizer.encode([self.fingerprint.passage_prompt])
        return self.max_tokens - len(empty)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Character spans (start, end) of the tokens that `count_tokens` counts, in order."""
        return self._backend.tokenizer.spans(clean(text))

    def _encode(
        self, texts: Sequence[str], kind: Kind, on_progress: Callable[[int], None] | None
    ) -> NDArray[np.float32]:
        if isinstance(texts, str):
            raise TypeError("encode a list of texts, not one string")
        prints = self.fingerprint
        prompt = prints.query_prompt if kind == "query" else prints.passage_prompt
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        truncated = 0
        for start in range(0, len(texts), WINDOW):
            prepared = self._backend.prepare(texts[start : start + WINDOW], prompt)
            truncated += sum(item.truncated for item in prepared)
            for batch in token_batches([len(item.ids) for item in prepared], self._batch_tokens):
                rows = self._backend.embed([prepared[i] for i in batch], prompt)
                vectors[[start + i for i in batch]] = unit_rows(rows)
                if on_progress is not None:
                    on_progress(len(batch))
        if truncated:
            logger.warning(
                "%d of %d texts were longer than %d tokens and were cut",
                truncated,
                len(texts),
                self.max_tokens,
            )
        if self._offsets is not None:
            vectors = unit_rows(self._offsets.take_away(vectors, texts, kind))
        return vectors


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to unit length.

    A row without a direction (zero, or not a number) becomes the first axis, so that callers
    may rely on unit rows and an inner-product index never meets NaN.
    """
    rows = np.where(np.isfinite(rows), rows, np.float32(0))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lost = ~(np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 1e-12))
    if lost.any():
        logger.warning("%d texts got no usable vector", int(lost.sum()))
        rows[lost] = 0
        rows[lost, 0] = 1
        lengths[lost] = 1
    return np.asarray(rows / lengths, np.float32)
