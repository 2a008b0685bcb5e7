"""Paths of layers: `conv4_x/2/conv1.relu` stands beside `conv4_x/2/conv1`, below `conv4_x/2`.

Segments are parted by slashes; behind a dot is the name of what comes before or after a layer's op.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

Key = TypeVar("Key")

_SEPARATORS = str.maketrans("/.", "\0\0")
"""No name has a character before these: then all below a path stands next to it when sorted."""


def layer_of(path: str) -> str:
    """Give the layer that a node belongs to.

    >>> layer_of("conv4_x/2/conv1.relu"), layer_of("C1")
    ('conv4_x/2/conv1', 'C1')
    """
    return path.partition(".")[0]


def first_name(path: str) -> str:
    """Give the name that a path begins with.

    >>> first_name("conv4_x/2/conv1.relu"), first_name("C1.tanh"), first_name("C1")
    ('conv4_x', 'C1', 'C1')
    """
    return layer_of(path).partition("/")[0]


def cut(path: str, depth: int | None) -> str:
    """Shorten the path of a node to that of its layer, and to `depth` segments.

    >>> cut("conv4_x/2/conv1.relu", None), cut("conv4_x/2/conv1.relu", 2)
    ('conv4_x/2/conv1', 'conv4_x/2')
    """
    layer = layer_of(path)
    return layer if depth is None else "/".join(layer.split("/", depth)[:depth])


def is_within(path: str, whole: str) -> bool:
    """Tell whether a path is another one, or below it.

    >>> [is_within(path, "conv1") for path in ("conv1", "conv1.relu", "conv1/a", "conv10")]
    [True, True, True, False]
    """
    return path == whole or path.startswith((f"{whole}/", f"{whole}."))


def prefixes(path: str) -> Iterator[str]:
    """Give every path at and above a node: its blocks, its groups, the layer that it belongs to.

    >>> list(prefixes("conv4_x/2/conv1.relu"))
    ['conv4_x', 'conv4_x/2', 'conv4_x/2/conv1', 'conv4_x/2/conv1.relu']
    """
    for position, character in enumerate(path):
        if character in "/.":
            yield path[:position]
    yield path


def numbered(name: str) -> tuple[str, str]:
    """Part a name into what its like share and its own number or letter; "" if it has none.

    >>> numbered("block12"), numbered("res2b"), numbered("3"), numbered("conv")
    (('block', '12'), ('res2', 'b'), ('', '3'), ('conv', ''))
    """
    stem = name.rstrip("0123456789")
    if stem == name and name[-2:-1].isdecimal() and name[-1:].islower():
        stem = name[:-1]
    return stem, name[len(stem) :]


def turn(name: str, *, layer: bool) -> str:
    """Give what the turns of a repeated block share of their names; "" for what is no turn.

    Of a single layer a number has to be all its name: `conv1` and `conv2` repeat nothing.

    >>> turn("block12", layer=False), turn("3", layer=True), turn("conv1", layer=True)
    ('block#', '#', '')
    """
    stem, number = numbered(name)
    return f"{stem}#" if number and not (stem and layer) else ""


def turns(first: str, last: str) -> str:
    """Name turns that follow each other by one name.

    >>> turns("1", "3"), turns("res2b", "res2d")
    ('1..3', 'res2b..d')
    """
    return f"{first}..{numbered(last)[1]}"


def is_among(name: str, asked: str) -> bool:
    """Tell whether a name is the one that is asked for, or one of its turns.

    >>> [is_among(name, "block1..3") for name in ("block2", "block4", "conv2", "block1..3")]
    [True, False, False, True]
    """
    first, dots, last = asked.partition("..")
    bare = layer_of(name)
    (stem, first), (own, number) = numbered(first), numbered(bare)
    if dots and number and stem == own and first.isdecimal() == last.isdecimal():
        return _rank(first) <= _rank(number) <= _rank(last)
    return asked in {name, bare}


def _rank(number: str) -> tuple[int, str]:
    """Order numbers as such, and letters."""
    return len(number.lstrip("0")), number.lstrip("0")


def merged(orders: Iterable[Iterable[str]]) -> list[str]:
    """Merge orders: a name that is new stands behind the one that it follows.

    >>> merged([["conv1", "pool1", "fc"], ["conv1", "norm1", "pool1"]])
    ['conv1', 'norm1', 'pool1', 'fc']
    """
    found: list[str] = []
    for names in orders:
        place, known = 0, set(found)
        for name in names:
            if name in known:
                place = found.index(name) + 1
            else:
                found.insert(place, name)
                place += 1
    return found


def shared_levels(paths: Collection[str]) -> int:
    """Count the levels that all of several paths are below.

    >>> shared_levels(["net/a/conv", "net/a/pool", "net/fc"]), shared_levels(["fc", "fc.relu"])
    (1, 0)
    """
    if len(paths) < 2:
        return 0
    first, last = (path.split("/")[:-1] for path in (min(paths), max(paths)))
    pairs = enumerate(zip(first, last, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(first), len(last)))


def positions_by(keys: Iterable[Key]) -> dict[Key, list[int]]:
    """Give the positions at which each key stands, in the order of the first.

    >>> positions_by(["conv", "relu", "conv"])
    {'conv': [0, 2], 'relu': [1]}
    """
    found: dict[Key, list[int]] = {}
    for position, key in enumerate(keys):
        found.setdefault(key, []).append(position)
    return found


class Index:
    """Where paths stand in a list: whatever is asked for is found without reading all of it.

    >>> index = Index(["C1", "C1.tanh", "S2", "C10"])
    >>> index["C1"], index["S2"], index["C2"]
    ([0, 1], [2], [])
    """

    def __init__(self, *lists: Iterable[str]) -> None:
        """Sort the paths, so that what is below a path follows it; each may have several."""
        pairs = sorted((_sorted(path), i) for paths in lists for i, path in enumerate(paths))
        self._paths = [path for path, _ in pairs]
        self._positions = [position for _, position in pairs]

    def __getitem__(self, path: str) -> list[int]:
        """Give the positions of a path and of all that is below it, in order; none is no error."""
        first = _sorted(path)
        start, stop = (bisect_left(self._paths, end) for end in (first, f"{first[:-1]}\1"))
        return sorted({*self._positions[start:stop]})


def _sorted(path: str) -> str:
    return path.translate(_SEPARATORS) + "\0"
