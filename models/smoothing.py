"""Factors that make activations easier to round: what is loud is divided, its weights multiplied.

A few features of an encoder's rows are many times as large as the others; a row that is rounded
with one scale then loses the small ones. Dividing each feature by a factor and multiplying the
weights that meet it by the same leaves the product as it is, and balances what rounding takes from
either (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438). The factors come from
`python -m models.training.smoothing`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.errors import WeightsError

SMOOTHING_FILE: Final = Path(__file__).parent / "data" / "smoothing.safetensors"
# The inputs that are worth it, and the matrices that they meet.
SMOOTHED: Final = {"qkv": ("q", "k", "v"), "fi": ("fi",)}


def read_smoothing(path: Path = SMOOTHING_FILE) -> dict[str, NDArray[np.float32]]:
    """Input (`l7.qkv`) -> factors, float32, shape (hidden,), all above zero.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    try:
        factors = {name: values.astype(np.float32) for name, values in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise WeightsError(
            f"{path}: the smoothing factors cannot be read ({error}); install policy-search again"
        ) from error
    if not all(np.isfinite(values).all() and (values > 0).all() for values in factors.values()):
        raise WeightsError(
            f"{path}: smoothing factors that are not above zero; install policy-search again"
        )
    return factors


def smoothing_digest(path: Path = SMOOTHING_FILE) -> str:
    """SHA-256 of the file, in hex; "" where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def factors(activations: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The factors for one input, shape (features,).

    Args:
        activations: root mean square of each feature, shape (features,).
        weights: what they are multiplied by, shape (outputs, features).
    """
    least = np.float32(1e-5)
    loud = np.maximum(activations, least)
    sensitive = np.maximum(np.sqrt((weights**2).mean(axis=0)), least)
    return np.asarray(np.sqrt(loud / sensitive), np.float32)
