"""The ONNX graph of a BERT encoder that multiplies in 8 bits.

Inputs `input_ids` and `attention_mask`, int64 (batch, tokens); output `token_embeddings`,
float32 (batch, tokens, hidden). Pooling and normalising come after it, as modules of the
model folder.

Activations are rounded to 8 bits by `models.activations`'s scales, which are divided out of them
before and multiplied into the weights that they meet; for weights without such scales, by one scale
for all of a batch, which is less exact and makes a text's vector depend a little on its batch.
tests/bench/bench_encoder.py compares speed and vectors with those of fp32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.activations import INPUTS, Rounding
from models.blocks import BLOCK, Int8Matrix
from models.layers import EncoderTensors

OPSET: Final = 20
IR_VERSION: Final = 10
CONTRIB: Final = "com.microsoft"
OUTPUT: Final = "token_embeddings"


def build_graph(
    tensors: EncoderTensors, roundings: Mapping[str, Rounding] | None = None
) -> onnx.ModelProto:
    """The graph as a model with its weights inside.

    Args:
        tensors: the weights.
        roundings: input (`l7.qkv`) -> its rounding; nothing where it was not measured.
    """
    graph = _Graph(tensors, roundings or {})
    hidden = _embeddings(graph)
    for layer in range(tensors.shape.layers):
        hidden = _layer(graph, layer, hidden)
    graph.node("Identity", [hidden], OUTPUT)
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


@dataclass(frozen=True)
class _Operands:
    """Names of what a multiplication in 8 bits takes."""

    levels: str
    weights: str
    scale: str
    weight_scales: str
    zero: str
    bias: str


class _Graph:
    """Nodes and constants in the making; a node is named after its first output.

    Activations have the shape (batch, tokens, features) throughout.
    """

    def __init__(self, tensors: EncoderTensors, roundings: Mapping[str, Rounding]) -> None:
        self.tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._roundings = roundings

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

    def product(self, x: str, layer: int, name: str) -> str:
        """`x` times the matrices that this input of the layer meets, with bias, float32."""
        by = self.rounded(x, layer, name)
        operands = [by.levels, by.weights, by.scale, by.weight_scales, by.zero, "", by.bias]
        return self.node("MatMulIntegerToFloat", operands, f"l{layer}.{name}", CONTRIB)

    def rounded(self, x: str, layer: int, name: str) -> _Operands:
        """`x` in 8 bits, and the weights and biases for it, stacked."""
        matrices = [f"l{layer}.{part}" for part in INPUTS[name]]
        weights = np.concatenate([self.tensors.matrices[f"{part}.w"] for part in matrices])
        biases = np.concatenate([self.tensors.floats[f"{part}.b"] for part in matrices])
        name = f"l{layer}.{name}"
        levels, scale, zero = f"{name}.levels", f"{name}.scale", f"{name}.zero"
        rounding = self._roundings.get(name)
        if rounding is None:
            self.nodes.append(
                helper.make_node("DynamicQuantizeLinear", [x], [levels, scale, zero], levels)
            )
        else:
            # QuantizeLinear takes a scale for each feature, too, but is many times slower then.
            inverse = self.constant(f"{name}.inverse", 1 / rounding.scale)
            scaled = self.node("Mul", [x, inverse], f"{name}.scaled")
            self.constant(scale, np.array(1, np.float32))
            self.constant(zero, np.array(rounding.zero, np.uint8))
            self.node("QuantizeLinear", [scaled, scale, zero], levels)
            weights = weights * rounding.scale
        matrix = Int8Matrix.quantize(weights)
        return _Operands(
            levels,
            self.constant(f"{name}.w", matrix.levels),
            scale,
            self.constant(f"{name}.s", matrix.scales),
            zero,
            self.constant(f"{name}.b", biases),
        )


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
    scale_bias = [graph.floats(f"emb.ln.{part}") for part in "wb"]
    graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    return graph.node(
        "LayerNormalization",
        [summed, *scale_bias],
        "emb.out",
        axis=-1,
        epsilon=graph.tensors.shape.epsilon,
    )


def _layer(graph: _Graph, layer: int, x: str) -> str:
    shape, prefix = graph.tensors.shape, f"l{layer}."

    def add_and_norm(source: str, residual: str, norm: str) -> str:
        # Two nodes: SkipLayerNormalization, which does both, takes longer than they do.
        summed = graph.node("Add", [source, residual], f"{prefix}{norm}.sum")
        vectors = [graph.floats(f"{prefix}{norm}.{part}") for part in "wb"]
        return graph.node(
            "LayerNormalization",
            [summed, *vectors],
            f"{prefix}{norm}",
            axis=-1,
            epsilon=shape.epsilon,
        )

    by = graph.rounded(x, layer, "qkv")
    signed = graph.constant(f"{prefix}qkv.none", np.zeros(3 * shape.hidden, np.int8))
    context = graph.node(
        "QAttention",
        [by.levels, by.weights, by.bias, by.scale, by.weight_scales, "mask", by.zero, signed],
        f"{prefix}context",
        CONTRIB,
        num_heads=shape.heads,
    )
    attended = add_and_norm(graph.product(context, layer, "ao"), x, "aln")
    inner = graph.product(attended, layer, "fi")
    bent = graph.node("Gelu", [inner], f"{prefix}gelu", CONTRIB)
    return add_and_norm(graph.product(bent, layer, "fo"), attended, "oln")
