"""Convolutions in groups, and those that are turned round, beside the full ones."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from archcalc.ops.conv import Conv
from archcalc.ops.deconv import Deconv
from archcalc.referee.derivations.derivation import DerivedFigure, derive, together
from archcalc.referee.derivations.lesson import FullConv, Lesson, full_conv, ratio

if TYPE_CHECKING:
    from archcalc.graph import Graph, Node


def grouped(_: Graph, node: Node) -> Lesson | None:
    """Compare a convolution in groups, or a depthwise one, with one that sees all maps."""
    op = node.op
    if not isinstance(op, Conv) or op.groups == 1 or op.table is not None:
        return None
    maps, filters = node.xs[0].channels, node.y.channels
    full = FullConv(replace(op, groups=1), node.xs[0], node.y)
    figures = (
        DerivedFigure.of("weights of all pairs", full.weights),
        DerivedFigure.of("macs of all pairs", full.macs),
    )
    seen = maps // op.groups
    sees = "1 of them: it is depthwise" if seen == 1 else f"{seen:,} of them"
    mixed = "" if filters == 1 else " Maps of different groups meet first in a later layer."
    return Lesson(
        "A depthwise convolution against a full one" if seen == 1 else "Groups against all pairs",
        figures,
        f"A map of a full convolution sees all {maps:,} before it, here {sees}. That leaves "
        f"1/{op.groups:,} of the weights and of the MACs, whatever the window.{mixed}",
    )


def separable(graph: Graph, node: Node) -> Lesson | None:
    """Compare a depthwise convolution and the 1x1 that reads it with one full convolution."""
    op, reader = node.op, _sole_reader(graph, node)
    point = full_conv(reader)
    if not isinstance(op, Conv) or point is None or set(point.op.kernel) != {1}:
        return None
    if op.groups != node.xs[0].channels or op.groups == 1 or {*point.op.stride} != {1}:
        return None
    deep = FullConv(op, node.xs[0], node.y)
    full = FullConv(replace(op, groups=1, filters=point.y.channels), node.xs[0], point.y)
    figures = (
        DerivedFigure.of("weights of both", together([deep.weights, point.weights])),
        DerivedFigure.of("weights of one full", full.weights),
        DerivedFigure.of("macs of both", together([deep.macs, point.macs])),
        DerivedFigure.of("macs of one full", full.macs),
    )
    shares = [Fraction(figures[i].value, figures[i + 1].value) for i in (0, 2)]
    taps = Fraction(1, point.y.channels) + Fraction(1, _taps(op))
    rule = f": 1/{point.y.channels:,} for its maps and 1/{_taps(op):,} for its taps"
    return Lesson(
        "A depthwise convolution and a 1x1 against a full one",
        figures,
        f"The first looks at each map by itself, the second mixes the maps at each place: "
        f"{ratio(shares[0])} times the weights of a convolution that does both at once, "
        f"{ratio(shares[1])} times its MACs{rule if shares == [taps, taps] else ''}.",
    )


def turned_round(_: Graph, node: Node) -> Lesson | None:
    """Find the convolution whose way back a transposed one is."""
    op = node.op
    if not isinstance(op, Deconv):
        return None
    spans = op.turned(node.xs[0])[-len(op.kernel) :]
    cells = tuple(n for span in spans for n in (span.before, span.after))
    forth = Conv(
        filters=node.xs[0].channels, kernel=op.kernel, stride=op.stride, padding=cells,
        dilation=op.dilation, groups=op.groups, bias=False,
    )  # fmt: skip
    if forth.shape(node.y) != node.xs[0]:
        return None
    found = derive(forth, (node.y,), node.xs[0])
    sides = [replace(side, quantity=f"its {side.quantity}") for side in found.shape[1:]]
    figures = (
        *sides,
        replace(found["parameters"], quantity="its weights"),
        replace(found["macs"], quantity="its MACs"),
    )
    rest = ""
    if any(op.output_padding):
        rest = f" Of {max(op.stride)} sizes that lead there, `output_padding` picks this."
    return Lesson(
        "The way back through a convolution",
        figures,
        f"A convolution of {node.xs[0].channels:,} maps with the same window leads from "
        f"{node.y} to {node.xs[0]}. Its gradient goes the other way by the same weights: that is "
        f"this layer, tap by tap, so that it has as many weights and as many MACs.{rest}",
    )


def _sole_reader(graph: Graph, node: Node) -> Node | None:
    """Find the layer that alone reads a node, through what works on single elements."""
    position = graph.ends.get(node.path)
    while position is not None:
        readers = graph.readers.get(position, ())
        if len(readers) != 1:
            return None
        reader = graph.nodes[readers[0]]
        if isinstance(reader.op, Conv) or reader.y != node.y:
            return reader
        position = graph.ends.get(reader.path)
    return None


def _taps(op: Conv) -> int:
    return prod(op.kernel)
