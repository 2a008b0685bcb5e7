"""Graph → Report: what every layer counts, and the sums at any depth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from archcalc.counts import Counts, add_up
from archcalc.display import Displayed
from archcalc.doubts import flattening
from archcalc.facts import free, read_facts, unknown
from archcalc.inputs import read_batch
from archcalc.memory import memory_of
from archcalc.notes import notes
from archcalc.paths import Index, layer_of, positions_by
from archcalc.plain_values import report_to_dict
from archcalc.readers import one_of, take
from archcalc.receptive_field import Field, receptive_fields
from archcalc.row import Row, no_row, row_at, row_of, rows_at
from archcalc.scope import scope
from archcalc.sharing import among
from archcalc.spec.spec import Spec
from archcalc.spec.unroll import expand
from archcalc.uncounted import Gaps, gaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from torch import nn

    from archcalc.convention.convention import Convention
    from archcalc.facts import Facts
    from archcalc.graph import Graph, Node
    from archcalc.inputs import Input
    from archcalc.live import Rules
    from archcalc.memory import Memory
    from archcalc.ops.op import Shape
    from archcalc.uncounted import Uncounted

Key = TypeVar("Key")


def count(  # noqa: PLR0913
    net: Spec | Graph | str | Path | nn.Module,
    *,
    input: Input | None = None,  # noqa: A002 - the field's own word
    inputs: Any = None,  # noqa: ANN401 - shapes, tensors, several
    batch: int = 1,
    heads: bool = False,
    rules: Rules | None = None,
) -> Report:
    """Count a network: a spec or a graph, or its name or path; with its heads if asked for.

    `inputs` and `rules` are as `archcalc.read` has them. Raises what it raises, and UsageError for
    a batch below 1.

    >>> report = count("lenet5")
    >>> report["C3"].parameters, report.total.parameters, report.total.connections
    (1516, 60000, 340908)
    """
    input = one_of(input, inputs)  # noqa: A001
    found = take(net, input, rules)
    if isinstance(found, Spec):
        return Report(expand(found, input, heads=heads), read_batch(batch), heads)
    return Report(found.at(input if found is net else None, heads=heads), read_batch(batch), heads)


@dataclass(frozen=True, eq=False, repr=False)
class Report(Displayed, view="tables.layers:layers"):
    """The counts of a network. `total` is the main path, and the heads if they were asked for."""

    graph: Graph
    batch: int = 1
    with_heads: bool = False

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The layers that are counted."""
        nodes = self.graph.nodes
        return nodes if self.with_heads else tuple(node for node in nodes if node.head is None)

    @cached_property
    def facts(self) -> tuple[Facts, ...]:
        """What the rules say of each node; equal layers share theirs."""
        return read_facts(self.nodes)

    @property
    def name(self) -> str:
        """The network's name, as printed."""
        return self.graph.origin.name

    @property
    def input(self) -> Shape:
        """The shape of one sample, of the first input if there are several."""
        return self.graph.input

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """The shapes of one sample, by the names of the inputs."""
        return self.graph.inputs

    @cached_property
    def total(self) -> Counts:
        """The sum of all rows."""
        return self._add_up(range(len(self.nodes)), self._beside)

    @cached_property
    def main(self) -> Counts:
        """The main path alone."""
        main = self._by_head.get(None, Counts())
        return replace(main, uncounted=Gaps([*main.uncounted, *gaps(self._beside)]))

    @cached_property
    def heads(self) -> dict[str, Counts]:
        """Each head alone, if they were asked for."""
        return {name: counts for name, counts in self._by_head.items() if name is not None}

    @property
    def scope(self) -> str:
        """What the totals cover, in words; also which outputs there are, and which dead ends."""
        return scope(self)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The layers whose outputs are the network's, by their paths; empty for its input."""
        return self._paths(self.graph.outputs)

    @property
    def dead_ends(self) -> tuple[str, ...]:
        """The layers whose output nothing reads, by their paths; they count as all others."""
        return self._paths(self.graph.dead_ends)

    def _paths(self, positions: Iterable[int]) -> tuple[str, ...]:
        nodes = [self.graph.nodes[i] for i in positions if i >= 0]
        return tuple(layer_of(node.path) for node in nodes if self.with_heads or node.head is None)

    @cached_property
    def leading_out(self) -> Counts:
        """The sum of the layers on a path to an output, with what these share with a dead end."""
        alive = [i for i in range(len(self.nodes)) if i in self.graph.leading_out]
        return self._add_up(alive, (), read_facts(among(self.nodes, alive)))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """One row per layer as written, with what its op brings before and after it."""
        return self.fold(None)

    @cached_property
    def ops(self) -> tuple[Row, ...]:
        """One row per op: what stands before and after a layer's op has its own.

        >>> [row.path for row in count("lenet5").ops][:3]
        ['C1', 'C1.lecun_tanh', 'S2']
        """
        return tuple(self.row(node.path, [i]) for i, node in enumerate(self.nodes))

    def fold(self, depth: int | None) -> tuple[Row, ...]:
        """Sum what is below each path of `depth` segments, beyond those that all share, in rows.

        >>> [row.path for row in count("resnet18").fold(1)][:3]
        ['conv1', 'pool1', 'conv2_x']
        """
        return rows_at(self, depth)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        """Go through the rows."""
        return iter(self.rows)

    def __contains__(self, path: object) -> bool:
        """Tell whether a layer, a block or a group has this path.

        >>> "C3" in count("lenet5"), "C4" in count("lenet5")
        (True, False)
        """
        return isinstance(path, str) and bool(self.index[path])

    def __getitem__(self, path: str) -> Row:
        """Give the row of a layer, a block or a group by its path. Raises UnknownName."""
        if not (found := self.index[path] or self.index[self.graph.spelled(path)]):
            raise no_row(self, path)
        return row_at(self, self.graph.spelled(path), found)

    @cached_property
    def index(self) -> Index:
        """Where the nodes at and below a path stand.

        >>> count("lenet5").index["C1"]
        [0, 1]
        """
        paths = [node.path for node in self.nodes]
        return Index(paths, map(self.graph.place, paths) if self.graph.places else ())

    def by_op(self) -> dict[str, Counts]:
        """Sum the layers of each op.

        >>> count("vgg16").by_op()["conv"].macs
        15346630656
        """
        return self._sums(node.op.name for node in self.nodes)

    @cached_property
    def fields(self) -> list[Field | None]:
        """The receptive field of each node."""
        return receptive_fields(self.graph)

    def figure(self, convention: str | Path | Convention) -> int:
        """Give the figure of a convention, by name or from a file of one's own.

        Raises UnknownName for a convention that does not exist, UsageError where a layer has no
        rule. `archcalc.convention.figure.apply` gives the figure of every layer.

        >>> count("resnet50-v1.5").figure("thop")
        4133742592
        """
        from archcalc.convention.figure import figure  # noqa: PLC0415 - counting does without

        return figure(self, convention)

    def memory(self, bytes_each: int = 1) -> Memory:
        """Tell the memory of a forward pass: elements, or bytes if an element has `bytes_each`.

        >>> count("lenet5").memory(4).parameters
        240000
        """
        return memory_of(self).times(bytes_each)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know: that another input changed the parameters, how one is read."""
        return notes(self)

    @property
    def flattenings(self) -> tuple[str, ...]:
        """Which linear layers flatten maps, and how many inputs they so have."""
        return tuple(filter(None, map(flattening, self.nodes)))

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return report_to_dict(self)

    def __repr__(self) -> str:
        return (
            f"<Report of {self.name}: {self.total.parameters:,} parameters, "
            f"{self.total.connections:,} connections, {self.total.macs:,} multiply-accumulates>"
        )

    @cached_property
    def _by_head(self) -> dict[str | None, Counts]:
        return self._sums(node.head for node in self.nodes)

    def _sums(self, keys: Iterable[Key]) -> dict[Key, Counts]:
        """Sum the nodes that have the same key."""
        return {key: self._add_up(positions) for key, positions in positions_by(keys).items()}

    def _add_up(
        self, positions: Sequence[int], beside: Iterable[Uncounted] = (), of: Sequence[Facts] = ()
    ) -> Counts:
        """Sum the nodes at these positions, and tell what of them is not known."""
        facts, unknown = of or self.facts, self._unknown
        total = add_up([facts[i].tally for i in positions], self.batch)
        layers = [unknown[i] for i in positions if i in unknown] if unknown else []
        missing = Gaps([*layers, *gaps(beside)])
        return replace(total, uncounted=missing) if missing else total

    @cached_property
    def _unknown(self) -> dict[int, Uncounted]:
        """What is not known of a node, by its position."""
        found = unknown(self.nodes, self.facts)
        said = {layer.path: layer for layer in self.graph.uncounted}
        return {i: said.get(layer.path, layer) for i, layer in found.items()}

    @cached_property
    def _beside(self) -> tuple[Uncounted, ...]:
        """What is not counted and is no node."""
        return tuple(layer for layer in self.graph.uncounted if layer.path not in self.graph.ends)

    @property
    def uncounted(self) -> tuple[Uncounted, ...]:
        """What is left out, unknown or not reached; totals are at least what they say of it."""
        return (*self._unknown.values(), *self._beside)

    @property
    def free(self) -> tuple[Uncounted, ...]:
        """The layers that count nothing by their rules, each with the reason.

        >>> [layer.op for layer in count("alexnet").free]
        ['dropout', 'dropout']
        """
        return free(self.nodes, self.facts)

    def row(self, path: str, positions: list[int]) -> Row:
        """Sum the nodes at these positions, all of them below one path."""
        return row_of(self, path, positions, self._add_up(positions))
