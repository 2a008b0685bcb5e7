"""Where the unrolling of a spec stands, and which earlier outputs have a name there.

>>> from archcalc.graph import Here
>>> from archcalc.ops.op import Shape
>>> top = Level("", {"conv1": Here(0, Shape(6, 28, 28))}, None)
>>> block = top.inside("block")
>>> block.prefix, block.find("conv1"), block.find("conv1/add1"), block.find("conv2")
('block/', Here(node=0, shape=Shape(6, 28, 28)), 'conv1/add1', None)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.paths import first_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.graph import Here


class Level(NamedTuple):
    """The names of one level; `outer` is the level around it in the same block."""

    prefix: str
    names: dict[str, Here]
    outer: Level | None

    def inside(self, name: str) -> Level:
        """Open a level under a name."""
        return Level(f"{self.prefix}{name}/", {}, self)

    def find(self, name: str) -> Here | str | None:
        """Find an output by its name here, then outwards; for a path from a name give it whole."""
        first = first_name(name)
        for level in self._outwards():
            if name in level.names:
                return level.names[name]
            if first in level.names:
                return level.prefix + name
        return None

    def path(self, name: str) -> str | None:
        """Give the path of what has a name here, or further outwards; or of a path from a name."""
        first = first_name(name)
        levels = (level for level in self._outwards() if first in level.names)
        found = next(levels, None)
        return None if found is None else found.prefix + name

    def known(self) -> list[str]:
        """List all names that can be seen from here."""
        return [name for level in self._outwards() for name in level.names]

    def _outwards(self) -> Iterator[Level]:
        level: Level | None = self
        while level is not None:
            yield level
            level = level.outer
