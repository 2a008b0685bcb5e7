"""What an entry of a list of layers says of itself: its ops, its keys."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from archcalc import ops
from archcalc.spec.reader import Mapping, Scalar
from archcalc.spec.vocabulary import is_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.spec.reader import Tree
    from archcalc.spec.spec import Layer

DEPTHWISE, MULTIPLIER = "depthwise", "multiplier"
SAID = {"conv", "op", "filters", "groups", "table", "block", "layers"}
"""What a depthwise convolution says of itself, or what it is not."""


def is_several(tree: Mapping) -> bool:
    """Tell whether an entry is a block or a group, and no op beside."""
    words = {"block", "layers"} & tree.entries.keys()
    return bool(words) and "op" not in tree.entries and not op_words(tree)


def bare(tree: Tree) -> Tree:
    """Take a bare word, such as `relu`, for the mapping that it abbreviates; spell it out."""
    if isinstance(tree, Scalar):
        nothing = Scalar("", plain=True, line=tree.line, column=tree.column, length=1)
        tree = Mapping(tree.line, tree.column, {tree.text: nothing}, {tree.text: tree}, tree.length)
    if isinstance(tree, Mapping) and DEPTHWISE in tree.entries and not SAID & tree.entries.keys():
        return _depthwise(tree)
    return tree


def _depthwise(tree: Mapping) -> Mapping:
    """Write `depthwise: 3, multiplier: 2` as the convolution that it is, with a group for each map.

    Howard et al. 2017, MobileNets, section 3.1.
    """
    word, times = tree.keys[DEPTHWISE], tree.entries.get(MULTIPLIER)
    here = Scalar("=channels", plain=True, line=word.line, column=word.column, length=word.length)
    filters = here if times is None else times  # no word: a mistake that is told at its place
    if isinstance(times, Scalar):
        filters = replace(times, text=f"=channels * ({times.text.removeprefix('=')})", plain=True)
    own: dict[str, Tree] = {"conv": filters, "groups": here}
    beside = tree.entries[DEPTHWISE]
    if not isinstance(beside, Scalar) or beside.text:
        own["kernel"] = beside
    left = {key: tree.entries[key] for key in tree.entries if key not in {DEPTHWISE, MULTIPLIER}}
    keys = {key: tree.keys[key] for key in left} | dict.fromkeys(own, word)
    return replace(tree, entries={**left, **own}, keys=keys)


def extended(tree: Mapping, by: Mapping, names: list[str]) -> Mapping:
    """Add some entries of another mapping, which keep their place."""
    entries = {**tree.entries, **{name: by.entries[name] for name in names}}
    keys = {**tree.keys, **{name: by.keys[name] for name in names}}
    return Mapping(tree.line, tree.column, entries, keys, tree.length)


def renamed(layers: tuple[Layer, ...], others: set[str | None]) -> tuple[Layer, ...]:
    """Give a number to each layer whose name is taken, by another or on the other side."""
    if len(others.union(layer.name for layer in layers)) == len(others) + len(layers):
        return layers
    free, taken = [], set(others)
    numbers: dict[str, Iterator[int]] = defaultdict(partial(count, 2))
    for layer in layers:
        own = name = layer.name or layer.op
        word = layer.op if own.startswith(layer.op) else own
        while name in taken:
            name = f"{word}{next(numbers[word])}"
        taken.add(name)
        free.append(replace(layer, name=name))
    return tuple(free)


def op_words(tree: Mapping) -> list[str]:
    """List the keys that are ops, but not where they are fields of one: `scale` of `batchnorm`.

    Nor where others call a field so: `pad` of `conv`.
    """
    words = [key for key in tree.entries if key in ops.names()]
    if len(words) < 2:
        return words
    of_others = {field for word in words for field in ops.field_types(word)}
    words = [word for word in words if word not in of_others]
    fields = {word: ops.field_types(word) for word in words}
    return [
        word for word in words if not any(is_field(word, fields[op]) for op in words if op != word)
    ]
