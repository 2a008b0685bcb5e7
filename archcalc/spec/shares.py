"""Reading whose weights an item takes: `weights: NAME`, or of single arrays, or transposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.fields import truth
from archcalc.spec.checker import is_empty, untyped
from archcalc.spec.reader import Mapping, Scalar
from archcalc.spec.spec import Share

if TYPE_CHECKING:
    from archcalc.spec.checker import Checker
    from archcalc.spec.reader import Tree


def shares(checker: Checker, tree: Mapping) -> tuple[Share, ...]:
    """Read `weights` of an item: a name, `{from: NAME, transposed: true}`, or that for each array.

    What an item names is looked for when it is put in place.
    """
    mark = tree.entries.get("weights")
    if mark is None:
        return ()
    if isinstance(mark, Mapping) and mark.entries and "from" not in mark.entries:
        return tuple(_share(checker, entry, (name,)) for name, entry in mark.entries.items())
    return (_share(checker, mark, ()),)


def _share(checker: Checker, tree: Tree, names: tuple[str, ...]) -> Share:
    if not isinstance(tree, Mapping):
        return Share(_source(checker, tree), False, names, tree)  # noqa: FBT003 - not transposed
    checker.keys(tree, ("from", "transposed"), "shared weights")
    turned = tree.entries.get("transposed")
    transposed = turned is not None and checker.attempt(turned, lambda: truth(untyped(turned)))
    source = tree.entries.get("from")
    if source is None:
        message = "shared weights need `from`: the layer that has them"
        checker.complain("missing-key", message, tree)
        return Share("", bool(transposed), names, tree)
    return Share(_source(checker, source), bool(transposed), names, source)


def _source(checker: Checker, tree: Tree) -> str:
    word = checker.word(tree, "`weights`")
    if isinstance(tree, Scalar) and is_empty(tree):
        checker.complain("missing-key", "`weights` names no layer", tree)
    return word
