"""What the rules of conventions may read of a layer.

>>> from archcalc.spec.unroll import expand
>>> from archcalc.spec.library import load
>>> c1 = next(of_nodes(expand(load("lenet5")).nodes))
>>> c1["mac"], c1["bias"], c1["outputs"]
(117600, 4704, 4704)
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from archcalc.ops.op import Weighted, Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.graph import Node
    from archcalc.ops.op import Op, Shape
    from archcalc.report import Report
    from archcalc.spec.values import Value

VARIABLES = {
    **dict.fromkeys(Work._fields, "elementary operations of this kind, per sample"),
    "bias": "additions of a bias in convolutions and linear layers: one per output that has one",
    "outputs": "elements of the output",
    "inputs": "elements of all inputs together",
    "window": "taps of one window of a pool; of a global pool the whole map",
    "rows": "places of an output map: height times width",
    "channels": "maps of the output",
    "branches": "branches of a join",
    "size": "neighbouring maps that a local response normalisation reads",
    "connections": "taps and biases of all output units",
    "parameters": "trained numbers of every kind",
    "weights": "trained numbers that are neither biases nor gamma nor beta",
    "biases": "trained biases",
    "gamma": "trained scales of a normalisation",
    "beta": "trained shifts of a normalisation",
    "fixed": "weights that are not trained",
    "statistics": "running means and variances",
    "affine": "true if a batch normalisation scales or shifts",
    "adaptive": "true if a pool was given the size of its output instead of a window",
    "final": "true if no layer reads the output",
    "first": "true if no earlier layer of this op has as many channels",
    "folded": "true of a convolution that one batch normalisation alone reads, and of that one",
    "folded_linear": "the same of a linear layer, and of the batch normalisation that reads it",
}
"""Every variable with its meaning; numbers are exact integers unless they say otherwise."""

POOLS = frozenset({"maxpool", "avgpool", "globalavgpool", "subsample"})
BIASED = frozenset({"conv", "linear"})


_MEASURED: WeakKeyDictionary[Report, list[Mapping[str, Value]]] = WeakKeyDictionary()


def of_report(report: Report) -> list[Mapping[str, Value]]:
    """Give the variables of each node of a report; measured once, however many conventions ask."""
    if report not in _MEASURED:
        _MEASURED[report] = list(of_nodes(report.nodes))
    return _MEASURED[report]


def of_nodes(nodes: Sequence[Node]) -> Iterator[Mapping[str, Value]]:
    """Give the variables of each node, in order; equal ops on equal shapes are measured once."""
    readers = Counter(i for node in nodes for i in node.inputs)
    convolved, linear = (_folded(nodes, readers, op) for op in ("conv", "linear"))
    widths: set[tuple[str, int]] = set()
    seen: dict[tuple[object, ...], Mapping[str, Value]] = {}
    for position, node in enumerate(nodes):
        width = (node.op.name, node.y.channels)
        place = {
            "final": position not in readers,
            "first": width not in widths,
            "folded": position in convolved,
            "folded_linear": position in linear,
        }
        key = (id(node.op), node.xs, *place.values())
        if key not in seen:
            seen[key] = {**_counted(node), **place}
        widths.add(width)
        yield seen[key]


def _folded(nodes: Sequence[Node], readers: Mapping[int, int], op: str) -> set[int]:
    """Give the layers of an op that one batch normalisation alone reads, and these."""
    found: set[int] = set()
    for position, node in enumerate(nodes):
        (before, *_) = node.inputs
        if node.op.name == "batchnorm" and before >= 0 and readers[before] == 1:
            found |= {before, position} if nodes[before].op.name == op else set()
    return found


def _counted(node: Node) -> dict[str, Value]:
    op, x, y = node.op, node.xs[0], node.y
    work = op.work(x, y)
    return {
        **work._asdict(),
        **_parameters(op, x, y),
        "bias": work.add if op.name in BIASED else 0,
        "outputs": y.size,
        "inputs": sum(shape.size for shape in node.xs),
        "window": _window(node, work),
        "rows": y.height * y.width,
        "channels": y.channels,
        "branches": len(node.xs),
        "size": getattr(op, "size", 0),
        "connections": op.connections(x, y),
        "statistics": op.statistics(x),
        "affine": bool(op.scales(x) or op.shifts(x)),
        "adaptive": getattr(op, "output", None) is not None,
    }


def _parameters(op: Op, x: Shape, y: Shape) -> dict[str, Value]:
    total, biases, gamma, beta = op.parameters(x, y), op.biases(x, y), op.scales(x), op.shifts(x)
    if isinstance(op, Weighted) and not op.trainable:
        none = dict.fromkeys(("parameters", "weights", "biases", "gamma", "beta"), 0)
        return {**none, "fixed": total}
    weights = total - biases - gamma - beta
    kinds = {"weights": weights, "biases": biases, "gamma": gamma, "beta": beta}
    return {"parameters": total, **kinds, "fixed": 0}


def _window(node: Node, work: Work) -> int | Fraction:
    """Tell the taps of one window; a fraction where windows of a fixed output size differ."""
    if node.op.name not in POOLS:
        return 1
    window = node.op.window(node.xs[0])
    if window is None:
        return Fraction(work.add + node.y.size, node.y.size)
    return window[0].kernel * window[1].kernel
