"""Keras has as many parameters as its convention says, in single layers and in whole networks."""

from __future__ import annotations

import os
from io import StringIO
from math import prod
from typing import TYPE_CHECKING, Any

import pytest

import archcalc
from tests.convention.networks import NETWORKS

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip(
    "keras", reason="Keras is not installed: pip install keras==3.15.1 beside torch"
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.graph import Node

pytestmark = pytest.mark.peers
LAYERS = {
    "3x32": ("{conv: 8, kernel: 3}",),
    "8x32x32": (
        "{conv: 8, kernel: 3}", "{conv: 8, kernel: 3, groups: 4, bias: false}",
        "{deconv: 6, kernel: 3, stride: 2}", "{deconv: 6, kernel: 2, bias: false}", "batchnorm",
        "{op: batchnorm, scale: false}", "layernorm", "groupnorm: 4", "instancenorm",
        "{op: instancenorm, scale: true, shift: true}", "prelu: untied", "prelu", "rmsnorm",
    ),
    "3x8x8x8": ("{conv: 8, kernel: 3}", "{deconv: 8, kernel: 3}"),
    "9x5": ("{linear: 7}", "{linear: 7, flatten: false}", "{linear: 7, bias: false}"),
    "1x20": ("{embedding: 8, words: 50}",),
    "5x3": (
        "{lstm: 7}", "{lstm: 7, bias: false}", "{lstm: 7, bidirectional: true}", "{gru: 7}",
        "{gru: 7, reset_after: false}", "{gru: 7, bias: false}", "{rnn: 7}",
    ),
    "32x9": (
        "{attention: 4}", "{attention: 4, bias: false}", "{attention: 4, inner: 64}",
        "{attention: 4, kv_heads: 2}",
    ),
}  # fmt: skip
CASES = {
    f"{layer} on {shape}": f"input: {shape}\nlayers: [{layer}]"
    for shape, layers in LAYERS.items()
    for layer in layers
} | {name: text.replace("bias: double", "bias: true") for name, text in NETWORKS.items()}
"""By a name, a text; a gate of a recurrent layer has one bias in Keras."""


def _conv(op: Any, x: Any) -> Any:  # noqa: ANN401 - an op and a shape of ours
    rank = len(x) - 1
    turned = op.name == "deconv"
    kind = getattr(keras.layers, f"Conv{rank}D{'Transpose' * turned}")
    groups = {} if turned else {"groups": op.groups}
    return kind(op.filters, op.kernel, op.stride, use_bias=bool(op.bias), **groups)


def _recurrent(op: Any, x: Any) -> Any:  # noqa: ANN401
    """Stack layers: Keras has no word for more than one."""
    kind = getattr(keras.layers, {"lstm": "LSTM", "gru": "GRU", "rnn": "SimpleRNN"}[op.name])
    form = {"reset_after": op.reset_after} if op.name == "gru" else {}
    stack = [keras.Input((x.places, x.channels))]
    for _ in range(op.stack):
        layer = kind(op.units, use_bias=bool(op.bias), return_sequences=True, **form)
        stack.append(keras.layers.Bidirectional(layer) if op.bidirectional else layer)
    return keras.Sequential(stack)


def _attention(op: Any, x: Any) -> Any:  # noqa: ANN401
    each = (op.inner or x.channels) // op.heads
    row = keras.Input((x.places, x.channels))
    layer = keras.layers.MultiHeadAttention(op.heads, each, use_bias=op.bias)
    if op.kv_heads:
        layer = keras.layers.GroupQueryAttention(each, op.heads, op.kv_heads, use_bias=op.bias)
    return keras.Model(row, layer(row, row))


def _dense(op: Any, x: Any) -> Any:  # noqa: ANN401
    layer = keras.layers.Dense(op.units, use_bias=op.bias)
    layer.build((1, x.size if op.flatten else x.channels))
    return layer


def _normed(name: str, **fixed: int) -> Callable[[Any, Any], Any]:
    def made(op: Any, _x: Any) -> Any:  # noqa: ANN401
        groups = {"groups": op.groups} if op.name == "groupnorm" else fixed
        return getattr(keras.layers, name)(scale=op.scale, center=op.shift, **groups)

    return made


def _prelu(op: Any, x: Any) -> Any:  # noqa: ANN401
    shared = {"map": [*range(1, len(x))], "untied": None}[op.slopes]
    return keras.layers.PReLU(shared_axes=shared)


MAKE: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("conv", "deconv"), _conv),
    **dict.fromkeys(("lstm", "gru", "rnn"), _recurrent),
    "attention": _attention,
    "linear": _dense,
    "embedding": lambda op, _: keras.layers.Embedding(op.words, op.features),
    "batchnorm": _normed("BatchNormalization"),
    "layernorm": _normed("LayerNormalization"),
    "groupnorm": _normed("GroupNormalization"),
    "instancenorm": _normed("GroupNormalization", groups=-1),
    "rmsnorm": lambda *_: keras.layers.RMSNormalization(),
    "prelu": _prelu,
}
"""By the op that holds arrays: a layer of Keras."""


def parameters(node: Node, learned: Any) -> int:  # noqa: ANN401 - a layer
    """Build the layer that a node is in Keras, channels last, and have it count itself."""
    if node.op.name == "learned":
        return prod(learned.add_weight(shape=tuple(node.y)).shape)
    layer = MAKE[node.op.name](node.op, node.xs[0])
    if not layer.built:
        layer.build((1, *node.xs[0].extents, node.xs[0].channels))
    return int(layer.count_params())


@pytest.mark.parametrize("case", CASES)
def test_keras_counts_what_its_convention_says(case: str) -> None:
    report = archcalc.count(archcalc.load(StringIO(CASES[case])))
    learned = keras.layers.Layer()
    own = [node for node in report.nodes if node.op.weights(node.xs[0], node.y)]
    counted = sum(parameters(node, learned) for node in own if not node.shared)

    assert report.figure("keras") == counted
