"""One layer as nodes of ONNX: what enters it, its arrays, and what comes out of it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc.errors import Reason
from archcalc.ops.shape import first_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from archcalc.exports.onnx.wire import Attribute
    from archcalc.graph import Node
    from archcalc.ops.shape import Shape

FLAT = "flat"
"""Stands beside the name of an output whose samples are rows without extents."""
Out: TypeAlias = "str | tuple[str, str]"
"""What a rule gives: the name of its output, perhaps with `FLAT`."""


class Value(NamedTuple):
    """A tensor by its name, and its sizes without the samples'."""

    name: str
    sizes: tuple[int, ...]


class Step(NamedTuple):
    """A node that is still to be written."""

    op: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Attribute]


class Stored(NamedTuple):
    """A tensor of the file: whole numbers, a real one, or an array of a layer, with its sizes."""

    sizes: tuple[int, ...]
    numbers: tuple[int, ...] | float | None = None
    path: str = ""
    array: str = ""
    change: Callable[[Any], Any] | None = None
    """What is done to the array of that name before it is written."""
    table: Callable[[], Iterable[float]] | None = None
    """What computes the numbers when they are written, once for all layers that share them."""


class Emitter:
    """Collects the nodes of one layer, and the tensors that they read."""

    def __init__(
        self, node: Node, inputs: Sequence[Value], owners: dict[str, tuple[str, bool]]
    ) -> None:
        self.node = node
        self.op: Any = node.op
        self.x: Shape = node.xs[0]
        self.y: Shape = node.y
        self.inputs = list(inputs)
        self.owners = owners
        """By an array of another layer: the path of that, and whether it is turned."""
        self.steps: list[Step] = []
        self.stored: dict[str, Stored] = {}

    # -- Nodes

    def add(self, op: str, *inputs: str, **attributes: Attribute) -> str:
        """Add a node; give the name of its output."""
        output = f"{self.node.path}:{len(self.steps) + 1}"
        self.steps.append(Step(op, inputs, output, attributes))
        return output

    def ints(self, *numbers: int) -> str:
        """Keep whole numbers as a tensor."""
        name = f"{self.node.path}:ints_{'_'.join(map(str, numbers))}"
        self.stored[name] = Stored((len(numbers),), numbers)
        return name

    def real(self, number: float) -> str:
        """Keep a real number as a tensor."""
        name = f"{self.node.path}:{number:g}"
        self.stored[name] = Stored((), float(number))
        return name

    def scalar(self, number: int) -> str:
        """Keep one whole number as a tensor without sizes."""
        name = f"{self.node.path}:at_{number}"
        self.stored[name] = Stored((), (number,))
        return name

    def fixed(self, name: str, sizes: tuple[int, ...], number: float) -> str:
        """Keep what a layer does not have, but a node of ONNX asks for."""
        held = f"{self.node.path}:{name}"
        self.stored[held] = Stored(sizes, number)
        return held

    def table(
        self, name: str, sizes: tuple[int, ...], numbers: Callable[[], Iterable[float]]
    ) -> str:
        """Keep a table that all layers share."""
        self.stored[name] = Stored(sizes, table=numbers)
        return name

    def whole(self, name: str, numbers: Sequence[int], *sizes: int) -> str:
        """Keep whole numbers that all layers share."""
        self.stored[name] = Stored(sizes or (len(numbers),), tuple(numbers))
        return name

    def has(self, array: str) -> bool:
        """Tell whether the layer works with an array of this name."""
        return any(
            weight.name == array for weight in self.node.op.weights(first_of(self.node.xs), self.y)
        )

    def array(
        self,
        name: str,
        *sizes: int,
        part: str = "",
        change: Callable[[Any], Any] | None = None,
    ) -> str:
        """Name an array of the layer, in these sizes, or what a change makes of it."""
        path, turned = self.owners.get(name, (self.node.path, False))
        own = next(
            w for w in self.node.op.weights(first_of(self.node.xs), self.y) if w.name == name
        )
        shape = (own.shape[1], own.shape[0], *own.shape[2:]) if turned else tuple(own.shape)
        held = f"{path}.{name}{part}"
        if path == self.node.path:
            self.stored[held] = Stored(sizes or shape, path=path, array=name, change=change)
            return held
        if turned:
            order = [1, 0, *range(2, len(shape))]
            return self.add("Transpose", held, perm=order)
        if sizes and prod(sizes) == prod(shape) and sizes != shape:
            return self.add("Reshape", held, self.ints(*sizes))
        return held

    @property
    def _arrays(self) -> dict[str, tuple[int, ...]]:
        """The arrays that the layer works with, by their names, with their sizes."""
        found = self.node.op.weights(first_of(self.node.xs), self.y)
        return {weight.name: tuple(weight.shape) for weight in found}

    # -- What enters

    def maps(self, number: int = 0, rank: int | None = None) -> str:
        """Give an input as maps, of so many extents if it is one place."""
        name, sizes = self.inputs[number]
        shape = self.node.xs[number]
        one = (shape.channels, *[1] * (rank or 0))
        wanted = tuple(shape) if rank is None or shape.rank == rank else one
        if sizes == wanted:
            return name
        return self.add("Reshape", name, self.ints(0, *wanted))

    def flat(self, number: int = 0) -> str:
        """Give an input as one row for each sample."""
        name, sizes = self.inputs[number]
        return name if len(sizes) == 1 else self.add("Flatten", name, axis=1)

    def rows(self, number: int = 0) -> str:
        """Give an input with its features last."""
        rank = self.node.xs[number].rank
        return self.add("Transpose", self.maps(number), perm=[0, *range(2, rank + 2), 1])

    def back(self, name: str, rank: int | None = None) -> str:
        """Put features first again."""
        rank = rank or self.y.rank
        return self.add("Transpose", name, perm=[0, rank + 1, *range(1, rank + 1)])


def refused(why: str) -> Reason:
    """Say why something cannot be written."""
    return Reason("not-exported", why)
