"""Shuffling of channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Placewise, Role, Shape

if TYPE_CHECKING:
    from archcalc.ops.fields import Count


@dataclass(frozen=True, kw_only=True)
class Shuffle(Placewise):
    """Deal the maps out anew: the first map of each group, then the second of each, and so on.

        x  C  H  W
        y  C  H  W        map i·groups + g of y is map g·C/groups + i of x

    Raises a `Reason` if the groups do not divide the maps.

    >>> str(Shuffle(groups=2).shape(Shape(116, 28, 28)))
    '116x28x28'

    Source: Zhang, Zhou, Lin, Sun 2017, ShuffleNet, section 3.1.
    """

    main: ClassVar[str] = "groups"
    reason: ClassVar[str] = "a shuffle reorders maps: nothing is computed"
    role: ClassVar[Role] = "movement"
    label: ClassVar[str] = "channel shuffle"

    groups: Count

    def shape(self, *xs: Shape) -> Shape:
        """Keep the shape."""
        maps = xs[0].channels
        if maps % self.groups:
            message = f"{self.groups} groups do not divide {maps} maps evenly"
            raise Reason("groups-do-not-divide", message, key="groups")
        return xs[0]
