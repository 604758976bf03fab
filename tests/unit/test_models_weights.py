"""The weights file's parser, on a tiny file written here."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from models.activations import Range, fit_rounding, read_roundings
from models.blocks import BLOCK, Int8Matrix, Q4Tensor
from models.errors import ModelFormatError, WeightsError
from models.layers import encoder_tensors
from models.weights import Shape, expected_tensors, read_weights

SHAPE = Shape(32, 1, 2, 64, 8, 4, 2, 1e-12)
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "▁ab"]
HEADER = "<4sI7ifi"


def weights_file(
    *,
    magic: bytes = b"E5S1",
    version: int = 1,
    block: int = 32,
    pieces: list[str] | None = None,
    drop: str = "",
    rename: dict[str, str] | None = None,
    count_of: dict[str, int] | None = None,
    offset_of: dict[str, int] | None = None,
    nan_in: str = "",
) -> bytes:
    """A well-formed file of SHAPE, or one with the named faults."""
    pieces = PIECES if pieces is None else pieces
    text = [piece.encode() for piece in pieces]
    ends = np.cumsum([0, *map(len, text)])
    out = struct.pack(HEADER, magic, version, 32, 1, 2, 64, 8, 4, 2, 1e-12, block)
    out += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, ends[-1])
    out += ends.astype("<u4").tobytes() + np.linspace(0, -5, len(pieces), dtype="<f4").tobytes()
    out += b"".join(text)
    characters = struct.pack("<IBI", 0xFF21, 1, ord("A")) + struct.pack("<IB", 0x7F, 0)
    out += struct.pack("<iI", 2, len(characters)) + characters

    rng = np.random.default_rng(7)
    names = [name for name in expected_tensors(SHAPE) if name != drop]
    directory_size = 4 + sum(2 + len((rename or {}).get(n, n)) + 21 for n in names)
    start = len(out) + directory_size
    directory, data = struct.pack("<i", len(names)), b""
    for name in names:
        dtype, dims = expected_tensors(SHAPE)[name]
        size = int(np.prod(dims))
        values = rng.normal(size=size).astype("<f4")
        if name == nan_in:
            values[0] = np.nan
        raw = values.tobytes() if dtype == 0 else q4_bytes(values)
        label = (rename or {}).get(name, name).encode()
        directory += struct.pack("<H", len(label)) + label
        directory += struct.pack(
            "<BIQQ",
            dtype,
            (count_of or {}).get(name, size),
            (offset_of or {}).get(name, start + len(data)),
            len(raw),
        )
        data += raw
    return out + directory + data


def q4_bytes(values: np.ndarray) -> bytes:
    out = b""
    for block in values.reshape(-1, BLOCK):
        scale = (
            np.float16(max(np.abs(block).max(), 1e-3) / 8) if np.isfinite(block).all() else np.nan
        )
        levels = np.nan_to_num(np.clip(np.rint(block / np.float32(scale)) + 8, 0, 15)).astype(
            np.uint8
        )
        out += np.float16(scale).tobytes() + (levels[:16] | (levels[16:] << 4)).tobytes()
    return out


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def write_file(data: bytes) -> Path:
        path = tmp_path / "weights.bin"
        path.write_bytes(data)
        return path

    return write_file


def test_well_formed_file_is_read_whole(write: Callable[[bytes], Path]) -> None:
    weights = read_weights(write(weights_file()), expected_sha256=None)
    assert (weights.shape.hidden, weights.shape.layers) == (32, 1)
    assert weights.unigram.pieces == tuple(PIECES)
    assert (weights.unigram.bos, weights.unigram.pad, weights.unigram.eos) == (0, 1, 2)
    assert weights.unigram.characters == {0xFF21: (ord("A"),), 0x7F: ()}
    assert set(weights.floats) | set(weights.blocks) == set(expected_tensors(SHAPE))
    assert weights.blocks["l0.fi.w"].dequantized().shape == (64, 32)


def test_low_nibbles_are_the_first_half_of_a_block() -> None:
    levels = np.arange(32, dtype=np.uint8) % 16
    raw = np.float16(0.5).tobytes() + (levels[:16] | (levels[16:] << 4)).tobytes()
    tensor = Q4Tensor.from_bytes(raw, 1, 32)
    assert tensor.dequantized().tolist() == [[(int(v) - 8) * 0.5 for v in levels]]
    # As ONNX wants them: weights 2j and 2j + 1 share byte j.
    assert tensor.packed()[0, 0].tolist() == [
        int(a) | int(b) << 4 for a, b in levels.reshape(16, 2)
    ]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "begins with b''"),
        (b"GGUF" + bytes(64), "begins with b'GGUF'"),
        (weights_file(version=2), "format version 2"),
        (weights_file(block=64), "block of 64"),
        (weights_file()[:30], "truncated in header"),
        (weights_file()[:120], "truncated in"),
        (weights_file()[:-1], "outside"),
        (weights_file(pieces=[*PIECES[:-1], "a"]), "occurs twice"),
        (weights_file(pieces=[*PIECES, "b", "c"]), "9 pieces for a vocabulary of 8"),
        (weights_file(pieces=PIECES[:3]), "special tokens"),
        (weights_file(drop="l0.q.b"), "20 tensors, expected 21"),
        (weights_file(rename={"l0.q.b": "l9.q.b"}), "unexpected tensor 'l9.q.b'"),
        (weights_file(count_of={"emb.pos": 9}), "emb.pos has dtype 0, 9 values"),
        (weights_file(offset_of={"emb.ln.w": 0}), "emb.ln.w lies at bytes 0"),
        (weights_file(offset_of={"emb.ln.w": 1 << 60}), "outside"),
        (weights_file(nan_in="l0.oln.b"), "l0.oln.b holds a value that is not a number"),
        (weights_file(nan_in="l0.q.w"), "l0.q.w holds a value that is not a number"),
    ],
)
def test_damaged_or_foreign_file_is_refused_with_a_remedy(
    write: Callable[[bytes], Path], data: bytes, found: str
) -> None:
    path = write(data)
    with pytest.raises(WeightsError) as caught:
        read_weights(path, expected_sha256=None)
    message = str(caught.value)
    assert found in message
    assert str(path) in message
    assert "pip install" in message


def test_file_cut_anywhere_never_crashes(write: Callable[[bytes], Path]) -> None:
    whole = weights_file()
    for end in range(0, len(whole), 97):
        with pytest.raises(WeightsError):
            read_weights(write(whole[:end]), expected_sha256=None)


def test_another_well_formed_file_is_refused_as_foreign(write: Callable[[bytes], Path]) -> None:
    with pytest.raises(WeightsError, match="is another file than the one known: found sha256"):
        read_weights(write(weights_file()))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot read"):
        read_weights(tmp_path / "none.bin")


def test_overrides_replace_tensors_and_widen_their_layer(write: Callable[[bytes], Path]) -> None:
    weights = read_weights(write(weights_file()), expected_sha256=None)
    trained = np.random.default_rng(1).normal(size=(32, 32)).astype(np.float32)
    bias = np.ones(32, np.float32)
    tensors = encoder_tensors(weights, {"l0.k.w": trained, "l0.aln.b": bias})
    assert tensors.floats["l0.aln.b"].tolist() == bias.tolist()
    assert tensors.matrices["l0.k.w"].tolist() == trained.tolist()
    before = weights.blocks["l0.q.w"].dequantized()
    assert tensors.matrices["l0.q.w"].tolist() == before.tolist()


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("l5.q.w", np.zeros((32, 32), np.float32), "no such tensor"),
        ("emb.word", np.zeros((6, 32), np.float32), "no such tensor"),
        ("l0.q.w", np.zeros((32, 16), np.float32), "has shape"),
        ("l0.q.b", np.full(32, np.nan, np.float32), "not a number"),
    ],
)
def test_impossible_override_is_refused(
    write: Callable[[bytes], Path], name: str, values: np.ndarray, message: str
) -> None:
    weights = read_weights(write(weights_file()), expected_sha256=None)
    with pytest.raises(ModelFormatError, match=message):
        encoder_tensors(weights, {name: values})


def test_eight_bits_round_within_half_a_step_of_each_output() -> None:
    weights = np.random.default_rng(3).normal(size=(4, 64)).astype(np.float32)
    weights[0] = 0
    matrix = Int8Matrix.quantize(weights)
    assert matrix.levels.shape == (64, 4)
    assert (np.abs(matrix.dequantized() - weights) <= matrix.scales[:, None] / 2 + 1e-6).all()
    assert np.abs(matrix.dequantized()).max(axis=1) == pytest.approx(np.abs(weights).max(axis=1))


@pytest.mark.parametrize("name", ["qkv", "fo"])
def test_roundings_keep_loud_and_quiet_features_of_an_input(name: str) -> None:
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(500, 32)).astype(np.float32)
    weights = rng.normal(size=(8, 32)).astype(np.float32)
    rows[:, 5] *= 40
    if name == "fo":
        rows = np.maximum(rows, -0.2)  # as after a GELU
    seen = Range(rows.min(axis=0), rows.max(axis=0), np.sqrt((rows**2).mean(axis=0)))
    made = fit_rounding(name, seen, weights)
    levels = np.clip(np.rint(rows / made.scale) + made.zero, 0, 255)
    product = (levels - made.zero) @ (weights * made.scale).T
    one_scale = np.abs(rows).max() / 127
    plain = (np.rint(rows / one_scale) * one_scale) @ weights.T

    def lost(found: np.ndarray) -> float:
        return float(np.sqrt(((found - rows @ weights.T) ** 2).mean()))

    assert lost(product) < lost(plain) / 2
    assert made.scale.argmax() == 5
    assert (made.zero == 128) == (name == "qkv")


def test_damaged_scales_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "activations.safetensors"
    for content in (None, b"not a safetensors file"):
        if content is not None:
            broken.write_bytes(content)
        with pytest.raises(WeightsError, match="activations"):
            read_roundings("neutral", broken)
    zero = {"base.l0.qkv.zero": np.array(128, np.uint8)}
    save_file({"base.l0.qkv.scale": np.zeros(4, np.float32), **zero}, broken)
    with pytest.raises(WeightsError, match="above zero"):
        read_roundings("base", broken)
    with pytest.raises(WeightsError, match="no scales of 'neutral'"):
        read_roundings("neutral", broken)
    save_file({"base.l0.qkv.scale": np.ones(4, np.float32)}, broken)
    with pytest.raises(WeightsError, match="without its zero"):
        read_roundings("base", broken)
