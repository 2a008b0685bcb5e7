"""Blocks that are called again alike: unrolled once, then put in place as they were.

A block sees the family's parameters, its own, and what enters it. Where these are equal, so is all
that it unrolls to, but for its path and for where it stands: in one network, and in the next one
of its family.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits
from archcalc.graph import Here, Node
from archcalc.spec.values import exact, is_plain

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

    from archcalc.builder import Builder
    from archcalc.ops.op import Shape
    from archcalc.spec.scope import Evaluator, Scope
    from archcalc.spec.spec import Block, Spec
    from archcalc.spec.values import Value

MOST = 20_000
"""So many layers are kept, of networks whose blocks may come again: some 10 MB."""


class Extent(NamedTuple):
    """How much there is of everything, before a block or behind it; steps taken once are not in."""

    nodes: int
    ends: int
    containers: int
    steps: int


class Copy(NamedTuple):
    """What a block at a path unrolled to: its first node, how much of all, the names, its end.

    All of it is where it was put first, in the builder of that network.
    """

    builder: Builder
    path: str
    first: int
    size: Extent
    ends: tuple[str, ...]
    containers: tuple[str, ...]
    end: Here


class Kept:
    """The blocks that networks of a family have been unrolled to, for those that come after.

    `read` are the names that blocks read: networks that differ in other parameters share theirs.
    """

    def __init__(self, read: Collection[str]) -> None:
        self.read = read
        self.forget()

    def forget(self) -> None:
        """Begin anew: what is kept is bounded."""
        self.found: dict[Hashable, dict[Hashable, Copy]] = {}
        self.layers = 0

    def key(self, parameters: Mapping[str, Value], inputs: Mapping[str, Shape]) -> Hashable:
        """Tell which networks have the same blocks; None where a number stands for several.

        The limits in force are among it: other threads may have others at the same time.
        """
        if not all(map(is_plain, (*parameters.values(), *inputs.values()))):
            return None
        own = [exact(value) for name, value in parameters.items() if name in self.read]
        return (limits.now(), *own)

    def of(self, key: Hashable) -> Mapping[Hashable, Copy]:
        """Give what is kept of networks like one."""
        return self.found.get(key, {})

    def add(self, key: Hashable, found: Mapping[Hashable, Copy], layers: int) -> None:
        """Keep what a network of so many layers has found."""
        if key is None or not found or layers > MOST:
            return
        if self.layers + layers > MOST:
            self.forget()
        self.layers += layers
        self.found.setdefault(key, {}).update(found)


class Copies:
    """The blocks that have been unrolled, by all that their layers depend on.

    Those of this network are `found`, those of networks before it are `earlier`.
    """

    def __init__(self, spec: Spec, builder: Builder, evaluator: Evaluator) -> None:
        self.builder = builder
        self.evaluator = evaluator
        self.limits = limits.now()
        self.kept = spec.kept or Kept(())
        self.alike = self.kept.key(spec.parameters, builder.inputs)
        self.earlier = self.kept.of(self.alike)
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
        to, steps = self.builder, self.evaluator.steps - self.evaluator.once
        return Extent(len(to.nodes), len(to.ends), len(to.containers), steps)

    def keep(self, key: Hashable, path: str, before: Extent, end: Here) -> None:
        """Remember what a block unrolled to, which is all that came since `before`."""
        if key is None or any(node.shared for node in self.builder.nodes[before.nodes :]):
            return
        size = Extent(*[b - a for a, b in zip(before, self.extent(), strict=True)])
        ends = tuple(islice(reversed(self.builder.ends), size.ends))[::-1]
        containers = tuple(islice(reversed(self.builder.containers), size.containers))[::-1]
        self.found[key] = Copy(self.builder, path, before.nodes, size, ends, containers, end)

    def hand_on(self) -> None:
        """Keep them for the next network, now that this one is known to be right."""
        self.kept.add(self.alike, self.found, len(self.builder.nodes))

    def put(self, key: Hashable, path: str, here: Here, head: str | None) -> Here | None:
        """Put in place what the same block unrolled to; None if it has to be unrolled.

        It has where weights are shared, and where a limit is near: then it is told what passes it.
        """
        copy = self.found.get(key) or self.earlier.get(key)  # None is no key
        if copy is None or not self._fits(copy, path):
            return None
        to, source, first, own = self.builder, copy.builder, copy.first, len(copy.path)
        shift, entering = len(to.nodes) - first, here.node
        for old, op, inputs, xs, y, _, _ in source.nodes[first : first + copy.size.nodes]:
            feeding = tuple([i + shift if i >= first else entering for i in inputs])
            to.nodes.append(Node(path + old[own:], op, feeding, xs, y, head))
        for old in copy.ends:
            end = source.ends[old]
            to.ends[path + old[own:]] = end + shift if end >= first else entering
        for old in copy.containers:
            to.containers[path + old[own:]] = source.containers[old]
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
