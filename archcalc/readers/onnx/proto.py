"""What a file of ONNX holds, as far as it is read: a model, its graph, nodes and tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from struct import calcsize, unpack_from
from typing import TypeAlias

from archcalc.errors import Reason

Dim: TypeAlias = "int | str | None"
"""A size, the name of a size that is left free, or nothing where the file says nothing."""
Value: TypeAlias = "int | float | str | Tensor | Graph | tuple[int, ...] | tuple[float, ...] | None"
_INTEGERS = {2: "B", 3: "b", 4: "H", 5: "h", 6: "i", 7: "q", 9: "?", 12: "I", 13: "Q"}
"""Types of whole numbers by ONNX's code, and how `struct` reads one."""
WHOLE = frozenset({6, 7, 9, 12, 13})
"""Types of sizes, places and truths. Weights are never of these; quantised ones have 8 bits."""
OWN = frozenset({"", "ai.onnx"})
"""The domains of ONNX's own set of ops."""
FLOAT = 1
DOUBLE = 11
SMALL = 4096
"""Elements of a tensor that may be read: shapes, axes, pads. Weights are not asked for."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor by name, sizes and type; its numbers stay in the file until they are asked for."""

    name: str
    dims: tuple[int, ...]
    type: int
    raw: memoryview | None = None
    numbers: tuple[float, ...] = ()
    outside: bool = False

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.dims)

    def values(self) -> tuple[float, ...] | None:
        """Read the numbers of a small tensor; None for a large one, or one of another file."""
        if self.size > SMALL or self.outside:
            return None
        if self.raw is None:
            return self.numbers if len(self.numbers) == self.size else None
        letter = _INTEGERS.get(self.type) or {FLOAT: "f", DOUBLE: "d"}.get(self.type)
        if letter is None:
            return None
        if calcsize(f"<{self.size}{letter}") > len(self.raw):
            raise Reason("not-onnx", f"the tensor `{self.name[:80]}` is shorter than it says")
        return unpack_from(f"<{self.size}{letter}", self.raw)


@dataclass(frozen=True, slots=True)
class Info:
    """An input, an output, or a value whose sizes the file states; None where it states none."""

    name: str
    dims: tuple[Dim, ...] | None
    type: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its op, what it reads and gives by name, its attributes, the modules around it."""

    op: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Value] = field(default_factory=dict)
    scopes: str = ""

    @property
    def parts(self) -> list[Graph]:
        """The graphs within the node: the branches of an `If`, the body of a `Loop`."""
        return [value for value in self.attributes.values() if isinstance(value, Graph)]


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph: nodes in the order of the file, weights by name."""

    name: str
    nodes: tuple[Node, ...]
    initializers: dict[str, Tensor]
    inputs: tuple[Info, ...]
    outputs: tuple[Info, ...]
    stated: dict[str, Info]


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its graph, who wrote it, and the version of each set of ops."""

    graph: Graph
    producer: str
    opsets: dict[str, int]
    functions: frozenset[tuple[str, str]] = frozenset()
