"""The second document of a family file: what was printed about its networks, and in what sense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from archcalc.counts import KINDS, QUANTITIES
from archcalc.errors import Place, Reason, suggestion
from archcalc.ops.fields import shown, truth
from archcalc.referee.published.printed import MEETS, Printed, read, unit_of
from archcalc.spec.checker import Checker, plain_value, untyped
from archcalc.spec.expression import Expression
from archcalc.spec.names import loose
from archcalc.spec.reader import Document, Mapping, Scalar, Sequence, documents
from archcalc.spec.variants import variants

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from archcalc.spec.reader import Source, Tree
    from archcalc.spec.values import Value

Match = Literal["exact", "round", "trunc", "bound", "none"]

VARIABLES = frozenset({*QUANTITIES, *KINDS, "inputs", "output"})
"""What a figure may read, of a layer or of a network."""
OF_A_NETWORK = frozenset({"by_op", "by_convention"})
"""What it may read of a network besides."""
OF_A_LAYER = frozenset({"field"})
"""What it may read of a layer besides."""
SETTING = ("network", "with", "heads")
"""What says which network is meant."""
REQUIRED = ("figure", "printed", "match", "source")
KEYS = (*SETTING, *REQUIRED, "layer", "against", "unit", "where", "note", "why", "subject")


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """Which network: its name, parameters set otherwise than it has them, with heads or without."""

    network: str
    parameters: AnyMapping[str, Value] = field(default_factory=dict)
    heads: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Record:
    """A figure as its source prints it, and what it counts.

    `settings` are the networks that it holds for: none where it is not computed; `why` says why.
    `key` is short for the `source`, `where` the place in it, `place` where the record stands.
    """

    settings: tuple[Setting, ...]
    subject: str = ""
    layer: str | None = None
    figure: Expression
    against: Setting | None = None
    text: str
    printed: Printed
    match: Match
    key: str
    source: str
    where: str = ""
    note: str = ""
    why: str = ""
    place: Place


class Network(NamedTuple):
    """A network of a family file; no variant where the file is one network."""

    id: str
    variant: str | None


class Ledger(NamedTuple):
    """A family file: its first document, its networks by every name, its records."""

    document: Document
    networks: AnyMapping[str, Network]
    records: tuple[Record, ...]

    def network(self, name: str) -> Network | None:
        """Find a network of the family by a name that matches loosely."""
        return self.networks.get(loose(name))


def read_ledger(source: Source, stem: str) -> Ledger:
    """Read both documents of a text, the first only as a tree. Raises SpecError with all mistakes.

    Without a second document there are no records. A file without variants is one network, called
    `stem` or as its `name` says.

    >>> from archcalc.spec.library import families, library_source
    >>> (path,) = [path for path in families() if path.stem == "inception-v4"]
    >>> [record.text for record in read_ledger(library_source(path), path.stem).records][:2]
    ['42679816', '2071']
    """
    trees = list(documents(source))
    checker = Checker(source)
    first = trees[0] if trees else None
    networks = {
        loose(name): Network(variant, variant)
        for variant, aliases in variants(first).items()
        for name in (variant, *aliases)
    } or {loose(name): Network(stem, None) for name in (stem, *_title(first))}
    records: tuple[Record, ...] = ()
    if len(trees) > 1:
        records = _Reader(checker, networks).records(trees[1])
    for tree in trees[2:]:
        checker.complain("too-many-documents", "a file has a spec and its published figures", tree)
    checker.finish()
    return Ledger(Document(source, first), networks, records)


def _title(tree: Tree | None) -> tuple[str, ...]:
    name = tree.entries.get("name") if isinstance(tree, Mapping) else None
    return (name.text,) if isinstance(name, Scalar) else ()


class _Reader:
    def __init__(self, checker: Checker, networks: AnyMapping[str, Network]) -> None:
        self.checker = checker
        self.networks = networks
        self.sources: dict[str, str] = {}

    def records(self, tree: Tree) -> tuple[Record, ...]:
        """Read the document: the sources by their short names, then the records."""
        document = self.checker.mapping(tree, "the second document")
        self.checker.keys(document, ("sources", "published"), "the second document")
        sources = self.checker.section(document, "sources")
        self.sources = {
            key: self.checker.word(entry, "a source") for key, entry in sources.entries.items()
        }
        if "published" not in document.entries:
            self.checker.complain("missing-key", "there is no list `published`", document)
            return ()
        entries = self.checker.sequence(document.entries["published"], "`published`")
        found = [self._record(self.checker.mapping(entry, "a record")) for entry in entries]
        return tuple(record for record in found if record is not None)

    def _record(self, tree: Mapping) -> Record | None:
        before = len(self.checker.mistakes)
        self.checker.keys(tree, KEYS, "a record")
        self._check_presence(tree)
        layer = self._text(tree, "layer") or None
        against = self._against(tree)
        figure = self._figure(tree, whole=layer is None, against=against is not None)
        settings = self._settings(tree)
        printed = self._printed(tree)
        match, key = self._match(tree, printed), self._source(tree)
        if len(self.checker.mistakes) > before or figure is None or printed is None:
            return None
        return Record(
            settings=settings, subject=self._text(tree, "subject"), layer=layer, figure=figure,
            against=against, text=self._text(tree, "printed"), printed=printed, match=match,
            key=key, source=self.sources.get(key, key), where=self._text(tree, "where"),
            note=self._text(tree, "note"), why=self._text(tree, "why"),
            place=self.checker.source.place(tree.line, tree.column, tree.length),
        )  # fmt: skip

    def _check_presence(self, tree: Mapping) -> None:
        computed = "why" not in tree.entries
        for key in (*REQUIRED, "network") if computed else (*REQUIRED, "subject"):
            if key not in tree.entries:
                self.checker.complain("missing-key", f"a record needs its `{key}`", tree)
        for key in ("subject",) if computed else (*SETTING, "layer", "against"):
            if key in tree.entries:
                message = f"`{key}` is of a record {'with' if computed else 'without'} a `why`"
                hint = "a record with `why` is not computed, and names its `subject`"
                self.checker.complain("unknown-key", message, tree.keys[key], hint)

    def _text(self, tree: Mapping, key: str) -> str:
        entry = tree.entries.get(key)
        return " ".join(self.checker.word(entry, f"`{key}`").split()) if entry else ""

    def _settings(self, tree: Mapping) -> tuple[Setting, ...]:
        entry = tree.entries.get("network")
        if entry is None:
            return ()
        marks = entry.items if isinstance(entry, Sequence) else [entry]
        for mark in marks:
            name = self.checker.word(mark, "a network")
            if loose(name) not in self.networks:
                known = [network.id for network in self.networks.values()]
                message = f"this file has no network {shown(name)}"
                self.checker.complain("unknown-network", message, mark, suggestion(name, known))
        parameters, heads = self._parameters(tree), self._heads(tree)
        return tuple(Setting(name, parameters, heads) for name in self.checker.words(entry, "it"))

    def _against(self, tree: Mapping) -> Setting | None:
        """Read the other network of a ratio; it may be of another family."""
        entry = tree.entries.get("against")
        if entry is None:
            return None
        other = self.checker.mapping(entry, "`against`")
        self.checker.keys(other, SETTING, "`against`")
        if "network" not in other.entries:
            self.checker.complain("missing-key", "`against` needs its `network`", other)
        return Setting(self._text(other, "network"), self._parameters(other), self._heads(other))

    def _parameters(self, tree: Mapping) -> dict[str, Value]:
        attempt = self.checker.attempt
        return {
            key: attempt(entry, lambda entry=entry: plain_value(untyped(entry)))  # type: ignore[misc]
            for key, entry in self.checker.section(tree, "with").entries.items()
        }

    def _heads(self, tree: Mapping) -> bool:
        entry = tree.entries.get("heads")
        return bool(entry and self.checker.attempt(entry, lambda: truth(untyped(entry))))

    def _figure(self, tree: Mapping, *, whole: bool, against: bool) -> Expression | None:
        entry = tree.entries.get("figure")
        if entry is None:
            return None
        text = self.checker.word(entry, "`figure`")
        known = VARIABLES | (OF_A_NETWORK if whole else OF_A_LAYER)
        known |= {"against"} if against else set()
        if text.startswith("="):
            return self.checker.attempt(entry, lambda: Expression(text[1:], known))
        message = f"a figure is an expression, such as `=parameters`, not {shown(text)}"
        self.checker.complain("wrong-type", message, entry)
        return None

    def _printed(self, tree: Mapping) -> Printed | None:
        entry, unit = tree.entries.get("printed"), 1
        if entry is None:
            return None
        if "unit" in tree.entries:
            mark = tree.entries["unit"]
            unit = self.checker.attempt(mark, lambda: unit_of(self._text(tree, "unit"))) or 1
        return self.checker.attempt(entry, lambda: read(self._text(tree, "printed"), unit))

    def _match(self, tree: Mapping, printed: Printed | None) -> Match:
        word = self._text(tree, "match")
        if "match" in tree.entries:
            self.checker.attempt(tree.entries["match"], lambda: _check_match(word, printed))
        return cast("Match", word)

    def _source(self, tree: Mapping) -> str:
        key = self._text(tree, "source")
        if "source" in tree.entries and key not in self.sources:
            message = f"`sources` does not say what {shown(key)} is"
            mark = tree.entries["source"]
            self.checker.complain("unknown-source", message, mark, suggestion(key, self.sources))
        return key


def _check_match(word: str, printed: Printed | None) -> None:
    """Refuse a match that does not exist, or cannot hold for what is printed."""
    if word not in MEETS:
        message = f"a match is one of {', '.join(MEETS)}, not {shown(word)}"
        raise Reason("not-a-choice", message, suggestion(word, MEETS))
    if printed is None:
        return
    if bool(printed.bound) != (word == "bound") and word != "none":
        message = "a bound (less than, more than) is printed for `match: bound`, and for it alone"
        raise Reason("wrong-match", message)
    if printed.shape and word not in {"exact", "none"}:
        raise Reason("wrong-match", f"a shape is equal or not: `match: exact`, not `{word}`")
