"""Reading one layer: its op, its fields over the defaults, and what stands before and after it."""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache, partial
from typing import TYPE_CHECKING, TypedDict

from archcalc import limits, ops
from archcalc.errors import Reason, suggestion
from archcalc.ops.declarations import declaration, read
from archcalc.spec.checker import is_empty, untyped
from archcalc.spec.entry import bare, extended, is_several, op_words, renamed
from archcalc.spec.expression import waits
from archcalc.spec.names import AROUND, COMMON, STRUCTURE, Names
from archcalc.spec.reader import Mapping, Scalar
from archcalc.spec.spec import Layer
from archcalc.spec.vocabulary import (
    instead_of_field,
    instead_of_op,
    instead_of_value,
    op_hint,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from archcalc.ops.op import Op
    from archcalc.spec.checker import Checker
    from archcalc.spec.reader import Tree
    from archcalc.spec.spec import Loop, Share, Template
    from archcalc.spec.values import Value


class Common(TypedDict):
    """What every item of a list has."""

    mark: Tree
    when: Template
    sources: tuple[str, ...]
    loop: Loop | None
    weights: tuple[Share, ...]


class LayerReader:
    """Reads layers with the family's defaults."""

    def __init__(self, checker: Checker, blocks: Collection[str] = ()) -> None:
        self.checker = checker
        self.blocks = blocks
        self.defaults: dict[str, dict[str, Template]] = {}
        self.waiting: dict[str, set[str]] = {}
        self.written: dict[str, Mapping] = {}
        self.around: dict[tuple[str, str], tuple[Layer, ...]] = {}
        self.made: dict[object, Op] = {}

    def set_defaults(self, tree: Mapping, scope: Collection[str]) -> None:
        """Read `defaults`: for each op its fields, and the layers before and after it."""
        entries: dict[str, Mapping] = {}
        for op, entry in tree.entries.items():
            if op not in ops.names():
                self._no_such_op(op, tree.keys[op])
                continue
            entries[op] = self.checker.mapping(entry, f"the defaults of `{op}`")
            known = {*ops.field_types(op), *AROUND} - {"branches"}
            self.checker.keys(entries[op], known, f"the defaults of `{op}`")
            fields = {key: value for key, value in entries[op].entries.items() if key in known}
            self.defaults[op] = self._templates(op, fields, scope)
            self.waiting[op] = {key for key, value in self.defaults[op].items() if waits(value)}
            self.written[op] = entries[op]
        for op, entry in entries.items():
            for side in AROUND:
                if side in entry.entries:
                    self.around[op, side] = self._around(side, entry.entries[side], scope)

    def op_of(self, tree: Mapping) -> str | None:
        """Tell the op of an entry, named by a key or by `op:`; complain unless there is one."""
        if "op" in tree.entries:
            word = self.checker.word(tree.entries["op"], "an op")
            if word in ops.names():
                return word
            if isinstance(tree.entries["op"], Scalar):
                self._no_such_op(word, tree.entries["op"])
            return None
        words = op_words(tree)
        if len(words) == 1:
            return words[0]
        if words:
            message = f"one layer cannot be both `{words[0]}` and `{words[1]}`"
            hint = "each layer is an entry of its own"
            self.checker.complain("two-ops", message, tree.keys[words[1]], hint)
            return None
        self._no_op(tree)
        return None

    def layer(
        self, tree: Mapping, op: str, name: str | None, scope: Collection[str], common: Common
    ) -> Layer:
        """Read a layer whose op is known."""
        if "branch" in tree.entries:
            message, hint = (
                f"`branch` is not a key of `{op}`",
                "it stands under `add:` or `concat:`",
            )
            self.checker.complain("unknown-key", message, tree.keys["branch"], hint)
        fields, waiting, common["mark"] = self._fields(op, tree, scope)
        before, after = self.sides(op, tree, scope)
        return Layer(
            name=name,
            op=op,
            fields=fields,
            waiting=waiting,
            ready=None if waiting else self._made(op, fields),
            before=before,
            after=after,
            **common,
        )

    def fields_of_join(self, op: str, tree: Mapping) -> dict[str, Value]:
        """Read what a join has beside its branches, over the defaults; nothing of it waits."""
        types = {key: kind for key, kind in ops.field_types(op).items() if key != "branches"}
        own = {
            key: self.checker.attempt(tree.entries[key], partial(_settled, types[key], tree, key))
            for key in types.keys() & tree.entries.keys()
        }
        return {**self.defaults.get(op, {}), **own}

    def sides(
        self, op: str, tree: Mapping, scope: Collection[str]
    ) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
        """Read what stands before and after a layer: its own, or the default of its op."""
        before, after = (self._side(side, op, tree, scope) for side in AROUND)
        return before, renamed(after, {layer.name for layer in before})

    def condition(self, tree: Mapping, scope: Collection[str]) -> Template:
        """Read `when`; without it the answer is true."""
        if "when" not in tree.entries:
            return True
        return self.checker.template(tree.entries["when"], scope, partial(read, "bool"))

    def _side(self, side: str, op: str, tree: Mapping, scope: Collection[str]) -> tuple[Layer, ...]:
        if side in tree.entries:
            return self._around(side, tree.entries[side], scope)
        return self.around.get((op, side), ())

    def _around(self, side: str, tree: Tree, scope: Collection[str]) -> tuple[Layer, ...]:
        """Read a list of single ops; a second one of the same name is numbered."""
        layers, items = [], self.checker.sequence(tree, f"`{side}`")
        if len(items) > (most := limits.now().around):
            reason = limits.too_large("around", f"`{side}` lists {len(items):,} layers")
            self.checker.complain(reason.code, reason.message, tree, reason.hint)
        for item in items[:most]:
            entry = bare(item)
            single = isinstance(entry, Mapping) and not is_several(entry)
            op = self.op_of(entry) if single and isinstance(entry, Mapping) else None
            if not isinstance(entry, Mapping) or not single or ops.is_join(op or ""):
                message = "`before` and `after` take single layers"
                hint = None if single else "blocks and groups are entries of a list of layers"
                self.checker.complain("wrong-type", message, item, hint)
            elif op is not None:
                name = Names(self.checker, ()).given(entry)
                layers.append(self._beside(entry, op, name or op, scope))
        return renamed(tuple(layers), set())

    def _beside(self, tree: Mapping, op: str, name: str, scope: Collection[str]) -> Layer:
        for key in tree.keys:
            if key in STRUCTURE - {"name", "when", "op"}:
                message = f"`{key}` has no meaning for a layer before or after another"
                self.checker.complain("unknown-key", message, tree.keys[key])
        fields, waiting, mark = self._fields(op, tree, scope)
        return Layer(
            name=name,
            mark=mark,
            when=self.condition(tree, scope),
            op=op,
            fields=fields,
            waiting=waiting,
            ready=None if waiting else self._made(op, fields),
        )

    def _fields(
        self, op: str, tree: Mapping, scope: Collection[str]
    ) -> tuple[dict[str, Value], dict[str, Template], Mapping]:
        """Read the fields of an op, its own over the defaults: those settled, those that wait.

        The mapping given back has beside the layer's keys those of the defaults that wait.
        """
        types = ops.field_types(op)
        trees = dict(tree.entries)
        for key in tree.entries:
            if key not in types and key not in STRUCTURE and key != op:
                known = {*types, *COMMON, *AROUND}
                hint = instead_of_field(key, known)
                self.checker.unknown_key(tree, key, f"`{op}`", known, hint)
        self._take_main(op, tree, trees)
        own = self._templates(op, trees, scope)
        default = self.defaults.get(op, {})
        templates = {**default, **own}
        self._complain_of_missing(op, tree, templates)
        waiting = {
            key: value
            for key, value in templates.items()
            if (waits(value) if key in own else key in self.waiting[op])
        }
        if inherited := [key for key in waiting if key not in own]:
            tree = extended(tree, self.written[op], inherited)
        return {k: v for k, v in templates.items() if k not in waiting}, waiting, tree

    def _templates(
        self, op: str, trees: dict[str, Tree], scope: Collection[str]
    ) -> dict[str, Template]:
        """Read each field by its declared type."""
        types = ops.field_types(op)
        return {
            key: self.checker.template(
                value, scope, partial(_read, types[key]), mappings=declaration(types[key]).named
            )
            for key, value in trees.items()
            if key in types
        }

    def _take_main(self, op: str, tree: Mapping, trees: dict[str, Tree]) -> None:
        """Take the value beside the op, as in `conv: 64`, for its main field."""
        beside, main = tree.entries.get(op), ops.find(op).main
        if beside is None or op in ops.field_types(op) or is_empty(beside):
            return
        if main is None:
            self.checker.complain("wrong-type", f"`{op}` takes no value here", beside)
        elif main in tree.entries:
            message = f"`{op}: ...` is its `{main}`, which is given twice"
            self.checker.complain("duplicate-key", message, tree.keys[main])
        else:
            trees[main] = beside

    def _complain_of_missing(self, op: str, tree: Mapping, given: dict[str, Template]) -> None:
        needed = _required(ops.find(op)).difference(given)
        if not needed:
            return
        main = ops.find(op).main
        types = ops.field_types(op)
        odd = [key for key in tree.entries if key not in types]
        said = [instead_of_field(key, types) or suggestion(key, types) or "" for key in odd]
        for missing in sorted(needed):
            if any(f"`{missing}`" in hint for hint in said):
                continue
            hint = f"write it beside the op: `{op}: ...`" if missing == main else None
            mark = tree.keys.get(op) or tree.entries.get("op") or tree
            self.checker.complain("missing-key", f"`{op}` needs its `{missing}`", mark, hint)

    def _made(self, op: str, fields: dict[str, Value]) -> Op | None:
        """Make an op whose fields are settled, unless they are wrong; equal ops are one object."""
        if self.checker.mistakes:
            return None
        default = self.defaults.get(op, {})  # which may be long, and is the same for all
        key = (op, frozenset(e for e in fields.items() if e[1] is not default.get(e[0])))
        if key not in self.made:
            self.made[key] = ops.make(op, **fields)
        return self.made[key]

    def _no_op(self, tree: Mapping) -> None:
        candidates = [key for key in tree.keys if key and key not in STRUCTURE]
        if not candidates:
            hint = "a layer names its op: `conv: 64`, `op: conv`, or a bare `relu`"
            return self.checker.complain("unknown-op", "this entry names no op", tree, hint)
        candidates = candidates[:20]
        near = [key for key in candidates if instead_of_op(key)]
        near += [key for key in candidates if suggestion(key, ops.names())]
        word = (near or candidates)[0]
        return self._no_such_op(word, tree.keys[word])

    def _no_such_op(self, word: str, mark: Tree) -> None:
        message, hint = f"there is no op `{word[:80]}`", None
        if word in self.blocks:
            hint = f"it is a block: `{{block: {word}}}`"
        self.checker.complain("unknown-op", message, mark, hint or op_hint(word))


def _read(declared: str, value: object) -> Value:
    try:
        return read(declared, value)
    except Reason as reason:
        hint = instead_of_value(declared, value)
        reason.hint = reason.hint or (None if hint == f"write `{value}`" else hint)
        raise


def _settled(declared: str, tree: Mapping, key: str) -> Value:
    """Read a field that is no expression."""
    return _read(declared, untyped(tree.entries[key]))


@cache
def _required(op: type[Op]) -> frozenset[str]:
    return frozenset(field.name for field in fields(op) if field.default is MISSING)
