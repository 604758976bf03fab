"""Matrices of few bits: as the weights file stores them, and as they are multiplied by.

Q4_0 in the file: each run of 32 weights of a row shares one float16 scale and takes 16 bytes; byte
j holds weight j in its low nibble and weight j + 16 in its high one; a weight is
(nibble - 8) x scale. What is multiplied has 8 bits a weight and one scale for each output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 32
BLOCK_BYTES: Final = 18


@dataclass(frozen=True)
class Q4Tensor:
    """A matrix of 4-bit weights, shape (rows, columns)."""

    nibbles: NDArray[np.uint8]  # (rows, columns / 32, 16) as stored
    scales: NDArray[np.float16]  # (rows, columns / 32)

    @classmethod
    def from_bytes(cls, raw: bytes | memoryview, rows: int, columns: int) -> Q4Tensor:
        """View `rows * columns / 32` blocks of 18 bytes; copies nothing."""
        layout = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])
        blocks = np.frombuffer(raw, layout).reshape(rows, columns // BLOCK)
        return cls(blocks["nibbles"], blocks["scale"])

    @property
    def rows(self) -> int:
        """Number of rows (outputs, or vocabulary entries)."""
        return int(self.nibbles.shape[0])

    @property
    def columns(self) -> int:
        """Number of columns (inputs)."""
        return int(self.nibbles.shape[1]) * BLOCK

    def packed(self) -> NDArray[np.uint8]:
        """Nibbles as ONNX packs them, weights 2j and 2j + 1 in byte j; same shape as stored."""
        levels = self._levels()
        paired: NDArray[np.uint8] = levels[..., 0::2] | (levels[..., 1::2] << np.uint8(4))
        return paired

    def dequantized(self) -> NDArray[np.float32]:
        """The weights, float32, shape (rows, columns)."""
        signed = self._levels().astype(np.float32) - 8
        signed *= self.scales.astype(np.float32)[..., None]
        return signed.reshape(self.rows, self.columns)

    def _levels(self) -> NDArray[np.uint8]:
        return np.concatenate([self.nibbles & 0x0F, self.nibbles >> 4], axis=-1)


@dataclass(frozen=True)
class Int8Matrix:
    """A matrix that a row of activations is multiplied by: 8 bits a weight, a scale an output."""

    levels: NDArray[np.int8]  # (inputs, outputs)
    scales: NDArray[np.float32]  # (outputs,)

    @classmethod
    def quantize(cls, weights: NDArray[np.float32]) -> Int8Matrix:
        """From weights of shape (outputs, inputs); the largest of an output is kept exactly."""
        scales = np.abs(weights).max(axis=1).astype(np.float32) / np.float32(127)
        safe = np.where(scales > 0, scales, np.float32(1))
        levels = np.rint(weights / safe[:, None]).astype(np.int8)
        return cls(np.ascontiguousarray(levels.T), scales)

    def dequantized(self) -> NDArray[np.float32]:
        """The weights, float32, shape (outputs, inputs)."""
        return np.asarray(self.levels.T * self.scales[:, None], np.float32)
