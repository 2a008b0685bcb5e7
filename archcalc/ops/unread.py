"""Arrays that a network has and that no op of a pass reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Role, Shape, Weight, Weighted
from archcalc.ops.opaque import KINDS

if TYPE_CHECKING:
    from archcalc.ops.fields import Arrays
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Unread(Weighted):
    """Hold the parameters of what does not run: a head of training, at inference.

        x  any
        y  nothing

    They are parameters of the network all the same; there is no work.

    >>> head = Unread(holds=(("weight", (1000, 768)), ("bias", (1000,))))
    >>> x = Shape(2048)
    >>> head.parameters(x, head.shape(x)), head.shape(x).size
    (769000, 0)

    Source: Szegedy et al. 2015, section 4 (auxiliary classifiers are removed at inference).
    """

    main: ClassVar[str] = "holds"
    reason: ClassVar[str] = "no op of this pass reads it"
    role: ClassVar[Role] = "unknown"
    label: ClassVar[str] = "not read"

    holds: Arrays

    def shape(self, *xs: Shape) -> Shape:
        """Put out nothing."""
        return Shape(0)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """See nothing."""
        return None

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count the numbers of all arrays."""
        return sum([array.size for array in self.weights(x, y)])

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List what is held."""
        return tuple([Weight(name, KINDS.get(name, "weight"), shape) for name, shape in self.holds])
