"""Finding a network: by name or alias in the library, by path, or from an open file."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from functools import cache, reduce
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from archcalc import limits
from archcalc.errors import (
    Diagnostic,
    Place,
    SpecError,
    UnknownName,
    UsageError,
    in_a_row,
)
from archcalc.files import SPEC, File, is_file_name, is_there, kind_of, open_file
from archcalc.ops.fields import shown
from archcalc.spec.family import Family
from archcalc.spec.names import loose
from archcalc.spec.reader import Document, Mapping, Scalar, Source, read
from archcalc.spec.slips import beginning, near
from archcalc.spec.variants import variants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.spec.reader import Tree
    from archcalc.spec.spec import Spec
    from archcalc.spec.values import Value

SUFFIXES = SPEC.suffixes


class Entry(NamedTuple):
    """A network of the library; `year` is that of the source which it is written from."""

    id: str
    aliases: tuple[str, ...]
    family: str
    variant: str | None
    path: Path
    year: int | None = None


def load(network: str | Path | IO[str] | AnyMapping[str, object], /, **parameters: Value) -> Spec:
    """Load a network by name (`lenet5`), by path (`mine.yaml#small`), from a file or from a dict.

    `parameters` override those of the spec. Raises UnknownName if nothing answers to the name, and
    SpecError with every mistake of the text.

    >>> load("LeNet-5")
    Spec('lenet5', input=1x32x32)
    >>> load({"input": "1x8x8", "layers": [{"conv": 2, "kernel": 3}]}).items[0].name
    'conv1'
    >>> load("densenet121", growth=24).parameters["growth"]
    24
    """
    found = locate(network)
    if isinstance(found, Found):
        return found.settle(**parameters)
    file, variant = found
    kind = kind_of(file)
    if kind is not SPEC:
        message = f"`{file.name}` is {kind.one}, not a spec"
        raise UsageError.of("not-a-spec", message, "`archcalc.read` gives the graph of its network")
    return load_file(file, variant).settle(**parameters)


class Found(NamedTuple):
    """A family file, and which network of it is meant."""

    document: Document
    id: str
    variant: str | None = None
    of_library: bool = False
    """Whether it was found by its name: the library's mistakes are for its tests to find."""

    def settle(self, /, **parameters: Value) -> Spec:
        """Read the spec, these parameters over its own. Raises SpecError for all mistakes."""
        family = Family(self.document, self.id, known_right=self.of_library)
        return family.settle(self.variant, **parameters)


def load_file(file: File, variant: str = "") -> Found:
    """Read the text of a spec's file, and find the variant that answers to a name."""
    document = read(source_of(file.content(), file.name))
    return Found(document, file.stem, _answering(document, variant) if variant else None)


def locate(
    network: str | Path | IO[str] | IO[bytes] | AnyMapping[str, object],
) -> Found | tuple[File, str]:
    """Find what a name, a dict, a path or an open file stands for; a path may name a variant.

    Raises UnknownName if nothing answers to the name.
    """
    if isinstance(network, AnyMapping):
        from archcalc.spec.given import tree_of  # noqa: PLC0415 - files do without

        return Found(tree_of(network), "spec")
    if not isinstance(network, str | Path):
        if not hasattr(network, "read"):
            message = f"a network is a name, a path, an open file or a dict, not {shown(network)}"
            raise UsageError.of("wrong-type", message)
        content: str | bytes = network.read(limits.now().file_bytes + 1)
        content = content.encode(errors="surrogatepass") if isinstance(content, str) else content
        return File(str(getattr(network, "name", "spec")), content), ""
    path, _, variant = str(network).partition("#")
    try:
        if is_file_name(network):
            return open_file(Path(path)), variant
        entry, document = find(str(network))
    except UnknownName:
        if is_there(path):
            return open_file(Path(path)), variant
        printed = isinstance(network, str) and "/" in path and slashed(network)
        if not printed:
            raise
        entry, document = printed
    return Found(document, entry.id, entry.variant, of_library=True)


def find(name: str) -> tuple[Entry, Document]:
    """Find a network of the library by a name that matches loosely. Raises UnknownName."""
    wanted = loose(name)
    for path, word in sorted(_stems(), key=lambda file: (file[1] not in wanted, -len(file[1]))):
        source = library_source(path)
        if _bare(wanted) not in _bare(word + source.text):
            continue
        document = read(source)
        for entry in _entries(path, document):
            if wanted in map(loose, (entry.id, *entry.aliases)):
                return _dated(entry, document), document
    raise _unknown(name)


def family(name: str) -> Found | None:
    """Find a family of the library by the name of its file, to be settled as it is written."""
    path = next((path for path, stem in _stems() if stem == loose(name)), None)
    return Found(read(library_source(path)), path.stem, of_library=True) if path else None


def slashed(name: str) -> tuple[Entry, Document] | None:
    """Find a network as papers print it: ViT-B/16, a path of no file."""
    try:
        return find(name.replace("/", "-"))
    except UnknownName:
        return None


def networks() -> Iterator[Entry]:
    """List every network of the library, family by family."""
    for path in families():
        document = read(library_source(path))
        for entry in _entries(path, document):
            yield _dated(entry, document)


@cache
def families() -> tuple[Path, ...]:
    """List the family files: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parents[1]
    inside = package / "architectures"
    folder = inside if inside.is_dir() else package.parent / "architectures"
    return tuple(sorted(folder.glob("*.yaml")))


@cache
def _stems() -> tuple[tuple[Path, str], ...]:
    return tuple((path, loose(path.stem)) for path in families())


def _bare(text: str) -> str:
    """Leave out what loose names may differ in: a text without a bare name has no such network."""
    return reduce(lambda text, sign: text.replace(sign, ""), "-_. ", text.lower())


def open_source(path: Path) -> Source:
    """Read a text from a path; `-` is standard input."""
    file = open_file(path)
    return source_of(file.content(), file.name)


def source_of(content: str | bytes, name: str) -> Source:
    """Check size and encoding of a spec's text."""
    most = limits.now().file_bytes
    if len(content) > most:
        reason = limits.too_large("file_bytes", f"{name} is larger than {most:,} bytes")
        raise SpecError.because(reason)
    if isinstance(content, str):
        return Source(name, content.removeprefix("\ufeff"))
    try:
        return Source(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        place = Place(name, line, column)
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise SpecError([Diagnostic("not-utf-8", message, place)]) from None


def library_source(path: Path) -> Source:
    """Give the text of a family file under a name that is the same everywhere."""
    return Source(f"architectures/{path.name}", path.read_text("utf-8"))


def _answering(document: Document, name: str) -> str:
    """Find the variant of a file that answers to a name; reading the file says if none does."""
    found = variants(document.tree)
    alike = (id for id, aliases in found.items() if loose(name) in map(loose, (id, *aliases)))  # noqa: A001
    return name if name in found else next(alike, name)


def _entries(path: Path, document: Document) -> Iterator[Entry]:
    family = _text(document.tree, "name") or path.stem
    found = variants(document.tree)
    for id, aliases in found.items():  # noqa: A001
        yield Entry(id, aliases, family, id, path)
    if not found:
        yield Entry(path.stem, (), family, None, path)


def _dated(entry: Entry, document: Document) -> Entry:
    return entry._replace(year=_year(document.tree, entry.variant or ""))


def _year(tree: Tree | None, variant: str) -> int | None:
    """Read the year of the source of a variant, of what it is like, or of the family."""
    section = tree.entries.get("variants") if isinstance(tree, Mapping) else None
    of = section.entries if isinstance(section, Mapping) else {}
    sources, seen = [_text(tree, "source")], set[str]()
    while variant in of and variant not in seen:
        seen.add(variant)
        sources.insert(-1, _text(of[variant], "source"))
        variant = _text(of[variant], "like")
    years = (re.search(r"\b(?:19|20)\d\d\b", source) for source in sources)
    return next((int(year.group()) for year in years if year), None)


def _text(tree: Tree | None, key: str) -> str:
    entry = tree.entries.get(key) if isinstance(tree, Mapping) else None
    return entry.text if isinstance(entry, Scalar) else ""


def _several(word: str, entries: list[Entry]) -> str | None:
    """List the networks of a family of that name, or else those that begin so."""
    families = [(entry, {loose(entry.family), loose(entry.path.stem)}) for entry in entries]
    found = [entry.id for entry, names in families if word in names]
    if not found and len(word) > 1:
        found = [
            entry.id
            for entry, names in families
            if any(
                name.startswith(word) for name in (*map(loose, (entry.id, *entry.aliases)), *names)
            )
        ]
    if len(found) == 1:
        return f"did you mean `{found[0]}`?"
    return f"there are several: {in_a_row(found)}" if found else None


def _alike(name: str, known: list[str]) -> str | None:
    """Offer the name that was meant, or else the list of those that begin alike."""
    if hint := near(name, known):
        return hint
    begin = beginning(name, known)
    return f"`archcalc list {begin}` shows those that there are" if begin else None


def _unknown(name: str) -> UnknownName:
    entries = list(networks())
    hint = _several(loose(name[:80]), entries)
    hint = hint or _alike(name, [word for entry in entries for word in (entry.id, *entry.aliases)])
    _, _, convention = name[:80].partition("@")
    if convention:
        hint = f"only `reconcile` reads `@{convention}`; elsewhere say `--convention {convention}`"
    hint = hint or "`archcalc list` shows all networks; a file needs its suffix .yaml"
    return UnknownName.of("unknown-network", f"there is no network `{name[:80]}`", hint)
