"""The vectors of questions: those that come together are encoded together, repeated ones once."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from models import Encoder

MOST_TOGETHER = 8
"""Questions of one batch; larger ones take no less time for each."""

Vector = NDArray[np.float32]
_Asked = tuple[str, Future[Vector]]


class Questions:
    """Encodes questions for many threads at once.

    As many batches are encoded at a time as there are processors. A question that finds one free
    starts at once; those that arrive meanwhile make up the next batch, so that nobody ever waits
    for company.
    """

    def __init__(self, encoder: Encoder, kept: int = 0, at_once: int | None = None) -> None:
        """Over an encoder; the vectors of the `kept` last questions stay at hand, 2 kB each.

        `at_once`: batches that are encoded at a time; one for each processor unless given.
        """
        self._encoder = encoder
        self._kept = kept
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._waiting: list[_Asked] = []
        self._state = threading.Lock()
        self._free = threading.Semaphore(at_once or os.cpu_count() or 1)

    def vector(self, text: str) -> Vector:
        """The unit vector of a question, shape (dimension,); not to be written to."""
        answer: Future[Vector] = Future()
        with self._state:
            found = self._vectors.get(text)
            if found is not None:
                self._vectors.move_to_end(text)
                return found
            self._waiting.append((text, answer))
        # Whoever is here encodes what waits by then: his own question, or, where another took that
        # along, those that came after it.
        with self._free:
            if not answer.done():
                self._encode()
        return answer.result()

    def _encode(self) -> None:
        with self._state:
            batch = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
        texts = list(dict.fromkeys(text for text, _ in batch))
        if not texts:
            return
        try:
            vectors = dict(zip(texts, self._encoder.encode_queries(texts), strict=True))
        except Exception as error:
            for _, answer in batch:
                answer.set_exception(error)
            return
        for text, answer in batch:
            answer.set_result(vectors[text])
        if self._kept:
            with self._state:
                # Copies: a row of a batch would keep the whole batch in memory.
                self._vectors.update((text, vector.copy()) for text, vector in vectors.items())
                while len(self._vectors) > self._kept:
                    self._vectors.popitem(last=False)
