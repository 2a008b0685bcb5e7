"""Group normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.normalisation import MapNormalisation

if TYPE_CHECKING:
    from archcalc.ops.fields import Count
    from archcalc.ops.op import Shape


@dataclass(frozen=True, kw_only=True)
class Groupnorm(MapNormalisation):
    """Normalise each group of maps by its mean and variance, then scale and shift each map.

        x  C  H  W        gamma  C (if scale)
        y  C  H  W        beta   C (if shift)

    Work at inference, of n elements in g groups: 2n muls, 2(n - g) + n + g adds, 2g divs, g sqrts;
    a mul per element for gamma, an add per element for beta. Raises a `Reason` if `groups` does not
    divide the channels.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(64, 56, 56)
    >>> Groupnorm(groups=32).parameters(x, x), Groupnorm(groups=32).work(x, x).sqrt
    (128, 32)

    Source: Wu, He 2018, section 3, equations 1 and 2.
    """

    main: ClassVar[str] = "groups"
    label: ClassVar[str] = "group norm"

    groups: Count = 32

    def shape(self, *xs: Shape) -> Shape:
        """Keep the shape."""
        (x,) = xs
        if x.channels % self.groups:
            message = f"{self.groups} groups do not divide {x.channels} input maps"
            raise Reason("groups-do-not-divide", message, key="groups")
        return x

    def stretches(self, x: Shape) -> int:
        """Count the groups."""
        return self.groups
