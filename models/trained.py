"""The trained layers that come with the package: what makes the encoder language-neutral."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.errors import WeightsError
from models.weights import Shape, expected_tensors

DENSE_TENSOR: Final = "dense.weight"
LAYERS_FILE: Final = Path(__file__).parent / "data" / "layers.safetensors"
LAYERS_SHA256: Final = "a3dd34579902344a6d9df187b910a678d867705b15669acc07dbbab64ead6b5e"


@dataclass(frozen=True)
class TrainedLayers:
    """What training made of the base model."""

    tensors: dict[str, NDArray[np.float32]]
    """What replaces the base weights, by the weights file's names."""
    dense: NDArray[np.float32]
    """What pooled vectors are multiplied by, shape (dimension, dimension)."""
    sha256: str


def read_trained_layers(
    shape: Shape, path: Path = LAYERS_FILE, sha256: str | None = LAYERS_SHA256
) -> TrainedLayers:
    """Read layers written by `models.training` (float16, transformers' names).

    Args:
        shape: of the base model that the layers belong to.
        path: the safetensors file.
        sha256: what the file must hash to; None takes any.

    Raises:
        WeightsError: the file is missing, damaged, another one, or for another model.
    """
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if sha256 is not None and found != sha256:
            raise WeightsError(
                f"{path}: trained layers with SHA-256 {found[:12]}…, expected {sha256[:12]}…; "
                "install policy-search again, or set POLICY_SEARCH_MODEL=embedded-base"
            )
        loaded = load_file(path)
    except OSError as error:
        raise WeightsError(
            f"{path}: the trained layers cannot be read ({error.strerror}); install policy-search "
            "again, or set POLICY_SEARCH_MODEL=embedded-base"
        ) from error
    except SafetensorError as error:
        raise WeightsError(f"{path}: not a safetensors file: {error}") from error
    from models.torch_export import torch_name  # the names are its; it needs what conversion needs

    names = {torch_name(name): name for name in expected_tensors(shape)}
    dense = loaded.pop(DENSE_TENSOR, None)
    if dense is None or dense.shape != (shape.hidden, shape.hidden):
        raise WeightsError(f"{path}: no tensor {DENSE_TENSOR!r} for {shape.hidden} dimensions")
    unknown = sorted(set(loaded) - set(names))
    if unknown:
        raise WeightsError(f"{path}: the base model has no tensor {unknown[0]!r}")
    tensors = {names[k]: v.astype(np.float32) for k, v in loaded.items()}
    return TrainedLayers(tensors, dense.astype(np.float32), found)
