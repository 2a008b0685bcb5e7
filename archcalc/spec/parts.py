"""The parts of a split that have names: `split: [a, b]`, or with their sizes `{a: 16, b: 48}`."""

from __future__ import annotations

from archcalc.spec.checker import is_empty
from archcalc.spec.reader import Mapping, Scalar, Sequence, Tree


def named_parts(tree: Mapping) -> list[Mapping]:
    """Write each named part as a layer of its own; none if the parts have no names."""
    key = "parts" if "op" in tree.entries else "split"
    found = tree.entries.get(key)
    if isinstance(found, Mapping):
        sizes: Tree = Sequence(found.line, found.column, list(found.entries.values()), found.length)
        return [
            _part(tree, sizes, place, name, found.keys[name])
            for place, name in enumerate(found.entries, start=1)
        ]
    if not isinstance(found, Sequence) or not all(map(_is_name, found.items)):
        return []
    number = _scalar(str(len(found.items)), found)
    return [
        _part(tree, number, place, item.text, item)
        for place, item in enumerate(found.items, start=1)
        if isinstance(item, Scalar)
    ]


def _is_name(tree: Tree) -> bool:
    if not isinstance(tree, Scalar) or is_empty(tree):
        return False
    return not tree.text.startswith("=") and not tree.text.lstrip("+-").isdecimal()


def _part(tree: Mapping, parts: Tree, place: int, name: str, mark: Scalar) -> Mapping:
    """Write a layer with a name, the parts, and which of them it is."""
    entries: dict[str, Tree] = {
        "parts": parts,
        "name": _scalar(name, mark),
        "part": _scalar(str(place), mark),
    }
    if "axis" in tree.entries:
        entries["axis"] = tree.entries["axis"]
    keys = {key: tree.keys.get(key, mark) for key in entries}
    return Mapping(tree.line, tree.column, entries, keys, tree.length)


def _scalar(text: str, mark: Tree) -> Scalar:
    return Scalar(text, plain=True, line=mark.line, column=mark.column, length=mark.length)
