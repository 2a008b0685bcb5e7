"""The unrolled network, whatever it was read from: a flat list of nodes with their shapes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from archcalc.inputs import read_inputs, say
from archcalc.paths import layer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.ops.op import Op, Shape
    from archcalc.origin import Maker, Origin
    from archcalc.uncounted import Uncounted

MODULE, CUSTOM, FUNCTION, PACKED = "module", "custom", "function", "packed"
"""Ways in which a layer of PyTorch is written: as a module of its own, in one that is not PyTorch's
and has no parts, as a function in one that has, or quantised, its weights packed out of sight."""
INPUT = -1
"""Stands for the network's input where a node's inputs are listed; a second one is INPUT - 1."""


class Tie(NamedTuple):
    """One array that a node takes from an earlier one, its `owner`, which holds it.

    `transposed` swaps the first two axes of it.
    """

    weight: str
    owner: int
    transposed: bool = False


class Node(NamedTuple):
    """A layer of the unrolled network: its op, the nodes that feed it, and the shapes.

    `shared` are those of its weights that belong to earlier nodes.
    """

    path: str
    op: Op
    inputs: tuple[int, ...]
    xs: tuple[Shape, ...]
    y: Shape
    head: str | None = None
    shared: tuple[Tie, ...] = ()


class Here(NamedTuple):
    """An output to go on from: the node that gives it, and its shape."""

    node: int
    shape: Shape


class Container(NamedTuple):
    """What a path is that has no node of its own: a block, a group, a join of one branch."""

    label: str
    repeats: int = 1


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """The unrolled network: a flat list of nodes in execution order, the heads' nodes last.

    `inputs` are the shapes of one sample, by name. `ends` gives for each path the node whose output
    it is, which need not be its last; `end` is that of the main path, `outputs` are all of the
    network's. `hung` are what heads read that are not in the graph. `maker` makes it anew at
    another input. `uncounted` are layers that are no nodes: what was left out, or not reached.
    `moved` are nodes that read what was moved on its way, by what is no layer: cut, laid out
    otherwise, of places that are elsewhere. `ways` tells of layers of live modules in what way they
    are written, unless each is a module of its own.
    """

    origin: Origin
    inputs: Mapping[str, Shape]
    nodes: tuple[Node, ...]
    containers: Mapping[str, Container]
    ends: Mapping[str, int]
    end: int
    maker: Maker
    outputs: tuple[int, ...]
    hung: frozenset[int] = frozenset()
    uncounted: tuple[Uncounted, ...] = ()
    moved: frozenset[int] = frozenset()
    ways: Mapping[int, str] = field(default_factory=dict)

    @property
    def input(self) -> Shape:
        """The shape of one sample, of the first input if there are several."""
        return next(iter(self.inputs.values()))

    @cached_property
    def head_ends(self) -> Mapping[str, int]:
        """By its name, the last node of each head that is there."""
        return {node.head: i for i, node in enumerate(self.nodes) if node.head is not None}

    @cached_property
    def dead_ends(self) -> tuple[int, ...]:
        """The nodes that nothing reads and that are no output of the network or of a head."""
        return tuple(i for i in range(len(self.nodes)) if not self.is_read(i))

    def is_read(self, position: int) -> bool:
        """Tell whether a layer, the caller or a head reads what a node puts out, or an input."""
        return position in self._read

    @cached_property
    def readers(self) -> Mapping[int, tuple[int, ...]]:
        """By an output, or an input: the nodes that read it, in their order.

        >>> from archcalc.spec.library import load
        >>> from archcalc.spec.unroll import expand
        >>> expand(load("resnet18")).readers[3]  # the pool is read by a block, and added to it
        (4, 9)
        """
        found: dict[int, list[int]] = {}
        for position, node in enumerate(self.nodes):
            for source in dict.fromkeys(node.inputs):
                found.setdefault(source, []).append(position)
        return {source: tuple(readers) for source, readers in found.items()}

    @cached_property
    def _read(self) -> set[int]:
        return self._ends.union(*(node.inputs for node in self.nodes))

    @cached_property
    def leading_out(self) -> frozenset[int]:
        """The nodes on a path to an output, and the inputs that they read."""
        found, waiting = set[int](), list(self._ends)
        while waiting:
            position = waiting.pop()
            if position not in found:
                found.add(position)
                waiting += self.nodes[position].inputs if position >= 0 else ()
        return frozenset(found)

    @property
    def _ends(self) -> set[int]:
        return {self.end, *self.outputs, *self.head_ends.values(), *self.hung}

    def shape_of(self, position: int) -> Shape:
        """Give the shape of what a node puts out, or of an input."""
        if position >= 0:
            return self.nodes[position].y
        return tuple(self.inputs.values())[INPUT - position]

    def place(self, path: str) -> str:
        """Say where a layer stands: its path, with a `/` between the levels of a flat name."""
        return self.places.get(layer_of(path), path)

    def spelled(self, path: str) -> str:
        """Spell a part of a flat name as the place that it is: `conv2_block1` as `conv2/block1`."""
        if not self.places or path in self.ends:
            return path
        from archcalc.levels import parted  # noqa: PLC0415 - most networks have paths

        return parted(path)

    @cached_property
    def places(self) -> Mapping[str, str]:
        """The layers of a flat network, with where they stand; empty where paths say it."""
        if not self.origin.flat:
            return {}
        from archcalc.levels import levels  # noqa: PLC0415 - most networks have paths

        return levels(self.nodes)

    def at(self, given: object, *, heads: bool = True) -> Graph:
        """Give the same network at another input (None: as it is); of several, by their names.

        Without `heads` the main path may stand alone there. Raises ShapeError where a layer does
        not fit what enters it, UsageError for an input that is none.

        >>> from archcalc.spec.library import load
        >>> from archcalc.spec.unroll import expand
        >>> str(expand(load("lenet5")).at("1x36x36").nodes[0].y)
        '6x32x32'
        """
        inputs = read_inputs(given, self.inputs)
        if inputs == self.inputs and (given is None or not heads or self._has_heads):
            return self
        return self.maker.at(inputs, heads=heads)

    def __repr__(self) -> str:
        return f"<Graph of {self.origin.name}: input {say(self.inputs)}, {len(self.nodes)} layers>"

    @property
    def _has_heads(self) -> bool:
        return not self.origin.heads or any(node.head for node in self.nodes)
