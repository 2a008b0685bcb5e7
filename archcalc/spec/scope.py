"""Evaluating the expressions of a spec where they stand, and saying where one fails."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits, ops
from archcalc.arithmetic import single
from archcalc.errors import Diagnostic, Reason, SpecError
from archcalc.ops.declarations import read
from archcalc.ops.fields import shown
from archcalc.spec.expression import KNOWN, Expression, settle, steps
from archcalc.spec.reader import Mapping, Scalar
from archcalc.spec.spec import Layer
from archcalc.spec.values import exact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from archcalc.ops.op import Op, Shape
    from archcalc.spec.reader import Source, Tree
    from archcalc.spec.spec import Branch, Item, Loop, Template
    from archcalc.spec.values import Value

_WHOLE = (tuple, dict)
SPATIAL = frozenset(
    f"{of}{side}" for of in ("", "input.") for side in ("height", "width", "length", "depth")
)


class Scope(NamedTuple):
    """The variables that a block sees, and which of them depend on height or width.

    `declared` are those that take the place of what a layer or a turn would know by that name.
    """

    variables: dict[str, Value]
    spatial: frozenset[str] = SPATIAL
    declared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, variables: dict[str, Value], *names: Iterable[str]) -> Scope:
        """Make the scope of a network or a block where these names are declared."""
        declared = KNOWN.intersection(chain(*names))
        return cls(variables, SPATIAL - declared, declared)

    def within(self, columns: Iterable[str]) -> Scope:
        """Make the scope of a loop, whose turns set these columns."""
        declared = self.declared | KNOWN.intersection(columns)
        return Scope(dict(self.variables), self.spatial.difference(columns), declared)

    def know(self, **values: Value) -> None:
        """Set what a layer or a turn knows, where no parameter or column has that name."""
        if self.declared:
            values = {name: v for name, v in values.items() if name not in self.declared}
        self.variables.update(values)

    def depends_on_size(self, template: Template) -> bool:
        """Tell whether a template reads a height or a width, or a variable that came from one."""
        if isinstance(template, tuple):
            return any(map(self.depends_on_size, template))
        return isinstance(template, Expression) and not self.spatial.isdisjoint(template.names)


class Evaluator:
    """Evaluates what belongs to an item; `x` is always the shape that enters it."""

    def __init__(self, text: Source | None, family: Collection[str] = ()) -> None:
        self.text = text
        self.family = frozenset(family)
        self.settled: dict[Expression | None, Value] = {}
        self.made: dict[tuple[object, ...], Op] = {}
        self.ready: dict[Layer, Op] = {}
        self.steps, self.once, self.most_steps = 0, 0, limits.now().steps

    def charge(self, steps: int, item: Item | Branch, *, once: bool = False) -> None:
        """Count what the unrolling does, so that no spec makes it endless.

        What is done `once` is not done again where the same block stands again.
        """
        self.steps += steps
        if once:
            self.once += steps
        if self.steps > self.most_steps:
            message = (
                f"more than {self.most_steps:,} layers, blocks, repetitions "
                "and expressions to unroll"
            )
            raise self.error(limits.too_large("steps", message), item)

    def value(
        self, template: Template, item: Item | Branch, key: str, scope: Scope, x: Shape
    ) -> Value:
        """Evaluate a template that stands at a key of an item."""
        one = template if isinstance(template, Expression) else None
        if one is None and not isinstance(template, tuple):
            return template
        if one in self.settled:
            return self.settled[one]
        settles = one is not None and one.names <= self.family
        self.charge(steps(template, scope.variables), item, once=settles)
        if one is None or one.is_local:
            scope.know(**x.named())
        try:
            value = settle(template, scope.variables)
        except Reason as reason:
            raise self.error(reason, item, key=key) from None
        if isinstance(value, _WHOLE) and _has_input(value):
            fields = " or ".join(f"`input.{name}`" for name in x.named())
            message = f"`input` is no value by itself: say {fields}"
            raise self.error(Reason("wrong-type", message), item, key=key)
        if settles:
            self.settled[one] = value  # the same wherever the walk stands
        return value

    def structure(
        self, template: Template, item: Item | Branch, key: str, scope: Scope, x: Shape
    ) -> Value:
        """Evaluate what decides about the structure: it must be the same at every input size."""
        if scope.depends_on_size(template):
            message = (
                f"`{key}` may not depend on height or width: the layers are the same at every size"
            )
            raise self.error(Reason("structure-depends-on-size", message), item, key=key)
        return self.value(template, item, key, scope, x)

    def decide(self, when: Template, item: Item | Branch, scope: Scope, x: Shape) -> bool:
        """Evaluate a condition."""
        value = self.structure(when, item, "when", scope, x)
        if not isinstance(value, bool):
            message = f"expected true or false, not {shown(value)}"
            raise self.error(Reason("wrong-type", message), item, key="when")
        return value

    def op(self, item: Layer, scope: Scope, x: Shape) -> Op:
        """Make the op of a layer; equal fields give the same object."""
        ready = item.ready or self.ready.get(item)
        if ready is not None:
            return ready
        values = [self.value(v, item, key, scope, x) for key, v in item.waiting.items()]
        key = (item, *map(exact, values))
        if key not in self.made:
            types, fields = ops.field_types(item.op), dict(item.fields)
            for name, value in zip(item.waiting, values, strict=True):
                try:
                    fields[name] = read(types[name], value)
                except Reason as reason:
                    raise self.error(reason, item, key=name) from None
            self.made[key] = ops.make(item.op, **fields)
            if all(template in self.settled for template in item.waiting.values()):
                self.ready[item] = self.made[key]
        return self.made[key]

    def rows(self, loop: Loop, item: Item, scope: Scope, x: Shape) -> list[dict[str, Value]]:
        """Give for each turn of a loop the variables that it sets."""
        if loop.names:
            rows = self.structure(loop.rows, item, "in", scope, x)
            if not isinstance(rows, tuple):
                message = f"`in` gives a list of rows, not {shown(rows)}"
                raise self.error(Reason("wrong-type", message), item, key="in")
            if not rows:
                reason = Reason("wrong-type", "`in` has no rows", "`when` switches layers off")
                raise self.error(reason, item, key="in")
            return [self._row(loop.names, row, item) for row in rows]
        count = single(self.structure(loop.count, item, "repeat", scope, x))
        if type(count) is not int or count < 1:
            message = f"expected a whole number, 1 or more, not {shown(count)}"
            raise self.error(Reason("wrong-type", message), item, key="repeat")
        if count > limits.now().layers:
            message = (
                f"{shown(count)} repetitions: a network may have {limits.now().layers:,} layers"
            )
            raise self.error(limits.too_large("layers", message), item, key="repeat")
        return [{}] * count

    def error(
        self, reason: Reason, item: Item | Branch, path: str = "", key: str | None = None
    ) -> SpecError:
        """Turn a reason into an error at the place of a key of an item, or of the item."""
        return SpecError([self.locate(reason, item, path, key)])

    def locate(
        self, reason: Reason, item: Item | Branch, path: str = "", key: str | None = None
    ) -> Diagnostic:
        """Say where a reason holds: at a key of the item, at its op, or at its beginning."""
        mark = _mark(item, key or reason.key)
        if reason.code == "unknown-key" and isinstance(item.mark, Mapping):
            mark = item.mark.keys.get(reason.key or "", mark)
        place = self.text.place(mark.line, mark.column, mark.length) if self.text else None
        where = f"{path}: " if path else ""
        return Diagnostic(reason.code, where + reason.message, place, reason.hint)

    def _row(self, names: tuple[str, ...], row: Value, item: Item) -> dict[str, Value]:
        values = row if isinstance(row, tuple) else (row,)
        if len(values) != len(names):
            message = (
                f"the row {shown(row)} has {len(values)} values "
                f"for {len(names)} columns: {', '.join(names)}"
            )
            raise self.error(Reason("bad-row", message), item, key="in")
        return dict(zip(names, values, strict=True))


def _has_input(value: Value) -> bool:
    """Tell whether a value is `input` as a whole, or a list that holds it."""
    if isinstance(value, tuple):
        return any(map(_has_input, value))
    return isinstance(value, dict)


def _mark(item: Item | Branch, key: str | None) -> Tree:
    tree = item.mark
    if not isinstance(tree, Mapping):
        return tree
    op = item.op if isinstance(item, Layer) else "block"
    main = ops.find(op).main if op in ops.names() else None
    for candidate in (op if key == main and key not in tree.entries else key, "op", "block"):
        if candidate in tree.entries:
            value = tree.entries[str(candidate)]
            return value if isinstance(value, Scalar) and value.text else tree.keys[str(candidate)]
    return tree.keys.get(op, tree)
