"""Spec → Graph: one walk that unrolls blocks and repetitions and infers every shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits, ops
from archcalc.errors import Diagnostic, Reason, ShapeError, SpecError, suggestion
from archcalc.ops.fields import read, shown
from archcalc.ops.op import Shape
from archcalc.spec.expression import Expression
from archcalc.spec.family import settle
from archcalc.spec.reader import Mapping as Marked
from archcalc.spec.spec import REQUIRED, Call, Group, Join, Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archcalc.ops.op import Op
    from archcalc.spec.expression import Value
    from archcalc.spec.reader import Tree
    from archcalc.spec.spec import Branch, Item, Spec, Template

INPUT = -1
"""Stands for the network's input where a node's inputs are listed."""
SPATIAL = frozenset({"height", "width", "input.height", "input.width"})


class Node(NamedTuple):
    """A layer of the unrolled network: its op, where its inputs come from, and the shapes."""

    path: str
    op: Op
    inputs: tuple[int, ...]
    xs: tuple[Shape, ...]
    y: Shape
    head: str | None = None


class Container(NamedTuple):
    """What a path with layers below it is: a block or a group, and how often it is repeated."""

    label: str
    repeats: int = 1


@dataclass(frozen=True, eq=False)
class Graph:
    """The unrolled network: a flat list of nodes in execution order, the heads' nodes last."""

    spec: Spec
    input: Shape
    nodes: tuple[Node, ...]
    containers: Mapping[str, Container]


def expand(spec: Spec, input: Shape | None = None) -> Graph:  # noqa: A002 - the field's own word
    """Unroll a spec and infer its shapes, from its own input or from another.

    Raises ShapeError where layers do not fit together, SpecError where an expression fails.

    >>> from archcalc.spec.library import load
    >>> [f"{node.path} {node.y}" for node in expand(load("lenet5")).nodes][:2]
    ['C1 6x28x28', 'C1.lecun_tanh 6x28x28']
    """
    entering = input or spec.input
    walk = _Walk(spec, entering)
    top = _Level("", {"input": _Here(INPUT, entering)}, None)
    scope = _Scope({**spec.parameters, "input": entering}, SPATIAL)
    walk.items(spec.items, top, scope, _Here(INPUT, entering))
    for name, head in spec.heads.items():
        walk.head = name
        walk.item(head, top, scope, _Here(INPUT, entering))
    return Graph(spec, entering, tuple(walk.nodes), walk.containers)


class _Here(NamedTuple):
    """An output: the node that makes it, and its shape."""

    node: int
    shape: Shape


class _Scope(NamedTuple):
    """The variables of a block, and which of them depend on height or width."""

    variables: dict[str, Value]
    spatial: frozenset[str]


class _Level(NamedTuple):
    """The names of one level; `outer` is the level around it in the same block."""

    prefix: str
    names: dict[str, _Here]
    outer: _Level | None


class _Walk:
    def __init__(self, spec: Spec, entering: Shape) -> None:
        self.spec = spec
        self.entering = entering
        self.nodes: list[Node] = []
        self.containers: dict[str, Container] = {}
        self.shapes: dict[tuple[int, tuple[Shape, ...]], Shape] = {}
        self.made: dict[tuple[int, tuple[Value, ...]], Op] = {}
        self.depth = 0
        self.head: str | None = None

    def items(self, items: Iterable[Item], level: _Level, scope: _Scope, here: _Here) -> _Here:
        for item in items:
            here = self.item(item, level, scope, here)
        return here

    def item(self, item: Item, level: _Level, scope: _Scope, here: _Here) -> _Here:
        if item.sources and not isinstance(item, Join):
            here = self._lookup(item.sources[0], item, level)
        if item.loop is not None:
            return self._loop(item, level, scope, here)
        return self._place(item, item.name, level, scope, here, {})

    def _place(  # noqa: PLR0913 - what an item needs to stand somewhere
        self,
        item: Item,
        name: str | None,
        level: _Level,
        scope: _Scope,
        here: _Here,
        given: dict[str, Value],
    ) -> _Here:
        """Put one item in place under a name, or leave it out."""
        if item.when is True or self._decide(item.when, item, "when", scope, here):
            if isinstance(item, Join):
                here = self._join(item, name, level, scope, here)
            elif isinstance(item, Layer):
                here = self._layer(item, level.prefix + str(name), scope, here)
            elif isinstance(item, Call):
                here = self._call(item, level.prefix + str(name), scope, here, given)
            elif isinstance(item, Group):
                inner = level if name is None else _Level(f"{level.prefix}{name}/", {}, level)
                if name is not None and inner.prefix[:-1] not in self.containers:
                    self.containers[inner.prefix[:-1]] = Container("group")
                here = self.items(item.items, inner, scope, here)
        if name is not None:
            level.names[name] = here
        return here

    def _layer(self, item: Layer, path: str, scope: _Scope, here: _Here) -> _Here:
        for layer in item.before:
            here = self._beside(layer, path, scope, here)
        op = item.ready or self._op(item, scope, here)
        here = self._add(item, path, op, (here,))
        for layer in item.after:
            here = self._beside(layer, path, scope, here)
        return here

    def _beside(self, layer: Layer, path: str, scope: _Scope, here: _Here) -> _Here:
        if layer.when is not True and not self._decide(layer.when, layer, "when", scope, here):
            return here
        op = layer.ready or self._op(layer, scope, here)
        return self._add(layer, f"{path}.{layer.name}", op, (here,))

    def _add(self, item: Layer, path: str, op: Op, inputs: tuple[_Here, ...]) -> _Here:
        xs = tuple([here.shape for here in inputs])
        key = (id(op), xs)
        y = self.shapes.get(key)
        if y is None:
            try:
                y = self.shapes[key] = op.shape(*xs)
            except Reason as reason:
                raise self._shape_error(reason, item, path, op, xs) from None
        if len(self.nodes) >= limits.NODES:
            message = f"more than {limits.NODES:,} layers after unrolling"
            raise self._error(Reason("too-large", message), item, path)
        self.nodes.append(Node(path, op, tuple([here.node for here in inputs]), xs, y, self.head))
        return _Here(len(self.nodes) - 1, y)

    def _join(
        self, item: Join, name: str | None, level: _Level, scope: _Scope, here: _Here
    ) -> _Here:
        path = level.prefix + str(name)
        for layer in item.before:
            here = self._beside(layer, path, scope, here)
        inner = level if item.unnamed else _Level(f"{path}/", {}, level)
        if item.branches:
            ends = [
                self.items(branch.items, inner, scope, here)
                for branch in item.branches
                if branch.when is True or self._decide(branch.when, item, "branches", scope, here)
            ]
        else:
            ends = [self._lookup(source, item, level) for source in item.sources]
        if not ends:
            raise self._error(Reason("no-branches", "every branch is switched off"), item, path)
        if len(ends) > 1:
            made = self.made.setdefault(
                (0, (item.op, len(ends))), ops.find(item.op)(branches=len(ends))
            )  # type: ignore[call-arg]
            here = self._add(item, path, made, tuple(ends))
        else:
            here = ends[0]
        for layer in item.after:
            here = self._beside(layer, path, scope, here)
        return here

    def _call(
        self, item: Call, path: str, scope: _Scope, here: _Here, given: dict[str, Value]
    ) -> _Here:
        word = self._evaluate(item.block, item, "block", scope, here)
        block = self.spec.blocks.get(str(word))
        if block is None:
            hint = suggestion(str(word), self.spec.blocks)
            raise self._error(
                Reason("unknown-block", f"there is no block {shown(word)}", hint, "block"),
                item,
                path,
            )
        if self.depth >= limits.BLOCK_DEPTH:
            message = f"blocks within blocks more than {limits.BLOCK_DEPTH} deep: does `{block.name}` contain itself?"
            raise self._error(Reason("too-deep", message, None, "block"), item, path)
        inner = _Scope(dict(self.spec.parameters), SPATIAL)
        inner.variables["input"] = here.shape
        self._enter(inner, here.shape)
        for key in item.arguments:
            if key not in block.parameters:
                hint = suggestion(key, block.parameters)
                raise self._error(
                    Reason(
                        "unknown-key",
                        f"`{key}` is not a parameter of the block `{block.name}`",
                        hint,
                        key,
                    ),
                    item,
                    path,
                )
        for parameter, default in block.parameters.items():
            source, template = item, item.arguments.get(parameter, default)
            if parameter in item.arguments:
                value, spatial = (
                    self._evaluate(template, source, parameter, scope, here),
                    self._is_spatial(template, scope),
                )
            elif parameter in given:
                value, spatial = given[parameter], False
            elif default is REQUIRED:
                raise self._error(
                    Reason("missing-key", f"the block `{block.name}` needs its `{parameter}`"),
                    item,
                    path,
                )
            else:
                value, spatial = (
                    self._evaluate(default, item, parameter, inner, here),
                    self._is_spatial(default, inner),
                )
            inner.variables[parameter] = value
            if spatial:
                inner = _Scope(inner.variables, inner.spatial | {parameter})
        if path not in self.containers:
            self.containers[path] = Container(block.name)
        self.depth += 1
        here = self.items(block.items, _Level(f"{path}/", {"input": here}, None), inner, here)
        self.depth -= 1
        return here

    def _loop(self, item: Item, level: _Level, scope: _Scope, here: _Here) -> _Here:
        rows = self._rows(item, scope, here)
        total, start = len(rows), here
        label = item.block if isinstance(item, Call) and isinstance(item.block, str) else None
        if isinstance(item, Call) and label is None:
            label = str(self._evaluate(item.block, item, "block", scope, here))
        inner = level
        if item.name is not None:
            path = f"{level.prefix}{item.name}"
            kind = label or (item.op if isinstance(item, Layer) else "group")
            self.containers[path] = Container(kind, total)
            inner = _Level(f"{path}/", {}, level)
        variables = dict(scope.variables)
        turn = _Scope(variables, scope.spatial)
        for index, row in enumerate(rows, start=1):
            variables.update(row, first=index == 1, last=index == total, index=index)
            name = str(row["name"]) if "name" in row else str(index)
            if name in inner.names:
                raise self._error(
                    Reason("duplicate-name", f"{shown(name)} is the name of two layers here"),
                    item,
                    inner.prefix + name,
                )
            here = self._place(item, name, inner, turn, here, row)
        if item.name is not None:
            level.names[item.name] = here
        return here if rows else start

    def _rows(self, item: Item, scope: _Scope, here: _Here) -> list[dict[str, Value]]:
        """Give for each turn of a loop the variables that it sets."""
        loop = item.loop
        if loop is None:
            return []
        if not loop.names:
            count = self._structure(loop.count, item, "repeat", scope, here)
            if type(count) is not int or count < 0:
                raise self._error(
                    Reason(
                        "wrong-type", f"expected a whole number, not {shown(count)}", None, "repeat"
                    ),
                    item,
                    "",
                )
            if count > limits.NODES:
                raise self._error(
                    Reason(
                        "too-large",
                        f"{shown(count)} repetitions; {limits.NODES:,} layers are the most",
                        None,
                        "repeat",
                    ),
                    item,
                    "",
                )
            return [{}] * count
        rows = self._structure(loop.rows, item, "in", scope, here)
        if not isinstance(rows, tuple):
            raise self._error(
                Reason("wrong-type", f"`in` gives a list of rows, not {shown(rows)}", None, "in"),
                item,
                "",
            )
        return [self._row(loop.names, row, item) for row in rows]

    def _row(self, names: tuple[str, ...], row: Value, item: Item) -> dict[str, Value]:
        values = row if isinstance(row, tuple) else (row,)
        if len(values) != len(names):
            message = f"the row {shown(row)} has {len(values)} values for {len(names)} columns: {', '.join(names)}"
            raise self._error(Reason("bad-row", message, None, "in"), item, "")
        return dict(zip(names, values, strict=True))

    def _lookup(self, name: str, item: Item, level: _Level) -> _Here:
        """Find an earlier output in this level, then outwards."""
        around: _Level | None = level
        while around is not None:
            if name in around.names:
                return around.names[name]
            around = around.outer
        known = {**level.names, **(level.outer.names if level.outer else {})}
        found = self._by_path(name, level)
        if found is None:
            raise self._error(
                Reason(
                    "unknown-name",
                    f"no earlier layer is called {shown(name)}",
                    suggestion(name, known),
                    "from",
                ),
                item,
                "",
            )
        return found

    def _by_path(self, name: str, level: _Level) -> _Here | None:
        around: _Level | None = level
        while around is not None:
            path = around.prefix + name
            for index in range(len(self.nodes) - 1, -1, -1):
                node = self.nodes[index]
                if node.path == path or node.path.startswith((f"{path}.", f"{path}/")):
                    return _Here(index, node.y)
            around = around.outer
        return None

    def _op(self, item: Layer, scope: _Scope, here: _Here) -> Op:
        """Make the op of a layer whose fields wait for expressions; equal ones are one object."""
        self._enter(scope, here.shape)
        values = tuple(
            [self._evaluate(value, item, key, scope, here) for key, value in item.fields.items()]
        )
        key = (id(item), values)
        op = self.made.get(key)
        if op is None:
            annotations = ops.annotations(item.op)
            fields = {}
            for name, value in zip(item.fields, values, strict=True):
                try:
                    fields[name] = (
                        read(annotations[name], value)
                        if isinstance(item.fields[name], Expression | tuple)
                        else value
                    )
                except Reason as reason:
                    reason.key = name
                    raise self._error(reason, item, "") from None
            op = self.made[key] = ops.find(item.op)(**fields)
        return op

    def _enter(self, scope: _Scope, x: Shape) -> None:
        scope.variables.update(channels=x.channels, height=x.height, width=x.width)

    def _decide(self, when: Template, item: Item, key: str, scope: _Scope, here: _Here) -> bool:
        value = self._structure(when, item, key, scope, here)
        if not isinstance(value, bool):
            raise self._error(
                Reason("wrong-type", f"expected true or false, not {shown(value)}", None, key),
                item,
                "",
            )
        return value

    def _structure(
        self, template: Template, item: Item, key: str, scope: _Scope, here: _Here
    ) -> Value:
        """Evaluate what decides about the structure: it may not depend on height or width."""
        if self._is_spatial(template, scope):
            message = f"`{key}` may not depend on height or width: the structure is the same at every input size"
            raise self._error(Reason("structure-depends-on-size", message, None, key), item, "")
        return self._evaluate(template, item, key, scope, here)

    def _is_spatial(self, template: Template, scope: _Scope) -> bool:
        if isinstance(template, tuple):
            return any(self._is_spatial(part, scope) for part in template)
        return isinstance(template, Expression) and not scope.spatial.isdisjoint(template.names)

    def _evaluate(
        self, template: Template, item: Item, key: str, scope: _Scope, here: _Here
    ) -> Value:
        if not isinstance(template, Expression | tuple):
            return template
        self._enter(scope, here.shape)
        try:
            return settle(template, scope.variables)
        except Reason as reason:
            reason.key = key
            raise self._error(reason, item, "") from None

    def _shape_error(
        self, reason: Reason, item: Item, path: str, op: Op, xs: tuple[Shape, ...]
    ) -> ShapeError:
        entering = f" (what enters `{op.name}` is {' and '.join(map(str, xs))})"
        located = self._diagnostic(
            Reason(reason.code, reason.message + entering, reason.hint, reason.key), item, path
        )
        return ShapeError([located])

    def _error(self, reason: Reason, item: Item, path: str) -> SpecError:
        return SpecError([self._diagnostic(reason, item, path)])

    def _diagnostic(self, reason: Reason, item: Item, path: str) -> Diagnostic:
        mark: Tree = item.mark
        if isinstance(mark, Marked):
            names = [
                name
                for name in (reason.key, getattr(item, "op", None), "block")
                if name in mark.entries
            ]
            mark = mark.entries[names[0]] if names else mark
            if names and isinstance(mark, Marked) or not getattr(mark, "text", "x"):
                mark = item.mark.keys[names[0]]  # type: ignore[union-attr]
        where = f"{path}: " if path else ""
        place = (
            self.spec.text.place(mark.line, mark.column, mark.length) if self.spec.text else None
        )
        return Diagnostic(reason.code, where + reason.message, place, reason.hint)
