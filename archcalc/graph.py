"""The unrolled network, whatever it was read from: a flat list of nodes with their shapes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from archcalc.errors import Reason, ShapeError, UsageError
from archcalc.spec.values import shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archcalc.ops.op import Op, Shape
    from archcalc.spec.values import Value

INPUT = -1
"""Stands for the network's input where a node's inputs are listed."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Origin:
    """Who a network is, and what it was made from.

    `id` is the name to call it by (`resnet50-v1.5`), `name` the one to print (`ResNet-50`),
    `source` the publication. `input` is its own, `heads` the names of all its heads, in the graph
    or not. `changed` are the parameters that whoever made it set to another value; `text` is what
    it was read from.
    """

    id: str
    name: str
    input: Shape
    source: str = ""
    heads: tuple[str, ...] = ()
    parameters: Mapping[str, Value] = field(default_factory=dict)
    changed: Mapping[str, Value] = field(default_factory=dict)
    text: str = ""

    @property
    def fingerprint(self) -> str:
        """A hash of the text and of the values of the parameters."""
        from hashlib import sha256  # noqa: PLC0415 - only what is published has a hash

        values = [f"{key}={value}" for key, value in self.parameters.items()]
        text = "\n".join([self.text, *values])
        return f"sha256:{sha256(text.encode()).hexdigest()[:16]}"


class Node(NamedTuple):
    """A layer of the unrolled network: its op, the nodes that feed it, and the shapes."""

    path: str
    op: Op
    inputs: tuple[int, ...]
    xs: tuple[Shape, ...]
    y: Shape
    head: str | None = None


class Container(NamedTuple):
    """What a path is that has no node of its own: a block, a group, a join of one branch."""

    label: str
    repeats: int = 1


class Maker(Protocol):
    """What can make a network's graph anew: at another input, and those of its relatives."""

    @property
    def origin(self) -> Origin:
        """Who the network is."""

    def at(self, input: Shape, *, heads: bool) -> Graph:  # noqa: A002 - the field's own word
        """Make the graph at an input."""

    def relatives(self) -> Iterator[Relative]:
        """List the other networks of the family."""


class Relative(NamedTuple):
    """Another network of a family: the name of a variant, or a parameter and its other value.

    `akin` tells whether it is like the first, so that an input of the one is one of the other.
    `maker` gives what makes it, and raises SpecError for one that cannot be.
    """

    differs_in: str | tuple[str, Value]
    akin: bool
    maker: Callable[[], Maker]


@dataclass(frozen=True, eq=False)
class Graph:
    """The unrolled network: a flat list of nodes in execution order, the heads' nodes last.

    `ends` gives for each path the node whose output it is, which need not be its last; `end` is
    that of the main path. `maker` is what made it, where that can make it again.
    """

    origin: Origin
    input: Shape
    nodes: tuple[Node, ...]
    containers: Mapping[str, Container]
    ends: Mapping[str, int]
    end: int
    maker: Maker | None = None

    def at(
        self,
        input: Shape | str | tuple[int, int, int] | None,  # noqa: A002 - the field's own word
        *,
        heads: bool = True,
    ) -> Graph:
        """Give the same network at another input (None: as it is).

        Without `heads` the main path may stand alone there. What has a maker is made again; else
        the shape rule of each op is applied anew. Raises ShapeError where the layers do not fit the
        input, UsageError for an input that is none.

        >>> from archcalc.spec.library import load
        >>> from archcalc.spec.unroll import expand
        >>> str(expand(load("lenet5")).at("1x36x36").nodes[0].y)
        '6x32x32'
        """
        entering = self.input if input is None else read_input(input)
        if entering == self.input and (input is None or not heads or self._has_heads):
            return self
        if self.maker is not None:
            return self.maker.at(entering, heads=heads)
        nodes: list[Node] = []
        for node in self.nodes:
            if heads or node.head is None:
                xs = tuple(entering if i == INPUT else nodes[i].y for i in node.inputs)
                nodes.append(node._replace(xs=xs, y=_output(node, xs)))
        return replace(self, input=entering, nodes=tuple(nodes))

    @property
    def _has_heads(self) -> bool:
        return not self.origin.heads or any(node.head for node in self.nodes)


def read_input(given: object) -> Shape:
    """Read the shape of an input. Raises UsageError for one that is none.

    >>> str(read_input("3x224x224"))
    '3x224x224'
    """
    try:
        return shape(given)
    except Reason as reason:
        raise UsageError.because(reason) from None


def _output(node: Node, xs: tuple[Shape, ...]) -> Shape:
    try:
        return node.op.shape(*xs)
    except Reason as reason:
        message = f"{node.path}: {reason.message}"
        raise ShapeError.of(reason.code, message, reason.hint) from None
