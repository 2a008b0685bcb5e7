"""What a language has no words for is named, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc import Builder, Graph
from archcalc.exports.onnx.model import onnx
from archcalc.exports.pytorch.module import pytorch
from archcalc.exports.yaml.text import yaml
from archcalc.ops import make
from tests.exports.cases import read_spec

if TYPE_CHECKING:
    from collections.abc import Callable


def one(layer: str, given: str = "3x6x6") -> Graph:
    return read_spec(f"input: {given}\nlayers: [{layer}]")


def stated() -> Graph:
    """Make a network with a layer of which only the output is stated."""
    net = Builder("capsules", "4x8x8")
    return net.graph(net.add("a", make("opaque", output=(16, 10)), net.input))


def cut_off() -> Graph:
    """Make a network with a layer behind something that is not known."""
    net = Builder("detector", "3x8x8")
    conv = net.add("conv", make("conv", filters=4, kernel=(3, 3)), net.input)
    net.not_reached("a", "linear", "behind `proposals`")
    return net.graph(conv)


@pytest.mark.parametrize(
    ("write", "graph", "why"),
    [
        (onnx, one("{name: a, local: 4, kernel: 3}"), "there is no `local` in ONNX"),
        (onnx, one("{name: a, lrn: 3, within: true}"), "ONNX has no normalisation within maps"),
        (onnx, stated(), "there is no `opaque` in ONNX"),
        (
            pytorch,
            one("{name: a, matmul: , from: [input, input]}"),
            "there is no `matmul` in PyTorch",
        ),
        (
            pytorch,
            one("{name: a, gru: 4, reset_after: false}", "3x6"),
            "PyTorch's GRU resets behind the product",
        ),
        (
            pytorch,
            one("{name: a, avgpool: 3, stride: 1, padding: [1, 0, 0, 0]}"),
            "PyTorch's averages have as much padding at both ends",
        ),
        (pytorch, stated(), "there is no `opaque` in PyTorch"),
        (yaml, cut_off(), "not reached (behind `proposals`)"),
    ],
    ids=lambda value: getattr(value, "__name__", "graph" if isinstance(value, Graph) else None),
)
def test_what_cannot_be_said_is_told(
    write: Callable[[Graph], object], graph: Graph, why: str
) -> None:
    with pytest.raises(archcalc.ArchcalcError) as raised:
        write(graph)
    assert str(raised.value) == f"error[not-exported]: `a` cannot be written: {why}"
