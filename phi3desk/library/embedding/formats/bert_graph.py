"""A BERT of sentence-transformers as a graph for ONNX Runtime, its weights given apart.

The graph is that of Devlin et al. (arXiv 1810.04805) as transformers computes it (`BertModel`, `XLMRobertaModel`),
followed by sentence-transformers' mean over the tokens, or the first of them, and its division by the length. It takes
`ids` and `mask`, both int64 of the shape (texts, tokens), and gives `vectors`, float32 of the shape (texts,
dimensions).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import onnx
from onnx import TensorProto, helper

#: the first version with Gelu as an operator
_OPSET = 20
_FLOAT, _INT = TensorProto.FLOAT, TensorProto.INT64


@dataclass(frozen=True)
class BertShape:
    """The numbers of a `config.json` that the graph needs."""

    layers: int
    heads: int
    dimensions: int
    epsilon: float
    #: the row of the position embeddings that is the first token's: not the first in RoBERTa
    first_position: int = 0
    #: whether the first token stands for the text, instead of the mean over all
    is_first_token: bool = False


@dataclass(frozen=True)
class StoredWeight:
    """Where a weight lies in a file of weights: its type is float32, or int8 where it is `is_quantized`."""

    size: tuple[int, ...]
    start: int
    length: int
    is_quantized: bool


def bert_graph(shape: BertShape, weights: Mapping[str, tuple[int, ...]]) -> bytes:
    """Return the serialized graph in float32; `weights` has the names and shapes of transformers' state dict.

    The two-dimensional weights of `Linear` layers are expected transposed, (in, out): see `is_transposed`.
    """
    return _Graph(shape, [_in_memory(name, size) for name, size in weights.items()]).complete()


def quantized_bert_graph(shape: BertShape, weights: Mapping[str, StoredWeight], file_name: str) -> bytes:
    """Return the serialized graph whose matrices are int8 in a file beside it.

    Each comes with its factors, named `<name>.scale`: one for each word, one for each output of a layer.
    """
    return _QuantizedGraph(shape, [_in_file(name, weight, file_name) for name, weight in weights.items()]).complete()


def token_states(graph: bytes, share: float) -> bytes:
    """Return a serialized graph of this module that ends behind a share of its layers.

    It gives `tokens`, float32 of the shape (texts, tokens, dimensions), in place of `vectors`.
    """
    model = onnx.load_model_from_string(graph)
    sizes = {constant.name: constant.dims for constant in model.graph.initializer}
    layers = next(count for count in itertools.count() if f"{_output_norm(count)}.bias" not in sizes)
    last = _output_norm(max(1, int(layers * share)) - 1)
    nodes = list(model.graph.node)
    end = next(at for at, node in enumerate(nodes) if f"{last}.weight" in node.input)
    kept = nodes[: end + 1]
    kept[-1].output[0] = "tokens"
    used = {name for node in kept for name in node.input}
    constants = [constant for constant in model.graph.initializer if constant.name in used]
    size = ["texts", "tokens", sizes[f"{last}.bias"][0]]
    cut = helper.make_graph(
        kept, "bert", list(model.graph.input), [helper.make_tensor_value_info("tokens", _FLOAT, size)], constants
    )
    made = helper.make_model(cut, opset_imports=model.opset_import, ir_version=model.ir_version)
    return bytes(made.SerializeToString())


def _output_norm(layer: int) -> str:
    return f"encoder.layer.{layer}.output.LayerNorm"


def is_transposed(name: str, dimensions: int) -> bool:
    """Return whether the graph takes a weight as (in, out), the other way round than transformers keeps it."""
    return dimensions == 2 and not name.startswith("embeddings.")


class _Graph:
    """The nodes of one graph; each method adds what its name says and returns the name of what comes out."""

    def __init__(self, shape: BertShape, weights: list[onnx.TensorProto]) -> None:
        self._shape = shape
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._weights = weights
        self._bias = ""

    def complete(self) -> bytes:
        hidden = self._embeddings()
        for layer in range(self._shape.layers):
            hidden = self._layer(f"encoder.layer.{layer}", hidden)
        self._vectors(hidden)
        return self._serialized()

    def _embeddings(self) -> str:
        first = self._shape.first_position
        length = self._node("Gather", self._node("Shape", "ids"), self._ints("one", 1), axis=0)
        rows, start = self._ints("rows", 0), self._ints("start", 0)
        begin, end = (self._ints("first", first), self._node("Add", length, "first")) if first else (start, length)
        positions = self._node("Slice", "embeddings.position_embeddings.weight", begin, end, rows)
        kinds = self._node("Slice", "embeddings.token_type_embeddings.weight", start, "one", rows)
        self._bias = self._attention_bias()
        words = self._words("embeddings.word_embeddings.weight")
        return self._norm("embeddings.LayerNorm", self._add(self._add(words, positions), kinds))

    def _words(self, name: str) -> str:
        return self._node("Gather", name, "ids", axis=0)

    def _layer(self, name: str, hidden: str) -> str:
        attended = self._linear(f"{name}.attention.output.dense", self._attention(f"{name}.attention.self", hidden))
        hidden = self._norm(f"{name}.attention.output.LayerNorm", self._add(attended, hidden))
        wide = self._node("Gelu", self._linear(f"{name}.intermediate.dense", hidden))
        return self._norm(f"{name}.output.LayerNorm", self._add(self._linear(f"{name}.output.dense", wide), hidden))

    def _vectors(self, hidden: str) -> None:
        whole = self._first(hidden) if self._shape.is_first_token else self._mean(hidden)
        size = self._node("ReduceL2", whole, self._ints("last", -1), keepdims=1)
        length = self._node("Max", size, self._floats("tiny", 1e-12))
        self._nodes.append(helper.make_node("Div", [whole, length], ["vectors"]))

    def _first(self, hidden: str) -> str:
        first = self._node("Slice", hidden, self._ints("start", 0), self._ints("one", 1), self._ints("tokens", 1))
        return self._node("Squeeze", first, "tokens")

    def _mean(self, hidden: str) -> str:
        there = self._node("Unsqueeze", self._node("Cast", "mask", to=_FLOAT), self._ints("last", -1))
        tokens = self._ints("tokens", 1)
        total = self._node("ReduceSum", self._node("Mul", hidden, there), tokens, keepdims=0)
        return self._node("Div", total, self._node("ReduceSum", there, tokens, keepdims=0))

    def _serialized(self) -> bytes:
        size = ["texts", "tokens"]
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [helper.make_tensor_value_info(name, _INT, size) for name in ("ids", "mask")],
            [helper.make_tensor_value_info("vectors", _FLOAT, ["texts", self._shape.dimensions])],
            initializer=[*self._weights, *self._constants],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=9)
        return bytes(model.SerializeToString())

    def _attention(self, name: str, hidden: str) -> str:
        width = self._shape.dimensions // self._shape.heads
        split = self._ints("split", 0, 0, self._shape.heads, width)
        query, key, value = (
            self._node("Reshape", self._linear(f"{name}.{part}", hidden), split) for part in ("query", "key", "value")
        )
        query = self._node("Transpose", query, perm=[0, 2, 1, 3])
        key = self._node("Transpose", key, perm=[0, 2, 3, 1])
        value = self._node("Transpose", value, perm=[0, 2, 1, 3])
        scores = self._node("Mul", self._node("MatMul", query, key), self._floats("scale", 1 / math.sqrt(width)))
        shares = self._node("Softmax", self._add(scores, self._bias), axis=-1)
        mixed = self._node("Transpose", self._node("MatMul", shares, value), perm=[0, 2, 1, 3])
        return self._node("Reshape", mixed, self._ints("joined", 0, 0, self._shape.dimensions))

    def _attention_bias(self) -> str:
        """Return what takes padding out of every softmax, of the shape (texts, 1, 1, tokens)."""
        there = self._node("Unsqueeze", self._node("Cast", "mask", to=_FLOAT), self._ints("middle", 1, 2))
        missing = self._node("Sub", there, self._floats("whole", 1.0))
        return self._node("Mul", missing, self._floats("far", 1e9))

    def _linear(self, name: str, hidden: str) -> str:
        return self._add(self._node("MatMul", hidden, f"{name}.weight"), f"{name}.bias")

    def _norm(self, name: str, hidden: str) -> str:
        epsilon = self._shape.epsilon
        return self._node("LayerNormalization", hidden, f"{name}.weight", f"{name}.bias", axis=-1, epsilon=epsilon)

    def _add(self, left: str, right: str) -> str:
        return self._node("Add", left, right)

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        output = f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def _ints(self, name: str, *values: int) -> str:
        return self._constant(name, _INT, values)

    def _floats(self, name: str, *values: float) -> str:
        return self._constant(name, _FLOAT, values)

    def _constant(self, name: str, kind: int, values: tuple[float, ...]) -> str:
        if all(known.name != name for known in self._constants):
            self._constants.append(helper.make_tensor(name, kind, [len(values)], values))
        return name


class _QuantizedGraph(_Graph):
    """The same with matrices of int8: what goes into them is rounded to 8 bits while it is computed."""

    def __init__(self, shape: BertShape, weights: list[onnx.TensorProto]) -> None:
        super().__init__(shape, weights)
        self._rounded: dict[str, str] = {}

    def _words(self, name: str) -> str:
        rows = self._node("Cast", super()._words(name), to=_FLOAT)
        return self._node("Mul", rows, super()._words(f"{name}.scale"))

    def _linear(self, name: str, hidden: str) -> str:
        if hidden not in self._rounded:
            made = self._rounded[hidden] = f"Rounded{len(self._nodes)}"
            outputs = [f"{made}.values", f"{made}.scale", f"{made}.zero"]
            self._nodes.append(helper.make_node("DynamicQuantizeLinear", [hidden], outputs))
        made = self._rounded[hidden]
        product = self._node("MatMulInteger", f"{made}.values", f"{name}.weight", f"{made}.zero")
        scale = self._node("Mul", f"{made}.scale", f"{name}.weight.scale")
        return self._add(self._node("Mul", self._node("Cast", product, to=_FLOAT), scale), f"{name}.bias")


def _in_memory(name: str, size: tuple[int, ...]) -> onnx.TensorProto:
    """Return a weight that is declared here and handed to the session from memory."""
    tensor = TensorProto(name=name, data_type=_FLOAT, dims=size, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="memory")
    return tensor


def _in_file(name: str, weight: StoredWeight, file_name: str) -> onnx.TensorProto:
    """Return a weight that the session maps from a file."""
    kind = TensorProto.INT8 if weight.is_quantized else _FLOAT
    tensor = TensorProto(name=name, data_type=kind, dims=weight.size, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", file_name), ("offset", str(weight.start)), ("length", str(weight.length))):
        tensor.external_data.add(key=key, value=value)
    return tensor
