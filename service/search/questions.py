"""The vectors of questions: those that come together are encoded together, repeated ones once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import Encoder

MOST_TOGETHER = 32
"""Questions of one batch; the others wait for the next, a few milliseconds."""

Vector = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class _Waiting:
    """A question that somebody waits for."""

    text: str
    vector: Vector | None = None
    error: Exception | None = None

    @property
    def done(self) -> bool:
        return self.vector is not None or self.error is not None


class Questions:
    """Encodes questions for many threads at once.

    One batch is encoded at a time, with all the processors. A question that finds the encoder free
    starts at once; those that arrive meanwhile make up the next batch, so that nobody ever waits
    for company.
    """

    def __init__(self, encoder: Encoder, kept: int = 0) -> None:
        """Over an encoder; the vectors of the `kept` last questions stay at hand, 2 kB each."""
        self._encoder = encoder
        self._kept = kept
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._waiting: list[_Waiting] = []
        self._state = threading.Lock()
        self._encoding = threading.Lock()

    def vector(self, text: str) -> Vector:
        """The unit vector of a question, shape (dimension,); not to be written to."""
        with self._state:
            found = self._vectors.get(text)
            if found is not None:
                self._vectors.move_to_end(text)
                return found
            mine = _Waiting(text)
            self._waiting.append(mine)
        while not mine.done:
            with self._encoding:
                if not mine.done:  # by the one who was here before
                    self._encode()
        if mine.error is not None:
            raise mine.error
        assert mine.vector is not None
        return mine.vector

    def _encode(self) -> None:
        with self._state:
            batch = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
        texts = list(dict.fromkeys(question.text for question in batch))
        try:
            vectors = dict(zip(texts, self._encoder.encode_queries(texts), strict=True))
        except Exception as error:
            for question in batch:
                question.error = error
            return
        for question in batch:
            question.vector = vectors[question.text]
        if self._kept:
            with self._state:
                # Copies: a row of a batch would keep the whole batch in memory.
                self._vectors.update((text, vector.copy()) for text, vector in vectors.items())
                while len(self._vectors) > self._kept:
                    self._vectors.popitem(last=False)
