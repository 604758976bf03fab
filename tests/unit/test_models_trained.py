"""Trained layers are taken whole and unharmed, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from models import WeightsError
from models.trained import DENSE_TENSOR, LAYERS_FILE, LAYERS_SHA256, read_trained_layers
from models.weights import Shape, find_weights_file, read_weights


@pytest.fixture(scope="module")
def shape() -> Shape:
    return read_weights(find_weights_file()).shape


def test_shipped_layers_are_the_ones_named_here(shape: Shape) -> None:
    layers = read_trained_layers(shape)
    assert layers.sha256 == LAYERS_SHA256
    assert {name.split(".")[0] for name in layers.tensors} == {f"l{i}" for i in range(6, 12)}
    assert all(value.dtype == np.float32 for value in layers.tensors.values())
    assert LAYERS_FILE.stat().st_size < 25e6


def test_missing_layers_say_what_to_do(shape: Shape, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="POLICY_SEARCH_MODEL=embedded-base"):
        read_trained_layers(shape, tmp_path / "layers.safetensors")


def test_damaged_layers_are_refused(shape: Shape, tmp_path: Path) -> None:
    damaged = tmp_path / "layers.safetensors"
    damaged.write_bytes(LAYERS_FILE.read_bytes()[:-1])
    with pytest.raises(WeightsError, match="expected"):
        read_trained_layers(shape, damaged)
    damaged.write_bytes(b"no layers at all")
    with pytest.raises(WeightsError, match="not a safetensors file"):
        read_trained_layers(shape, damaged, sha256=None)


def test_layers_of_another_model_are_refused(shape: Shape, tmp_path: Path) -> None:
    other = tmp_path / "layers.safetensors"
    square = np.eye(shape.hidden, dtype=np.float16)
    save_file({"decoder.weight": square, DENSE_TENSOR: square}, other)
    with pytest.raises(WeightsError, match=r"no tensor 'decoder\.weight'"):
        read_trained_layers(shape, other, sha256=None)
    save_file({DENSE_TENSOR: square[:2, :2].copy()}, other)
    with pytest.raises(WeightsError, match=f"for {shape.hidden} dimensions"):
        read_trained_layers(shape, other, sha256=None)
