"""How activations become 8 bits: a scale for each feature of an input, measured beforehand.

A few features of an encoder's activations are many times as large as the others; with one scale
for all of them the small ones would be lost. So each feature has its own, and the weights that meet
it are multiplied by the same, which leaves the product as it is and balances what rounding takes
from either (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438). Since the scales are constants,
rounding costs little, and a text's vector does not depend on what else is in its batch. They come
from `python -m models.training.activations`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.errors import WeightsError

ACTIVATIONS_FILE: Final = Path(__file__).parent / "data" / "activations.safetensors"
# A layer's inputs, and the matrices that each meets.
INPUTS: Final = {"qkv": ("q", "k", "v"), "ao": ("ao",), "fi": ("fi",), "fo": ("fo",)}

_LEVELS: Final = 255
_LEAST: Final = 1e-5
# Of the loudness of a feature, as a power: how much of it the scale takes on, and the weights not.
_SHARE: Final = 0.8
_SHARE_AFTER_GELU: Final = 0.65
_HEADROOM: Final = 1.15
"""Other texts may be a little louder than those that were measured."""


@dataclass(frozen=True)
class Rounding:
    """level = round(activation / scale) + zero, from 0 to 255."""

    scale: NDArray[np.float32]  # (features,), above zero
    zero: int


@dataclass(frozen=True)
class Range:
    """What was seen of an input, feature by feature, each of shape (features,)."""

    least: NDArray[np.float32]
    most: NDArray[np.float32]
    rms: NDArray[np.float32]  # root mean square


def fit_rounding(name: str, seen: Range, weights: NDArray[np.float32]) -> Rounding:
    """The rounding of one input that loses little of its product.

    Args:
        name: of the input (`qkv`, `ao`, `fi`, `fo`).
        seen: of the input.
        weights: what it is multiplied by, shape (outputs, features).
    """
    loudest = np.maximum(-seen.least, seen.most)
    if name == "fo":  # after the GELU: hardly anything below zero, and large values are rare
        balance = _balance(seen.rms, np.sqrt((weights**2).mean(axis=0)), _SHARE_AFTER_GELU)
    else:
        balance = _balance(loudest, np.abs(weights).max(axis=0), _SHARE)
    top = float((loudest / balance).max()) * _HEADROOM
    bottom = min(float((seen.least / balance).min()), 0.0) * _HEADROOM if name == "fo" else -top
    step = (top - bottom) / _LEVELS
    return Rounding(balance * np.float32(step), round(-bottom / step))


def _balance(
    loudness: NDArray[np.float32], weights: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    return np.asarray(
        np.maximum(loudness, _LEAST) ** share / np.maximum(weights, _LEAST) ** (1 - share),
        np.float32,
    )


def read_roundings(layers: str, path: Path = ACTIVATIONS_FILE) -> dict[str, Rounding]:
    """Input (`l7.qkv`) -> its rounding.

    Args:
        layers: whose: `neutral` (the trained layers) or `base`.
        path: the safetensors file.

    Raises:
        WeightsError: the file is missing or damaged, or does not hold these.
    """
    remedy = "install policy-search again"
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(
            f"{path}: the activations' scales cannot be read ({error}); {remedy}"
        ) from error
    prefix, suffix = f"{layers}.", ".scale"
    names = [name for name in tensors if name.startswith(prefix) and name.endswith(suffix)]
    try:
        roundings = {
            name[len(prefix) : -len(suffix)]: Rounding(
                tensors[name].astype(np.float32), int(tensors[f"{name[: -len(suffix)]}.zero"])
            )
            for name in names
        }
    except (KeyError, TypeError) as error:
        raise WeightsError(f"{path}: an input without its zero; {remedy}") from error
    if not roundings:
        raise WeightsError(f"{path}: holds no scales of {layers!r}; {remedy}")
    if not all((np.isfinite(r.scale) & (r.scale > 0)).all() for r in roundings.values()):
        raise WeightsError(f"{path}: scales that are not above zero; {remedy}")
    return roundings


def rounding_tensors(
    roundings: Mapping[str, Rounding], layers: str
) -> dict[str, NDArray[np.float32] | NDArray[np.uint8]]:
    """The same as `read_roundings` finds them in a file."""
    tensors: dict[str, NDArray[np.float32] | NDArray[np.uint8]] = {}
    for name, rounding in roundings.items():
        tensors[f"{layers}.{name}.scale"] = rounding.scale
        tensors[f"{layers}.{name}.zero"] = np.array(rounding.zero, np.uint8)
    return tensors


def activations_digest(path: Path = ACTIVATIONS_FILE) -> str:
    """SHA-256 of the file, in hex; "" where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
