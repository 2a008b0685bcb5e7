"""Tying the weights of layers to those of earlier ones while a spec is unrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason, suggestion
from archcalc.ops import field_types
from archcalc.ops.fields import shown
from archcalc.sharing import arrays
from archcalc.spec.spec import Layer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from archcalc.builder import Builder
    from archcalc.spec.level import Level
    from archcalc.spec.spec import Item, Share, Spec


class Active(NamedTuple):
    """What is in force below a path: its layers take the weights of those below another."""

    path: str
    owner: str
    share: Share


class Ties:
    """The ties in force at the place where the walk stands."""

    def __init__(self, spec: Spec, builder: Builder) -> None:
        self.spec = spec
        self.builder = builder
        self.active: tuple[Active, ...] = ()
        self._positions: dict[str, int] = {}
        self._read = 0

    def begin(
        self, share: Share, item: Item, path: str, level: Level, off: Collection[str]
    ) -> Active | None:
        """Find whose weights an item takes; None for the first turn of a loop that names itself.

        Raises a Reason where nothing earlier has that name.
        """
        if item.loop is not None and share.source == item.name:
            turns = (turn for turn in level.names if level.prefix + turn not in off)
            first = next(turns, None)
            return None if first is None else Active(path, level.prefix + first, share)
        owner = level.path(share.source)
        if owner is None:
            hint = suggestion(share.source, level.known())
            if share.source in _names(self.spec.items):
                hint = "it comes later: let it take the weights of this one"
            elif hint is None and isinstance(item, Layer) and "holds" in field_types(item.op):
                hint = "arrays of its own stand under `holds`, as in `holds: {w: 1152x10x8x16}`"
            message = f"no earlier layer is called {shown(share.source)}"
            raise Reason("unknown-name", message, hint)
        return Active(path, owner, share)

    def tie(self, active: Active, position: int) -> None:
        """Tie a node below the path. Raises a Reason where there is nothing to tie it to."""
        node, share = self.builder.nodes[position], active.share
        below = node.path.removeprefix(active.path)
        if below and (share.names or not arrays(node)):
            return
        owner = self._position(active.owner + below)
        if owner is None:
            message = f"no earlier layer has the path {shown(active.owner + below)}"
            hint = "layers are paired by their paths: whose weights are taken has the same below it"
            raise Reason("unknown-name", message, hint if below else None)
        self.builder.tie(position, owner, share.names, transposed=share.transposed)

    def _position(self, path: str) -> int | None:
        nodes = self.builder.nodes
        for position in range(self._read, len(nodes) - 1):
            self._positions[nodes[position].path] = position
        self._read = max(self._read, len(nodes) - 1)
        return self._positions.get(path)


def _names(items: Iterable[Item]) -> Iterator[str | None]:
    for item in items:
        yield item.name
        yield from _names(getattr(item, "items", ()))
        for branch in getattr(item, "branches", ()):
            yield from _names(branch.items)
