"""What the layer at hand teaches, computed for it: each lesson calls the same rules as a count."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from archcalc.arithmetic import Derived, known
from archcalc.facts import Facts
from archcalc.ops.concat import Concat
from archcalc.ops.conv import Conv
from archcalc.ops.linear import Linear
from archcalc.ops.op import Shape
from archcalc.ops.subsample import Subsample
from archcalc.ops.window import whole_map
from archcalc.referee.derivations.derivation import Figure, together
from archcalc.referee.derivations.factors import factors
from archcalc.referee.derivations.lesson import (
    FullConv,
    Lesson,
    full_conv,
    is_sparse,
    layer_before,
    moves_by_one,
    ratio,
)
from archcalc.referee.derivations.remembered import remember, remember_shape
from archcalc.referee.phrases import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.graph import Graph, Node
    from archcalc.ops.fields import Table

WORDS = {2: "two", 3: "three"}


def lessons(graph: Graph, chosen: list[int], path: str) -> tuple[Lesson, ...]:
    """Teach what a layer, or a block or group of layers, gives occasion to.

    >>> from archcalc.spec.unroll import expand
    >>> from archcalc.spec.library import load
    >>> print(lessons(expand(load("lenet5")), [0, 1], "C1")[0].text)
    Local windows leave 122,304 of 4,821,600 connections, 1/39.4; sharing their weights leaves 156
    parameters for these, 1/784.
    """
    found = [node for node in (graph.nodes[i] for i in chosen) if node.path == path]
    taught: list[Lesson | None] = []
    if found:
        taught = [
            _fully_connected(found[0]),
            _small_windows(graph, found[0]),
            _even_window(found[0]),
            _sparse_table(found[0]),
        ]
    taught += [_reductions(graph, chosen), factors(graph, chosen), _dense_block(graph, chosen)]
    return tuple(lesson for lesson in taught if lesson is not None)


def _fully_connected(node: Node) -> Lesson | None:
    """Compare with a fully connected layer between the same maps."""
    x, y = node.xs[0], node.y
    sees_all = node.op.window(x) == whole_map(x) and not is_sparse(node.op)
    if not isinstance(node.op, Conv | Subsample) or sees_all or not node.op.trainable:
        return None
    counts = Facts.of(node.op, node.xs, y).counts
    full = Linear(units=Derived(y.size), bias=counts.biases > 0)
    needed = full.parameters(remember_shape(x), remember_shape(Shape(y.size, 1, 1)))
    own, left = node.op.parameters(x, y), counts.connections_in_bounds
    if left == needed:
        return None
    padded = left != counts.connections
    beside = f" ({counts.connections:,} with those to padding)" if padded else ""
    text = f"Local windows leave {left:,} of {needed:,} connections{beside}"
    text += f", 1/{ratio(Fraction(needed, left))}"
    if own < counts.connections:
        text += f"; sharing their weights leaves {own:,} parameters for {'all ' * padded}these"
        text += f", 1/{ratio(Fraction(counts.connections, own))}"
    return Lesson(
        "A fully connected layer between the same maps",
        (Figure.of("parameters and connections", needed),),
        f"{text}.",
    )


def _small_windows(graph: Graph, node: Node) -> Lesson | None:
    """Compare two or three 3x3 windows with one window of the same receptive field."""
    stack = _small_ones(graph, node)
    if len(stack) < 2:
        return None
    side, name = 2 * len(stack) + 1, WORDS[len(stack)]
    op = replace(stack[-1].op, kernel=(side, side))
    large = FullConv(op, stack[0].x, stack[-1].y).weights
    small = together(layer.weights for layer in stack)
    less = "fewer" if small < large else "more" if small > large else "as many"
    return Lesson(
        f"{name.capitalize()} 3x3 windows against one {side}x{side}",
        (Figure.of(f"weights of {name} 3x3", small), Figure.of(f"of one {side}x{side}", large)),
        f"Both see {side}x{side} units of the maps before them. The {name} have {less} weights, "
        f"{ratio(Fraction(small, large))} times those of the one, and {name} activations.",
    )


def _small_ones(graph: Graph, node: Node) -> list[FullConv]:
    """Find the 3x3 windows that lead to a layer, at most three, or that could stand for it."""
    run: list[FullConv] = []
    layer, here = full_conv(node), node
    if layer is not None and layer.op.kernel in ((5, 5), (7, 7)) and moves_by_one(layer.op):
        op, inner = replace(layer.op, kernel=(3, 3)), Shape(layer.y.channels, *layer.x[1:])
        first = FullConv(op, layer.x, inner)
        return [first] + [FullConv(op, inner, layer.y)] * (layer.op.kernel[0] // 2 - 1)
    while layer and len(run) < 3 and layer.op.kernel == (3, 3) and moves_by_one(layer.op):
        run.insert(0, layer)
        before = layer_before(graph, here)
        layer, here = full_conv(before), before or here
    return run


def _even_window(node: Node) -> Lesson | None:
    """Show why an even window cannot keep a map centred."""
    op, x = node.op, node.xs[0]
    if not isinstance(op, Conv) or set(op.stride) != {1}:
        return None
    spans = remember(op, x).window(remember_shape(x))
    even = [span for span in spans if span.extent % 2 == 0]
    if not even:
        return None
    missing = known(even[0].extent) - 1
    return Lesson(
        "An even window cannot keep a map centred",
        (
            Figure.of("cells of padding that keep the size", missing),
            Figure.of("before", known(missing) // 2),
            Figure.of("after", -(-known(missing) // 2)),
        ),
        f"A window of {even[0].extent} needs padding of {missing} in all, an odd number: one side "
        "gets one more, and the map moves by half a unit. As many on both sides change its size.",
    )


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


def _reductions(graph: Graph, chosen: list[int]) -> Lesson | None:
    """Compare with the same layers without the 1x1 reductions before their convolutions."""
    found = list(_find_reductions(graph, chosen))
    if not found:
        return None
    present = [layer for reduction in found for layer in reduction.layers]
    absent = [reduction.without for reduction in found]
    figures = (
        Figure.of("weights", together(layer.weights for layer in present)),
        Figure.of("weights without", together(layer.weights for layer in absent)),
        Figure.of("macs", together(layer.macs for layer in present)),
        Figure.of("macs without", together(layer.macs for layer in absent)),
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
    readers: dict[int, list[Node]] = {}
    for node in graph.nodes:
        readers.setdefault(id(layer_before(graph, node)), []).append(node)
    for i in chosen:
        node = graph.nodes[i]
        layer, before = full_conv(node), full_conv(layer_before(graph, node))
        if layer is None or before is None or set(layer.op.kernel) == {1}:
            continue
        if set(before.op.kernel) == {1} and before.y.channels < before.x.channels:
            yield _Reduction(before, layer, _restoring(layer, readers.get(id(node), [])))


def _restoring(layer: FullConv, readers: list[Node]) -> FullConv | None:
    """Find the 1x1 convolution that alone reads a layer and gives more maps."""
    convolutions = [found for found in map(full_conv, readers) if found is not None]
    if len(convolutions) != 1 or set(convolutions[0].op.kernel) != {1}:
        return None
    return convolutions[0] if convolutions[0].y.channels > layer.y.channels else None


def _sparse_table(node: Node) -> Lesson | None:
    """Compare a table of maps with all pairs of maps, and say which maps see which."""
    op, x = node.op, node.xs[0]
    if not isinstance(op, Conv) or op.table is None or op.bias == "untied":
        return None
    full = remember(replace(op, table=None, filters=len(op.table)), x)
    inputs, output = remember_shape(x), remember_shape(node.y)
    figures = (
        Figure.of("connections with all pairs", full.connections(inputs, output)),
        Figure.of("parameters with all pairs", full.parameters(inputs, output)),
    )
    own = op.connections(x, node.y), op.parameters(x, node.y)
    left = [f"{n:,} of {figure.value:,}" for n, figure in zip(own, figures, strict=True)]
    alike = len(op.table) - len({frozenset(row) for row in op.table})
    unlike = (
        "" if alike else " No two see the same ones, so that none can learn what another learns."
    )
    return Lesson(
        "Why not every map sees every map",
        figures,
        f"The table leaves {left[0]} connections and {left[1]} parameters. "
        f"{_sights(op.table, x.channels)}{unlike}",
    )


def _sights(table: Table, inputs: int) -> str:
    """Say how many maps see how many, and by how many each map before them is seen."""
    seeing = Counter(len(row) for row in table)
    seen = Counter(sum(i in row for row in table) for i in range(inputs))
    each = [f"{n:,} {'see' if n > 1 else 'sees'} {maps:,}" for maps, n in sorted(seeing.items())]
    by = [f"{n:,} by {maps:,}" for maps, n in sorted(seen.items())]
    these = (
        f"each of these is seen by {max(seen):,}" if len(seen) == 1 else f"seen are {listed(by)}"
    )
    return f"Of the {len(table):,} maps {listed(each)} of the {inputs:,} before them; {these}."


def _dense_block(graph: Graph, chosen: list[int]) -> Lesson | None:
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
        (Figure.of("direct connections", direct),),
        f"Each of the {longest} layers reads the maps of all before it and of the input: "
        f"{direct:,} direct connections between layers, where a chain has {longest}.",
    )
