"""Graph → memory: how many numbers live at once while the network runs forward."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from archcalc.graph import Node
    from archcalc.ops.op import Shape
    from archcalc.report import Report


class Memory(NamedTuple):
    """Elements, or bytes: of the numbers that a network stores, and of the outputs that it makes.

    `outputs` are all of them together, `live` is the largest set that is needed at once.
    """

    parameters: int
    fixed: int
    statistics: int
    outputs: int
    live: int

    @property
    def stored(self) -> int:
        """Parameters, fixed weights and running statistics: what a file of the network holds."""
        return self.parameters + self.fixed + self.statistics

    @property
    def total(self) -> int:
        """What is stored and all outputs: what training keeps at least."""
        return self.stored + self.outputs

    @property
    def running(self) -> int:
        """What is stored and the largest live set: what a forward pass needs at least."""
        return self.stored + self.live

    def times(self, bytes_each: int) -> Memory:
        """Turn elements into bytes."""
        return Memory(*[bytes_each * n for n in self])


def memory_of(report: Report) -> Memory:
    """Tell what a network holds, and what its outputs take: elements, for all samples."""
    total, batch = report.total, report.batch
    live = largest_live_set(report.nodes, report.inputs.values())
    outputs = total.activations * batch
    return Memory(total.parameters, total.fixed, total.statistics, outputs, live * batch)


_STORED = frozenset({"parameters", "fixed", "statistics"})
_CONSISTS_OF = {
    **{name: {name} for name in _STORED},
    "outputs": {"activations"},
    "live": {"activations"},
    "stored": _STORED,
    "total": _STORED | {"activations"},
    "running": _STORED | {"activations"},
}


def partial(unknown: Collection[str]) -> tuple[str, ...]:
    """Name the figures of a memory that are known in part, where these quantities are.

    >>> partial(["macs", "activations"])
    ('outputs', 'live', 'total', 'running')
    """
    return tuple(name for name, parts in _CONSISTS_OF.items() if not parts.isdisjoint(unknown))


def largest_live_set(nodes: Sequence[Node], inputs: Iterable[Shape]) -> int:
    """Run in written order; an output lives until its last reader has run. Elements per sample.

    Nothing happens in place, and a concatenation copies. An input lives like an output.

    >>> from archcalc.spec.unroll import expand
    >>> from archcalc.spec.library import load
    >>> graph = expand(load("lenet5"))
    >>> largest_live_set(graph.nodes, [graph.input])  # C1's 4,704 units and their squashed copy
    9408
    """
    last_reader = {i: position for position, node in enumerate(nodes) for i in node.inputs}
    sizes = {INPUT - position: shape.size for position, shape in enumerate(inputs)}
    live = peak = sum(sizes.values())
    for position, node in enumerate(nodes):
        sizes[position] = node.y.size
        live += node.y.size
        peak = max(peak, live)
        for i in set(node.inputs):
            if last_reader[i] == position:
                live -= sizes.pop(i)
    return peak
