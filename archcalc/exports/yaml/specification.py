"""Graph → Written: the layers as entries of lists, with a block for what is there again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archcalc import ops
from archcalc.errors import Reason
from archcalc.exports.columns import Column, Follows, arguments
from archcalc.exports.outline import Layer, Part, height, outline
from archcalc.exports.yaml.defaults import hoisted
from archcalc.exports.yaml.entries import (
    Block,
    Number,
    Written,
    bare,
    is_counted,
    numbers,
    plain,
    repeated,
    skeleton,
)
from archcalc.exports.yaml.layers import LayerWriter
from archcalc.exports.yaml.naming import Context, Hidden, Naming, renamed
from archcalc.graph import INPUT
from archcalc.spec.expression import RESERVED
from archcalc.spec.names import STRUCTURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.exports.outline import Item, Outline
    from archcalc.exports.yaml.entries import Entry
    from archcalc.graph import Graph, Node

PLAIN = frozenset({"group", "split", "Sequential", "ModuleList"})
"""Labels that are no names of blocks."""


def specify(graph: Graph) -> Written:
    """Write a network as a spec that counts the same. Raises a Reason for what none can say.

    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> specify(expand(load("lenet5"))).layers[0]
    {'name': 'C1', 'conv': 6}
    """
    found, hiding = outline(graph), set[str]()
    while True:
        try:
            return _Specification(graph, found, hiding).written()
        except Hidden as reason:
            if reason.by in {"", *hiding}:
                raise
            hiding.add(reason.by)


class _Specification:
    def __init__(self, graph: Graph, found: Outline, hiding: set[str]) -> None:
        self.graph = graph
        self.outline = replace(found, items=renamed(found.items, "", hiding))
        heads = tuple(self.outline.heads.values())
        self.naming = Naming(graph, (*self.outline.items, *heads))
        self.layers = LayerWriter(graph, self.naming)
        self.blocks: dict[str, Block] = {}
        self.calls: dict[int, Entry] = {}
        """By the id of a part: how its block is called."""
        self._fold()

    def written(self) -> Written:
        """Write all of it."""
        first = INPUT if len(self.graph.inputs) == 1 else None
        context = Context(first, ("",))
        layers, here = self._list(self.outline.items, context, first)
        if here != self.graph.end:
            layers.append({"from": self.naming.name(self.graph.end, context), "layers": []})
        heads = {name: self._head(item, context) for name, item in self.outline.heads.items()}
        ends = [end for end in self.graph.outputs if end != self.graph.end]
        outputs = [self.naming.name(end, context) for end in ends]
        return hoisted(Written({}, self.blocks, list(map(plain, layers)), heads, outputs))

    def _head(self, item: Item, context: Context) -> Entry:
        source = self._entering(item)
        if source is None:
            message = f"`{item.name}` cannot be written: a head reads one output, and this several"
            raise Reason("not-exported", message)
        (entry,), _ = self._list((item,), context, source)
        said = {key: each for key, each in entry.items() if key != "name"}
        found: Entry = plain({"from": self.naming.name(source, context)} | said)
        return found

    # -- Blocks

    def _fold(self) -> None:
        """Find what is there again, the innermost first, and make blocks of it."""
        heights: dict[int, list[Part]] = {}
        for part in filter(self._is_closed, self.outline.parts):
            heights.setdefault(height(part), []).append(part)
        for each in sorted(heights):
            alike: dict[str, list[tuple[Part, list[Entry]]]] = {}
            for part in heights[each]:
                body = self._body(part)
                if body is not None:
                    key = repr((_label(part), skeleton(body)))
                    alike.setdefault(key, []).append((part, body))
            for found in alike.values():
                if len(found) > 1:
                    self._make_block(found)

    def _body(self, part: Part) -> list[Entry] | None:
        """Write a part as a block would be; None where it names what only its place can."""
        entering = self._entering(part)
        context = Context(entering, (self.naming.prefixes[id(part)],))
        try:
            return self._list(part.items, context, entering)[0]
        except Reason:
            return None

    def _make_block(self, found: list[tuple[Part, list[Entry]]]) -> None:
        """Make a block of parts that are alike but for numbers, and note how each calls it."""
        rows = [list(numbers(body)) for _, body in found]
        columns = [
            Column(each[0].key, each[0].layer, tuple(number.value for number in each))
            for each in zip(*rows, strict=True)
        ]
        known = arguments(columns, {*RESERVED, *STRUCTURE})
        defaults = {}
        for argument, values in known.values.items():
            place = known.columns.index(Follows(argument))
            usual = rows[0][place].default
            defaults[argument] = usual if usual in values else None
        name = self._free(_label(found[0][0]) or found[0][0].name)
        given = iter(known.columns)
        self.blocks[name] = Block(defaults, [plain(entry, given) for entry in found[0][1]])
        for row, (part, _) in enumerate(found):
            said = {
                argument: Number(argument, part.name, values[row], defaults[argument])
                for argument, values in known.values.items()
            }
            self.calls[id(part)] = {"block": name, **said}

    def _free(self, name: str) -> str:
        number, free = 1, name
        while free in self.blocks:
            number += 1
            free = f"{name} {number}"
        return free

    def _entering(self, item: Item) -> int | None:
        """Give the one output that enters from outside, if it is one."""
        positions = set(item.positions)
        found = {i for at in positions for i in self.graph.nodes[at].inputs} - positions
        return found.pop() if len(found) == 1 else None

    def _is_closed(self, part: Part) -> bool:
        """Tell whether a part can be a block: one output enters, no weights do; no mere loop."""
        positions, nodes = set(part.positions), self.graph.nodes
        turns = [item.name for item in part.items] == [str(n + 1) for n in range(len(part.items))]
        shares = any(tie.owner not in positions for at in positions for tie in nodes[at].shared)
        return not turns and not shares and self._entering(part) is not None

    # -- Lists of layers

    def _list(
        self, items: Sequence[Item], context: Context, here: int | None, *, whole: bool = False
    ) -> tuple[list[Entry], int | None]:
        """Write one item after the other behind what enters; give the output of the last.

        `whole` tells that these are all that stands below a path.
        """
        entries: list[Entry] = []
        for item in items:
            if isinstance(item, Part):
                entries.append(self._part(item, context, here))
            elif item.branches:
                entries.append(self._join(item, context, here))
            else:
                entries += self.layers.write(item, context, here)
            here = item.positions[-1]
        return repeated(bare(entries), whole=whole), here

    def _part(self, part: Part, context: Context, here: int | None) -> Entry:
        call = self.calls.get(id(part))
        if call is not None:
            source = self._entering(part)
            come = {} if source is None else self.layers.source(source, context, here)
            return {"name": part.name, **come, **call}
        inner = context.inside(self.naming.prefixes[id(part)])
        layers, _ = self._list(part.items, inner, here, whole=True)
        if len(part.items) > 1 and len(layers) == 1 and is_counted(layers[0]):
            return {"name": part.name, **layers[0]}
        return {"name": part.name, "layers": layers}

    def _join(self, layer: Layer, context: Context, here: int | None) -> Entry:
        """Write a join that has a name with its branches."""
        node: Node = self.graph.nodes[layer.main or 0]
        inner = context.inside(f"{self.naming.paths[layer.chain[0]]}/")
        branches: list[list[Entry]] = []
        for source, items in zip(node.inputs, layer.branches, strict=True):
            entries, _ = self._list(items, inner, here)
            if not items and source != here:
                entries = [{"from": self.naming.name(source, inner), "layers": []}]
            branches.append(entries)
        op = {**self.layers.op(node, layer.name), node.op.name: branches}
        return {"name": layer.name, **op, **self.layers.sides(layer)}


def _label(part: Part) -> str:
    return "" if part.label in PLAIN or part.label in ops.names() else part.label
