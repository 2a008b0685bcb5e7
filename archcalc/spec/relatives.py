"""The other networks of a family: its variants, and one option at a time set otherwise."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from archcalc.spec.checker import plain_value, untyped
from archcalc.spec.reader import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as AnyMapping

    from archcalc.spec.reader import Tree
    from archcalc.spec.spec import Spec
    from archcalc.spec.values import Value

Kin: TypeAlias = "tuple[str | tuple[str, Value], bool, Callable[[], Spec]]"
"""A variant's name or a parameter with its value, whether it is akin, and what settles it."""


def relatives(spec: Spec) -> Iterator[Kin]:
    """Give the other variants of a spec's family, then its options one at a time.

    >>> from archcalc.spec.library import load
    >>> [differs_in for differs_in, akin, _ in relatives(load("resnet50")) if akin][-1]
    ('norm', False)
    """
    if spec.family is None:
        return
    sections = spec.family.tree
    variants, settle = _section(sections, "variants"), spec.family.settle
    akin = _akin(variants, spec.id)
    for name in variants:
        if name != spec.id:
            yield name, name in akin, partial(settle, name)
    own = spec.id if spec.id in variants else None
    for name, value in _options(sections, spec):
        yield (name, value), True, partial(settle, own, **{**spec.changed, name: value})


def _akin(variants: AnyMapping[str, Tree], variant: str) -> set[str]:
    """List the variants that are like a variant, that it is like, or that are like the same."""
    like = {name: _text(entry, "like") for name, entry in variants.items()}
    top = like.get(variant) or variant
    return {name for name in variants if top in {name, like[name]}}


def _options(tree: Mapping, spec: Spec) -> Iterator[tuple[str, Value]]:
    """Give every other value of the parameters that are choices, or true or false."""
    choices = _section(tree, "choices")
    for name, value in spec.parameters.items():
        entry = choices.get(name)
        if isinstance(entry, Sequence):
            allowed = [plain_value(untyped(item)) for item in entry.items]
        else:
            allowed = [True, False] if isinstance(value, bool) else []
        yield from ((name, other) for other in allowed if other != value)


def _section(tree: Mapping, name: str) -> dict[str, Tree]:
    entry = tree.entries.get(name)
    return entry.entries if isinstance(entry, Mapping) else {}


def _text(tree: Tree, key: str) -> str:
    entry = tree.entries.get(key) if isinstance(tree, Mapping) else None
    return str(getattr(entry, "text", ""))
