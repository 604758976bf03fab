"""The ONNX graph of a BERT encoder that multiplies in 8 bits.

Inputs `input_ids` and `attention_mask`, int64 (batch, tokens); output `token_embeddings`,
float32 (batch, tokens, hidden). Pooling and normalising come after it, as modules of the
model folder.

Each token's activations are rounded to 8 bits with a scale of their own, so that a text's vector
does not depend on what else is in its batch, as it would with one scale for all (ONNX Runtime's
dynamic quantisation). The inputs of some multiplications are first divided by `models.smoothing`'s
factors and their weights multiplied by them, which changes nothing but what is lost in rounding.
tests/bench/bench_encoder.py compares speed and vectors with those of fp32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.blocks import BLOCK, Int8Matrix
from models.layers import EncoderTensors

OPSET: Final = 20
IR_VERSION: Final = 10
CONTRIB: Final = "com.microsoft"
OUTPUT: Final = "token_embeddings"
_LEVELS: Final = 127  # on either side of zero
_LEAST: Final = 1e-9  # scale of a row of zeros


def build_graph(
    tensors: EncoderTensors, smoothing: Mapping[str, NDArray[np.float32]] | None = None
) -> onnx.ModelProto:
    """The graph as a model with its weights inside.

    Args:
        tensors: the weights.
        smoothing: input (`l7.qkv`, `l7.fi`) -> factors, shape (hidden,); nothing for others.
    """
    graph = _Graph(tensors, smoothing or {})
    hidden = _embeddings(graph)
    for layer in range(tensors.shape.layers):
        hidden = _layer(graph, layer, hidden)
    graph.reshape(hidden, graph.with_last(tensors.shape.hidden), OUTPUT)
    dims = ["batch", "tokens"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, dims)
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [*dims, tensors.shape.hidden])
    return helper.make_model(
        helper.make_graph(graph.nodes, "encoder", inputs, [output], graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)],
        ir_version=IR_VERSION,
        producer_name="policy-search",
    )


class _Graph:
    """Nodes and constants in the making; a node is named after its first output.

    Between attention, activations are (tokens of all texts, features): one row a token.
    """

    def __init__(
        self, tensors: EncoderTensors, smoothing: Mapping[str, NDArray[np.float32]]
    ) -> None:
        self.tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._smoothing = smoothing
        self._shapes: dict[int, str] = {}
        self.constant("last", np.array([-1], np.int64))
        self.constant("least", np.array(_LEAST, np.float32))
        self.constant("step", np.array(1 / _LEVELS, np.float32))
        self.constant("one", np.array(1, np.float32))
        self.constant("middle", np.array(128, np.uint8))
        self.node("Shape", ["input_ids"], "shape")
        self.node("ReduceProd", ["shape"], "rows", keepdims=1)
        middle = self.constant("middle.1", np.array([128], np.uint8))
        self.node("Expand", [middle, "rows"], "middles")

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def floats(self, name: str) -> str:
        return self.constant(name, self.tensors.floats[name])

    def node(
        self, op: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any
    ) -> str:
        self.nodes.append(
            helper.make_node(op, inputs, [output], name=output, domain=domain, **attributes)
        )
        return output

    def reshape(self, x: str, shape: str, output: str) -> str:
        return self.node("Reshape", [x, shape], output)

    def with_last(self, width: int) -> str:
        """The shape (batch, tokens, width)."""
        if width not in self._shapes:
            tail = self.constant(f"width.{width}", np.array([width], np.int64))
            self._shapes[width] = self.node("Concat", ["shape", tail], f"shape.{width}", axis=0)
        return self._shapes[width]

    def product(self, x: str, parts: Sequence[str], name: str) -> str:
        """Rows of `x` times the stacked matrices `parts`, without bias, float32."""
        weights = np.concatenate([self.tensors.matrices[part] for part in parts])
        factors = self._smoothing.get(name)
        if factors is not None:
            inverse = self.constant(f"{name}.smooth", (1 / factors).astype(np.float32))
            x = self.node("Mul", [x, inverse], f"{name}.smoothed")
            weights = weights * factors
        matrix = Int8Matrix.quantize(weights)
        self.node("Abs", [x], f"{name}.abs")
        self.node("ReduceMax", [f"{name}.abs", "last"], f"{name}.max", keepdims=1)
        self.node("Max", [f"{name}.max", "least"], f"{name}.most")
        self.node("Mul", [f"{name}.most", "step"], f"{name}.scale")
        scales = self.reshape(f"{name}.scale", "last", f"{name}.scales")
        self.node("QuantizeLinear", [x, scales, "middles"], f"{name}.levels", axis=0)
        operands = [
            f"{name}.levels",
            self.constant(f"{name}.w", matrix.levels),
            "one",  # scale of the rows: each has its own, multiplied below
            self.constant(f"{name}.s", matrix.scales),
            "middle",
        ]
        self.node("MatMulIntegerToFloat", operands, f"{name}.unscaled", CONTRIB)
        return self.node("Mul", [f"{name}.unscaled", f"{name}.scale"], f"{name}.product")


def _embeddings(graph: _Graph) -> str:
    words, floats = graph.tensors.words, graph.tensors.floats
    table = [
        graph.constant("emb.word", words.packed().reshape(words.rows, -1)),
        "input_ids",
        graph.constant("emb.word.s", words.scales.astype(np.float32)),
    ]
    word = graph.node(
        "GatherBlockQuantized",
        table,
        "emb.words",
        CONTRIB,
        bits=4,
        block_size=BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    # Every token has type 0, so its vector can join the positions'.
    places = graph.constant("emb.pos", floats["emb.pos"] + floats["emb.type"][0])
    zero = graph.constant("zero", np.zeros(1, np.int64))
    count = graph.node("Shape", ["input_ids"], "tokens", start=1, end=2)
    position = graph.node("Slice", [places, zero, count, zero], "emb.positions")
    summed = graph.node("Add", [word, position], "emb.sum")
    flat = graph.constant("flat", np.array([-1, graph.tensors.shape.hidden], np.int64))
    rows = graph.reshape(summed, flat, "emb.rows")
    scale_bias = [graph.floats(f"emb.ln.{part}") for part in "wb"]
    graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    return graph.node(
        "LayerNormalization",
        [rows, *scale_bias],
        "emb.out",
        axis=-1,
        epsilon=graph.tensors.shape.epsilon,
    )


def _layer(graph: _Graph, layer: int, x: str) -> str:
    shape, prefix = graph.tensors.shape, f"l{layer}."

    def add_and_norm(source: str, residual: str, part: str, norm: str) -> str:
        vectors = [graph.floats(f"{prefix}{name}") for name in (f"{norm}.w", f"{norm}.b")]
        return graph.node(
            "SkipLayerNormalization",
            [source, residual, *vectors, graph.floats(f"{prefix}{part}.b")],
            f"{prefix}{norm}",
            CONTRIB,
            epsilon=shape.epsilon,
        )

    # One multiplication for query, key and value rounds the activations once, not three times.
    merged = graph.product(x, [f"{prefix}{part}.w" for part in "qkv"], f"{prefix}qkv")
    by_text = graph.reshape(merged, graph.with_last(3 * shape.hidden), f"{prefix}merged")
    qkv = [prefix + name for name in ("query", "key", "value")]
    graph.nodes.append(helper.make_node("Split", [by_text], qkv, axis=-1, num_outputs=3))
    biases = np.concatenate([graph.tensors.floats[f"{prefix}{part}.b"] for part in "qkv"])
    context = graph.node(
        "MultiHeadAttention",
        [*qkv, graph.constant(f"{prefix}qkv.b", biases), "mask"],
        f"{prefix}context",
        CONTRIB,
        num_heads=shape.heads,
    )
    rows = graph.reshape(context, "flat", f"{prefix}rows")
    attended = add_and_norm(graph.product(rows, [f"{prefix}ao.w"], f"{prefix}ao"), x, "ao", "aln")
    inner = graph.product(attended, [f"{prefix}fi.w"], f"{prefix}fi")
    bent = graph.node("BiasGelu", [inner, graph.floats(f"{prefix}fi.b")], f"{prefix}gelu", CONTRIB)
    return add_and_norm(
        graph.product(bent, [f"{prefix}fo.w"], f"{prefix}fo"), attended, "fo", "oln"
    )
