"""Layers as entries of a spec: their ops with the fields that they would not have otherwise."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING

from archcalc import ops
from archcalc.errors import Reason
from archcalc.exports.yaml.entries import Number
from archcalc.exports.yaml.values import sizes_of, value_of, varies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.exports.outline import Layer
    from archcalc.exports.yaml.entries import Entry
    from archcalc.exports.yaml.naming import Context, Naming
    from archcalc.graph import Graph, Node


class LayerWriter:
    """Writes single layers of a network; `naming` says how they are called."""

    def __init__(self, graph: Graph, naming: Naming) -> None:
        self.graph = graph
        self.naming = naming

    def write(self, layer: Layer, context: Context, here: int | None) -> Iterator[Entry]:
        """Write a layer behind what enters it, and before it what was moved by no layer."""
        nodes, first = self.graph.nodes, self.graph.nodes[layer.chain[0]]
        if layer.main is None:
            come = self.source(first.inputs[0], context, here)
            yield {"name": layer.name, **come, "add": [[]], **self.sides(layer)}
            return
        node = nodes[layer.main]
        sources = list(node.inputs)
        if layer.before:
            sources[0] = first.inputs[0]
        refs = [self.naming.name(i, context) for i in sources] if len(sources) > 1 else []
        for number, x in enumerate((first.xs[0], *node.xs[1:])):
            if x != self.graph.shape_of(sources[number]):
                name = f"{layer.name} layout" + f" {number + 1}" * bool(number)
                come = self.source(sources[number], context, None if refs else here)
                yield {"name": name, **come, "opaque": sizes_of(x), "does": []}
                refs = [*refs[:number], name, *refs[number + 1 :]] if refs else refs
                here = sources[number]
        come = {"from": refs} if refs else self.source(sources[0], context, here)
        op = self.op(node, layer.name)
        yield {"name": layer.name, **come, **op, **self.sides(layer), **self.ties(layer, context)}

    def source(self, position: int, context: Context, here: int | None) -> Entry:
        """Say what is read, if it is not what enters anyway."""
        return {} if position == here else {"from": self.naming.name(position, context)}

    def sides(self, layer: Layer) -> dict[str, list[Entry]]:
        """Write what stands before an op and after it."""
        sides = (("before", layer.before), ("after", layer.after))
        return {key: [self._beside(i) for i in positions] for key, positions in sides if positions}

    def _beside(self, position: int) -> Entry:
        node = self.graph.nodes[position]
        name, word = node.path.rpartition(".")[2], node.op.name
        entry = self.op(node, name)
        numbered = name.removeprefix(word).isdecimal() and name.startswith(word)
        return entry if name == word or numbered else {"name": name, **entry}

    def op(self, node: Node, layer: str) -> Entry:
        """Write an op with its fields; where they may differ there is a number."""
        op, x = node.op, node.xs[0]
        usual = {f.name: f.default for f in fields(op) if f.default is not MISSING}
        entry: Entry = {op.name: None}
        for key, kind in ops.field_types(op.name).items():
            value = getattr(op, key)
            if key == "branches" or value is None:
                continue
            word = op.name if key == op.main else key
            said = value_of(value, kind, x)
            if varies(kind):
                default = usual.get(key)
                entry[word] = Number(key, layer, said, default and value_of(default, kind, x))
            elif key not in usual or value != usual[key]:
                entry[word] = said
        return entry

    def ties(self, layer: Layer, context: Context) -> Entry:
        """Say whose weights the op of a layer takes. Raises a Reason for those beside it."""
        for position in (*layer.before, *layer.after):
            if self.graph.nodes[position].shared:
                path = self.graph.nodes[position].path
                message = f"`{path}` cannot be written: it takes weights, and its layer does not"
                raise Reason("not-exported", message)
        found: Entry = {}
        for tie in self.graph.nodes[layer.main or 0].shared:
            owner = self.naming.owner(tie.owner, context)
            found[tie.weight] = {"from": owner, "transposed": True} if tie.transposed else owner
        return {"weights": found} if found else {}
