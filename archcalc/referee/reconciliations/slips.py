"""The commonest slips: what a person or a tool that counts a network gets wrong in it.

Each is the same network with something changed throughout, so that the difference can be told layer
by layer as between any two networks. What is right for one convention is a slip under another.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archcalc.errors import ArchcalcError, Reason
from archcalc.ops import make
from archcalc.ops.op import Shape
from archcalc.paths import layer_of
from archcalc.referee.reconciliations.rebuilding import rebuild

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archcalc.graph import Graph, Node
    from archcalc.ops.op import Op
    from archcalc.report import Report

    Change: TypeAlias = Callable[[Node], Op | tuple[Op, ...] | None]

CLASSES = (2, 10, 20, 21, 80, 91, 100, 101, 200, 365, 1000, 1001, 21_841)
"""Numbers of classes of the usual data sets."""
SMALL_IMAGES = "3x32x32"
POOLS = ("maxpool", "avgpool", "subsample", "globalavgpool")
WEIGHTED = ("conv", "linear")
STEPS = 30_000
"""How many layers are looked at again in search of one that was left out."""


class Slip(NamedTuple):
    """A network with something wrong in it: in words, and how many assumptions that takes."""

    words: str
    report: Report
    cost: int = 1


def slips(report: Report) -> Iterator[Slip]:
    """Give the network with each slip that changes it, the commonest first.

    >>> from archcalc.report import count
    >>> [slip.words for slip in slips(count("alexnet"))][:3]
    ['groups ignored', 'no biases', 'no biases in convolutions']
    """
    graph = report.graph
    for words, change in (*_weights(graph), *_normalisations(), *_windows()):
        yield from _slip(report, words, change)
    yield from _axes(report)
    yield from _places(report)
    for number in CLASSES:
        yield from classes(report, number)
    yield from _for_cifar(report)
    yield from _another_pool(report)
    yield from _layers(report)


def classes(report: Report, number: int, cost: int = 1) -> Iterator[Slip]:
    """Give the network with another number of classes: of units or filters in its last layer."""
    last = _last(report.graph)
    if last is not None and getattr(last.op, str(last.op.main)) != number:

        def change(node: Node) -> Op:
            fields = {str(node.op.main): number} if node.path == last.path else {}
            return _with(node.op, **fields)

        yield from _slip(report, f"{number:,} classes", change, cost=cost)


def _slip(report: Report, words: str, change: Change, *, cost: int = 1) -> Iterator[Slip]:
    """Give the network so changed; nothing where that changes nothing or does not fit."""
    with suppress(Reason):
        graph = rebuild(report.graph, _once(change))
        if [node[1:5] for node in graph.nodes] != [node[1:5] for node in report.graph.nodes]:
            yield Slip(words, replace(report, graph=graph), cost)


def _once(change: Change) -> Callable[[Node], tuple[Op, ...]]:
    """Make of ops that are one object one object: they are measured once."""
    made: dict[tuple[int, Op | None], Op | None] = {}

    def changed(node: Node) -> tuple[Op, ...]:
        op = change(node)
        if isinstance(op, tuple):
            return op
        if op is not node.op:
            op = made.setdefault((id(node.op), op), op)
        return () if op is None else (op,)

    return changed


def _with(op: Op, **fields: object) -> Op:
    """Set those fields of an op that it has."""
    own = {name: value for name, value in fields.items() if hasattr(op, name)}
    return replace(op, **own) if any(getattr(op, n) != v for n, v in own.items()) else op


def _weights(graph: Graph) -> Iterator[tuple[str, Change]]:
    """Connect and bias otherwise: groups and tables ignored, biases there or not."""
    yield "groups ignored", lambda node: _with(node.op, groups=1)
    yield "no biases", lambda node: _with(node.op, bias=False)
    for op, words in (("conv", "convolutions"), ("linear", "linear layers")):
        for bias, said in ((False, "no biases"), (True, "biases")):
            yield (
                f"{said} in {words}",
                lambda node, op=op, bias=bias: (  # type: ignore[misc]
                    _with(node.op, bias=bias) if node.op.name == op else node.op
                ),
            )
    yield "biases everywhere", lambda node: _with(node.op, bias=True)
    yield "every map reads all maps", _full
    normalised = {
        graph.nodes[node.inputs[0]].path
        for node in graph.nodes
        if node.op.name == "batchnorm" and node.inputs[0] >= 0
    }

    def before_norm(node: Node, *, bias: bool) -> Op:
        return _with(node.op, bias=bias) if node.path in normalised else node.op

    def folded(node: Node) -> Op | None:
        return None if node.op.name == "batchnorm" else before_norm(node, bias=True)

    yield "no biases before batch norm", partial(before_norm, bias=False)
    yield "batch norm folded", folded


def _full(node: Node) -> Op:
    """Let the maps of a table read all maps."""
    table = getattr(node.op, "table", None)
    return _with(node.op, table=None, filters=len(table)) if table else node.op


def _normalisations() -> Iterator[tuple[str, Change]]:
    yield "no batch norm", lambda node: None if node.op.name == "batchnorm" else node.op
    for scale, shift, words in ((False, False, "no gamma and beta"), (False, True, "no gamma")):
        yield (
            f"{words} in batch norm",
            lambda node, scale=scale, shift=shift: (  # type: ignore[misc]
                _with(node.op, scale=scale, shift=shift) if node.op.name == "batchnorm" else node.op
            ),
        )


def _windows() -> Iterator[tuple[str, Change]]:
    """Pad or round otherwise."""
    for padding, words in (((0, 0), "no padding"), ("half", "padding by half the kernel")):
        yield (
            f"{words} in convolutions",
            lambda node, padding=padding: (  # type: ignore[misc]
                _with(node.op, padding=padding) if node.op.name == "conv" else node.op
            ),
        )
    for ceil, words in ((True, "up"), (False, "down")):
        yield (
            f"sizes of pools rounded {words}",
            lambda node, ceil=ceil: (  # type: ignore[misc]
                _with(node.op, ceil=ceil) if node.op.name in POOLS else node.op
            ),
        )


def _axes(report: Report) -> Iterator[Slip]:
    """Read the axes as height x width x channels, or as channels first what was meant so."""
    x = report.input
    other = Shape(x[-1], *x[:-1])
    with suppress(ArchcalcError):
        if other != x and len(report.graph.inputs) == 1:
            graph = report.graph.at(other, heads=report.with_heads)
            yield Slip("channels read last", replace(report, graph=graph))


def _for_cifar(report: Report) -> Iterator[Slip]:
    """Take small images, as many do: a first convolution of 3x3 that keeps them, no pool after it.

    What begins otherwise than with a convolution of stride 2 has no such version.
    """
    nodes = report.graph.nodes
    first = next((node for node in nodes if node.op.name in WEIGHTED), None)
    pool = next((node for node in nodes if node.op.name == "maxpool"), None)
    if first is None or pool is None or getattr(first.op, "stride", ()) != (2, 2):
        return

    def change(node: Node) -> Op | None:
        if node.path == first.path:
            return _with(node.op, kernel=(3, 3), stride=(1, 1), padding=(1, 1, 1, 1))
        return None if node.path == pool.path else node.op

    with suppress(ArchcalcError):
        small = replace(report, graph=report.graph.at(SMALL_IMAGES, heads=report.with_heads))
        for slip in _slip(small, "as for CIFAR", change):
            for number in (10, 100):
                for found in classes(slip.report, number):
                    yield found._replace(words=f"as for CIFAR-{number}, with a first layer of 3x3")


def _places(report: Report) -> Iterator[Slip]:
    """Take each place of a map by itself in linear layers, as Keras does without its Flatten."""

    def change(node: Node) -> Op | None:
        if node.op.name != "linear":
            return None if node.op.name == "flatten" else node.op
        if hasattr(node.op, "flatten"):
            return _with(node.op, flatten=False)
        fields = {"bias": getattr(node.op, "bias", True), "trainable": node.op.trainable}  # type: ignore[attr-defined]
        return make("conv", filters=getattr(node.op, "units", 1), kernel=(1, 1), **fields)

    if any(n.op.name in {"linear", "flatten"} and n.xs[0].size > n.xs[0][0] for n in report.nodes):
        yield from _slip(report, "linear layers at each place, without flatten", change)


def _layers(report: Report) -> Iterator[Slip]:
    """Leave out one layer with what it brings, or put it twice in a row; of many the first."""
    paths = dict.fromkeys(
        layer_of(node.path)
        for node in report.nodes
        if node.op.name in {*POOLS, *WEIGHTED} and len(node.inputs) == 1
    )
    for path, _ in zip(paths, range(STEPS // (len(report.graph.nodes) or 1)), strict=False):
        yield from _slip(
            report,
            f"without {path}",
            lambda node, path=path: None if layer_of(node.path) == path else node.op,  # type: ignore[misc]
            cost=2,
        )
        yield from _slip(
            report,
            f"{path} twice in a row",
            lambda node, path=path: (node.op, node.op) if node.path == path else node.op,  # type: ignore[misc]
            cost=2,
        )


def _another_pool(report: Report) -> Iterator[Slip]:
    """Pool once more before the first linear layer, as the last pool does."""
    pools = [node.op for node in report.nodes if node.op.name in POOLS]
    first = next((node for node in report.nodes if node.op.name == "linear"), None)
    if pools and first and first.inputs[0] >= 0:
        before = report.nodes[first.inputs[0]].path
        yield from _slip(
            report,
            f"another pool before {first.path}",
            lambda node: (node.op, pools[-1]) if node.path == before else node.op,
            cost=2,
        )


def _last(graph: Graph) -> Node | None:
    """Find the layer that gives the classes: the last with weights on the way to the output."""
    position = graph.end
    while position >= 0:
        node = graph.nodes[position]
        if node.op.name in {*WEIGHTED, "rbf"} and getattr(node.op, str(node.op.main)):
            return node
        position = node.inputs[0]
    return None
