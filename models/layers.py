"""The tensors an encoder is built from: the weights file's, some of them perhaps replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.blocks import Q4Tensor, Q8Tensor
from models.errors import ModelFormatError
from models.weights import Shape, Weights


@dataclass(frozen=True)
class EncoderTensors:
    """Everything the graph needs, by the weights file's tensor names."""

    shape: Shape
    matrices: Mapping[str, Q4Tensor | Q8Tensor]
    floats: Mapping[str, NDArray[np.float32]]


def encoder_tensors(
    weights: Weights, overrides: Mapping[str, NDArray[np.float32]] | None = None
) -> EncoderTensors:
    """The file's tensors with `overrides` in place of those of the same name.

    An overriding matrix is kept in 8 bits: rounding trained weights to the file's 4 bits would
    undo part of the training. Query, key and value of a layer run as one multiplication, so
    when one of them is replaced the other two are widened to 8 bits, which loses nothing that
    matters (their 16 levels fit in 255).

    Args:
        weights: the parsed file.
        overrides: tensor name (`l7.q.w`, `l7.aln.b`) -> float32 values of the same dimensions.

    Raises:
        ModelFormatError: a name or a shape that the file does not have.
    """
    matrices: dict[str, Q4Tensor | Q8Tensor] = dict(weights.blocks)
    floats = dict(weights.floats)
    for name, values in (overrides or {}).items():
        if name in matrices:
            expected: tuple[int, ...] = (matrices[name].rows, matrices[name].columns)
        elif name in floats:
            expected = floats[name].shape
        else:
            raise ModelFormatError(f"layer override {name!r}: the model has no such tensor")
        if values.shape != expected:
            raise ModelFormatError(
                f"layer override {name!r} has shape {values.shape}, the model {expected}"
            )
        if not np.isfinite(values).all():
            raise ModelFormatError(f"layer override {name!r} holds a value that is not a number")
        if name in matrices:
            matrices[name] = Q8Tensor.quantize(values)
        else:
            floats[name] = values.astype(np.float32)
    for layer in range(weights.shape.layers):
        names = [f"l{layer}.{part}.w" for part in ("q", "k", "v")]
        if len({matrices[name].bits for name in names}) > 1:
            for name in names:
                if isinstance(matrices[name], Q4Tensor):
                    matrices[name] = Q8Tensor.quantize(matrices[name].dequantized())
    return EncoderTensors(weights.shape, matrices, floats)
