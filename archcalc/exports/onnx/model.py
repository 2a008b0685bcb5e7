"""Graph → an ONNX file."""

from __future__ import annotations

from math import prod
from struct import pack
from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason, UsageError
from archcalc.exports.onnx import wire
from archcalc.exports.onnx.emitting import Emitter, Step, Stored, Value
from archcalc.exports.onnx.ops import emit
from archcalc.exports.outline import ends_of, unmoved
from archcalc.graph import INPUT

if TYPE_CHECKING:
    from archcalc.graph import Graph, Node

OPSET = 21
LARGEST = 2**28
"""Numbers that a file may hold: 1 GiB of them, half of what its format has room for."""
SAMPLES = "N"
"""The size that is left free."""


def onnx(graph: Graph, *, values: bool = True) -> bytes:
    """Write a network as an ONNX file, with weights as a new network has them, drawn from one seed.

    Its outputs are those of the main path, and behind them the end of each head. Without `values`
    weights are made where the file is run, all 0. Raises UsageError for what ONNX cannot say, and
    for more weights than a file should hold.

    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> len(onnx(expand(load("lenet5-textbook")))) > 4 * 61_706
    True
    """
    try:
        return _File(graph, values=values).written()
    except Reason as reason:
        raise UsageError.because(reason) from None


class _File:
    def __init__(self, graph: Graph, *, values: bool) -> None:
        self.graph = graph
        self.with_values = values
        self.values: dict[int, Value] = {}
        self.steps: list[Step] = []
        self.stored: dict[str, Stored] = {}

    def written(self) -> bytes:
        """Write all of it."""
        for number, (name, shape) in enumerate(self.graph.inputs.items()):
            self.values[INPUT - number] = Value(name, tuple(shape))
        for position, node in enumerate(self.graph.nodes):
            self._check(position, node)
            self.values[position] = self._layer(node)
        tensors, makers = self._tensors()
        numbers = enumerate(self.graph.inputs.items())
        inputs = [wire.info(name, self._kind(INPUT - i), (SAMPLES, *x)) for i, (name, x) in numbers]
        ends = [self.values[end] for end in ends_of(self.graph)]
        outputs = [wire.info(end.name, wire.FLOAT, (SAMPLES, *end.sizes)) for end in ends]
        nodes = [wire.node(s.op, s.output, s.inputs, [s.output], s.attributes) for s in self.steps]
        about = f"{self.graph.origin.name}: {self.graph.origin.source}".rstrip(": ")
        name = self.graph.origin.id
        return wire.model(
            name, [*makers, *nodes], tensors, inputs, outputs, opset=OPSET, about=about
        )

    def _check(self, position: int, node: Node) -> None:
        if position in self.graph.moved:
            raise unmoved(node.path)

    def _layer(self, node: Node) -> Value:
        """Write a layer; what it puts out is called by its path."""
        paths = self.graph.nodes
        owners = {tie.weight: (paths[tie.owner].path, tie.transposed) for tie in node.shared}
        emitter = Emitter(node, [self.values[i] for i in node.inputs], owners)
        try:
            found = emit(emitter)
        except Reason as reason:
            message = f"`{node.path}` cannot be written: {reason.message}"
            raise Reason(reason.code, message, reason.hint) from None
        last, sizes = (
            (found[0], (node.y.channels,)) if isinstance(found, tuple) else (found, tuple(node.y))
        )
        made = {step.output for step in emitter.steps}
        if last not in made:
            emitter.add("Identity", last)
            last = emitter.steps[-1].output
        self.steps += [
            s._replace(output=node.path) if s.output == last else s for s in emitter.steps
        ]
        self.stored |= emitter.stored
        return Value(node.path, sizes)

    def _kind(self, position: int) -> int:
        """Tell of which type an input is: numbers of words are whole."""
        readers = [node.op.name for node in self.graph.nodes if position in node.inputs]
        return wire.INT64 if readers and set(readers) == {"embedding"} else wire.FLOAT

    # -- Tensors

    def _tensors(self) -> tuple[list[bytes], list[bytes]]:
        """Write the tensors, and the nodes that make some where the file is run."""
        arrays = [each for each in self.stored.values() if each.array]
        held = sum(prod(each.sizes) for each in arrays)
        if self.with_values and held > LARGEST:
            message = f"{held:,} weights are more than a file should hold: {LARGEST:,}"
            raise Reason("too-large-a-file", message, "`--weights none` leaves their values out")
        known = self._arrays() if self.with_values and arrays else {}
        tensors, makers = [], []
        for name, each in self.stored.items():
            if each.array and not self.with_values:
                sizes = f"{name}:sizes"
                tensors.append(_integers(sizes, (len(each.sizes),), each.sizes))
                makers.append(wire.zeros(f"{name}:zeros", name, sizes))
            else:
                tensors.append(_tensor(name, each, known))
        return tensors, makers

    def _arrays(self) -> dict[tuple[str, str], Any]:
        """Draw the weights of the network, by path and name."""
        from archcalc.model.model import build  # noqa: PLC0415 - NumPy, which files without values do without

        model = build(self.graph, heads=True)
        return {
            (layer.path, name): array
            for layer in model.layers
            for name, array in {**layer.weights, **layer.statistics}.items()
        }


def _tensor(name: str, each: Stored, known: dict[tuple[str, str], Any]) -> bytes:
    if isinstance(each.numbers, tuple):
        return _integers(name, each.sizes, each.numbers)
    if each.array:
        array = known[each.path, each.array]
        array = each.change(array) if each.change else array
        data: bytes = array.astype("<f4").tobytes()
        return wire.tensor(name, wire.FLOAT, each.sizes, data)
    numbers = list(each.table()) if each.table else [each.numbers or 0.0] * prod(each.sizes)
    return wire.tensor(name, wire.FLOAT, each.sizes, pack(f"<{len(numbers)}f", *numbers))


def _integers(name: str, sizes: tuple[int, ...], numbers: tuple[int, ...]) -> bytes:
    return wire.tensor(name, wire.INT64, sizes, pack(f"<{len(numbers)}q", *numbers))
