"""The identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Placewise, Role


@dataclass(frozen=True, kw_only=True)
class Identity(Placewise):
    """Pass x on as it is; it gives a place in the network a name.

        x  C  H  W
        y  C  H  W

    >>> from archcalc.ops.op import Shape
    >>> str(Identity().shape(Shape(64, 56, 56)))
    '64x56x56'

    Source: He, Zhang, Ren, Sun 2015, section 3.2 (identity shortcuts).
    """

    reason: ClassVar[str] = "the identity computes nothing"
    role: ClassVar[Role] = "movement"
