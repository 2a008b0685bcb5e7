"""What the rules of conventions may read of a layer.

>>> from archcalc.report import count
>>> report = count("lenet5")
>>> c1 = read(report.nodes, report.facts)[0].variables
>>> c1["mac"], c1["bias"], c1["outputs"]
(117600, 4704, 4704)
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from archcalc.ops.op import Work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archcalc.facts import Facts
    from archcalc.graph import Node
    from archcalc.spec.values import Value

VARIABLES = {
    **dict.fromkeys(Work._fields, "elementary operations of this kind, per sample"),
    "bias": "additions of a bias in convolutions and linear layers: one per output that has one",
    "outputs": "elements of the output",
    "inputs": "elements of all inputs together",
    "window": "taps of one window of a pool; of a global pool the whole map",
    "rows": "places of an output map: height times width, and depth",
    "channels": "maps of the output",
    "branches": "branches of a join",
    "size": "neighbouring maps that a local response normalisation reads",
    "connections": "taps and biases of all output units",
    "parameters": "trained numbers of every kind",
    "weights": "trained numbers that are neither biases nor gamma, beta or slopes",
    "biases": "trained biases",
    "gamma": "trained scales of a normalisation",
    "beta": "trained shifts of a normalisation",
    "slope": "trained slopes of an activation",
    "interactions": "multiply-accumulates of two activations, such as queries with keys",
    "fixed": "weights that are not trained",
    "statistics": "running means and variances",
    "affine": "true if a batch normalisation scales or shifts",
    "kernel": "true if kernels slide over maps and are multiplied with them, as in a convolution",
    "adaptive": "true if a pool was given the size of its output instead of a window",
    "final": "true if no layer reads the output",
    "first": "true if no earlier layer of this op has as many channels",
    "folded": "true of a convolution that one batch normalisation alone reads, and of that one",
    "folded_linear": "the same of a linear layer, and of the batch normalisation that reads it",
}
"""Every variable with its meaning; numbers are exact integers unless they say otherwise."""
COUNTED = (
    "parameters", "weights", "biases", "gamma", "beta", "slope", "fixed", "statistics",
    "connections", "interactions",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reading:
    """What a rule reads: the variables of a layer, which stands for all that are alike."""

    op: str
    variables: Mapping[str, Value]
    unknown: frozenset[str] = frozenset()


class Place(NamedTuple):
    """What a layer's place in the network tells of it."""

    final: bool
    first: bool
    folded: bool
    folded_linear: bool


def read(nodes: Sequence[Node], facts: Sequence[Facts]) -> list[Reading]:
    """Give what rules read of each node, in order; alike layers share theirs."""
    readers = Counter(i for node in nodes for i in node.inputs)
    convolved, linear = (_folded(nodes, readers, op) for op in ("conv", "linear"))
    widths: set[tuple[str, int]] = set()
    seen: dict[tuple[Facts, Place], Reading] = {}
    readings = []
    for position, (node, found) in enumerate(zip(nodes, facts, strict=True)):
        width = (node.op.name, node.y.channels)
        place = Place(
            position not in readers, width not in widths, position in convolved, position in linear
        )
        widths.add(width)
        if (found, place) not in seen:
            unknown = {*found.unknown, *(["bias"] if "connections" in found.unknown else [])}
            variables = _variables(found, place)
            seen[found, place] = Reading(node.op.name, variables, frozenset(unknown))
        readings.append(seen[found, place])
    return readings


def _folded(nodes: Sequence[Node], readers: Mapping[int, int], op: str) -> set[int]:
    """Give the layers of an op that one batch normalisation alone reads, and these."""
    found: set[int] = set()
    for position, node in enumerate(nodes):
        (before, *_) = node.inputs
        if node.op.name == "batchnorm" and before >= 0 and readers[before] == 1:
            found |= {before, position} if nodes[before].op.name == op else set()
    return found


def _variables(facts: Facts, place: Place) -> dict[str, Value]:
    counts, op, y = facts.counts, facts.op, facts.y
    return {
        **counts.work._asdict(),
        **{name: getattr(counts, name) for name in COUNTED},
        "bias": facts.bias,
        "outputs": y.size,
        "inputs": facts.inputs,
        "window": facts.taps,
        "rows": y.places,
        "channels": y.channels,
        "branches": len(facts.xs),
        "size": getattr(op, "size", 0),
        "affine": facts.is_affine,
        "kernel": counts.work.mac > 0 and hasattr(op, "kernel"),
        "adaptive": op.role == "pool" and getattr(op, "output", None) is not None,
        **place._asdict(),
    }
