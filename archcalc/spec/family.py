"""From the tree of a family file to the spec of one of its networks."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.errors import Reason, SpecError, UnknownName, suggestion
from archcalc.ops.fields import count, shown
from archcalc.ops.op import Shape
from archcalc.spec.expression import Expression, Value
from archcalc.spec.reader import Document, Mapping, Scalar, Source, Tree
from archcalc.spec.schema import Checker, Layers, plain_value, untyped
from archcalc.spec.spec import Item, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTIONS = (
    "name",
    "source",
    "input",
    "parameters",
    "choices",
    "variants",
    "defaults",
    "blocks",
    "layers",
    "heads",
)
REPLACEABLE = ("name", "source", "input", "defaults", "layers", "heads")
ABOUT_VARIANTS = ("like", "aliases")


def interpret(
    document: Document,
    id: str,
    variant: str | None = None,
    parameters: AnyMapping[str, Value] | None = None,  # noqa: A002
) -> Spec:
    """Read the spec of one variant (None: the file as it stands), with `parameters` over its own.

    Raises SpecError with every mistake of the text, UnknownName for a variant that is not there.

    >>> from archcalc.spec.reader import read
    >>> document = read(Source("tiny.yaml", "input: 1x8x8\\nlayers: [{conv: 2, kernel: 3}]"))
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


def loose(name: str) -> str:
    """Reduce a name to what counts when names are compared.

    >>> loose("LeNet-5") == loose("lenet_5") == loose("lenet5")
    True
    """
    return "".join(c for c in name.lower() if c not in "-_ ")


def shape(value: object) -> Shape:
    """Read C x H x W from text, or from three numbers; a single number is a vector.

    >>> shape("3x224x224")
    Shape(channels=3, height=224, width=224)
    """
    parts = value.replace("×", "x").split("x") if isinstance(value, str) else value
    parts = [parts] if isinstance(parts, int) else parts
    if isinstance(parts, list | tuple) and len(parts) in (1, 3):
        try:
            numbers = [count(part.strip() if isinstance(part, str) else part) for part in parts]
        except Reason:
            numbers = []
        if numbers:
            return Shape(*(numbers if len(numbers) == 3 else (*numbers, 1, 1)))
    raise Reason(
        "wrong-type",
        f"expected an input such as 3x224x224 (channels x height x width), not {shown(value)}",
    )


class _Family:
    def __init__(self, document: Document) -> None:
        self.source = document.source
        self.checker = Checker(document.source)
        if document.tree is None:
            self.checker.complain("empty", "the file is empty", Mapping(0, 0))
        self.tree = self.checker.mapping(document.tree or Mapping(0, 0), "a spec")
        self.checker.keys(self.tree, SECTIONS, "a spec")

    def spec(self, id: str, variant: str | None, overrides: dict[str, Value]) -> Spec:  # noqa: A002
        sections = {**self.tree.entries}
        settings: dict[str, Tree] = {}
        for layer in reversed(list(self._lineage(variant))):
            for key, value in layer.entries.items():
                (sections if key in REPLACEABLE else settings)[key] = value
        values = self._parameters(settings, overrides)
        layers = Layers(self.checker, values)
        if "defaults" in sections:
            layers.set_defaults(self.checker.mapping(sections["defaults"], "`defaults`"))
        blocks = self._section("blocks")
        layers.blocks = {
            name: frozenset(
                layers.parameters_of(self.checker.mapping(entry, f"the block `{name}`")).entries
            )
            for name, entry in blocks.entries.items()
        }
        found = {
            name: layers.block(name, self.checker.mapping(entry, f"the block `{name}`"))
            for name, entry in blocks.entries.items()
        }
        scope = {*values, "channels", "height", "width", "input"}
        items = layers.items(sections.get("layers"), scope, self.tree)
        heads = self._heads(sections.get("heads"), layers, scope)
        entering = self._input(sections.get("input"), values)
        self.checker.finish()
        return Spec(
            id=id, name=self._text(sections, "name") or id, source=self._text(sections, "source"),
            input=entering, parameters=values, items=items, blocks=found, heads=heads, text=self.source,
        )  # fmt: skip

    def _section(self, name: str) -> Mapping:
        entry = self.tree.entries.get(name)
        return self.checker.mapping(entry, f"`{name}`") if entry else Mapping(0, 0)

    def _text(self, sections: dict[str, Tree], key: str) -> str:
        return self.checker.word(sections[key], f"`{key}`") if key in sections else ""

    def _lineage(self, variant: str | None) -> Iterator[Mapping]:
        """Give the variant, then what it is like, and so on."""
        known, seen = self._section("variants"), set()
        while variant is not None:
            if variant not in known.entries:
                names = list(known.entries)
                hint = suggestion(variant, names) or (
                    f"its variants: {', '.join(names)}" if names else "it has no variants"
                )
                raise UnknownName.of(
                    "unknown-variant", f"{self.source.name} has no variant `{variant[:80]}`", hint
                )
            tree = self.checker.mapping(known.entries[variant], f"the variant `{variant}`")
            seen.add(variant)
            yield tree
            like = tree.entries.get("like")
            variant = self.checker.word(like, "`like`") if like else None
            if variant in seen and like:
                self.checker.complain("endless", f"`{variant}` is like itself", like)
                self.checker.finish()
            elif variant is not None and like and variant not in known.entries:
                self.checker.complain(
                    "unknown-variant",
                    f"there is no variant `{variant[:80]}`",
                    like,
                    suggestion(variant, known.entries),
                )
                self.checker.finish()

    def _parameters(
        self, settings: dict[str, Tree], overrides: dict[str, Value]
    ) -> dict[str, Value]:
        """Settle the family's parameters in their order; each may use the earlier ones."""
        declared = self._section("parameters")
        named = Layers(self.checker, ())
        for key, mark in declared.keys.items():
            named.check_parameter(key, mark, "the family")
            if key in REPLACEABLE or key in ABOUT_VARIANTS:
                self.checker.complain(
                    "reserved-word", f"`{key}` is a section of a spec, not a parameter", mark
                )
        for key, tree in settings.items():
            if key not in declared.entries and key not in ABOUT_VARIANTS:
                known = [*declared.entries, *REPLACEABLE, *ABOUT_VARIANTS]
                hint = (
                    suggestion(key, known)
                    or f"its parameters: {', '.join(declared.entries) or 'none'}"
                )
                self.checker.complain(
                    "unknown-key", f"`{key[:80]}` is not a parameter of this family", tree, hint
                )
        for key in overrides:
            if key not in declared.entries:
                hint = (
                    suggestion(key, declared.entries)
                    or f"its parameters: {', '.join(declared.entries) or 'none'}"
                )
                hint = (
                    "the input is set by itself: `--input`, or count(..., input=...)"
                    if key == "input"
                    else hint
                )
                raise UnknownName.of(
                    "unknown-parameter", f"{self.source.name} has no parameter `{key[:80]}`", hint
                )
        values: dict[str, Value] = {}
        for key, tree in declared.entries.items():
            values[key] = self._value(key, settings.get(key, tree), values)
            if key in overrides:
                values[key] = self._override(key, overrides[key], values[key])
        self._check_choices(values, settings, overrides)
        return values

    def _value(self, key: str, tree: Tree, earlier: dict[str, Value]) -> Value:
        template = self.checker.template(tree, earlier, plain_value)
        return self.checker.attempt(tree, lambda: settle(template, earlier))

    def _override(self, key: str, given: Value, own: Value) -> Value:
        value = plain_python(given)
        if own is not None and _kind(value) != _kind(own):
            message = f"parameter `{key}` is {_kind(own)} ({shown(own)}), not {shown(given)}"
            raise SpecError.of("wrong-type", message)
        return value

    def _check_choices(
        self, values: dict[str, Value], settings: dict[str, Tree], overrides: dict[str, Value]
    ) -> None:
        for key, tree in self._section("choices").entries.items():
            allowed = [
                plain_value(untyped(item))
                for item in self.checker.sequence(tree, f"the choices of `{key}`")
            ]
            if key not in values:
                self.checker.complain(
                    "unknown-key", f"`{key[:80]}` is not a parameter", tree, suggestion(key, values)
                )
            elif values[key] not in allowed:
                named = ", ".join(str(choice) for choice in allowed)
                message, hint = (
                    f"`{key}` is one of {named}, not {shown(values[key])}",
                    suggestion(str(values[key]), map(str, allowed)),
                )
                if key in overrides:
                    raise SpecError.of("not-a-choice", message, hint)
                self.checker.complain(
                    "not-a-choice",
                    message,
                    settings.get(key, self._section("parameters").entries[key]),
                    hint,
                )

    def _heads(self, tree: Tree | None, layers: Layers, scope: set[str]) -> dict[str, Item]:
        """Read the heads: each a block or a list of layers that hangs off an earlier output."""
        heads: dict[str, Item] = {}
        for name, entry in (self.checker.mapping(tree, "`heads`").entries if tree else {}).items():
            body = self.checker.mapping(entry, f"the head `{name}`")
            named = Mapping(body.line, body.column, {**body.entries}, {**body.keys})
            named.entries["name"] = Scalar(
                name, plain=True, line=body.line, column=body.column, length=1
            )
            if "from" not in body.entries:
                self.checker.complain(
                    "missing-key", f"the head `{name}` needs `from`: where it hangs", entry
                )
            for item in layers.single(named, scope):
                heads[name] = item
        return heads

    def _input(self, tree: Tree | None, values: dict[str, Value]) -> Shape:
        if tree is None:
            self.checker.complain(
                "missing-key", "a spec needs its `input`, such as 3x224x224", self.tree
            )
            return Shape(1, 1, 1)
        value = (
            self._value("input", tree, values)
            if isinstance(tree, Scalar) and tree.text.startswith("=")
            else untyped(tree)
        )
        found = self.checker.attempt(tree, lambda: shape(value))
        return found if isinstance(found, Shape) else Shape(1, 1, 1)


def settle(template: Value, variables: AnyMapping[str, Value]) -> Value:
    """Evaluate the expressions of a template."""
    if isinstance(template, Expression):
        return template.evaluate(variables)
    if isinstance(template, tuple):
        return tuple(settle(item, variables) for item in template)
    return template


def plain_python(value: Value) -> Value:
    """Take a value of a call over into the language: lists become tuples, floats exact fractions."""
    if isinstance(value, float):
        try:
            return Fraction(str(value))
        except ValueError:
            raise SpecError.of(
                "wrong-type", f"{value} is not a number that can be counted with"
            ) from None
    if isinstance(value, list | tuple):
        return tuple(plain_python(item) for item in value)
    return value


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, Fraction):
        return "a number"
    return "a list" if isinstance(value, list | tuple) else "a word"


def _aliases(tree: Tree) -> Iterator[str]:
    entry = tree.entries.get("aliases") if isinstance(tree, Mapping) else None
    for item in getattr(entry, "items", ()):
        if isinstance(item, Scalar):
            yield item.text
