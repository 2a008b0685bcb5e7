"""What the layer at hand teaches, computed for it: each lesson calls the same rules as a count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.arithmetic import Derived, known
from archcalc.facts import Facts
from archcalc.graph import INPUT
from archcalc.ops.concat import Concat
from archcalc.ops.conv import Conv
from archcalc.ops.linear import Linear
from archcalc.ops.op import Op, Shape
from archcalc.ops.subsample import Subsample
from archcalc.ops.window import one_place, whole_map
from archcalc.referee.derivation import Figure, remember, remember_shape, together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.graph import Graph, Node

WORDS = {2: "two", 3: "three"}


@dataclass(frozen=True, slots=True)
class Lesson:
    """Figures beside those of the layer, and the sentence that they prove."""

    title: str
    figures: tuple[Figure, ...]
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        figures = [figure.to_dict() for figure in self.figures]
        return {"title": self.title, "figures": figures, "text": self.text}


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
        ]
    taught += [_reductions(graph, chosen), _dense_block(graph, chosen)]
    return tuple(lesson for lesson in taught if lesson is not None)


def _fully_connected(node: Node) -> Lesson | None:
    """Compare with a fully connected layer between the same maps."""
    x, y = node.xs[0], node.y
    sees_all = node.op.window(x) == whole_map(x) and not _is_sparse(node.op)
    if not isinstance(node.op, Conv | Subsample) or sees_all or not node.op.trainable:
        return None
    counts = Facts.of(node.op, node.xs, y).counts
    full = Linear(units=Derived(y.size), bias=counts.biases > 0)
    needed = full.parameters(remember_shape(x), remember_shape(Shape(y.size, 1, 1)))
    own = node.op.parameters(x, y)
    local, shared = Fraction(needed, counts.connections), Fraction(counts.connections, own)
    return Lesson(
        "A fully connected layer between the same maps",
        (Figure.of("parameters and connections", needed),),
        f"Local windows leave {counts.connections:,} of {needed:,} connections, 1/{ratio(local)}; "
        f"sharing their weights leaves {own:,} parameters for these, 1/{ratio(shared)}.",
    )


class _Layer(NamedTuple):
    """A convolution that sees all maps, between two shapes."""

    op: Conv
    x: Shape
    y: Shape

    @property
    def weights(self) -> int:
        """Count the weights without the biases, remembering the expression."""
        op = remember(replace(self.op, bias=False), self.x)
        return op.parameters(remember_shape(self.x), remember_shape(self.y))

    @property
    def macs(self) -> int:
        """Count the multiply-accumulates, remembering the expression."""
        op = remember(self.op, self.x)
        return op.work(remember_shape(self.x), remember_shape(self.y)).mac


def _layer(node: Node | None) -> _Layer | None:
    """Take a node as such a convolution, if it is one."""
    if node is None or not isinstance(node.op, Conv) or _is_sparse(node.op):
        return None
    return _Layer(node.op, node.xs[0], node.y)


def _is_sparse(op: Op) -> bool:
    """Tell whether an op connects an output map with only some of the input maps."""
    return isinstance(op, Conv) and (op.groups > 1 or op.table is not None)


def _small_windows(graph: Graph, node: Node) -> Lesson | None:
    """Compare two or three 3x3 windows with one window of the same receptive field."""
    stack = _small_ones(graph, node)
    if len(stack) < 2:
        return None
    side, name = 2 * len(stack) + 1, WORDS[len(stack)]
    op = replace(stack[-1].op, kernel=(side, side))
    large = _Layer(op, stack[0].x, stack[-1].y).weights
    small = together(layer.weights for layer in stack)
    less = "fewer" if small < large else "more" if small > large else "as many"
    return Lesson(
        f"{name.capitalize()} 3x3 windows against one {side}x{side}",
        (Figure.of(f"weights of {name} 3x3", small), Figure.of(f"of one {side}x{side}", large)),
        f"Both see {side}x{side} units of the maps before them. The {name} have {less} weights, "
        f"{ratio(Fraction(small, large))} times those of the one, and {name} activations.",
    )


def _small_ones(graph: Graph, node: Node) -> list[_Layer]:
    """Find the 3x3 windows that lead to a layer, at most three, or that could stand for it."""
    run: list[_Layer] = []
    layer, here = _layer(node), node
    if layer is not None and layer.op.kernel in ((5, 5), (7, 7)) and _moves_by_one(layer.op):
        op, inner = replace(layer.op, kernel=(3, 3)), Shape(layer.y.channels, *layer.x[1:])
        first = _Layer(op, layer.x, inner)
        return [first] + [_Layer(op, inner, layer.y)] * (layer.op.kernel[0] // 2 - 1)
    while layer and len(run) < 3 and layer.op.kernel == (3, 3) and _moves_by_one(layer.op):
        run.insert(0, layer)
        before = _before(graph, here)
        layer, here = _layer(before), before or here
    return run


def _moves_by_one(op: Conv) -> bool:
    return op.stride == op.dilation == (1, 1)


def _even_window(node: Node) -> Lesson | None:
    """Show why an even window cannot keep a map centred."""
    op, x = node.op, node.xs[0]
    if not isinstance(op, Conv) or op.stride != (1, 1):
        return None
    wrapped = remember(replace(op, padding=(0, 0, 0, 0)), x)
    spans = wrapped.window(remember_shape(x))
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

    reduce: _Layer
    convolve: _Layer
    restore: _Layer | None

    @property
    def layers(self) -> list[_Layer]:
        """The convolutions that there are."""
        return [layer for layer in self if layer is not None]

    @property
    def without(self) -> _Layer:
        """Let the larger window read all maps, and write all that the last convolution writes."""
        x, y = self.reduce.x, self.layers[-1].y
        strides = [layer.op.stride for layer in self.layers]
        rows, columns = (prod(sides) for sides in zip(*strides, strict=True))
        return _Layer(replace(self.convolve.op, filters=y.channels, stride=(rows, columns)), x, y)


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
        readers.setdefault(id(_before(graph, node)), []).append(node)
    for i in chosen:
        node = graph.nodes[i]
        layer, before = _layer(node), _layer(_before(graph, node))
        if layer is None or before is None or layer.op.kernel == (1, 1):
            continue
        if before.op.kernel == (1, 1) and before.y.channels < before.x.channels:
            yield _Reduction(before, layer, _restoring(layer, readers.get(id(node), [])))


def _restoring(layer: _Layer, readers: list[Node]) -> _Layer | None:
    """Find the 1x1 convolution that alone reads a layer and gives more maps."""
    convolutions = [found for found in map(_layer, readers) if found is not None]
    if len(convolutions) != 1 or convolutions[0].op.kernel != (1, 1):
        return None
    return convolutions[0] if convolutions[0].y.channels > layer.y.channels else None


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


def _before(graph: Graph, node: Node) -> Node | None:
    """Find the layer whose maps reach a node, through what works on single elements."""
    while node.inputs != (INPUT,) and len(node.inputs) == 1:
        node = graph.nodes[node.inputs[0]]
        if not _is_elementwise(node):
            return node
    return None


def _is_elementwise(node: Node) -> bool:
    single = len(node.inputs) == 1 and node.y == node.xs[0] and not isinstance(node.op, Conv)
    return single and node.op.window(node.xs[0]) == one_place(node.xs[0])


def ratio(value: Fraction) -> str:
    """Write a ratio in three figures, or whole if it is a whole number.

    >>> ratio(Fraction(784)), ratio(Fraction(197, 5)), ratio(Fraction(12345, 2))
    ('784', '39.4', '6,170')
    """
    if value.denominator == 1:
        return f"{value.numerator:,}"
    whole = floor(value)
    digits = 3 - len(str(whole)) if whole else 2 + len(str(ceil(1 / value) - 1))
    rounded = round(value, digits)
    return f"{rounded.numerator:,}" if digits <= 0 else f"{float(rounded):,.{digits}f}"
