"""From the tree of a family file to the spec of one of its networks."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.errors import Reason, SpecError, UnknownName, suggestion
from archcalc.ops.fields import shown, written
from archcalc.ops.op import Shape
from archcalc.spec.checker import Checker, is_empty, plain_value
from archcalc.spec.expression import settle
from archcalc.spec.items import ItemReader
from archcalc.spec.names import BAD_NAME, check_parameter, is_name, loose
from archcalc.spec.reader import Document, Mapping, Scalar, Sequence, Tree
from archcalc.spec.spec import Item, Spec
from archcalc.spec.values import Value, bounded, exact, from_python, shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as AnyMapping

REPLACEABLE = ("name", "source", "input", "defaults", "layers", "heads")
"""Sections that a variant may replace."""
SECTIONS = (*REPLACEABLE, "parameters", "choices", "variants", "blocks")
ABOUT_VARIANTS = ("like", "aliases")


def interpret(
    document: Document,
    id: str,  # noqa: A002 - the word of Spec
    variant: str | None = None,
    parameters: AnyMapping[str, Value] | None = None,
) -> Spec:
    r"""Read the spec of one variant (None: the file as it stands), with `parameters` over its own.

    Raises SpecError with every mistake of the text, UnknownName for a variant that is not there.

    >>> from archcalc.spec.reader import Source, read
    >>> document = read(Source("tiny.yaml", "input: 1x8x8\nlayers: [{conv: 2, kernel: 3}]"))
    >>> spec = interpret(document, "tiny")
    >>> spec.input, spec.items[0].name
    (Shape(channels=1, height=8, width=8), 'conv1')
    """
    return _Family(document).spec(id, variant, dict(parameters or {}))


def variants(tree: Tree | None) -> dict[str, tuple[str, ...]]:
    """List the variants of a family with their aliases, without reading more of it."""
    entry = tree.entries.get("variants") if isinstance(tree, Mapping) else None
    if not isinstance(entry, Mapping):
        return {}
    return {name: tuple(_aliases(value)) for name, value in entry.entries.items()}


class _Family:
    def __init__(self, document: Document) -> None:
        self.source = document.source
        self.checker = Checker(document.source)
        if document.tree is None:
            self.checker.complain("empty", "the file is empty", Mapping(0, 0))
        self.tree = self.checker.mapping(document.tree or Mapping(0, 0), "a spec")
        self.checker.finish()
        self.checker.keys(self.tree, SECTIONS, "a spec")
        self.parameters = self.checker.section(self.tree, "parameters")

    def spec(self, id: str, variant: str | None, overrides: dict[str, Value]) -> Spec:  # noqa: A002
        """Settle the parameters, then read the sections that depend on their names."""
        sections, settings = dict(self.tree.entries), dict[str, Tree]()
        for tree in reversed(list(self._lineage(variant))):
            for key, value in tree.entries.items():
                (sections if key in REPLACEABLE else settings)[key] = value
        values = self._parameters(settings, overrides)
        blocks = self._blocks()
        reader = ItemReader(self.checker, values, blocks)
        reader.seen(reader.scope, self.parameters)
        if "defaults" in sections:
            defaults = self.checker.mapping(sections["defaults"], "`defaults`")
            reader.layers.set_defaults(defaults, reader.scope)
        read_blocks = {name: reader.block(name, tree) for name, tree in blocks.items()}
        spec = Spec(
            id=id,
            name=self._text(sections, "name") or id,
            source=self._text(sections, "source"),
            input=self._input(sections.get("input"), values),
            parameters=values,
            changed={key: values[key] for key in overrides if key in values},
            items=reader.level(sections.get("layers"), reader.scope, self.tree),
            blocks=read_blocks,
            heads=self._heads(sections.get("heads"), reader),
            text=self.source,
        )
        self.checker.finish()
        return spec

    def _blocks(self) -> dict[str, Mapping]:
        section = self.checker.section(self.tree, "blocks")
        blocks: dict[str, Mapping] = {}
        for name, tree in section.entries.items():
            if not is_name(name):
                message = f"{shown(name)} cannot be the name of a block"
                self.checker.complain("bad-name", message, section.keys[name], BAD_NAME)
            blocks[name] = self.checker.mapping(tree, f"the block `{name}`")
            if not isinstance(tree, Mapping) and not is_empty(tree):
                # that has been said: its layers are not missing besides
                blocks[name].entries["layers"] = Sequence(tree.line, tree.column)
        return blocks

    def _text(self, sections: dict[str, Tree], key: str) -> str:
        """Read a text that is printed as one line, wherever it was broken."""
        if key not in sections or is_empty(sections[key]):
            return ""
        text = " ".join(self.checker.word(sections[key], f"`{key}`").split())
        if not text.isprintable():
            message = f"`{key}` has characters that cannot be seen: {shown(text)}"
            self.checker.complain("odd-character", message, sections[key])
        return text

    def _lineage(self, variant: str | None) -> Iterator[Mapping]:
        """Give the variant, then what it is like, and so on."""
        if variant is None:
            return
        known = self.checker.section(self.tree, "variants").entries
        if variant not in known:
            hint = suggestion(variant, known) or f"its variants: {', '.join(known) or 'none'}"
            message = f"{self.source.name} has no variant `{variant[:80]}`"
            raise UnknownName.of("unknown-variant", message, hint)
        seen: set[str] = set()
        tree = known[variant]
        while isinstance(tree, Mapping):
            seen.add(variant)
            yield tree
            like = tree.entries.get("like")
            if not isinstance(like, Scalar) or like.text not in known:
                return
            variant, tree = like.text, known[like.text]
            if variant in seen:
                self.checker.complain("endless", f"`{variant}` is like itself", like)
                return

    def _parameters(
        self, settings: dict[str, Tree], overrides: dict[str, Value]
    ) -> dict[str, Value]:
        """Settle the family's parameters in their order; each may use the earlier ones."""
        declared = self.parameters.entries
        self._check_parameters(overrides)
        self._check_variants()
        values: dict[str, Value] = {}
        for key, own in declared.items():
            tree = settings.get(key, own)
            values[key] = None
            if key not in overrides or not is_empty(tree):
                values[key] = self._value(tree, values)
            if key in overrides:
                values[key] = _override(key, overrides[key], values[key])
        self._check_choices(values, settings, overrides)
        self.checker.attempt(self.parameters, lambda: bounded(tuple(values.values())))
        return values

    def _check_parameters(self, overrides: dict[str, Value]) -> None:
        declared = self.parameters.entries
        for key, mark in self.parameters.keys.items():
            if key in REPLACEABLE or key in ABOUT_VARIANTS:
                message = f"`{key}` is a section of a spec; a parameter needs another name"
                self.checker.complain("reserved-word", message, mark)
            else:
                check_parameter(self.checker, key, mark, None)
        for key in overrides:
            if key not in declared:
                hint = suggestion(key, declared) or _listed(declared)
                if key == "input":
                    hint = "the input is set by itself: `--input`, or `count(..., input=...)`"
                message = f"{self.source.name} has no parameter `{key[:80]}`"
                raise UnknownName.of("unknown-parameter", message, hint)

    def _check_variants(self) -> None:
        """Check the keys of every variant, what it is like, and that no two answer to one name."""
        section = self.checker.section(self.tree, "variants")
        known = {*self.parameters.entries, *REPLACEABLE, *ABOUT_VARIANTS}
        called: dict[str, str] = {}
        for name, tree in section.entries.items():
            variant = self.checker.mapping(tree, f"the variant `{name[:80]}`")
            self.checker.keys(variant, known, f"the variant `{name[:80]}`")
            if "like" in variant.entries:
                self._check_like(variant.entries["like"], section.entries)
            aliases = variant.entries.get("aliases", Sequence(0, 0))
            listed = self.checker.sequence(aliases, f"`aliases` of `{name[:80]}`")
            for mark in (section.keys[name], *listed):
                word = self.checker.word(mark, "an alias")
                other = called.setdefault(loose(word), name)
                if other != name and isinstance(mark, Scalar):
                    message = f"{shown(word)} would be `{name[:80]}` and `{other[:80]}`"
                    hint = "names match loosely: case, -, _ and spaces do not count"
                    self.checker.complain("duplicate-name", message, mark, hint)

    def _check_like(self, like: Tree, variants: dict[str, Tree]) -> None:
        word = self.checker.word(like, "`like`")
        if is_empty(like):
            self.checker.complain("missing-key", "`like` names no variant", like)
        elif isinstance(like, Scalar) and word not in variants:
            message = f"there is no variant {shown(word)}"
            near = suggestion(word, variants)
            self.checker.complain("unknown-variant", message, like, near)

    def _value(self, tree: Tree, earlier: dict[str, Value]) -> Value:
        """Settle one parameter; what follows from an earlier mistake is not another one."""
        template = self.checker.template(tree, earlier, plain_value)
        if self.checker.mistakes:
            return None
        return self.checker.attempt(tree, lambda: settle(template, earlier))

    def _check_choices(
        self, values: dict[str, Value], settings: dict[str, Tree], overrides: dict[str, Value]
    ) -> None:
        choices = self.checker.section(self.tree, "choices")
        for key, tree in choices.entries.items():
            entries = self.checker.sequence(tree, f"`choices` of `{key}`")
            allowed = [self._value(entry, {}) for entry in entries]
            if key not in values:
                self.checker.unknown_key(choices, key, "`choices`", values)
            elif self.checker.mistakes and (values[key] is None or None in allowed or not allowed):
                continue  # one of them could not be read, and that has been said
            elif exact(values[key]) not in map(exact, allowed):
                known = [written(choice) for choice in allowed]
                message = f"`{key}` is one of {', '.join(known)}, not {shown(values[key])}"
                hint = suggestion(written(values[key]), known)
                if key in overrides:
                    raise SpecError.of("not-a-choice", message, hint)
                mark = settings.get(key, self.parameters.entries[key])
                self.checker.complain("not-a-choice", message, mark, hint)

    def _heads(self, tree: Tree | None, reader: ItemReader) -> dict[str, Item]:
        """Read the heads: each a block or a list of layers that hangs off an earlier output."""
        heads: dict[str, Item] = {}
        written = self.checker.mapping(tree, "`heads`") if tree else Mapping(0, 0)
        for name, entry in written.entries.items():
            body = self.checker.mapping(entry, f"the head `{name}`")
            if not isinstance(entry, Mapping) and not is_empty(entry):
                continue  # that has been said
            if "from" not in body.entries:
                message = f"the head `{name}` needs `from`: the layer where it hangs"
                self.checker.complain("missing-key", message, entry)
            if "name" in body.entries:
                message = f"`name` is not a key of the head `{name}`: that is its name"
                self.checker.complain("unknown-key", message, body.keys["name"])
            named = {**body.entries, "name": written.keys[name]}
            head = Mapping(body.line, body.column, named, body.keys)
            for item in reader.single(head):
                heads[name] = item
        return heads

    def _input(self, tree: Tree | None, values: dict[str, Value]) -> Shape:
        if tree is None:
            message = "a spec needs its `input`, such as 3x224x224"
            self.checker.complain("missing-key", message, self.tree)
            return Shape(1, 1, 1)
        template = self.checker.template(tree, values, lambda value: value)
        if template is None and self.checker.mistakes:
            return Shape(1, 1, 1)
        found = self.checker.attempt(tree, lambda: shape(settle(template, values)))
        return found or Shape(1, 1, 1)


def _override(key: str, given: Value, own: Value) -> Value:
    try:
        value = from_python(given)
    except Reason as reason:
        raise SpecError.of(
            reason.code, f"parameter `{key}`: {reason.message}", reason.hint
        ) from None
    if own is not None and _kind(value) != _kind(own):
        message = f"parameter `{key}` is {_kind(own)} such as {shown(own)}, not {shown(given)}"
        raise SpecError.of("wrong-type", message)
    return value


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | Fraction):
        return "a number"
    return "a list" if isinstance(value, tuple) else "a word"


def _listed(parameters: dict[str, Tree]) -> str:
    return f"its parameters: {', '.join(parameters) or 'none'}"


def _aliases(tree: Tree) -> Iterator[str]:
    entry = tree.entries.get("aliases") if isinstance(tree, Mapping) else None
    for item in getattr(entry, "items", ()):
        if isinstance(item, Scalar):
            yield item.text
