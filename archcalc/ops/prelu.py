"""The rectifier with trained slopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Role, Shape, Weight, Weighted, Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Slopes


@dataclass(frozen=True, kw_only=True)
class Prelu(Weighted, Activation):
    """Keep what is positive, and of what is not a part that is learnt.

        x  C  H  W        slope  C, or 1 (shared), or C H W (untied)
        y  C  H  W        y = x if x > 0 else slope · x

    Work per element: a cmp and a mul.

    >>> x = Shape(64, 56, 56)
    >>> [Prelu(slopes=slopes).parameters(x, x) for slopes in ("map", "shared", "untied")]
    [64, 1, 200704]

    Source: He, Zhang, Ren, Sun 2015, Delving deep into rectifiers, section 2.1.
    """

    main: ClassVar[str] = "slopes"
    reason: ClassVar[str] = "a slope scales units that are there: it adds no connections"
    role: ClassVar[Role] = "activation"
    label: ClassVar[str] = "PReLU"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(cmp=1, mul=1)

    slopes: Slopes = "map"

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count the slopes."""
        return {"map": x.channels, "shared": 1, "untied": x.size}[self.slopes]

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the slopes, which start at 1/4."""
        shapes: dict[Slopes, tuple[int, ...]] = {"map": x[:1], "shared": (1,), "untied": tuple(x)}
        return (Weight("slope", "slope", shapes[self.slopes], 0.25),)
