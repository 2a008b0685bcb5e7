"""Spec → Graph: one walk that unrolls blocks and repetitions and infers every shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits
from archcalc.errors import Reason, ShapeError, listed, suggestion
from archcalc.graph import INPUT, Container, Graph, Node, Origin, Relative, read_input
from archcalc.ops import make
from archcalc.ops.fields import shown
from archcalc.spec.level import Here, Level
from archcalc.spec.names import BAD_NAME, is_name
from archcalc.spec.relatives import relatives
from archcalc.spec.scope import Evaluator, Scope
from archcalc.spec.spec import REQUIRED, Call, Group, Join, Layer
from archcalc.spec.values import extent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archcalc.errors import SpecError
    from archcalc.ops.op import Op, Shape
    from archcalc.spec.spec import Block, Item, Loop, Spec
    from archcalc.spec.values import Value


def expand(
    spec: Spec,
    input: Shape | str | tuple[int, int, int] | None = None,  # noqa: A002 - the field's own word
    *,
    heads: bool = True,
) -> Graph:
    """Unroll a spec and infer its shapes, from its own input or from another.

    Without `heads` the main path stands alone at another input, which the heads need not fit.
    Raises ShapeError where layers do not fit together, SpecError where an expression fails, and
    UsageError for an input that is none.

    >>> from archcalc.spec.library import load
    >>> [f"{node.path} {node.y}" for node in expand(load("lenet5")).nodes][:2]
    ['C1 6x28x28', 'C1.lecun_tanh 6x28x28']
    """
    entering = Here(INPUT, spec.input if input is None else read_input(input))
    walk = _Walk(spec, entering.shape)
    top = Level("", {"input": entering}, None)
    scope = Scope({**spec.parameters, "input": entering.shape._asdict()})
    end = walk.items(spec.items, top, scope, entering).node
    if heads or entering.shape == spec.input:
        for name, head in spec.heads.items():
            walk.head = name
            walk.item(head, top, scope, entering)
    return Graph(
        origin(spec),
        entering.shape,
        tuple(walk.nodes),
        walk.containers,
        walk.ends,
        end,
        Unrolling(spec),
    )


def origin(spec: Spec) -> Origin:
    """Say who the network of a spec is."""
    return Origin(
        id=spec.id,
        name=spec.name,
        input=spec.input,
        source=spec.source,
        heads=tuple(spec.heads),
        parameters=spec.parameters,
        changed=spec.changed,
        text=spec.text.text if spec.text else "",
    )


class Unrolling(NamedTuple):
    """Makes the graph of a spec, as often as wanted."""

    spec: Spec

    @property
    def origin(self) -> Origin:
        """Who the network is."""
        return origin(self.spec)

    def at(self, input: Shape, *, heads: bool) -> Graph:  # noqa: A002 - the field's own word
        """Unroll the spec at an input."""
        return expand(self.spec, input, heads=heads)

    def relatives(self) -> Iterator[Relative]:
        """List the other variants of the family, and the options that this one could have."""
        for differs_in, akin, settle in relatives(self.spec):
            yield Relative(differs_in, akin, lambda settle=settle: Unrolling(settle()))  # type: ignore[misc]


class _Walk:
    def __init__(self, spec: Spec, entering: Shape) -> None:
        self.spec = spec
        self.entering = entering
        self.evaluator = Evaluator(spec.text)
        self.limits = limits.now()
        self.nodes: list[Node] = []
        self.containers: dict[str, Container] = {}
        self.ends: dict[str, int] = {}
        self.off: set[str] = set()
        self.shapes: dict[tuple[int, tuple[Shape, ...]], Shape] = {}
        self.joins: dict[tuple[str, int], Op] = {}
        self.depth = 0
        self.head: str | None = None

    def items(self, items: Iterable[Item], level: Level, scope: Scope, here: Here) -> Here:
        for item in items:
            here = self.item(item, level, scope, here)
        return here

    def item(self, item: Item, level: Level, scope: Scope, here: Here) -> Here:
        if len(item.sources) == 1:
            here = self._lookup(item.sources[0], item, level)
        if item.loop is None:
            return self._place(item, item.name, level, scope, here, {})
        return self._repeat(item, item.loop, level, scope, here)

    def _place(  # noqa: PLR0913, PLR0917 - what an item needs to stand somewhere
        self,
        item: Item,
        name: str | None,
        level: Level,
        scope: Scope,
        here: Here,
        row: Mapping[str, Value],
    ) -> Here:
        """Put one item in place under a name; switched off, it is the identity."""
        self.evaluator.charge(1, item)
        if item.when is True or self.evaluator.decide(item.when, item, scope, here.shape):
            path = self._path(f"{level.prefix}{name}", item)
            if isinstance(item, Join):
                here = self._join(item, path, level, scope, here)
            elif isinstance(item, Layer):
                here = self._layer(item, path, scope, here)
            elif isinstance(item, Call):
                here = self._call(item, path, scope, here, row)
            elif isinstance(item, Group) and name is None:
                here = self.items(item.items, level, scope, here)
            elif isinstance(item, Group):
                self.containers.setdefault(path, Container("group"))
                here = self.items(item.items, level.inside(str(name)), scope, here)
        elif name is not None:
            self.off.add(level.prefix + name)
        if name is not None:
            self._keep(here, name, level, item)
        return here

    def _keep(self, here: Here, name: str, level: Level, item: Item) -> None:
        """Let an output be found, by its name in its level and by its path."""
        if name in level.names:
            message = f"{shown(name)} is the name of two layers here"
            key = "name" if name == item.name else "in"
            raise self._error(Reason("duplicate-name", message, key=key), item)
        level.names[name] = here
        self.ends[level.prefix + name] = here.node

    def _layer(self, item: Layer, path: str, scope: Scope, here: Here) -> Here:
        """Put an op in place, with what stands before and after it."""
        for layer in item.before:
            here = self._beside(layer, path, scope, here)
        here = self._add(item, path, self.evaluator.op(item, scope, here.shape), (here,))
        for layer in item.after:
            here = self._beside(layer, path, scope, here)
        return here

    def _path(self, path: str, item: Item) -> str:
        """Bound a path: there is one for each layer."""
        if len(path) > self.limits.path_length:
            message = f"a path of {len(path):,} characters; {self.limits.path_length} are the most"
            raise self._error(limits.too_large("path_length", message), item, f"{path[:57]}...")
        return path

    def _beside(self, layer: Layer, path: str, scope: Scope, here: Here) -> Here:
        self.evaluator.charge(1, layer)
        if layer.when is True or self.evaluator.decide(layer.when, layer, scope, here.shape):
            op = self.evaluator.op(layer, scope, here.shape)
            return self._add(layer, self._path(f"{path}.{layer.name}", layer), op, (here,))
        return here

    def _add(self, item: Layer, path: str, op: Op, inputs: tuple[Here, ...]) -> Here:
        """Append a node; equal ops on equal shapes are inferred once."""
        feeding, xs = zip(*inputs)  # noqa: B905 - each is a pair
        y = self.shapes.get((id(op), xs))
        if y is None:
            self.evaluator.charge(_size(op) // 8, item)
            try:
                y = self.shapes[id(op), xs] = op.shape(*xs)
            except Reason as reason:
                raise self._does_not_fit(reason, item, path, xs) from None
            if max(y).bit_length() > self.limits.integer_bits:
                message = f"a shape of {max(y).bit_length():,} bits"
                raise self._error(limits.too_large("integer_bits", message), item, path)
        if len(self.nodes) >= self.limits.layers:
            message = f"more than {self.limits.layers:,} layers after unrolling"
            raise self._error(limits.too_large("layers", message), item, path)
        self.nodes.append(Node(path, op, feeding, xs, y, self.head))
        end = self.ends[path] = len(self.nodes) - 1
        return Here(end, y)

    def _join(self, item: Join, path: str, level: Level, scope: Scope, here: Here) -> Here:
        for layer in item.before:
            here = self._beside(layer, path, scope, here)
        self.evaluator.charge(len(item.branches) + len(item.sources), item)
        inner = level if item.shares_level else Level(f"{path}/", {}, level)
        ends = [
            self.items(branch.items, inner, scope, here)
            for branch in item.branches
            if branch.when is True or self.evaluator.decide(branch.when, branch, scope, here.shape)
        ]
        if not item.branches:
            ends = [self._lookup(source, item, level) for source in item.sources]
        if not ends:
            raise self._error(Reason("no-branches", "every branch is switched off"), item, path)
        if len(ends) == 1:
            self.containers.setdefault(path, Container(item.op))
            here = ends[0]
        else:
            key = (item.op, len(ends))
            if key not in self.joins:
                self.joins[key] = make(item.op, branches=len(ends))
            here = self._add(item, path, self.joins[key], tuple(ends))
        for layer in item.after:
            here = self._beside(layer, path, scope, here)
        return here

    def _call(
        self, item: Call, path: str, scope: Scope, here: Here, row: Mapping[str, Value]
    ) -> Here:
        """Unroll a block: it sees the family's parameters and its own, nothing of its caller."""
        block = self._block(item, path, scope, here)
        if self.depth >= self.limits.block_depth:
            message = (
                f"blocks within blocks, more than {self.limits.block_depth} deep: "
                f"does `{block.name}` contain itself?"
            )
            reason = limits.too_large("block_depth", message)
            raise self._error(Reason("too-deep", message, reason.hint), item)
        self.evaluator.charge(2, item)  # for the parameters, which each call settles anew
        inner = self._arguments(item, block, path, scope, here, row)
        self.containers.setdefault(path, Container(block.name))
        self.depth += 1
        here = self.items(block.items, Level(f"{path}/", {"input": here}, None), inner, here)
        self.depth -= 1
        return here

    def _block(self, item: Call, path: str, scope: Scope, here: Here) -> Block:
        word = self.evaluator.structure(item.block, item, "block", scope, here.shape)
        block = self.spec.blocks.get(str(word))
        if block is None:
            hint = suggestion(str(word), self.spec.blocks) or listed("blocks", self.spec.blocks)
            reason = Reason("unknown-block", f"there is no block {shown(word)}", hint)
            raise self._error(reason, item, path)
        for key in item.arguments:
            if key not in block.parameters:
                hint = suggestion(key, block.parameters) or listed("parameters", block.parameters)
                message = f"`{key}` is not a parameter of the block `{block.name}`"
                raise self._error(Reason("unknown-key", message, hint, key), item, path)
        return block

    def _arguments(  # noqa: PLR0913, PLR0917 - two scopes meet in a call
        self,
        item: Call,
        block: Block,
        path: str,
        scope: Scope,
        here: Here,
        row: Mapping[str, Value],
    ) -> Scope:
        """Settle a block's parameters: given, else from the row of the loop, else the default."""
        variables: dict[str, Value] = {**self.spec.parameters, "input": here.shape._asdict()}
        inner = Scope(variables)
        for name, default in block.parameters.items():
            if name in row and name not in item.arguments:
                variables[name] = row[name]
                continue
            given = item.arguments.get(name, default)
            where = scope if name in item.arguments else inner
            if given is REQUIRED:
                message = f"the block `{block.name}` needs its `{name}`"
                raise self._error(Reason("missing-key", message), item, path)
            variables[name] = self.evaluator.value(given, item, name, where, here.shape)
            if where.depends_on_size(given):
                inner = Scope(variables, inner.spatial | {name})
        return inner

    def _repeat(self, item: Item, loop: Loop, level: Level, scope: Scope, here: Here) -> Here:
        """Put an item in place once for each turn of its loop."""
        rows = self.evaluator.rows(loop, item, scope, here.shape)
        inner = level if item.name is None else level.inside(item.name)
        turn = Scope(dict(scope.variables), scope.spatial.difference(loop.names))
        for index, row in enumerate(rows, start=1):
            turn.variables.update(row, first=index == 1, last=index == len(rows), index=index)
            name = row.get("name", index)
            if isinstance(name, bool) or not isinstance(name, int | str) or not is_name(str(name)):
                reason = Reason("bad-name", f"{shown(name)} cannot be a name", BAD_NAME, "in")
                raise self._error(reason, item)
            here = self._place(item, str(name), inner, turn, here, row)
        if item.name is not None:
            self._keep(here, item.name, level, item)
            self.containers[inner.prefix[:-1]] = self._repeated(item, inner)
        return here

    def _repeated(self, item: Item, level: Level) -> Container:
        """Say what stands how often: an op, a group, or the block, if each turn has the same."""
        turns = [path for name in level.names if (path := level.prefix + name) not in self.off]
        label = item.op if isinstance(item, Layer) else "group"
        if isinstance(item, Call):
            blocks = {self.containers[path].label for path in turns}
            label = blocks.pop() if len(blocks) == 1 else "block"
        return Container(label, len(turns))

    def _lookup(self, name: str, item: Item, level: Level) -> Here:
        """Find an earlier output by its name in this level, then outwards; or by its path."""
        found = level.find(name)
        if isinstance(found, Here):
            return found
        if found is None or found not in self.ends:
            raise self._not_found(name, found, item, level)
        end = self.ends[found]
        return Here(end, self.entering if end == INPUT else self.nodes[end].y)

    def _not_found(self, name: str, path: str | None, item: Item, level: Level) -> SpecError:
        if path is None:
            message, known = f"no earlier layer is called {shown(name)}", level.known()
        else:
            above = path.removesuffix(name)
            message = f"no earlier layer has the path {shown(name)}"
            known = [p.removeprefix(above) for p in self.ends if p.startswith(above)]
        return self._error(Reason("unknown-name", message, suggestion(name, known), "from"), item)

    def _does_not_fit(
        self, reason: Reason, item: Layer, path: str, xs: tuple[Shape, ...]
    ) -> ShapeError:
        if len(xs) == 1:
            message = f"{reason.message}; what enters `{item.op}` is {xs[0]}"
            reason = Reason(reason.code, message, reason.hint, reason.key)
        return ShapeError([self.evaluator.locate(reason, item, path)])

    def _error(self, reason: Reason, item: Item, path: str = "") -> SpecError:
        return self.evaluator.error(reason, item, path)


def _size(op: Op) -> int:
    """Tell how much there is to read in an op: a table may be long."""
    table = getattr(op, "table", None)
    return extent(table) if table else 0
