"""A small encoder and two small policies, which stand in for real ones."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models import Fingerprint

LEAVE = """\
Lanternworks Leave Policy

Effective date: 1 March 2025

1. Annual leave

1.1 Every employee has twenty-five days of annual leave in a calendar year.

1.2 Unused days may be carried over until the end of March.

2. Sick leave

2.1 Sick leave is paid in full for six weeks.
"""

PRIVACY = """\
灯塔隐私政策

一、信息的收集

（一）我们收集您的姓名和手机号码。

二、账户注销

（一）您可以随时注销账户。

（二）注销账户后，信息保存三十日。
"""


class CountingEncoder:
    """An encoder's surface over hashed pairs of letters, which remembers what it embedded."""

    dimension = 64
    max_tokens = 512
    passage_token_budget = 500

    def __init__(self, name: str = "letter-pairs") -> None:
        self.name = name
        self.embedded: list[str] = []
        self.fingerprint = Fingerprint(
            model=name,
            dimension=self.dimension,
            quantization="fp32",
            pooling="mean",
            query_prompt="",
            passage_prompt="",
            weights_sha256="",
            tokenizer_sha256="",
        )

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for first, second in zip(text.lower(), text.lower()[1:], strict=False):
                row[zlib.crc32((first + second).encode()) % self.dimension] += 1
            row[0] += 1e-3
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        vectors = self.encode_queries(texts)
        self.embedded.extend(texts)
        if on_progress:
            on_progress(len(texts))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [(i, i + 1) for i in range(len(text))]
