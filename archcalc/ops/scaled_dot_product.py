"""The core of attention: queries meet keys, and values are mixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import known
from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape, Work
from archcalc.ops.shape import place_of
from archcalc.ops.window import all_around, one_place, up_to_here

if TYPE_CHECKING:
    from archcalc.ops.fields import Axis, Count
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class ScaledDotProduct(Op):
    """Mix the values of all places, for each place by how far its query and their keys agree.

        x  C  L           queries; a second input has the keys, C' S, a third the values, G  S
        y  G·heads/kv_heads  L       softmax(q·kᵀ/√d + m)·v in each head, of d = C/heads features

    Nothing is stored here: what makes queries, keys and values of the places are layers of their
    own, which `attention` has within. Keys and values of `kv_heads` heads are shared by several of
    the queries' (C' = C·kv_heads/heads). A fourth input m is added to the scores, heads or 1 maps
    of L x S: a mask, a bias by relative position. With an `axis` places meet those along it alone:
    windows, rows, columns. Work, of n scores in rows of S: macs as there are products of queries
    with keys and of scores with values; a mul, an exp and a div a score, S - 1 adds a row, and
    with m an add a score.

    >>> x = Shape(768, 197)
    >>> core = ScaledDotProduct(heads=12)
    >>> core.interactions(x, core.shape(x, x, x)), core.work(x, x).exp  # 2·197·197·768, 12·197·197
    (59610624, 465708)

    Source: Vaswani et al. 2017, section 3.2.1, equation 1.
    """

    main: ClassVar[str] = "heads"
    reason: ClassVar[str] = "activations meet activations: nothing is stored, nothing connected"
    role: ClassVar[Role] = "activation"
    label: ClassVar[str] = "scaled dot products"
    manner: ClassVar[str] = "attention"
    most_inputs: ClassVar[int] = 4

    heads: Count
    kv_heads: Count | None = None
    causal: bool = False
    axis: Axis | None = None

    def shape(self, *xs: Shape) -> Shape:
        """Give each place of the queries the features of a value in each head."""
        self._check(xs)
        values = _values(xs[0], xs[1:])
        return Shape(values.channels * self.heads // (self.kv_heads or self.heads), *xs[0].extents)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: all places, those up to each, those along the axis."""
        if any(other.extents != x.extents for other in x.beside[:2]):
            return None
        if self.axis is None:
            return up_to_here(x) if self.causal else all_around(x)
        if self.causal:
            return None
        along = place_of(self.axis, x) - 1
        return (*one_place(x)[:along], all_around(x)[along], *one_place(x)[along + 1 :])

    def interactions(self, x: Shape, y: Shape) -> int:
        """Count the products of queries with keys, and of scores with values."""
        keys = self._keys(x)
        return x.size * keys + y.size * keys

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the products, and a softmax over each row of scores."""
        keys, rows = self._keys(x), self.heads * x.places
        scores = known(rows) * keys
        added = scores if len(x.beside) > 2 else 0
        return Work(
            mac=self.interactions(x, y),
            add=known(rows) * (keys - 1) + added,
            mul=scores,
            exp=scores,
            div=scores,
        )

    def _keys(self, x: Shape) -> int:
        """Count the keys that a query meets."""
        keys = x.beside[0] if x.beside else x
        return keys.places if self.axis is None else keys[place_of(self.axis, keys)]

    def _check(self, xs: tuple[Shape, ...]) -> None:
        x, *others = xs
        shared = self.kv_heads or self.heads
        if x.channels % self.heads or self.heads % shared:
            message = f"{self.heads} heads do not divide {x.channels} features evenly"
            if not x.channels % self.heads:
                message = f"{shared} heads of keys do not divide {self.heads} heads evenly"
            raise Reason("heads-do-not-divide", message, key="heads")
        keys, values = (others[0] if others else x), _values(x, tuple(others))
        if keys.channels * self.heads != x.channels * shared or values.channels % shared:
            raise self._unlike(xs)
        if keys.extents != values.extents or keys.rank != x.rank:
            raise self._unlike(xs)
        if self.axis is not None:
            place = place_of(self.axis, x)
            if (*x[1:place], *x[place + 1 :]) != (*keys[1:place], *keys[place + 1 :]):
                raise self._unlike(xs)
        if len(others) > 2:
            self._check_scores(xs)

    def _check_scores(self, xs: tuple[Shape, ...]) -> None:
        """Refuse what cannot be added to the scores."""
        x, keys, _, added = xs
        place = None if self.axis is None else place_of(self.axis, x)
        square = (x.places, keys.places) if place is None else (x[place], keys[place])
        apart = () if place is None else (*x[1:place], *x[place + 1 :])
        stack = added.extents[:-2]
        fits = added.extents[-2:] == square and added.channels in {1, self.heads}
        if not fits or stack not in {(), (1,) * len(apart), apart}:
            raise self._unlike(xs)

    @staticmethod
    def _unlike(xs: tuple[Shape, ...]) -> Reason:
        shapes = ", ".join(map(str, xs))
        message = f"`scaled_dot_product` cannot take {shapes} for queries, keys, values and a mask"
        return Reason("unlike-shapes", message)


def _values(x: Shape, others: tuple[Shape, ...]) -> Shape:
    return others[min(1, len(others) - 1)] if others else x
