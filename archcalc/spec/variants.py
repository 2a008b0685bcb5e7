"""The variants of a family: what each is like, what it is called, and whether that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import UnknownName, in_a_row, suggestion
from archcalc.ops.fields import shown
from archcalc.spec.checker import is_empty
from archcalc.spec.names import loose
from archcalc.spec.reader import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.spec.checker import Checker
    from archcalc.spec.reader import Tree

REPLACEABLE = ("name", "source", "input", "defaults", "layers", "heads", "outputs")
"""Sections that a variant may replace."""
ABOUT_VARIANTS = ("like", "aliases")


def variants(tree: Tree | None) -> dict[str, tuple[str, ...]]:
    """List the variants of a family with their aliases, without reading more of it."""
    entry = tree.entries.get("variants") if isinstance(tree, Mapping) else None
    if not isinstance(entry, Mapping):
        return {}
    return {name: tuple(_aliases(value)) for name, value in entry.entries.items()}


def lineage(checker: Checker, family: Mapping, variant: str | None) -> Iterator[Mapping]:
    """Give the variant, then what it is like, and so on."""
    if variant is None:
        return
    known = checker.section(family, "variants").entries
    if variant not in known:
        hint = suggestion(variant, known) or f"its variants: {in_a_row(known)}"
        message = f"{checker.source.name} has no variant `{variant[:80]}`"
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
            checker.complain("endless", f"`{variant}` is like itself", like)
            return


def check_variants(checker: Checker, family: Mapping, parameters: Iterable[str]) -> None:
    """Check the keys of every variant, what it is like, and that no two answer to one name."""
    section = checker.section(family, "variants")
    known = {*parameters, *REPLACEABLE, *ABOUT_VARIANTS}
    called: dict[str, str] = {}
    for name, tree in section.entries.items():
        variant = checker.mapping(tree, f"the variant `{name[:80]}`")
        checker.keys(variant, known, f"the variant `{name[:80]}`")
        if "like" in variant.entries:
            _check_like(checker, variant.entries["like"], section.entries)
        aliases = variant.entries.get("aliases", Sequence(0, 0))
        listed = checker.sequence(aliases, f"`aliases` of `{name[:80]}`")
        for mark in (section.keys[name], *listed):
            word = checker.word(mark, "an alias")
            other = called.setdefault(loose(word), name)
            if other != name and isinstance(mark, Scalar):
                message = f"{shown(word)} would be `{name[:80]}` and `{other[:80]}`"
                hint = "names match loosely: case, -, _ and spaces do not count"
                checker.complain("duplicate-name", message, mark, hint)


def _check_like(checker: Checker, like: Tree, variants: dict[str, Tree]) -> None:
    word = checker.word(like, "`like`")
    if is_empty(like):
        checker.complain("missing-key", "`like` names no variant", like)
    elif isinstance(like, Scalar) and word not in variants:
        message = f"there is no variant {shown(word)}"
        near = suggestion(word, variants)
        checker.complain("unknown-variant", message, like, near)


def _aliases(tree: Tree) -> Iterator[str]:
    entry = tree.entries.get("aliases") if isinstance(tree, Mapping) else None
    for item in getattr(entry, "items", ()):
        if isinstance(item, Scalar):
            yield item.text
