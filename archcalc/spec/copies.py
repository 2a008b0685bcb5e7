"""Blocks that are called again alike: unrolled once, then put in place as they were.

A block sees the family's parameters, its own, and what enters it. Where these are equal, so is all
that it unrolls to, but for its path and for where it stands.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits
from archcalc.graph import Here, Node
from archcalc.spec.values import exact

if TYPE_CHECKING:
    from collections.abc import Hashable

    from archcalc.builder import Builder
    from archcalc.spec.scope import Evaluator, Scope
    from archcalc.spec.spec import Block


class Extent(NamedTuple):
    """How much there is of everything, before a block or behind it."""

    nodes: int
    ends: int
    containers: int
    steps: int


class Copy(NamedTuple):
    """What a block at a path unrolled to: its first node, how much of all, the names, its end."""

    path: str
    first: int
    size: Extent
    ends: tuple[str, ...]
    containers: tuple[str, ...]
    end: Here


class Copies:
    """The blocks of a network that have been unrolled, by all that their layers depend on."""

    def __init__(self, builder: Builder, evaluator: Evaluator) -> None:
        self.builder = builder
        self.evaluator = evaluator
        self.limits = limits.now()
        self.found: dict[Hashable, Copy] = {}

    def key(self, block: Block, depth: int, scope: Scope, here: Here) -> Hashable:
        """Tell all that a block's layers depend on, also those of the blocks within it.

        None if a list is among it: to compare long ones may take longer than to unroll.
        """
        values = [scope.variables[name] for name in block.parameters]
        if tuple in map(type, values):
            return None
        return (block, depth, here.shape, scope.spatial, *map(exact, values))

    def extent(self) -> Extent:
        """Tell how much there is by now."""
        to = self.builder
        return Extent(len(to.nodes), len(to.ends), len(to.containers), self.evaluator.steps)

    def keep(self, key: Hashable, path: str, before: Extent, end: Here) -> None:
        """Remember what a block unrolled to, which is all that came since `before`."""
        if key is None:
            return
        size = Extent(*[b - a for a, b in zip(before, self.extent(), strict=True)])
        ends = tuple(islice(reversed(self.builder.ends), size.ends))[::-1]
        containers = tuple(islice(reversed(self.builder.containers), size.containers))[::-1]
        self.found[key] = Copy(path, before.nodes, size, ends, containers, end)

    def put(self, key: Hashable, path: str, here: Here, head: str | None) -> Here | None:
        """Put in place what the same block unrolled to; None if it has to be unrolled.

        It has where weights are shared, and where a limit is near: then it is told what passes it.
        """
        copy = self.found.get(key)  # None is no key
        if copy is None or not self._fits(copy, path):
            return None
        to, first, own = self.builder, copy.first, len(copy.path)
        copied = to.nodes[first : first + copy.size.nodes]
        if any(node.shared for node in copied):
            return None
        shift, entering = len(to.nodes) - first, here.node
        for old, op, inputs, xs, y, _, _ in copied:
            feeding = tuple([i + shift if i >= first else entering for i in inputs])
            to.nodes.append(Node(path + old[own:], op, feeding, xs, y, head))
        for old in copy.ends:
            end = to.ends[old]
            to.ends[path + old[own:]] = end + shift if end >= first else entering
        for old in copy.containers:
            to.containers[path + old[own:]] = to.containers[old]
        self.evaluator.steps += copy.size.steps
        return Here(copy.end.node + shift, copy.end.shape) if copy.end.node >= first else here

    def _fits(self, copy: Copy, path: str) -> bool:
        """Tell whether the limits have room for it."""
        longer = len(path) - len(copy.path)
        return (
            len(self.builder.nodes) + copy.size.nodes <= self.limits.layers
            and self.evaluator.steps + copy.size.steps <= self.evaluator.most_steps
            and (
                longer <= 0
                or max(map(len, copy.ends), default=0) + longer <= self.limits.path_length
            )
        )
