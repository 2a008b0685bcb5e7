"""What stands before and beside large windows: fewer maps to read, and maps that are read again."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from archcalc.arithmetic import Derived
from archcalc.ops.concat import Concat
from archcalc.referee.derivations.derivation import DerivedFigure, together
from archcalc.referee.derivations.lesson import FullConv, Lesson, full_conv, layer_before, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.graph import Graph, Node


class _Reduction(NamedTuple):
    """A 1x1 convolution to fewer maps, the convolution that reads it, a 1x1 back to more."""

    reduce: FullConv
    convolve: FullConv
    restore: FullConv | None

    @property
    def layers(self) -> list[FullConv]:
        """The convolutions that there are."""
        return [layer for layer in self if layer is not None]

    @property
    def without(self) -> FullConv:
        """Let the larger window read all maps, and write all that the last convolution writes."""
        x, y = self.reduce.x, self.layers[-1].y
        strides = [layer.op.stride for layer in self.layers]
        stride = tuple([prod(sides) for sides in zip(*strides, strict=True)])
        return FullConv(replace(self.convolve.op, filters=y.channels, stride=stride), x, y)


def reductions(graph: Graph, chosen: list[int]) -> Lesson | None:
    """Compare with the same layers without the 1x1 reductions before their convolutions."""
    found = list(_find_reductions(graph, chosen))
    if not found:
        return None
    present = [layer for reduction in found for layer in reduction.layers]
    absent = [reduction.without for reduction in found]
    figures = (
        DerivedFigure.of("weights", together(layer.weights for layer in present)),
        DerivedFigure.of("weights without", together(layer.weights for layer in absent)),
        DerivedFigure.of("macs", together(layer.macs for layer in present)),
        DerivedFigure.of("macs without", together(layer.macs for layer in absent)),
    )
    times = [ratio(Fraction(figures[i + 1].value, figures[i].value)) for i in (0, 2)]
    maps = [f"{pair.reduce.x.channels:,} maps to {pair.reduce.y.channels:,}" for pair in found]
    said = " and ".join(list(dict.fromkeys(maps))[:3])
    return Lesson(
        "The same without 1x1 reduction",
        figures,
        f"A 1x1 convolution reduces {said} before a larger window "
        f"reads them. Without it these layers have {times[0]} times as many weights and "
        f"{times[1]} times as many MACs.",
    )


def _find_reductions(graph: Graph, chosen: list[int]) -> Iterator[_Reduction]:
    """Find each larger window among the chosen nodes that reads a reduced map."""
    for i in chosen:
        node = graph.nodes[i]
        layer, before = full_conv(node), full_conv(layer_before(graph, node))
        if layer is None or before is None or set(layer.op.kernel) == {1}:
            continue
        if set(before.op.kernel) == {1} and before.y.channels < before.x.channels:
            yield _Reduction(before, layer, _restoring(layer, _readers(graph).get(id(node), [])))


@lru_cache(maxsize=1)
def _readers(graph: Graph) -> dict[int, list[Node]]:
    """Tell which nodes read a layer, or what works on its single elements; found once for all."""
    found: dict[int, list[Node]] = {}
    for node in graph.nodes:
        found.setdefault(id(layer_before(graph, node)), []).append(node)
    return found


def _restoring(layer: FullConv, readers: list[Node]) -> FullConv | None:
    """Find the 1x1 convolution that alone reads a layer and gives more maps."""
    convolutions = [found for found in map(full_conv, readers) if found is not None]
    if len(convolutions) != 1 or set(convolutions[0].op.kernel) != {1}:
        return None
    return convolutions[0] if convolutions[0].y.channels > layer.y.channels else None


def dense_block(graph: Graph, chosen: list[int]) -> Lesson | None:
    """Count the direct connections between layers that each read all that came before."""
    longest = chain = last = 0
    for i in chosen:
        if isinstance(graph.nodes[i].op, Concat):
            chain = chain + 1 if last in graph.nodes[i].inputs else 1
            longest, last = max(longest, chain), i
    if longest < 2:
        return None
    layers = Derived(longest)
    direct = layers * (layers + 1) // 2
    return Lesson(
        "A dense block connects every layer with all that follow",
        (DerivedFigure.of("direct connections", direct),),
        f"Each of the {longest} layers reads the maps of all before it and of the input: "
        f"{direct:,} direct connections between layers, where a chain has {longest}.",
    )
