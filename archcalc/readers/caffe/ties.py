"""Weights that layers share, since the file calls them by one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.sharing import arrays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.builder import Builder
    from archcalc.graph import Here
    from archcalc.readers.caffe.message import CaffeLayer

HELD = ("mean", "variance")
"""What a BatchNorm holds itself, besides a factor; gamma and beta are those of its Scale."""


class Ties:
    """Who holds the weights of each name: the first layer that calls them so."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.owners: dict[str, tuple[int, str]] = {}

    def share(self, here: Here, layer: CaffeLayer, scale: CaffeLayer | None) -> None:
        """Let a layer take the weights that an earlier one has under the same name.

        Raises a `Reason` where they differ in shape.
        """
        for shared, weight in self._named(here, layer, scale):
            owner = self.owners.setdefault(shared, (here.node, weight))
            if owner[0] != here.node and owner[1] == weight:
                self.builder.tie(here.node, owner[0], [weight])

    def _named(
        self, here: Here, layer: CaffeLayer, scale: CaffeLayer | None
    ) -> Iterator[tuple[str, str]]:
        """Give the name of each array in the file with its name here; most have none there."""
        names, others = layer.shared(), scale.shared() if scale else []
        if not any(names) and not any(others):
            return
        held = list(arrays(self.builder.nodes[here.node]))
        own = [name for name in held if name in HELD] or held
        rest = [name for name in held if name not in own]
        pairs = [*zip(names, own, strict=False), *zip(others, rest, strict=False)]
        yield from (pair for pair in pairs if pair[0])
