"""Names of one piece as paths: `conv2_block1_1_conv` is folded as `conv2/block1/1/conv`.

Keras and Caffe have one name for each layer, and part blocks in it by `_`, behind their numbers. A
level is what layers share that follow each other; what stands alone, or is apart from others of
its name, keeps it whole. With a level go what comes after a layer of it under the same number
(`bn2a_branch1` and `relu2a` beside `res2a`), and one layer of another name between two of it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from archcalc.paths import layer_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.graph import Node

_WORD = re.compile(r"[^_/]*[_/]?")
_NUMBERED = re.compile(r"\d+[a-z]?_?$")
_RANK = re.compile(
    r"(?:conv|pool|padding|sampling|cropping|dropout|lstm)\w*[123]d_?$", re.IGNORECASE
)
"""A word whose number is one of dimensions: `conv2d`, `max_pooling2d`."""
_OWN_NUMBER = re.compile(r"[A-Za-z](\d+[a-z]?\d*)$")

MOST = 12
"""Levels of a name; what is deeper is one. Real names have six."""


class _Layer(NamedTuple):
    """A layer by its name, and what is below the level that is looked at, in pieces."""

    name: str
    below: tuple[str, ...]
    quiet: bool

    @property
    def key(self) -> str:
        """The name of its next level."""
        return self.below[0].rstrip("_/") if self.below else ""

    def within(self, key: str) -> _Layer:
        """Look at what is below a level; what has a name of its own there keeps it."""
        own = self.key == key or (self.quiet and _number(self.key) == _number(key))
        return self._replace(below=self.below[1:]) if own else self


def levels(nodes: Sequence[Node]) -> Mapping[str, str]:
    """Give each layer's path with a `/` between the levels of its name, where others share them.

    >>> from archcalc.builder import Builder
    >>> from archcalc.ops import make
    >>> net = Builder("tiny", "1x8x8")
    >>> here, conv, relu = net.input, make("conv", filters=2, kernel=(1, 1)), make("relu")
    >>> for name in ("conv1_1", "relu1_1", "conv1_2", "fc_a", "fc_b"):
    ...     here = net.add(name, relu if "relu" in name else conv, here)
    >>> list(levels(net.graph(here).nodes).values())
    ['conv1/1', 'conv1/1/relu1_1', 'conv1/2', 'fc_a', 'fc_b']
    """
    layers: dict[str, _Layer] = {}
    for node in nodes:
        if (name := layer_of(node.path)) not in layers:
            layers[name] = _Layer(name, tuple(split(name)), is_quiet(node))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for layer, path in _parted(_named_alike([*layers.values()]), ""):
        found[layer.name] = f"{path}/{layer.name}" if path in taken else path
        taken.add(path)
    return found


def split(path: str) -> list[str]:
    """Part a layer's path behind each of its numbers, and at each `/`.

    >>> split("conv2_block1_1_conv"), split("conv2_1/dw"), split("block_1_expand_BN")
    (['conv2_', 'block1_', '1_', 'conv'], ['conv2_', '1/', 'dw'], ['block_1_', 'expand_BN'])
    >>> split("conv2d_1"), split("stem_conv")
    (['conv2d_1'], ['stem_conv'])
    """
    found = [""]
    for word in _WORD.findall(layer_of(path)):
        found[-1] += word
        if word.endswith("/") or (_NUMBERED.search(word) and not _RANK.search(word)):
            found.append("")
    whole = [*filter(None, found)]
    return [*whole[: MOST - 1], "".join(whole[MOST - 1 :])] if len(whole) > MOST else whole


def _parted(layers: list[_Layer], above: str) -> Iterator[tuple[_Layer, str]]:
    """Give each layer its path: those of a level that stands in one stretch are below it."""
    runs = _runs(layers)
    often = Counter(key for key, _ in runs)
    for key, run in runs:
        if key and len(run) > 1 and (often[key] == 1 or run[0].below[0].endswith("/")):
            yield from _parted([layer.within(key) for layer in run], f"{above}{key}/")
        else:
            yield from ((layer, (above + "".join(layer.below)).rstrip("/")) for layer in run)


def _named_alike(layers: list[_Layer]) -> list[_Layer]:
    """Let the name of the whole network, with which nine tenths of all begin, be no level."""
    often = Counter(layer.below[0] for layer in layers if len(layer.below) > 1)
    first, times = often.most_common(1)[0] if often else ("", 0)
    if not first.endswith("_") or 10 * times < 9 * len(layers):
        return layers
    return _named_alike([
        layer._replace(below=(first + layer.below[1], *layer.below[2:]))
        if layer.below[0] == first and len(layer.below) > 1 else layer
        for layer in layers
    ])  # fmt: skip


def _runs(layers: Sequence[_Layer]) -> list[tuple[str, list[_Layer]]]:
    """Put layers that follow each other and share a level together."""
    runs: list[tuple[str, list[_Layer]]] = []
    for layer in layers:
        key, number = layer.key, _number(layer.key)
        last = runs[-1][0] if runs else ""
        if key and (key == last or (layer.quiet and number and number == _number(last))):
            runs[-1][1].append(layer)
        elif key and len(runs) > 1 and runs[-2][0] == key and _is_alone(runs[-1][1]):
            _, (between,) = runs.pop()
            runs[-1][1].extend([between, layer])
        else:
            runs.append((key, [layer]))
    return runs


def _is_alone(run: Sequence[_Layer]) -> bool:
    return len(run) == 1 and len(run[0].below) == 1


def _number(key: str) -> str:
    """Give the number that is part of a level's last word.

    >>> _number("bn2a"), _number("bn_conv1"), _number("activation_1")
    ('2a', '1', '')
    """
    found = _OWN_NUMBER.search(key)
    return found[1] if found else ""


def is_quiet(node: Node) -> bool:
    """Tell whether a layer only changes what it reads, where it stands."""
    quiet = node.op.role in {"activation", "normalisation"} or node.op.name == "dropout"
    return quiet and node.xs == (node.y,)


def parted(path: str) -> str:
    """Write a part of a flat name as the path of its level.

    >>> parted("conv2_block1"), parted("block_1"), parted("stem_conv")
    ('conv2/block1', 'block_1', 'stem_conv')
    """
    return "/".join(level.rstrip("_/") for level in split(path))
