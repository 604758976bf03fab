"""An encoder's surface over vectors that are at hand, so that encoding is no part of a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from models import Fingerprint
from service.bench.scale.vectors import Vectors

if TYPE_CHECKING:
    from models import Encoder

MAX_TOKENS = 512


class GivenVectors:
    """Knows the vectors of some texts; passes for the encoder of an index that it belongs to."""

    passage_token_budget = MAX_TOKENS
    max_tokens = MAX_TOKENS

    def __init__(self, fingerprint: Fingerprint, vectors: Mapping[str, Vectors]) -> None:
        """`vectors`: of each question, and of each clause's text, which is one line."""
        self.fingerprint = fingerprint
        self.name = fingerprint.model
        self.dimension = fingerprint.dimension
        self._vectors = vectors

    def as_encoder(self) -> Encoder:
        """The same, as what is asked for where encoders are used."""
        return cast("Encoder", self)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors of known questions, shape (n, dimension)."""
        return np.stack([self._vectors[text] for text in texts])

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """The vectors of known clauses, alone or under their headings, shape (n, dimension)."""
        # Under headings the text is the last line: both views of a clause have one vector here.
        vectors = np.stack([self._vectors[text.rpartition("\n")[2]] for text in texts])
        if on_progress is not None:
            on_progress(len(texts))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words, and of texts without spaces signs: enough to see that none is too long."""
        return [min(max(len(text.split()), len(text) // 4), MAX_TOKENS // 2) for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Spans of the words."""
        spans, end = [], 0
        for word in text.split():
            start = text.index(word, end)
            end = start + len(word)
            spans.append((start, end))
        return spans
