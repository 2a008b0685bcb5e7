"""The product of two stacks of matrices, both of which come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape, Work

if TYPE_CHECKING:
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Matmul(Op):
    """Multiply the matrices in the last two extents of one input with those of the other.

        x  C  L  K        of the second input: C  K  S
        y  C  L  S        further extents before the last two are those of a stack, as C is

    Nothing that is stored takes part: what is multiplied are two activations, interactions. A
    single input meets itself. Work: K macs for each element of y. Raises a `Reason` if the matrices
    do not fit.

    >>> from archcalc.ops.shape import first_of
    >>> x, other = Shape(12, 197, 64), Shape(12, 64, 197)
    >>> y = Matmul().shape(x, other)
    >>> str(y), Matmul().interactions(first_of([x, other]), y)  # 12·197·197·64
    ('12x197x197', 29805312)

    Source: Vaswani et al. 2017, section 3.2.1 (the products of queries, keys and values).
    """

    reason: ClassVar[str] = "two activations are multiplied: no stored number, no connection"
    role: ClassVar[Role] = "activation"
    label: ClassVar[str] = "products of matrices"
    manner: ClassVar[str] = "product of matrices"
    most_inputs: ClassVar[int] = 2

    def shape(self, *xs: Shape) -> Shape:
        """Give a row of the first input and a column of the second an element."""
        one, other = xs[0], xs[-1]
        fits = one.rank == other.rank > 1
        if not fits or one[-1] != other[-2] or one[:-2] != other[:-2]:
            message = f"`matmul` cannot multiply {one} with {other}"
            hint = "the last two extents are rows and columns: CxLxK and CxKxS, say"
            raise Reason("unlike-shapes", message, hint)
        return Shape(*one[:-1], other[-1])

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: none, for it is a row of one input and a column of the other."""
        return None

    def interactions(self, x: Shape, y: Shape) -> int:
        """Count the products."""
        return y.size * x[-1]

    def work(self, x: Shape, y: Shape) -> Work:
        """Count a mac for each product."""
        return Work(mac=y.size * x[-1])
