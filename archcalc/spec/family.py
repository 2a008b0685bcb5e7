"""From the tree of a family file to the spec of one of its networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import UnknownName, in_a_row
from archcalc.ops.fields import shown
from archcalc.spec.checker import Checker, is_empty
from archcalc.spec.copies import Kept
from archcalc.spec.ends import read_inputs, read_outputs
from archcalc.spec.items import ItemReader
from archcalc.spec.names import BAD_NAME, is_name
from archcalc.spec.parameters import Parameters
from archcalc.spec.reader import Document, Mapping, Sequence, Tree
from archcalc.spec.spec import Block, Item, Spec
from archcalc.spec.variants import REPLACEABLE, lineage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as AnyMapping

    from archcalc.spec.values import Value

SECTIONS = (*REPLACEABLE, "parameters", "choices", "variants", "blocks")


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
    (Shape(1, 8, 8), 'conv1')
    """
    return Family(document, id).settle(variant, **(parameters or {}))


class _Body(NamedTuple):
    blocks: AnyMapping[str, Block]
    items: tuple[Item, ...]
    heads: AnyMapping[str, Item]
    kept: Kept


class Family:
    r"""A family file, read once, and settled as often as wanted: a spec for each of its networks.

    `id` is what to call the network of a file without variants. The other variants are read for
    their mistakes too, unless they are `known_right`. Raises SpecError if the text is no mapping.

    >>> from archcalc.spec.reader import Source, read
    >>> text = "parameters: {n: 2}\ninput: 1x8x8\nlayers: [{conv: =n, kernel: 3}]"
    >>> tiny = Family(read(Source("tiny.yaml", text)), "tiny")
    >>> tiny.settle(n=5).parameters, tiny.settle().parameters
    ({'n': 5}, {'n': 2})
    """

    def __init__(
        self,
        document: Document,
        id: str,  # noqa: A002 - the word of Spec
        *,
        known_right: bool = False,
    ) -> None:
        self.id = id
        self.source = document.source
        self.checker = Checker(document.source)
        if document.tree is None:
            self.checker.complain("empty", "the file is empty", Mapping(0, 0))
        self.tree = self.checker.mapping(document.tree or Mapping(0, 0), "a spec")
        self.checker.finish()
        self.checker.keys(self.tree, SECTIONS, "a spec")
        self.parameters = Parameters(self.checker, self.tree)
        self._standing = list(self.checker.mistakes)
        self._checked = known_right
        self._read: dict[tuple[int, ...], _Body] = {}

    def settle(self, variant: str | None = None, /, **parameters: Value) -> Spec:
        """Settle the parameters of a variant (None: the file as it stands), these over its own.

        Raises SpecError with every mistake of the text, UnknownName for what is not there.
        """
        self.checker.mistakes = list(self._standing)
        self.parameters.begin()
        sections, settings = self._written(variant)
        if variant is None:
            self._check_whole(sections)
        values = self.parameters.settle(settings, parameters)
        id = variant or self.id  # noqa: A001
        body = self._body(sections, values)
        inputs = read_inputs(self.checker, self.tree, sections.get("input"), values)
        self._check_others(variant, values)
        self._check_use(parameters)
        spec = Spec(
            id=id,
            name=self._text(sections, "name") or id,
            source=self._text(sections, "source"),
            inputs=inputs,
            parameters=values,
            changed={key: values[key] for key in parameters if key in values},
            items=body.items,
            blocks=body.blocks,
            heads=body.heads,
            outputs=read_outputs(self.checker, sections.get("outputs")),
            text=self.source,
            family=self,
            kept=body.kept,
        )
        self.checker.finish()
        return spec

    def _written(self, variant: str | None) -> tuple[dict[str, Tree], dict[str, Tree]]:
        """Give the sections of a variant, and the parameters that it sets."""
        sections, settings = dict(self.tree.entries), dict[str, Tree]()
        for tree in reversed(list(lineage(self.checker, self.tree, variant))):
            for key, value in tree.entries.items():
                (sections if key in REPLACEABLE else settings)[key] = value
        return sections, settings

    def _check_whole(self, sections: dict[str, Tree]) -> None:
        """Ask for a variant where the file as it stands is no network."""
        variants = self.checker.section(self.tree, "variants").entries
        if variants and not {"input", "layers"} <= sections.keys():
            message = f"{self.source.name} is no network by itself: say which variant"
            hint = f"as in `{self.source.name}#{next(iter(variants))}`: {in_a_row(variants)}"
            raise UnknownName.of("unknown-variant", message, hint)

    def _check_others(self, variant: str | None, names: AnyMapping[str, Value]) -> None:
        """Find the mistakes of variants that were not asked for."""
        if self._checked or self.checker.mistakes:
            return
        for other in self.checker.section(self.tree, "variants").entries:
            if other != variant and not self.checker.mistakes:
                sections, settings = self._written(other)
                self.parameters.settle(settings, {})
                self._body(sections, names)
                read_inputs(self.checker, self.tree, sections.get("input"), names)
        self._checked = not self.checker.mistakes

    def _check_use(self, overrides: Iterable[str]) -> None:
        """Refuse to set what no expression reads: nothing would change."""
        for name in [] if self.checker.mistakes else overrides:
            if name not in self.checker.read:
                message = f"nothing reads the parameter `{name}`: to set it changes nothing"
                self.checker.complain("unread", message, self.parameters.declared.keys[name])

    def _body(self, sections: dict[str, Tree], names: AnyMapping[str, Value]) -> _Body:
        """Read the layers, which depend on the names of the parameters, never on their values."""
        key = tuple(id(sections.get(name)) for name in ("defaults", "layers", "heads"))
        if key in self._read:
            return self._read[key]
        blocks = self._blocks()
        reader = ItemReader(self.checker, names, blocks)
        reader.seen(reader.scope, self.parameters.declared)
        with self.checker.reading() as read:
            if "defaults" in sections:
                defaults = self.checker.mapping(sections["defaults"], "`defaults`")
                reader.layers.set_defaults(defaults, reader.scope)
            unrolled = {name: reader.block(name, tree) for name, tree in blocks.items()}
        body = _Body(
            blocks=unrolled,
            items=reader.level(sections.get("layers"), reader.scope, self.tree),
            heads=self._heads(sections.get("heads"), reader),
            kept=Kept(frozenset(read)),
        )
        if not self.checker.mistakes:
            self._read[key] = body
        return body

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
