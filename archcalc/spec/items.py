"""Reading lists of layers: layers, groups, blocks put in place, joins and their branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc import limits, ops
from archcalc.errors import Reason, listed, suggestion
from archcalc.ops import find
from archcalc.ops.fields import shown
from archcalc.spec.checker import is_empty, plain_value
from archcalc.spec.entry import bare
from archcalc.spec.expression import ENTERING, LOOP
from archcalc.spec.layer import Common, LayerReader
from archcalc.spec.loops import LoopReader
from archcalc.spec.names import AROUND, COMMON, Names, check_parameter
from archcalc.spec.parts import named_parts
from archcalc.spec.reader import Mapping, Sequence
from archcalc.spec.shares import shares
from archcalc.spec.spec import REQUIRED, Block, Branch, Call, Group, Item, Join, Layer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from collections.abc import Set as AbstractSet

    from archcalc.spec.checker import Checker
    from archcalc.spec.reader import Tree
    from archcalc.spec.spec import Loop, Template


class ItemReader:
    """Reads lists of layers of one family; `blocks` maps each block to its parameters."""

    def __init__(
        self, checker: Checker, family: Collection[str], blocks: dict[str, Mapping]
    ) -> None:
        self.checker = checker
        self.layers = LayerReader(checker, blocks)
        self.family = frozenset(family)
        self.loops = LoopReader(checker, self.family)
        self.scope = self.family | ENTERING | {"input"}
        self.blocks = {name: checker.section(tree, "parameters") for name, tree in blocks.items()}

    def block(self, name: str, tree: Mapping) -> Block:
        """Read one block: its parameters, which may use earlier ones, and its layers."""
        self.checker.keys(tree, ("parameters", "layers"), f"the block `{name}`")
        declared = self.blocks[name]
        scope = set(self.scope).difference(declared.entries)
        parameters: dict[str, Template] = {}
        for key, value in declared.entries.items():
            check_parameter(self.checker, key, declared.keys[key], self.family)
            required = is_empty(value)
            parameters[key] = (
                REQUIRED if required else self.checker.template(value, scope, plain_value)
            )
            scope.add(key)
        self.seen(scope, tree)
        items = self.level(tree.entries.get("layers"), scope, tree)
        return Block(name, parameters, items, Item(name=name, mark=declared))

    def level(self, tree: Tree | None, scope: Collection[str], owner: Tree) -> tuple[Item, ...]:
        """Read a list of layers as one level: its names are unique."""
        if tree is None:
            misspelt = isinstance(owner, Mapping) and suggestion("layers", owner.keys)
            if not misspelt:  # that has been said
                self.checker.complain("missing-key", "there are no `layers`", owner)
            return ()
        entries = self.checker.sequence(tree, "`layers`")
        return self._items(entries, scope, Names(self.checker, entries))

    def single(self, tree: Tree) -> tuple[Item, ...]:
        """Read one entry as a level of its own."""
        return self._items([tree], self.scope, Names(self.checker, [tree]))

    def item(self, tree: Tree, scope: Collection[str], names: Names) -> Item | None:
        """Read one entry of a list; None if it cannot be told what it is."""
        entry = bare(tree)
        if not isinstance(entry, Mapping):
            hint = "a list inside a list is a branch: it stands under `add:` or `concat:`"
            self.checker.complain("wrong-type", "expected a layer, not a list", tree, hint)
            return None
        before = len(self.checker.mistakes)
        loop = self.loops.loop(entry, scope)
        if loop is None:
            return self._entry(entry, scope, names, None)
        inner = self.seen({*scope, *LOOP, *loop.names}, entry)
        with self.checker.reading() as read:
            item = self._entry(entry, inner, names, loop)
        chosen = item.block if isinstance(item, Call) else ""
        if isinstance(chosen, str) and len(self.checker.mistakes) == before:
            self.loops.check_columns(entry, self.blocks.get(chosen), read)
        return item

    def _entry(
        self, entry: Mapping, inner: Collection[str], names: Names, loop: Loop | None
    ) -> Item | None:
        """Read what an entry repeats, or the entry itself."""
        common: Common = {
            "mark": entry,
            "when": self.layers.condition(entry, inner),
            "sources": self._sources(entry),
            "loop": loop,
            "weights": shares(self.checker, entry),
        }
        if "block" in entry.entries:
            return self._call(entry, inner, names, common)
        if "layers" in entry.entries:
            return self._group(entry, inner, names, common)
        op = self.layers.op_of(entry)
        if op is None:
            return None
        if ops.is_join(op):
            return self._join(entry, op, inner, names, common)
        if op == "split" and "part" not in entry.entries:
            return self._split(entry, inner, names, common)
        return self._layer(entry, op, inner, names, common)

    def seen(self, scope: AbstractSet[str], tree: Tree) -> AbstractSet[str]:
        """Bound the variables of a place: every loop and block in it has them all."""
        most = limits.now().variables
        if len(scope) > most:
            message = f"{len(scope):,} parameters and columns can be seen here; {most} are the most"
            reason = limits.too_large("variables", message)
            self.checker.complain(reason.code, reason.message, tree, reason.hint)
            self.checker.finish()
        return scope

    def _items(
        self, entries: Iterable[Tree], scope: Collection[str], names: Names
    ) -> tuple[Item, ...]:
        found = (self.item(entry, scope, names) for entry in entries)
        return tuple(item for item in found if item is not None)

    def _sources(self, tree: Mapping) -> tuple[str, ...]:
        mark = tree.entries.get("from")
        sources = self.checker.words(mark, "`from`") if mark and not is_empty(mark) else ()
        if mark and not sources:
            self.checker.complain("missing-key", "`from` names no layer", mark)
        return sources

    def _bound_inputs(self, tree: Mapping, what: str, common: Common, most: int = 1) -> None:
        given = len(common["sources"])
        if given > most > 1:
            message = f"{what} takes {most} inputs at most, not {given}"
            self.checker.complain("two-inputs", message, tree.entries["from"])
        elif given > most:
            hint = "`add:` and `concat:` join several"
            self.checker.complain(
                "two-inputs", f"{what} takes one input", tree.entries["from"], hint
            )

    def _layer(
        self, tree: Mapping, op: str, scope: Collection[str], names: Names, common: Common
    ) -> Layer:
        self._bound_inputs(tree, f"`{op}`", common, find(op).most_inputs)
        name = _name(op, names.given(tree), names, common)
        return self.layers.layer(tree, op, name, scope, common)

    def _group(self, tree: Mapping, scope: Collection[str], names: Names, common: Common) -> Group:
        self.checker.keys(tree, (*COMMON, "layers"), "a group")
        self._bound_inputs(tree, "a group", common)
        entries = self.checker.sequence(tree.entries["layers"], "`layers`")
        name = names.given(tree)
        if common["loop"]:
            name = _name("group", name, names, common)
        shares_level = name is None and common["loop"] is None
        if shares_level and common["weights"]:
            message = (
                "a group that takes weights needs a name: its layers are paired by their paths"
            )
            self.checker.complain("missing-key", message, tree.keys["weights"])
        inner = names if shares_level else Names(self.checker, entries)
        return Group(name=name, items=self._items(entries, scope, inner), **common)

    def _split(
        self,
        tree: Mapping,
        scope: Collection[str],
        names: Names,
        common: Common,
    ) -> Group:
        """Read a split whose parts have names: a layer for each."""
        parts = named_parts(tree)
        if len(parts) < 2:
            message = "`split` needs the names of two parts or more"
            hint = "`split: [a, b]`, or `split: 2, part: 1` for one of them"
            self.checker.complain("missing-key", message, tree, hint)
        self.checker.keys(
            tree, {*COMMON, "op", "split", "parts", "axis"} - {"weights"}, "a split into parts"
        )
        self._bound_inputs(tree, "`split`", common)
        name = names.given(tree)
        if common["loop"]:
            name = _name("split", name, names, common)
        shares_level = name is None and common["loop"] is None
        inner = names if shares_level else Names(self.checker, ())
        alone: Common = {**common, "when": True, "sources": (), "loop": None}
        layers = tuple(
            self.layers.layer(part, "split", inner.given(part), scope, alone.copy())
            for part in parts
        )
        return Group(name=name, items=layers, splits=True, **common)

    def _call(self, tree: Mapping, scope: Collection[str], names: Names, common: Common) -> Call:
        self._bound_inputs(tree, "a block", common)
        block = self.checker.template(tree.entries["block"], scope, _word)
        arguments = {
            key: self.checker.template(value, scope, plain_value)
            for key, value in tree.entries.items()
            if key not in {*COMMON, "block"}
        }
        if isinstance(block, str) and block not in self.blocks:
            hint = suggestion(block, self.blocks) or listed("blocks", self.blocks)
            message = f"there is no block `{block[:80]}`"
            self.checker.complain("unknown-block", message, tree.entries["block"], hint)
        elif isinstance(block, str):
            known = {*self.blocks[block].entries, *COMMON, "block"}
            self.checker.keys(tree, known, f"the block `{block}`")
        word = block if isinstance(block, str) else "block"
        name = _name(word, names.given(tree), names, common)
        return Call(name=name, block=block, arguments=arguments, **common)

    def _join(
        self, tree: Mapping, op: str, scope: Collection[str], names: Names, common: Common
    ) -> Join:
        known = {*COMMON, *AROUND, "op", op, *ops.field_types(op)} - {"weights"}
        self.checker.keys(tree, known, f"`{op}`")
        given, entries = names.given(tree), self._branches(tree, op)
        several = len(common["sources"]) > 1
        if entries is not None and several == bool(entries):
            message = f"`{op}` joins either its branches or the layers that `from` lists"
            self.checker.complain("no-branches", message, tree)
        shares_level = given is None and common["loop"] is None
        inner = names if shares_level else Names(self.checker, entries or ())
        before, after = self.layers.sides(op, tree, scope)
        if several and not entries:
            self._check_earlier(tree, op, before)
        return Join(
            name=_name(op, given, names, common),
            op=op,
            shares_level=shares_level,
            fields=self.layers.fields_of_join(op, tree),
            branches=tuple(self._branch(entry, scope, inner) for entry in entries or ()),
            before=before,
            after=after,
            **common,
        )

    def _branches(self, tree: Mapping, op: str) -> list[Tree] | None:
        """List the branches of a join; None if what stands there is no list."""
        known = {key: tree.entries[key] for key in ("branches", op) if key in tree.entries}
        given = [value for value in known.values() if not is_empty(value)]
        if len(given) > 1:
            message = f"`{op}: ...` is its `branches`, which is given twice"
            self.checker.complain("duplicate-key", message, tree.keys["branches"])
        entries = self.checker.sequence(given[0], f"`{op}`") if given else []
        return entries if not given or isinstance(given[0], Sequence) else None

    def _check_earlier(self, tree: Mapping, op: str, before: tuple[Layer, ...]) -> None:
        """Refuse what has no meaning where earlier outputs are joined."""
        if before:
            message = f"`before` needs branches: `{op}` joins what `from` lists as it is"
            self.checker.complain("unknown-key", message, tree.keys.get("before", tree))
        for key in [key for key in ("repeat", "for") if key in tree.entries]:
            message = f"`{op}` of what `from` lists cannot be repeated: each turn would be the same"
            self.checker.complain("unknown-key", message, tree.keys[key])

    def _branch(self, tree: Tree, scope: Collection[str], names: Names) -> Branch:
        when, content = self.layers.condition(Mapping(0, 0), scope), tree
        if isinstance(tree, Mapping) and "branch" in tree.entries:
            self.checker.keys(tree, ("branch", "when"), "a branch")
            when, content = self.layers.condition(tree, scope), tree.entries["branch"]
        entries = content.items if isinstance(content, Sequence) else [content]
        return Branch(items=self._items(entries, scope, names), when=when, mark=tree)


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise Reason("wrong-type", f"expected the name of a block, not {shown(value)}")
    return value


def _name(word: str, given: str | None, names: Names, common: Common) -> str | None:
    """Name an item; one whose rows are named needs no name of its own."""
    loop = common["loop"]
    if given is None and loop and "name" in loop.names:
        return None
    return given or names.numbered(word)
