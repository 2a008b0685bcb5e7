"""What the rules of conventions may read of a layer.

>>> from archcalc.report import count
>>> report = count("lenet5")
>>> c1 = read(report)[0].variables
>>> c1["mac"], c1["bias"], c1["outputs"]
(117600, 4704, 4704)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from archcalc.convention.particulars import particulars
from archcalc.convention.places import places
from archcalc.ops.op import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.convention.places import Place
    from archcalc.facts import Facts
    from archcalc.graph import Graph, Node
    from archcalc.paths import Index
    from archcalc.spec.values import Value
    from archcalc.uncounted import Uncounted

VARIABLES = {
    **dict.fromkeys(Work._fields, "elementary operations of this kind, per sample"),
    "bias": "additions of a bias in convolutions and linear layers: one per output that has one",
    "outputs": "elements of the output",
    "inputs": "elements of all inputs together",
    "window": "taps of one window of a pool; of a global pool the whole map",
    "rows": "places of an output map: height times width, and depth",
    "channels": "maps of the output",
    "input_rows": "places of the first input: of a transposed convolution, those it starts from",
    "input_size": "elements of the first input",
    "rank": "extents of the first input: 1 of a row, 2 of an image or a vector, 3 of a clip",
    "plane": "the last two sizes of the first input multiplied: of a row, channels times length",
    "branches": "branches of a join; inputs of an attention that reads keys elsewhere",
    "groups": "parts of a convolution's maps that do not see each other",
    "convolved": "places that a convolution of the same window would leave, if any",
    "side": "taps of one window of a pool along its first extent",
    "cells": "states that a recurrent layer computes: units, by steps, layers and directions",
    "directions": "ways in which a recurrent layer goes along its steps: 1 or 2",
    "keys": "places that the keys of an attention come from",
    "causal": "true if no place of an attention takes in what stands behind it",
    "multihead": "true of an attention as torch.nn.MultiheadAttention is: all of one width",
    "size": "neighbouring maps that a local response normalisation reads",
    "connections": "taps and biases of all output units",
    "parameters": "trained numbers of every kind",
    "borrowed": "trained or fixed numbers that are another layer's, and count there",
    "weights": "trained numbers that are neither biases nor gamma, beta or slopes",
    "biases": "trained biases",
    "gamma": "trained scales of a normalisation",
    "beta": "trained shifts of a normalisation",
    "slope": "trained slopes of an activation",
    "interactions": "multiply-accumulates of two activations, such as queries with keys",
    "fixed": "weights that are not trained",
    "statistics": "running means and variances",
    "bias_numbers": "biases that the layer reads, trained or fixed, its own or not",
    "affine": "true if a normalisation scales or shifts",
    "scaled": "true if a normalisation scales",
    "shifted": "true if a normalisation shifts",
    "kernel": "true if kernels slide over maps and are multiplied with them, as in a convolution",
    "adaptive": "true if a pool or an upsampling was given the size of its output",
    "final": "true if no layer reads the output",
    "entering": "elements of the network's inputs that no earlier layer reads",
    "blocks": "named blocks in a row, not in a branch, whose output this layer gives",
    "first": "true if no earlier layer of this op has as many channels",
    "folded": "true of a convolution that one batch normalisation alone reads, and of that one",
    "folded_linear": "the same of a linear layer, and of the batch normalisation that reads it",
    "patched": "multiply-accumulates that are written as torch.matmul, and not with @: in a live "
    "module nobody knows",
    "function": "true of what a live PyTorch module calls that is no module of its own",
    "packed": "true of a quantised layer of a live module, whose weights are no parameters of it",
    "custom": "true of a live module without parts, of a class that is not PyTorch's own",
}
"""Every variable with its meaning; numbers are exact integers unless they say otherwise."""
COUNTED = (
    "parameters", "weights", "biases", "gamma", "beta", "slope", "fixed", "statistics",
    "connections", "interactions",
)  # fmt: skip


OF_A_SAMPLE = ("outputs", "inputs", "entering")
"""What of a whole batch is as often there as it has samples, where a figure is of a pass."""


class Counted(Protocol):
    """What a convention applies to, as a report is: layers with their facts, and a batch."""

    @property
    def graph(self) -> Graph:
        """The network whose layers these are."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The layers."""

    @property
    def facts(self) -> tuple[Facts, ...]:
        """What the rules say of each."""

    @property
    def index(self) -> Index:
        """Where paths stand among them."""

    @property
    def batch(self) -> int:
        """The samples at once."""

    @property
    def uncounted(self) -> tuple[Uncounted, ...]:
        """What is left out, unknown or not reached."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What a rule reads: the variables of a layer, which stands for all that are alike.

    Some are `unknown`; of others only the `least` is known that they can be.
    """

    op: str
    variables: Mapping[str, Value]
    unknown: frozenset[str] = frozenset()
    least: frozenset[str] = frozenset()

    @property
    def is_nothing(self) -> bool:
        """Tell whether a layer is only there to be read: a constant, which computes nothing."""
        there = (*Work._fields, *COUNTED, "borrowed")
        known = self.op == "opaque" and not self.unknown
        return known and not any(self.variables[name] for name in there)


def read(counted: Counted) -> list[Reading]:
    """Give what rules read of each node, in order; alike layers share theirs.

    All conventions read the same of a report, so that it is kept as long as that is.
    """
    if counted not in _READ:
        _READ[counted] = _read(counted)
    return _READ[counted]


_READ: WeakKeyDictionary[Counted, list[Reading]] = WeakKeyDictionary()


def _read(counted: Counted) -> list[Reading]:
    seen: dict[tuple[Facts, Place], Reading] = {}
    readings = []
    found = places(counted.graph, counted.nodes)
    for facts, place in zip(counted.facts, found, strict=True):
        if (facts, place) not in seen:
            seen[facts, place] = reading_of(facts, place)
        readings.append(seen[facts, place])
    return readings


@lru_cache(maxsize=4096)
def reading_of(facts: Facts, place: Place) -> Reading:
    """Give what rules read of a layer; networks with alike layers share it."""
    unknown = {*facts.unknown, *(["bias"] if "connections" in facts.unknown else [])}
    if place.function or place.custom:
        unknown.add("patched")
    least = ["outputs"] if "activations" in facts.unknown else []
    variables = _variables(facts, place)
    return Reading(facts.op.name, variables, frozenset(unknown), frozenset(least))


def _variables(facts: Facts, place: Place) -> dict[str, Value]:
    counts, op, y = facts.counts, facts.op, facts.y
    x = facts.xs[0]
    return {
        **counts.work._asdict(),
        **{name: getattr(counts, name) for name in COUNTED},
        "bias": facts.bias,
        "patched": 0,
        "borrowed": facts.borrowed,
        "outputs": y.size,
        "inputs": facts.inputs,
        "window": facts.taps,
        "rows": y.places,
        "channels": y.channels,
        "input_rows": x.places,
        "input_size": x.size,
        "rank": x.rank,
        "plane": prod(x[-2:]),
        "branches": len(facts.xs),
        "groups": getattr(op, "groups", 1),
        "size": getattr(op, "size", 0),
        "kernel": counts.work.mac > 0 and hasattr(op, "kernel"),
        "adaptive": (op.role == "pool" or op.name == "upsample")
        and getattr(op, "output", None) is not None,
        **particulars(facts),
        **place._asdict(),
    }
