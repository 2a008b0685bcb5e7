"""From a marked tree to the items of a spec: which keys may stand where, and of which type."""

from __future__ import annotations

from collections import Counter
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING

from archcalc import limits, ops
from archcalc.errors import Diagnostic, Reason, SpecError, suggestion
from archcalc.ops.fields import plain, read, shown
from archcalc.spec.expression import ENTERING, LOOP, RESERVED, Expression
from archcalc.spec.reader import Mapping, Scalar, Sequence
from archcalc.spec.spec import REQUIRED, Block, Branch, Call, Group, Item, Join, Layer, Loop

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from archcalc.ops.op import Op
    from archcalc.spec.reader import Source, Tree
    from archcalc.spec.spec import Template

JOINS = ("add", "concat")
COMMON = ("name", "when", "from", "repeat", "for", "in")
AROUND = ("before", "after")
STRUCTURE = frozenset({*COMMON, *AROUND, "op", "block", "layers", "branch"})


class Checker:
    """Reads parts of a tree and collects every mistake on the way."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.errors: list[Diagnostic] = []

    def complain(self, code: str, message: str, tree: Tree, hint: str | None = None) -> None:
        """Note a mistake at a place and go on."""
        place = self.source.place(tree.line, tree.column, tree.length)
        self.errors.append(Diagnostic(code, message, place, hint))

    def attempt(self, tree: Tree, action: Callable[[], object]) -> object:
        """Run an action; a `Reason` becomes a mistake at the place of `tree`."""
        try:
            return action()
        except Reason as reason:
            self.complain(reason.code, reason.message, tree, reason.hint)
            return None

    def finish(self) -> None:
        """Raise what was found, in the order of the text."""
        if self.errors:
            self.errors.sort(key=lambda d: d.place[1:3] if d.place else (0, 0))
            raise SpecError(self.errors)

    def mapping(self, tree: Tree, what: str) -> Mapping:
        """Expect a mapping; an empty value is an empty one."""
        if isinstance(tree, Mapping):
            return tree
        if not (isinstance(tree, Scalar) and tree.plain and tree.text in ("", "null", "~")):
            self.complain("wrong-type", f"{what} is a mapping of names to values", tree)
        return Mapping(tree.line, tree.column)

    def sequence(self, tree: Tree, what: str) -> list[Tree]:
        """Expect a list."""
        if isinstance(tree, Sequence):
            return tree.items
        self.complain("wrong-type", f"{what} is a list", tree)
        return []

    def word(self, tree: Tree, what: str) -> str:
        """Expect a text, of bounded length."""
        if not isinstance(tree, Scalar):
            self.complain("wrong-type", f"{what} is a word, not a collection", tree)
            return ""
        if len(tree.text) > limits.TEXT_LENGTH:
            message = f"{what} has {len(tree.text):,} characters; {limits.TEXT_LENGTH} are the most"
            self.complain("too-large", message, tree)
        return tree.text

    def keys(self, tree: Mapping, known: Collection[str], what: str) -> None:
        """Complain of every key that is not known."""
        for key, mark in tree.keys.items():
            if key not in known:
                hint = suggestion(key, known) or f"its keys: {', '.join(sorted(known))}"
                self.complain("unknown-key", f"`{key[:80]}` is not a key of {what}", mark, hint)

    def template(
        self, tree: Tree, variables: Collection[str] | None, settle: Callable[[object], object]
    ) -> Template:
        """Read a value that may be an expression, or a list with expressions in it."""
        if is_expression(tree):
            return self.attempt(tree, lambda: Expression(tree.text[1:], variables))
        if has_expression(tree):
            return tuple(self.template(item, variables, plain_value) for item in tree.items)  # type: ignore[union-attr]
        return self.attempt(tree, lambda: settle(untyped(tree)))


def is_expression(tree: Tree) -> bool:
    """Tell whether a scalar starts with `=`, quoted or not."""
    return isinstance(tree, Scalar) and tree.text.startswith("=")


def has_expression(tree: Tree) -> bool:
    """Tell whether a list holds an expression at any depth."""
    return isinstance(tree, Sequence) and any(
        is_expression(item) or has_expression(item) for item in tree.items
    )


def untyped(tree: Tree) -> object:
    """Give the texts of a tree as they stand; nothing for an empty value."""
    if isinstance(tree, Scalar):
        return None if tree.plain and tree.text in ("", "null", "~") else tree.text
    if isinstance(tree, Sequence):
        return [untyped(item) for item in tree.items]
    raise Reason("wrong-type", "expected a value, not a mapping")


def plain_value(value: object) -> object:
    """Settle a value that has no declared type: numbers, true, false, words, lists of them."""
    if isinstance(value, str):
        return plain(value)
    return tuple(plain_value(item) for item in value) if isinstance(value, list) else value


class Layers:
    """Reads lists of layers, with the family's defaults and the names that stand in scope."""

    def __init__(self, checker: Checker, family: Collection[str]) -> None:
        self.checker = checker
        self.family = frozenset(family)
        self.defaults: dict[str, Mapping] = {}
        self.around: dict[tuple[str, str], tuple[Layer, ...]] = {}
        self.blocks: dict[str, frozenset[str]] = {}
        self.interned: dict[object, Op] = {}

    def set_defaults(self, tree: Mapping) -> None:
        """Read `defaults`: for each op its fields, and the layers before and after it."""
        for op, entry in tree.entries.items():
            if op in ops.names():
                self.defaults[op] = self.checker.mapping(entry, f"the defaults of `{op}`")
            else:
                hint = suggestion(op, ops.names())
                self.checker.complain(
                    "unknown-op", f"there is no op `{op[:80]}`", tree.keys[op], hint
                )
        variables = self.family | ENTERING | {"input"}
        for op, entry in self.defaults.items():
            known = {*ops.annotations(op), *AROUND} - {"branches"}
            self.checker.keys(entry, known, f"the defaults of `{op}`")
            for side in AROUND:
                if side in entry.entries:
                    self.around[op, side] = self._around(entry.entries[side], variables)

    def block(self, name: str, tree: Mapping) -> Block:
        """Read one block: its parameters, each of which may use the earlier ones, and its layers."""
        self.checker.keys(tree, ("parameters", "layers"), f"the block `{name}`")
        scope = set(self.family | ENTERING | {"input"})
        parameters: dict[str, Template] = {}
        for key, (value, mark) in _entries(self.parameters_of(tree)).items():
            self.check_parameter(key, mark, f"the block `{name}`")
            empty = isinstance(value, Scalar) and value.plain and value.text == ""
            parameters[key] = (
                REQUIRED if empty else self.checker.template(value, scope, plain_value)
            )
            scope.add(key)
        return Block(name, parameters, self.items(tree.entries.get("layers"), scope, tree))

    def parameters_of(self, tree: Mapping) -> Mapping:
        """Give the mapping of parameters of a block or family."""
        entry = tree.entries.get("parameters")
        return self.checker.mapping(entry, "`parameters`") if entry else Mapping(0, 0)

    def check_parameter(self, name: str, mark: Tree, where: str) -> None:
        """Complain if a parameter's name cannot be used in an expression, or means something else."""
        if name in RESERVED or (name in STRUCTURE and where != "the family"):
            message = (
                f"`{name}` is a word of the language; a parameter of {where} needs another name"
            )
            self.checker.complain("reserved-word", message, mark)
        elif not name.isidentifier() or not name.isascii():
            message = f"`{name[:80]}` cannot be a parameter: letters, digits and _ only"
            self.checker.complain("bad-name", message, mark)
        elif name in self.family and where != "the family":
            message = f"`{name}` of {where} hides the family's parameter `{name}`"
            self.checker.complain("hidden-name", message, mark, "give one of them another name")

    def items(self, tree: Tree | None, scope: Collection[str], owner: Tree) -> tuple[Item, ...]:
        """Read a list of layers as one level: its names are unique."""
        if tree is None:
            self.checker.complain("missing-key", "there are no `layers`", owner)
            return ()
        entries = self.checker.sequence(tree, "`layers`")
        return self._level(entries, scope, _Names(self.checker, entries))

    def single(self, tree: Tree, scope: Collection[str]) -> tuple[Item, ...]:
        """Read one entry as a level of its own."""
        return self._level([tree], scope, _Names(self.checker, [tree]))

    def _level(
        self, entries: Iterable[Tree], scope: Collection[str], names: _Names
    ) -> tuple[Item, ...]:
        found = (self._item(entry, scope, names) for entry in entries)
        return tuple(item for item in found if item is not None)

    def _item(self, tree: Tree, scope: Collection[str], names: _Names) -> Item | None:
        if isinstance(tree, Scalar):
            tree = Mapping(
                tree.line, tree.column, {tree.text: _nothing(tree)}, {tree.text: tree}, tree.length
            )
        if not isinstance(tree, Mapping):
            hint = "a list inside a list is a branch; it stands under add: or concat:"
            self.checker.complain("wrong-type", "expected a layer, not a list", tree, hint)
            return None
        kind = self._kind(tree)
        if kind is None:
            return None
        loop = self._loop(tree, scope)
        inner = set(scope) | LOOP | set(loop.names) if loop else scope
        return getattr(self, f"_{kind}")(tree, inner, names, self._common(tree, scope, loop))  # type: ignore[no-any-return]

    def _kind(self, tree: Mapping) -> str | None:
        """Tell what an entry is by the key that says so."""
        if "block" in tree.entries:
            return "call"
        found = _op_words(tree)
        if "op" in tree.entries:
            found = [self.checker.word(tree.entries["op"], "an op")]
        elif "layers" in tree.entries and not found:
            return "group"
        if len(found) == 1 and found[0] in ops.names():
            return "join" if found[0] in JOINS else "layer"
        self._no_op(tree, found)
        return None

    def _no_op(self, tree: Mapping, found: list[str]) -> None:
        if len(found) > 1:
            message = f"one layer cannot be both `{found[0]}` and `{found[1]}`"
            return self.checker.complain(
                "two-ops", message, tree.keys[found[1]], "each layer is one entry"
            )
        candidates = found or [key for key in tree.keys if key not in STRUCTURE] or [""]
        word = candidates[0]
        mark = tree.entries["op"] if found else tree.keys.get(word, tree)
        hint = next((s for s in (suggestion(key, ops.names()) for key in candidates) if s), None)
        hint = hint or "a layer names its op: `conv: 64`, `op: conv`, or a bare `relu`"
        message = f"there is no op `{word[:80]}`" if word else "this entry names no op"
        return self.checker.complain("unknown-op", message, mark, hint)

    def _common(
        self, tree: Mapping, scope: Collection[str], loop: Loop | None
    ) -> dict[str, object]:
        common: dict[str, object] = {"mark": tree, "loop": loop}
        if "when" in tree.entries:
            common["when"] = self.checker.template(
                tree.entries["when"], scope, lambda v: read("bool", v)
            )
        if "from" in tree.entries:
            entry = tree.entries["from"]
            entries = entry.items if isinstance(entry, Sequence) else [entry]
            common["sources"] = tuple(self.checker.word(name, "`from`") for name in entries)
        return common

    def _loop(self, tree: Mapping, scope: Collection[str]) -> Loop | None:
        entries = tree.entries
        if "repeat" in entries:
            for key in ("for", "in"):
                if key in entries:
                    self.checker.complain(
                        "two-loops", "`repeat` and `for` exclude each other", tree.keys[key]
                    )
            count = self.checker.template(entries["repeat"], scope, lambda v: read("Count", v))
            return Loop(count=count)
        if "for" not in entries and "in" not in entries:
            return None
        if "for" not in entries or "in" not in entries:
            self.checker.complain(
                "missing-key", "`for` names columns and `in` gives their rows", tree
            )
            return None
        column = entries["for"]
        columns = column.items if isinstance(column, Sequence) else [column]
        names = tuple(self.checker.word(name, "a column of `for`") for name in columns)
        for name, mark in zip(names, columns, strict=True):
            if name != "name":
                self.check_parameter(name, mark, "this loop")
        return Loop(names=names, rows=self.checker.template(entries["in"], scope, plain_value))

    def _group(
        self, tree: Mapping, scope: Collection[str], names: _Names, common: dict[str, object]
    ) -> Group:
        self.checker.keys(tree, (*COMMON, "layers"), "a group")
        entries = self.checker.sequence(tree.entries["layers"], "`layers`")
        name = names.given(tree)
        level = names if name is None and not common["loop"] else _Names(self.checker, entries)
        if name is None and common["loop"]:
            name = names.numbered("group")
        return Group(name=name, items=self._level(entries, scope, level), **common)  # type: ignore[arg-type]

    def _call(
        self, tree: Mapping, scope: Collection[str], names: _Names, common: dict[str, object]
    ) -> Call:
        word = self.checker.template(tree.entries["block"], scope, str)
        arguments = {
            key: self.checker.template(value, scope, plain_value)
            for key, value in tree.entries.items()
            if key not in (*COMMON, "block")
        }
        if isinstance(word, str):
            self._check_call(word, tree, arguments, common)
        label = word if isinstance(word, str) else "block"
        name = names.of(tree, label, common["loop"])  # type: ignore[arg-type]
        return Call(name=name, block=word, arguments=arguments, **common)  # type: ignore[arg-type]

    def _check_call(
        self, block: str, tree: Mapping, arguments: dict[str, Template], common: dict[str, object]
    ) -> None:
        if block not in self.blocks:
            hint = suggestion(block, self.blocks)
            message = f"there is no block `{block[:80]}`"
            return self.checker.complain("unknown-block", message, tree.entries["block"], hint)
        loop = common["loop"]
        columns = loop.names if isinstance(loop, Loop) else ()
        known = {*self.blocks[block]}
        for key in arguments:
            if key not in known:
                hint = (
                    suggestion(key, known | {*COMMON})
                    or f"its parameters: {', '.join(sorted(known))}"
                )
                self.checker.complain(
                    "unknown-key",
                    f"`{key[:80]}` is not a parameter of the block `{block}`",
                    tree.keys[key],
                    hint,
                )
        del columns
        return None

    def _layer(
        self, tree: Mapping, scope: Collection[str], names: _Names, common: dict[str, object]
    ) -> Layer:
        op = self._op_word(tree)
        if len(common.get("sources", ())) > 1:  # type: ignore[arg-type]
            self.checker.complain(
                "two-inputs",
                f"`{op}` takes one input",
                tree.entries["from"],
                "join them with add: or concat:",
            )
        name = names.of(tree, op, common["loop"])  # type: ignore[arg-type]
        settled = self._fields(op, tree, scope)
        return Layer(
            name=name, op=op, fields=settled, ready=self._ready(op, settled),
            before=self._side("before", op, tree, scope), after=self._side("after", op, tree, scope),
            **common,  # type: ignore[arg-type]
        )  # fmt: skip

    def _join(
        self, tree: Mapping, scope: Collection[str], names: _Names, common: dict[str, object]
    ) -> Join:
        op = self._op_word(tree)
        self.checker.keys(tree, (*COMMON, *AROUND, "op", op, "branches"), f"`{op}`")
        name, entry = names.given(tree), tree.entries.get("branches") or tree.entries.get(op)
        unnamed = name is None
        name = name or names.numbered(op)
        given = entry is not None and not (isinstance(entry, Scalar) and entry.text == "")
        if given == (len(common.get("sources", ())) > 1):  # type: ignore[arg-type]
            message = f"`{op}` joins its branches, or the layers that `from` lists"
            self.checker.complain("no-branches", message, tree)
        entries = self.checker.sequence(entry, f"`{op}`") if given and entry else []
        level = None if unnamed and not common["loop"] else _Names(self.checker, entries)
        branches = tuple(self._branch(branch, scope, level or names) for branch in entries)
        return Join(
            name=name, op=op, fields={}, unnamed=level is None, branches=branches,
            before=self._side("before", op, tree, scope), after=self._side("after", op, tree, scope),
            **common,  # type: ignore[arg-type]
        )  # fmt: skip

    def _branch(self, tree: Tree, scope: Collection[str], names: _Names) -> Branch:
        when: Template = True
        content = tree
        if isinstance(tree, Mapping) and "branch" in tree.entries:
            self.checker.keys(tree, ("branch", "when"), "a branch")
            content = tree.entries["branch"]
            if "when" in tree.entries:
                when = self.checker.template(tree.entries["when"], scope, lambda v: read("bool", v))
        entries = content.items if isinstance(content, Sequence) else [content]
        return Branch(items=self._level(entries, scope, names), when=when, mark=tree)

    def _op_word(self, tree: Mapping) -> str:
        if "op" in tree.entries:
            return self.checker.word(tree.entries["op"], "an op")
        return _op_words(tree)[0]

    def _side(self, side: str, op: str, tree: Mapping, scope: Collection[str]) -> tuple[Layer, ...]:
        if side in tree.entries:
            return self._around(tree.entries[side], scope)
        return self.around.get((op, side), ())

    def _around(self, tree: Tree, scope: Collection[str]) -> tuple[Layer, ...]:
        """Read the layers that stand before or after another: single ops, numbered from the second."""
        seen: Counter[str] = Counter()
        layers = []
        for entry in self.checker.sequence(tree, "`before` or `after`"):
            layer = self._item(entry, scope, _Names(self.checker, [entry]))
            if layer is None:
                continue
            if (
                not isinstance(layer, Layer)
                or isinstance(layer, Join)
                or layer.loop
                or layer.sources
            ):
                self.checker.complain("wrong-type", "before and after take single ops", entry)
                continue
            word = layer.op if layer.name == f"{layer.op}1" else str(layer.name)
            seen[word] += 1
            name = word if seen[word] == 1 else f"{word}{seen[word]}"
            layers.append(
                Layer(
                    name=name,
                    mark=layer.mark,
                    when=layer.when,
                    op=layer.op,
                    fields=layer.fields,
                    ready=layer.ready,
                )
            )
        return tuple(layers)

    def _fields(self, op: str, tree: Mapping, scope: Collection[str]) -> dict[str, Template]:
        """Read the fields of an op: its own over the defaults; complain of missing and unknown ones."""
        annotations, main = ops.annotations(op), ops.find(op).main
        trees = {**self.defaults.get(op, Mapping(0, 0)).entries}
        for side in AROUND:
            trees.pop(side, None)
        own = {key: value for key, value in tree.entries.items() if key not in STRUCTURE}
        beside = own.pop(op, None)
        unknown = [key for key in own if key not in annotations]
        self._unknown(op, tree, unknown)
        trees.update({key: value for key, value in own.items() if key in annotations})
        if beside is not None and not _empty(beside):
            if main is None:
                self.checker.complain(
                    "wrong-type",
                    f"`{op}` takes no value here",
                    beside,
                    f"its keys: {', '.join(annotations) or 'none'}",
                )
            elif main in own:
                self.checker.complain(
                    "duplicate-key", f"`{op}: ...` is its `{main}`, given twice", tree.keys[main]
                )
            else:
                trees[main] = beside
        for missing in _required(op) - set(trees):
            message = f"`{op}` needs its `{missing}`"
            hint = f"`{op}: ...` gives it" if missing == main else f"`{missing}: ...`"
            self.checker.complain("missing-key", message, tree.keys.get(op, tree), hint)
        return {
            key: self.checker.template(value, scope, _reader(annotations[key]))
            for key, value in trees.items()
            if key in annotations
        }

    def _unknown(self, op: str, tree: Mapping, unknown: list[str]) -> None:
        known = {*ops.annotations(op), *COMMON, *AROUND} - {"trainable"}
        for key in unknown:
            hint = (
                suggestion(key, known)
                or f"its keys: {', '.join(sorted(known - {*COMMON, *AROUND})) or 'none'}"
            )
            self.checker.complain(
                "unknown-key", f"`{key[:80]}` is not a key of `{op}`", tree.keys[key], hint
            )

    def _ready(self, op: str, settled: dict[str, Template]) -> Op | None:
        """Make the op now if no field waits; equal ops are one object."""
        if self.checker.errors or any(waits(value) for value in settled.values()):
            return None
        key = (op, tuple(settled.items()))
        if key not in self.interned:
            self.interned[key] = ops.find(op)(**settled)
        return self.interned[key]


class _Names:
    """The names of one level: each once; unnamed layers are numbered as written."""

    def __init__(self, checker: Checker, entries: Iterable[Tree]) -> None:
        self.checker = checker
        self.explicit = set(_explicit(entries))
        self.seen: set[str] = set()
        self.numbers: Counter[str] = Counter()

    def given(self, tree: Mapping) -> str | None:
        """Give the name that an entry has, if any."""
        if "name" not in tree.entries:
            return None
        mark = tree.entries["name"]
        name = self.checker.word(mark, "a name")
        if not name or "/" in name or "." in name or name == "input":
            message = f"{shown(name)} cannot be a name"
            self.checker.complain(
                "bad-name", message, mark, "names contain no / and no ., and `input` is taken"
            )
        elif name in self.seen:
            self.checker.complain(
                "duplicate-name", f"`{name[:80]}` is the name of two layers here", mark
            )
        self.seen.add(name)
        return name

    def numbered(self, word: str) -> str:
        """Number an unnamed layer, leaving out names that are written."""
        while True:
            self.numbers[word] += 1
            name = f"{word}{self.numbers[word]}"
            if name not in self.explicit:
                return name

    def of(self, tree: Mapping, word: str, loop: Loop | None) -> str | None:
        """Name a layer; one whose rows are named needs no name of its own."""
        given = self.given(tree)
        if given is None and loop and "name" in loop.names:
            return None
        return given or self.numbered(word)


def _explicit(entries: Iterable[Tree]) -> Iterator[str]:
    """List the names written in a level, also within unnamed groups and joins."""
    waiting = list(entries)
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, Sequence):
            waiting.extend(tree.items)
        elif isinstance(tree, Mapping):
            name = tree.entries.get("name")
            if isinstance(name, Scalar):
                yield name.text
            else:
                inner = ("layers", "branch", "branches", *JOINS)
                waiting.extend(tree.entries[key] for key in inner if key in tree.entries)


def _op_words(tree: Mapping) -> list[str]:
    """List the keys that are ops, but not where they are fields of one (`scale` of `batchnorm`)."""
    words = [key for key in tree.entries if key in ops.names()]
    if len(words) < 2:
        return words
    fields_of_others = {field for word in words for field in ops.annotations(word)}
    return [word for word in words if word not in fields_of_others]


def waits(value: Template) -> bool:
    """Tell whether a template holds an expression."""
    if isinstance(value, tuple):
        return any(waits(item) for item in value)
    return isinstance(value, Expression)


def _entries(tree: Mapping) -> dict[str, tuple[Tree, Tree]]:
    return {key: (value, tree.keys[key]) for key, value in tree.entries.items()}


def _empty(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.plain and tree.text in ("", "null", "~")


def _nothing(tree: Tree) -> Scalar:
    return Scalar("", plain=True, line=tree.line, column=tree.column, length=1)


def _reader(annotation: str) -> Callable[[object], object]:
    return lambda value: read(annotation, value)


def _required(op: str) -> set[str]:
    return {f.name for f in fields(ops.find(op)) if f.default is MISSING}
