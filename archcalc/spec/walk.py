"""The one walk over a spec, which unrolls blocks and repetitions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from archcalc import limits
from archcalc.builder import Misfit, check_length
from archcalc.errors import Reason, ShapeError, SpecError, suggestion
from archcalc.graph import INPUT, Container, Here
from archcalc.ops import make
from archcalc.ops.fields import shown
from archcalc.ops.given import extent
from archcalc.spec.calls import Calls
from archcalc.spec.copies import Copies
from archcalc.spec.level import Level
from archcalc.spec.names import BAD_NAME, is_name
from archcalc.spec.scope import Evaluator, Scope
from archcalc.spec.spec import Call, Group, Item, Join, Layer
from archcalc.spec.ties import Ties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from archcalc.builder import Builder
    from archcalc.ops.op import Op
    from archcalc.spec.spec import Block, Loop, Share, Spec
    from archcalc.spec.ties import Active
    from archcalc.spec.values import Value


T = TypeVar("T")
SIDES = ("height", "width", "length", "depth")
NOWHERE = -(2**30)
"""Stands for what enters the first layer of a network of several inputs: `from` must say it."""


class Walk:
    """One way through a spec: blocks and repetitions are unrolled, layers go to a builder."""

    def __init__(self, spec: Spec, builder: Builder) -> None:
        self.spec = spec
        self.builder = builder
        self.entering = first = builder.input
        names = {"input": first}
        sizes: Mapping[str, Value] = first.shape.named()
        if len(builder.inputs) > 1:
            self.entering = Here(NOWHERE, first.shape)
            names = {name: builder.here(INPUT - i) for i, name in enumerate(builder.inputs)}
            sizes = {name: here.shape.named() for name, here in names.items()}
        self.top = Level("", names, None)
        scope = Scope.of({**spec.parameters, "input": sizes}, spec.parameters)
        sides = {f"input.{name}.{side}" for name in names for side in SIDES}
        self.scope = scope._replace(spatial=scope.spatial | sides)
        self.evaluator = Evaluator(spec.text, spec.parameters)
        self.calls = Calls(spec, self.evaluator)
        self.copies = Copies(spec, builder, self.evaluator)
        self.limits = limits.now()
        self.containers, self.ends = self.builder.containers, self.builder.ends
        self.off: set[str] = set()
        self.ties = Ties(spec, builder)
        self.joins: dict[tuple[object, ...], Op] = {}
        self.within: list[Block] = []
        self.head: str | None = None

    def items(self, items: Iterable[Item], level: Level, scope: Scope, here: Here) -> Here:
        """Put one item after the other in place; give the output of the last."""
        for item in items:
            here = self.item(item, level, scope, here)
        return here

    def item(self, item: Item, level: Level, scope: Scope, here: Here) -> Here:
        """Put an item in place, behind what it takes `from`, as often as its loop says."""
        if len(item.sources) == 1:
            here = self.find(item.sources[0], item, level)
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
            path, outer = self._path(f"{level.prefix}{name}", item), self.ties.active
            if item.weights:
                self.ties.active = tuple(self._shares(item, path, level))
            if isinstance(item, Join):
                here = self._join(item, path, level, scope, here)
            elif isinstance(item, Layer):
                here = self._layer(item, path, level, scope, here)
            elif isinstance(item, Call):
                here = self._call(item, path, scope, here, row)
            elif isinstance(item, Group) and name is None:
                here = self._group(item, level, scope, here)
            elif isinstance(item, Group):
                self.containers.setdefault(path, Container("split" if item.splits else "group"))
                here = self._group(item, level.inside(str(name)), scope, here)
            self.ties.active = outer
        elif name is not None:
            self.off.add(level.prefix + name)
        if name is not None:
            self._keep(here, name, level, item)
        return here

    def _group(self, item: Group, level: Level, scope: Scope, here: Here) -> Here:
        """Put one behind the other, or all parts of a split behind what enters it."""
        if not item.splits:
            return self.items(item.items, level, scope, here)
        return [self.item(part, level, scope, here) for part in item.items][-1]

    def _keep(self, here: Here, name: str, level: Level, item: Item) -> None:
        """Let an output be found, by its name in its level and by its path."""
        if name in level.names:
            is_input = level is self.top and name in self.builder.inputs
            what = "an input" if is_input else "two layers here"
            message = f"{shown(name)} is the name of {what}"
            key = "name" if name == item.name else "in"
            raise self._error(Reason("duplicate-name", message, key=key), item)
        level.names[name] = here
        self.ends[level.prefix + name] = here.node

    def _layer(self, item: Layer, path: str, level: Level, scope: Scope, here: Here) -> Here:
        """Put an op in place, with what stands before (of its first input) and after it."""
        beside = [self.find(source, item, level) for source in item.sources[1:]]
        here = self.find(item.sources[0], item, level) if beside else here
        for end in (here, *beside):
            self._check_entered(end, item, path)
        for layer in item.before:
            here = self._beside(layer, path, scope, here)
        op = self.evaluator.op(item, scope, here.shape)
        here = self._add(item, path, op, (here, *beside))
        for layer in item.after:
            here = self._beside(layer, path, scope, here)
        return here

    def _check_entered(self, here: Here, item: Item, path: str) -> None:
        """Refuse to guess which of several inputs enters what says nothing of it."""
        if here.node == NOWHERE:
            inputs = ", ".join(self.builder.inputs)
            message = f"the network has several inputs: {inputs}; which one enters this?"
            hint = f"`from: {next(iter(self.builder.inputs))}`"
            raise self._error(Reason("missing-key", message, hint), item, path)

    def _path(self, path: str, item: Item) -> str:
        """Bound a path: there is one for each layer."""
        if len(path) > self.limits.path_length:
            try:
                check_length(path)
            except Reason as reason:
                raise self._error(reason, item, f"{path[:57]}...") from None
        return path

    def _beside(self, layer: Layer, path: str, scope: Scope, here: Here) -> Here:
        self.evaluator.charge(1, layer)
        if layer.when is True or self.evaluator.decide(layer.when, layer, scope, here.shape):
            op = self.evaluator.op(layer, scope, here.shape)
            return self._add(layer, self._path(f"{path}.{layer.name}", layer), op, (here,))
        return here

    def _add(self, item: Layer, path: str, op: Op, inputs: tuple[Here, ...]) -> Here:
        """Append a node; to infer from a long table costs steps."""
        table = getattr(op, "table", None)
        if table and not self.builder.has_met(op, (inputs[0].shape,)):
            self.evaluator.charge(extent(table) // 8, item, once=True)
        try:
            here = self.builder.put(path, op, inputs, self.head)
        except Misfit as reason:
            raise ShapeError([self.evaluator.locate(reason, item, path)]) from None
        except Reason as reason:
            raise self._error(reason, item, path) from None
        for active in self.ties.active:
            self._share(active.share, path, partial(self.ties.tie, active, here.node))
        return here

    def _shares(self, item: Item, path: str, level: Level) -> Iterator[Active]:
        for share in item.weights:
            begin = partial(self.ties.begin, share, item, path, level, self.off)
            found = self._share(share, path, begin)
            if found is not None:
                yield found

    def _share(self, share: Share, path: str, action: Callable[[], T]) -> T:
        """Do something for shared weights; what is wrong is wrong where they are named."""
        try:
            return action()
        except Reason as reason:
            place = self.evaluator.locate(reason, Item(name=None, mark=share.mark), path)
            kind = ShapeError if reason.code == "unlike-weights" else SpecError
            raise kind([place]) from None

    def _join(self, item: Join, path: str, level: Level, scope: Scope, here: Here) -> Here:
        if item.before:
            self._check_entered(here, item, path)
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
            ends = [self.find(source, item, level) for source in item.sources]
        if not ends:
            raise self._error(Reason("no-branches", "every branch is switched off"), item, path)
        if len(ends) == 1:
            self.containers.setdefault(path, Container(item.op))
            here = ends[0]
        else:
            key = (item.op, len(ends), *item.fields.items())
            if key not in self.joins:
                self.joins[key] = make(item.op, branches=len(ends), **item.fields)
            for end in ends:
                self._check_entered(end, item, path)
            here = self._add(item, path, self.joins[key], tuple(ends))
        for layer in item.after:
            here = self._beside(layer, path, scope, here)
        return here

    def _call(
        self, item: Call, path: str, scope: Scope, here: Here, row: Mapping[str, Value]
    ) -> Here:
        """Unroll a block: it sees the family's parameters and its own, nothing of its caller."""
        self._check_entered(here, item, path)
        block = self.calls.block(item, path, scope, here)
        if len(self.within) >= self.limits.block_depth:
            raise self._error(self.calls.too_deep(block, self.within), item)
        self.evaluator.charge(10 + len(block.parameters), item)  # which each call settles anew
        inner = self.calls.arguments(item, block, path, scope, here, row)
        self.containers.setdefault(path, Container(block.name))
        key = self.copies.key(block, len(self.within), inner, here)
        copied = None if self.ties.active else self.copies.put(key, path, here, self.head)
        if copied is not None:
            return copied
        before = self.copies.extent()
        self.within.append(block)
        end = self.items(block.items, Level(f"{path}/", {"input": here}, None), inner, here)
        self.within.pop()
        self.copies.keep(key, path, before, end)
        return end

    def _repeat(self, item: Item, loop: Loop, level: Level, scope: Scope, here: Here) -> Here:
        """Put an item in place once for each turn of its loop."""
        rows = self.evaluator.rows(loop, item, scope, here.shape)
        inner = level if item.name is None else level.inside(item.name)
        turn = scope.within(loop.names)
        for index, row in enumerate(rows, start=1):
            turn.variables.update(row)
            turn.know(first=index == 1, last=index == len(rows), index=index)
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

    def find(self, name: str, item: Item, level: Level | None = None) -> Here:
        """Find an earlier output by its name in this level, then outwards; or by its path."""
        level = level or self.top
        found = level.find(name)
        if isinstance(found, Here):
            return found
        if found is None or found not in self.ends:
            raise self._not_found(name, found, item, level)
        return self.builder.here(self.ends[found])

    def _not_found(self, name: str, path: str | None, item: Item, level: Level) -> SpecError:
        if path is None:
            message, known = f"no earlier layer is called {shown(name)}", level.known()
        else:
            above = path.removesuffix(name)
            message = f"no earlier layer has the path {shown(name)}"
            known = [p.removeprefix(above) for p in self.ends if p.startswith(above)]
        return self._error(Reason("unknown-name", message, suggestion(name, known), "from"), item)

    def _error(self, reason: Reason, item: Item, path: str = "") -> SpecError:
        return self.evaluator.error(reason, item, path)
