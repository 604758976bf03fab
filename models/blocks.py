"""Matrices quantised in blocks: each run of 32 weights of a row shares one scale.

Q4_0, as the weights file stores it: one float16 scale and 16 bytes a block; byte j holds
weight j in its low nibble and weight j + 16 in its high one; a weight is (nibble - 8) x scale.
Q8, for layers that do not come from the file: (byte - 128) x scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 32
BLOCK_BYTES: Final = 18


@dataclass(frozen=True)
class Q4Tensor:
    """A matrix of 4-bit weights, shape (rows, columns)."""

    bits: ClassVar[int] = 4

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
class Q8Tensor:
    """A matrix of 8-bit weights, shape (rows, columns)."""

    bits: ClassVar[int] = 8

    levels: NDArray[np.uint8]  # (rows, columns / 32, 32)
    scales: NDArray[np.float32]  # (rows, columns / 32)

    @classmethod
    def quantize(cls, weights: NDArray[np.float32]) -> Q8Tensor:
        """Round a matrix to 8 bits; the largest weight of a block is kept exactly.

        Raises:
            ValueError: the number of columns is not a multiple of 32.
        """
        rows, columns = weights.shape
        if columns % BLOCK:
            raise ValueError(f"{columns} columns do not divide into blocks of {BLOCK}")
        blocks = weights.astype(np.float32).reshape(rows, columns // BLOCK, BLOCK)
        scales = np.abs(blocks).max(axis=-1) / np.float32(127)
        safe = np.where(scales > 0, scales, np.float32(1))
        return cls((np.rint(blocks / safe[..., None]) + 128).astype(np.uint8), scales)

    @property
    def rows(self) -> int:
        """Number of rows (outputs, or vocabulary entries)."""
        return int(self.levels.shape[0])

    @property
    def columns(self) -> int:
        """Number of columns (inputs)."""
        return int(self.levels.shape[1]) * BLOCK

    def packed(self) -> NDArray[np.uint8]:
        """The levels, one byte each: nothing to pack."""
        return self.levels

    def dequantized(self) -> NDArray[np.float32]:
        """The weights, float32, shape (rows, columns)."""
        signed = (self.levels.astype(np.float32) - 128) * self.scales[..., None]
        return signed.reshape(self.rows, self.columns)
