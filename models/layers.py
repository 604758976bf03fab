"""The tensors an encoder is built from: the weights file's, some of them perhaps replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.blocks import Q4Tensor
from models.errors import ModelFormatError
from models.weights import Shape, Weights

WORDS = "emb.word"


@dataclass(frozen=True)
class EncoderTensors:
    """Everything the graph needs, by the weights file's tensor names."""

    shape: Shape
    words: Q4Tensor
    """The embeddings of the vocabulary."""
    matrices: Mapping[str, NDArray[np.float32]]
    """Of the layers, shape (outputs, inputs)."""
    floats: Mapping[str, NDArray[np.float32]]


def encoder_tensors(
    weights: Weights, overrides: Mapping[str, NDArray[np.float32]] | None = None
) -> EncoderTensors:
    """The file's tensors with `overrides` in place of those of the same name.

    Args:
        weights: the parsed file.
        overrides: tensor name (`l7.q.w`, `l7.aln.b`) -> float32 values of the same dimensions.

    Raises:
        ModelFormatError: a name that the file does not have or the vocabulary's, or another shape.
    """
    matrices = {
        name: blocks.dequantized() for name, blocks in weights.blocks.items() if name != WORDS
    }
    floats = dict(weights.floats)
    for name, values in (overrides or {}).items():
        tensors = matrices if name in matrices else floats
        if name not in tensors:
            raise ModelFormatError(f"layer override {name!r}: the model has no such tensor")
        expected = tensors[name].shape
        if values.shape != expected:
            raise ModelFormatError(
                f"layer override {name!r} has shape {values.shape}, the model {expected}"
            )
        if not np.isfinite(values).all():
            raise ModelFormatError(f"layer override {name!r} holds a value that is not a number")
        tensors[name] = values.astype(np.float32)
    return EncoderTensors(weights.shape, weights.blocks[WORDS], matrices, floats)
