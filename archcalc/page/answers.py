"""A text → what the page beside an editor shows of it: the network, or the mistakes at their lines.

A text comes from whoever types it: it is read as a stranger's file is, within `archcalc.limits`,
and no other file is read for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.errors import ArchcalcError, printable
from archcalc.files import SPEC, File, kind_of, refuse
from archcalc.page.network import network
from archcalc.referee.published.ledger import findings
from archcalc.referee.published.records import read_ledger
from archcalc.report import count
from archcalc.spec.library import find, load_file, source_of
from archcalc.spec.reader import read
from archcalc.spec.variants import variants

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.errors import Diagnostic
    from archcalc.referee.published.ledger import Finding
    from archcalc.report import Report


def answer(text: str, variant: str = "") -> dict[str, Any]:
    r"""Count a text, of a family the `variant`; give the network, or the mistakes.

    >>> found = answer("input: 1x8x8\nlayers: [{conv: 4, kernel: 3}]")
    >>> found["network"]["total"][0], found["variants"]
    (40, [])
    >>> answer("input: 1x8x8\nlayers: [{conv: 4, kernl: 3}]")["mistakes"][0]["line"]
    2
    """
    file = File("spec", text.encode(errors="surrogatepass"))
    try:
        return {"variants": _variants(file), "network": _network(file, variant)}
    except ArchcalcError as error:
        return mistakes(error.diagnostics) | {"variants": _variants_if_any(file)}


def mistakes(found: Iterable[Diagnostic]) -> dict[str, Any]:
    """Give mistakes as plain values, each with its place if it has one."""
    return {"mistakes": [_mistake(each) for each in found]}


def library_text(name: str) -> dict[str, Any]:
    """Give the text of a network of the library, and which of its variants it is.

    >>> library_text("resnet50")["variant"]
    'resnet50'
    """
    try:
        entry, document = find(name)
    except ArchcalcError as error:
        return mistakes(error.diagnostics)
    text = document.source.text.split("\n---\n")[0].rstrip() + "\n"
    return {"text": text, "variant": entry.variant or ""}


def _network(file: File, variant: str) -> dict[str, Any]:
    kind = kind_of(file)
    if kind is SPEC:
        report = count(load_file(file, variant).settle())
        return network(report, _published(file, report))
    if not kind.module:
        raise refuse(file, kind)
    return network(count(_Text(file)))


class _Text:
    """A file of another tool, as a reader opens it."""

    def __init__(self, file: File) -> None:
        self.name, self._head = file.name, file.head

    def read(self, most: int = -1) -> bytes:
        """Give its content."""
        return self._head if most < 0 else self._head[:most]


def _published(file: File, report: Report) -> Iterable[Finding]:
    """Hold the figures of a second document against the network."""
    if b"\n---" not in file.head:
        return ()
    ledger = read_ledger(source_of(file.head, file.name), file.stem)
    return tuple(findings(ledger, report.graph.origin.id))


def _variants(file: File) -> list[str]:
    if kind_of(file) is not SPEC:
        return []
    return list(variants(read(source_of(file.content(), file.name)).tree))


def _variants_if_any(file: File) -> list[str]:
    try:
        return _variants(file)
    except ArchcalcError:
        return []


def _mistake(found: Diagnostic) -> dict[str, Any]:
    place = found.place
    return {
        "code": found.code,
        "message": printable(found.message),
        "hint": found.hint and printable(found.hint),
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "length": place.length if place else 0,
    }
