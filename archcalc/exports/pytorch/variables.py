"""The names that outputs have while a part goes forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.outline import Part
from archcalc.exports.pytorch.joins import rolled
from archcalc.exports.pytorch.kinds import Instance
from archcalc.exports.pytorch.writing import identifier, unique

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from archcalc.exports.outline import Item, Outline
    from archcalc.exports.pytorch.layout import Value
    from archcalc.graph import Graph


class Variables:
    """What stands for each output, and which names are free: `x` goes on, others are beside."""

    def __init__(
        self, graph: Graph, outline: Outline, label: str, entering: dict[int, Value], ends: set[int]
    ) -> None:
        self.graph = graph
        self.outline = outline
        self.values = dict(entering)
        self.instance = Instance(label, tuple(value.text for value in entering.values()))
        self.instance.entering = next(iter(entering.values())).shape.channels
        self.ends = ends
        self.inline: set[int] = set()
        """Outputs that are written out where they are read."""
        self.order: dict[int, int] = {}
        """By a node: when it is written; a head stands where it hangs, not behind all others."""
        self.rolls: dict[int, tuple[int, int, str]] = {}
        """By a join that moves places around: what of, by how many, along which axis."""
        self.last: dict[int, int] = {}
        """By an output: when it is read last."""
        self.own: dict[int, str] = {}
        """By the end of an item: what it is called."""
        self.ways: dict[int, int] = {}
        """By a node of a part: where the part ends."""

    def look(self, items: Sequence[Item]) -> None:
        """Look ahead: who reads what last, and how all is called."""
        for item in items:
            for at in item.positions:
                self.order[at] = len(self.order)
                inputs = self.graph.nodes[at].inputs
                if all(self.outline.readers.get(i) == (at,) for i in inputs) and (
                    found := rolled(self.graph, at)
                ):
                    self.rolls[at] = found
                    self.inline.update(inputs)
                self.last.update(dict.fromkeys(self.graph.nodes[at].inputs, self.order[at]))
        self._name(items, "")

    def _name(self, items: Sequence[Item], prefix: str) -> None:
        for item in items:
            if isinstance(item, Part):
                self.ways.update(dict.fromkeys(item.positions, item.positions[-1]))
                self.own[item.positions[-1]] = identifier(prefix + item.name, "stage")
                continue
            main = item.chain[0] if item.main is None else item.main
            word = self.graph.nodes[main].op.name
            self.own[item.positions[-1]] = identifier(prefix + item.name, word)
            for branch in item.branches:
                self._name(branch, f"{prefix}{item.name} ")

    def assign(self, position: int, value: Value, entering: int) -> None:
        """Give an output a name, unless it is written out where it is read."""
        if position in self.inline:
            self.values[position] = value
            return
        name = self.variable(position, entering)
        if value.text != name:
            self.instance.lines.append(f"{name} = {value.text}")
        self.values[position] = value._replace(text=name)

    def variable(self, position: int, entering: int, read: Collection[str] = ()) -> str:
        """Choose a name: `x` or that of what entered, if it is not read again; else a new one.

        What is `read` in a loop is read again too.
        """
        live = {
            value.text
            for at, value in self.values.items()
            if at in self.ends or self.last.get(at, -1) > self.order[position]
        }.union(read)
        if "x" not in live:
            return "x"
        own = self.values[entering].text
        if own not in live and own.isidentifier() and position not in self.ends:
            return own
        end = self._end_of_branch(position)
        readers = self.outline.readers.get(end, ())
        joined = [self.graph.nodes[at].inputs for at in readers]
        if len(joined) == 1 and len(joined[0]) == 2 and "y" not in live:
            return "y"
        return unique(self.own.get(end, "y"), {*live})

    def _end_of_branch(self, position: int) -> int:
        """Follow what alone reads what alone reads an output, up to where it is joined."""
        nodes = self.graph.nodes
        while True:
            readers = self.outline.readers.get(position, ())
            ends = {self.ways.get(at, at) for at in readers}
            joined = len(readers) == 1 and len(nodes[readers[0]].inputs) > 1
            if len(ends) != 1 or (joined and readers[0] not in self.ways) or position in self.ends:
                return position
            (position,) = ends
