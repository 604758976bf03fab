"""The ONNX graph of a BERT encoder whose matrices are quantised in blocks of 32.

Inputs `input_ids` and `attention_mask`, int64 (batch, tokens); output `token_embeddings`,
float32 (batch, tokens, hidden). Pooling and normalising come after it, as modules of the
model folder.

Matrices run in ONNX Runtime's MatMulNBits at accuracy level 4: weights stay as stored,
activations are rounded to 8 bits per row and block. A text's vector therefore does not
depend on what else is in its batch, which per-tensor dynamic quantisation cannot promise;
here it is also the faster and the more faithful of the two (see tests/bench/bench_encoder.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.blocks import BLOCK, Q4Tensor, Q8Tensor
from models.layers import EncoderTensors

OPSET: Final = 20
IR_VERSION: Final = 10
CONTRIB: Final = "com.microsoft"
ACCURACY_INT8: Final = 4  # MatMulNBits: activations may be rounded to 8 bits
OUTPUT: Final = "token_embeddings"


def build_graph(tensors: EncoderTensors) -> onnx.ModelProto:
    """The graph as a model with its weights inside."""
    graph = _Graph()
    hidden = _embeddings(graph, tensors)
    mask = graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for layer in range(tensors.shape.layers):
        last = layer == tensors.shape.layers - 1
        hidden = _layer(graph, tensors, layer, hidden, mask, OUTPUT if last else f"l{layer}.out")
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
    """Nodes and constants in the making; a node is named after its first output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(
        self, op: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any
    ) -> str:
        self.nodes.append(
            helper.make_node(op, inputs, [output], name=output, domain=domain, **attributes)
        )
        return output

    def linear(
        self,
        x: str,
        parts: Sequence[Q4Tensor | Q8Tensor],
        biases: Sequence[NDArray[np.float32]],
        name: str,
    ) -> str:
        """`x` times the stacked rows of `parts`, plus the stacked biases."""
        (bits,) = {part.bits for part in parts}
        packed = np.concatenate([part.packed() for part in parts])
        scales = np.concatenate([part.scales for part in parts]).astype(np.float32)
        weights = [
            self.constant(f"{name}.w", packed),
            self.constant(f"{name}.s", scales.reshape(-1)),
            "",  # zero points: the middle level, the operator's default
            "",  # group index: unused
            self.constant(f"{name}.b", np.concatenate(biases)),
        ]
        return self.node(
            "MatMulNBits",
            [x, *weights],
            name,
            CONTRIB,
            K=parts[0].columns,
            N=packed.shape[0],
            bits=bits,
            block_size=BLOCK,
            accuracy_level=ACCURACY_INT8,
        )


def _embeddings(graph: _Graph, tensors: EncoderTensors) -> str:
    words = tensors.matrices["emb.word"]
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
        bits=words.bits,
        block_size=BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    # Every token has type 0, so its vector can join the positions'.
    places = graph.constant("emb.pos", tensors.floats["emb.pos"] + tensors.floats["emb.type"][0])
    zero = graph.constant("zero", np.zeros(1, np.int64))
    count = graph.node("Shape", ["input_ids"], "tokens", start=1, end=2)
    position = graph.node("Slice", [places, zero, count, zero], "emb.positions")
    summed = graph.node("Add", [word, position], "emb.sum")
    scale_bias = [graph.constant(f"emb.ln.{p}", tensors.floats[f"emb.ln.{p}"]) for p in "wb"]
    return graph.node(
        "LayerNormalization",
        [summed, *scale_bias],
        "emb.out",
        axis=-1,
        epsilon=tensors.shape.epsilon,
    )


def _layer(
    graph: _Graph, tensors: EncoderTensors, layer: int, x: str, mask: str, output: str
) -> str:
    prefix = f"l{layer}."

    def linear(source: str, names: Sequence[str]) -> str:
        parts = [tensors.matrices[f"{prefix}{name}.w"] for name in names]
        biases = [tensors.floats[f"{prefix}{name}.b"] for name in names]
        return graph.linear(source, parts, biases, prefix + "".join(names))

    def add_and_norm(source: str, residual: str, name: str, result: str) -> str:
        scale_bias = [
            graph.constant(f"{prefix}{name}.{p}", tensors.floats[f"{prefix}{name}.{p}"])
            for p in "wb"
        ]
        return graph.node(
            "SkipLayerNormalization",
            [source, residual, *scale_bias],
            result,
            CONTRIB,
            epsilon=tensors.shape.epsilon,
        )

    # One multiplication for query, key and value rounds the activations once, not three times.
    merged = linear(x, ["q", "k", "v"])
    qkv = [prefix + name for name in ("query", "key", "value")]
    graph.nodes.append(helper.make_node("Split", [merged], qkv, axis=-1, num_outputs=3))
    context = graph.node(
        "MultiHeadAttention",
        [*qkv, "", mask],
        f"{prefix}context",
        CONTRIB,
        num_heads=tensors.shape.heads,
    )
    attended = add_and_norm(linear(context, ["ao"]), x, "aln", f"{prefix}attended")
    inner = graph.node("Gelu", [linear(attended, ["fi"])], f"{prefix}gelu", approximate="none")
    return add_and_norm(linear(inner, ["fo"]), attended, "oln", output)
