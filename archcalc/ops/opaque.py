"""An op that has no rule here: what comes out of it and what it holds are stated."""

from __future__ import annotations

from dataclasses import dataclass
from sys import maxsize
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Role, Shape, Weight, Weighted, Work
from archcalc.ops.quantities import WORKED

if TYPE_CHECKING:
    from archcalc.ops.fields import Arrays, Figures, Map
    from archcalc.ops.span import Span
    from archcalc.ops.weight import Kind

KINDS: dict[str, Kind] = {
    "bias": "bias",
    "gamma": "scale",
    "beta": "shift",
    "mean": "statistic",
    "variance": "statistic",
}
"""By the names of arrays; all others are weights."""
SUMMED = frozenset({"connections", "connections_in_bounds", "neurons", "interactions"})
"""What only products that are summed have: where macs are stated, one of these is too."""


@dataclass(frozen=True, kw_only=True)
class Opaque(Weighted):
    """Stand for an op without a rule: its `output` and the arrays that it `holds` are stated.

        x  any, of one input or several
        y  output

    An array called bias, gamma, beta, mean or variance is of that kind; all others are weights.
    Work, connections and neurons are unknown, not zero: a total that they belong to is at least
    what is known of it, and says so. Whoever has a rule states what it `does`: operations by kind,
    of which what is not named is none; with macs also connections and neurons, or interactions.

    >>> capsules = Opaque(output=(160,), holds=(("w", (1152, 10, 8, 16)),))
    >>> x = Shape(256, 6, 6)
    >>> y = capsules.shape(x)
    >>> str(y), capsules.parameters(x, y)
    ('160x1x1', 1474560)
    >>> norm = Opaque(output=(160,), does=(("mul", 160), ("add", 144), ("sqrt", 16)))
    >>> sum(norm.work(x, y)), norm.unknown
    (320, ())

    Source: none: what it stands for has its own.
    """

    main: ClassVar[str] = "output"
    reason: ClassVar[str] = "nothing of this kind is stated among what it holds"
    role: ClassVar[Role] = "unknown"
    most_inputs: ClassVar[int] = maxsize

    output: Map
    holds: Arrays = ()
    does: Figures | None = None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Name what is not stated: all of it, or of what multiplies what nobody can tell."""
        if self.does is None:
            return WORKED
        told = {name for name, _ in self.does}
        return () if "mac" not in told or SUMMED & told else tuple(sorted(SUMMED))

    def shape(self, *xs: Shape) -> Shape:
        """Give the output that is stated."""
        return Shape(*self.output)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Say nothing of what an output sees."""
        return None

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count the numbers of all arrays but the statistics."""
        return sum([array.size for array in self.weights(x, y) if array.kind != "statistic"])

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count those that are stated."""
        return self._stated("neurons")

    def connections(self, x: Shape, y: Shape) -> int:
        """Count those that are stated."""
        return self._stated("connections")

    def interactions(self, x: Shape, y: Shape) -> int:
        """Count those that are stated."""
        return self._stated("interactions")

    def work(self, x: Shape, y: Shape) -> Work:
        """Count what is stated."""
        return Work(**{name: n for name, n in self.does or () if name not in SUMMED})

    def _stated(self, name: str) -> int:
        return dict(self.does or ()).get(name, 0)

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List what is stated."""
        return tuple([Weight(name, KINDS.get(name, "weight"), shape) for name, shape in self.holds])
