"""From the nodes of a model to its graph, one by one in the order of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.errors import Diagnostic, Place, Reason, SpecError, printable
from archcalc.graph import INPUT, Here
from archcalc.ops.op import Shape
from archcalc.readers.assembly import Assembly, Unreached, error
from archcalc.readers.onnx import dense, known, runtime, telling
from archcalc.readers.onnx.call import Call, Unknown, holding, own_numbers
from archcalc.readers.onnx.naming import named
from archcalc.readers.onnx.proto import OWN, SMALL
from archcalc.readers.onnx.rules import MOVES, RULES
from archcalc.readers.onnx.ties import Ties
from archcalc.readers.onnx.values import Array, Maps, shape_of, stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.graph import Graph
    from archcalc.origin import Maker
    from archcalc.readers.onnx.network import Inputs
    from archcalc.readers.onnx.proto import Model, Node
    from archcalc.readers.onnx.values import Dims, Value


class Walk:
    """Takes a network together. `at_home` tells whether the input is that of the file."""

    def __init__(
        self, model: Model, entering: Inputs, maker: Maker, inputs: Mapping[str, Shape]
    ) -> None:
        self.model, self.part, self.file = model, model.graph, entering.file
        self.maker, self.batch = maker, entering.batch
        self.opset = next((model.opsets[domain] for domain in OWN if domain in model.opsets), 1)
        self.net = Assembly(maker.origin, inputs)
        self.values: dict[str, Value] = {"": Array(())}
        self.ties = Ties(self.net.builder, self.values)
        self.names = named(self.part.nodes)
        self.at_home = inputs == maker.origin.inputs and all(e.shape for e in entering.entries)
        self.left = 4 * limits.now().values
        self.said = {info.name: info for info in self.part.outputs} | self.part.stated
        self.terms: dict[str, int] = {}
        for name, tensor in self.part.initializers.items():
            self.values[name] = stored(tensor)
        for i, (name, (dims, shape)) in enumerate(entering.dims(inputs).items()):
            self.values[name] = Maps(Here(INPUT - i, shape), dims, 1 if len(dims) > 1 else None)
        self.readers: dict[str, list[int]] = {}
        for i, node in enumerate(self.part.nodes):
            for name in node.inputs:
                self.readers.setdefault(name, []).append(i)

    def graph(self) -> Graph:
        """Go through all nodes. Raises SpecError or ShapeError, with the node's name."""
        for i, node in enumerate(self.part.nodes):
            if node.op == "Constant" and node.domain in OWN and node.outputs:
                self._guarded(i, node)
        for i, node in enumerate(self.part.nodes):
            if node.op != "Constant" or node.domain not in OWN:
                self._guarded(i, node)
        self._tell()
        outputs = [self.values.get(info.name) for info in self.part.outputs]
        ends = [value.output for value in outputs if isinstance(value, Maps)]
        here = [end if isinstance(end, Here) else end.before for end in ends]
        nodes = self.net.builder.nodes
        found = [self.net.builder.here(end.node) for end in here if end.node >= 0]
        if not self.part.nodes:
            message = "there are no nodes in its graph"
            raise SpecError([Diagnostic("empty", message, Place(self.file, 0, 0))])
        if not nodes:  # all is moved, or unknown
            name = self.net.names.path(self.names[-1][:10_000])
            found = [self.net.add(name, "identity", self.net.builder.input)]
        found = found or [self.net.builder.here(len(nodes) - 1)]
        return self.net.builder.graph(found[0], self.maker, outputs=found[1:])

    def _guarded(self, number: int, node: Node) -> None:
        try:
            self._node(number, node)
        except Reason as reason:
            name = printable(node.name or ", ".join(node.outputs[:3]))[:80]
            raise error(reason, Place(f"{self.file}: node `{name}`", 0, 0)) from None

    def _node(self, number: int, node: Node) -> None:
        values = [self._value(name) if name else None for name in node.inputs]
        maps = [value for value in values if isinstance(value, Maps)]
        if node.domain in {*OWN, runtime.DOMAIN} and not maps and not node.parts:
            found: list[Value] | None = self._known(node, values)
            if found is not None:
                self._give(node, found)
                return
        if node.domain in OWN and maps and node.op in {"Shape", "Size"} and maps[0].dims:
            self._give(node, [known.told_sizes(node, maps[0].dims)])
            return
        if number in self.terms.values() and self._is_merged(number, node):
            return
        path = self.net.names.path(self.names[number][:10_000])
        call = Call(node, path, tuple(values), self.net, self.opset, self.batch)
        if any(isinstance(value.output, Unreached) for value in maps):
            self._behind(call)
            return
        self.ties.count(values)
        try:
            self._give(node, self._counted(call, number))
        except Unknown as unknown:
            self._unknown(call, unknown.why, unknown.dims)

    def _value(self, name: str) -> Value:
        if name not in self.values:
            message = f"no node before it gives `{name[:80]}`"
            hint = "nodes stand in the order in which they run"
            raise Reason("wrong-input", message, hint)
        return self.values[name]

    def _known(self, node: Node, values: list[Value | None]) -> list[Value] | None:
        """Work out what does not depend on the input."""
        arrays = [value for value in values if isinstance(value, Array)]
        self.left -= 1 + sum(array.size for array in arrays if array.size <= SMALL)
        if node.op in MOVES and arrays:
            call = Call(node, "", tuple(values), self.net, self.opset, self.batch)
            try:
                moved = MOVES[node.op](call)
            except Unknown:
                return None
            found: list[Value] | None = moved if isinstance(moved, list) else [moved]
        else:
            evaluated = known.evaluate(node, arrays)
            found = None if evaluated is None else [*evaluated]
        self.left -= sum(v.size for v in found or () if v.size <= SMALL)
        if self.left < 0:
            raise limits.too_large("values", "arithmetic on more numbers than a file may have")
        return found

    def _counted(self, call: Call, number: int) -> list[Value]:
        """Apply the rule of an op."""
        node = call.node
        rules = runtime.RULES if node.domain == runtime.DOMAIN else RULES
        if node.domain not in OWN and (rules is RULES or node.op not in rules):
            raise Unknown(f"an op of `{node.domain[:80]}`")
        if ("", node.op) in self.model.functions or (node.domain, node.op) in self.model.functions:
            raise Unknown("a function of the file")
        if node.parts:
            raise Unknown("it runs other graphs, as often as values tell")
        if not call.maps:
            raise Unknown("it makes numbers of its own")
        if node.op in MOVES and rules is RULES:
            moved = MOVES[node.op](call)
            return moved if isinstance(moved, list) else [moved]
        rule = rules.get(node.op)
        if rule is None:
            raise Unknown("archcalc does not know the op")
        term = self._term(number, call) if rule is dense.matmul else None
        made = dense.matmul(call, bias=True) if term is not None else rule(call)
        found: list[Value] = [*made] if isinstance(made, list) else [made]
        added = [] if term is None else map(self.values.get, self.part.nodes[term].inputs)
        self._share(found[0], [*call.values, *added])
        return found

    def _share(self, made: Value, read: list[Value | None]) -> None:
        """Let the layer that was made share what an earlier one has read."""
        end = len(self.net.builder.nodes) - 1
        if isinstance(made, Maps) and isinstance(made.output, Here) and made.output.node == end:
            self.ties.share(end, read)

    def _term(self, number: int, call: Call) -> int | None:
        """Find the node that adds a stored vector to a product, and nothing else reads it."""
        weight, y = call.array(1), next(iter(call.node.outputs), "")
        readers = self.readers.get(y, [])
        if weight is None or len(weight.dims) != 2 or len(readers) != 1 or self._is_output(y):
            return None
        node = self.part.nodes[readers[0]]
        if node.op != "Add" or node.domain not in OWN or readers[0] <= number:
            return None
        others = [self.values.get(name) for name in node.inputs if name != y]
        if len(others) != 1 or not isinstance(others[0], Array):
            return None
        if others[0].dims not in {weight.dims[1:], (1, weight.dims[1])}:
            return None
        self.terms[y] = readers[0]
        return readers[0]

    def _is_merged(self, number: int, node: Node) -> bool:
        """Let the sum be what its product gave, which has the term as its bias."""
        for name in node.inputs:
            if self.terms.get(name) == number:
                self.ties.count([self.values[other] for other in node.inputs])
                self._give(node, [self.values[name]])
                return True
        return False

    def _is_output(self, name: str) -> bool:
        return any(info.name == name for info in self.part.outputs)

    def _give(self, node: Node, values: list[Value]) -> None:
        for name, value in zip(node.outputs, values, strict=False):
            self.values[name] = value
            if isinstance(value, Maps):
                self._compare(node, name, value)
        for name in node.outputs[len(values) :]:  # such as the mask of a dropout
            self.values[name] = values[0]

    def _compare(self, node: Node, name: str, value: Maps) -> None:
        stated = self.stated(name)
        if stated is None or isinstance(value.output, Unreached):
            return
        same = len(stated) == len(value.dims) and all(
            own is None or own == size for own, size in zip(stated, value.dims, strict=True)
        )
        if not same:
            said = "x".join("?" if size is None else str(size) for size in stated)
            ours = "x".join(map(str, value.dims))
            message = f"`{node.op}` gives {ours or 1}, the file states {said or 1}"
            raise Reason("unlike-shapes", f"{message} of `{name[:80]}`")

    def whole(self, name: str) -> Dims | None:
        """Give the sizes that the file states of a value at its own input, if it states all."""
        sizes = self.stated(name)
        known = None if sizes is None else tuple(n for n in sizes if n is not None)
        return known if known is not None and len(known) == len(sizes or ()) else None

    def stated(self, name: str) -> tuple[int | None, ...] | None:
        """Give the sizes that the file states of a value at its own input, None for a free one."""
        info = self.said.get(name) if self.at_home else None
        if info is None or info.dims is None:
            return None
        return tuple(dim if isinstance(dim, int) and dim > 0 else None for dim in info.dims)

    def _unknown(self, call: Call, why: str, dims: Dims | None) -> None:
        """Count what a node holds; go on from the sizes of what it gives, if they are stated."""
        node = call.node
        arrays = [v for v in call.values if isinstance(v, Array)] + list(self._inner(node, 0))
        before = call.here(call.x) if call.maps else self.net.builder.input
        first = next(filter(None, node.outputs), "")
        dims = dims or self.whole(first)
        word, why = printable(node.op)[:80] or "?", f"{why}, {call.said}"
        holds = (*holding(arrays), *own_numbers(node))
        if dims is None and not holds:
            found: Here | Unreached = self.net.miss(call.path, word, why, before, weightless=True)
        else:
            y = shape_of(dims, Maps(before, dims).features, self.batch) if dims else Shape(1)
            found = self.net.state(call.path, word, why, before, output=y, holds=holds)
        for name in node.outputs:
            sizes = self.whole(name)
            if isinstance(found, Here) and name == first and dims:
                self.values[name] = Maps(found, dims)
            elif isinstance(found, Here) and sizes is not None:
                self.values[name] = Maps(found, sizes)
            else:
                at = found if isinstance(found, Here) else found.before
                self.values[name] = Maps(Unreached(call.path, at))

    def _behind(self, call: Call) -> None:
        """Count what a node holds that stands behind an output without a shape."""
        blame = next(m.output for m in call.maps if isinstance(m.output, Unreached))
        dims = self.whole(call.node.outputs[0]) if call.node.outputs else None
        arrays = holding([v for v in call.values if isinstance(v, Array)])
        word = printable(call.node.op)[:80] or "?"
        why = f"behind `{blame.behind}`, {call.said}"
        if arrays or dims:
            y = shape_of(dims, Maps(blame.before, dims).features, self.batch) if dims else Shape(1)
            here = self.net.state(call.path, word, why, blame.before, output=y, holds=arrays)
        else:
            self.net.miss(call.path, word, why, blame.before, weightless=True)
            here = blame.before
        for name in call.node.outputs:
            first = name == call.node.outputs[0]
            beyond = Maps(Unreached(blame.behind, here))
            self.values[name] = Maps(here, dims) if dims and first else beyond

    def _inner(self, node: Node, depth: int) -> Iterator[Array]:
        """Give the arrays of the graphs within a node, and those that they read from outside."""
        for part in node.parts:
            for tensor in part.initializers.values():
                yield stored(tensor)
            for inner in part.nodes:
                for name in inner.inputs:
                    value = self.values.get(name)
                    if isinstance(value, Array) and value.name in self.part.initializers:
                        self.ties.times.setdefault(value.name, 1)
                        yield value
                yield from self._inner(inner, depth + 1)

    def _tell(self) -> None:
        """Tell what the weights' names say of how the file was written."""
        uncounted = self.net.builder.uncounted
        uncounted += telling.merged(self.ties.times, self.part.initializers)
        uncounted += telling.folded(self.part.nodes, self.names)
