"""Attention of several heads."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import known
from archcalc.errors import Reason
from archcalc.ops.op import Shape, Weight, Weighted, Work
from archcalc.ops.weight import bias
from archcalc.ops.window import all_around, spread, up_to_here

if TYPE_CHECKING:
    from archcalc.ops.fields import Count, Kept, Positions, Size
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Attention(Weighted):
    """Let each place take in all places, each as far as its key answers the place's query.

        x  C  L          query   F  C    query_bias   F
        y  C  L          key     G  C    key_bias     G
                         value   G  C    value_bias   G
                         output  C  F    output_bias  C
        position_bias  heads  2H-1 2W-1  (of the window, with relative positions)

    F features (`inner`, else C) are queries of `heads` heads. `kv_heads` heads of keys and values,
    fewer if heads share them, have G = F·kv_heads/heads features. Keys and values come from x, or
    from a second input (values from a third), of S places of any number of channels; else S = L.
    y is the output's product with softmax(q·k/√d)·v, of d = F/heads features in each head.
    Work: a mac for each weight of the four products at each place, and an add for each bias; L·S·F
    macs for the scores and as many for the mix; a mul, an exp and a div for each of heads·L·S
    scores, and S - 1 adds for each row of them. With `causal` a place takes in none behind it: the
    whole square is computed all the same.

    `within: 7x7` parts the map into windows, and S are the places of one. `past: 100` keeps keys
    and values of 100 earlier places: S = 100 + L. `positions: relative` adds to each score a number
    that is learnt for each head and each distance of two places (an add for each score);
    `positions: rotary` turns queries and keys by their place (2 muls and an add for each of their
    elements; the angles are kept). Raises a `Reason` if heads or windows do not divide evenly.

    >>> x = Shape(128, 512)
    >>> Attention(heads=8).parameters(x, x), Attention(heads=8).interactions(x, x)
    (66048, 67108864)

    Source: Vaswani et al. 2017, section 3.2; Shazeer 2019 and Ainslie et al. 2023 (shared keys);
    Liu et al. 2021, section 3.2 (windows, relative positions); Su et al. 2021 (rotary positions).
    """

    main: ClassVar[str] = "heads"
    reads_a_row: ClassVar[bool] = True
    reason: ClassVar[str] = "attention keeps no statistics"
    label: ClassVar[str] = "attention"
    manner: ClassVar[str] = "attention"
    most_inputs: ClassVar[int] = 3
    either: ClassVar[tuple[str, ...]] = ("within", "past")

    heads: Count
    kv_heads: Count | None = None
    inner: Count | None = None
    bias: bool = True
    causal: bool = False
    within: Size | None = None
    positions: Positions | None = None
    past: Kept = 0

    def shape(self, *xs: Shape) -> Shape:
        """Keep the shape of what asks."""
        self._check(xs)
        return xs[0]

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: all places around, or those up to each.

        None if keys lie elsewhere, or if places at the same distance may lie in one window or not.
        """
        if x.beside and any(other.extents != x.extents for other in x.beside):
            return None
        if self.within is not None and self._windows(x) != x.extents:
            return None
        return up_to_here(x) if self.causal else all_around(x)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count four matrices and their biases."""
        one = 1 if self.bias else 0
        asked, given = self._inner(x), self._shared(x)
        found = asked * (x.channels + one)
        if self._keys(x).channels == self._values(x).channels:
            found += 2 * (given * (self._keys(x).channels + one))
        else:
            found += given * (self._keys(x).channels + one)
            found += given * (self._values(x).channels + one)
        found += y.channels * (asked + one)
        return found + prod(self._table(x)) if self.positions == "relative" else found

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the matrices of queries, keys, values and the output, and their biases."""
        asked, given = self._inner(x), self._shared(x)
        sizes = {
            "query": (asked, x.channels),
            "key": (given, self._keys(x).channels),
            "value": (given, self._values(x).channels),
            "output": (y.channels, asked),
        }
        found = [Weight(name, "weight", size) for name, size in sizes.items()]
        if self.bias:
            found += [Weight(f"{name}_bias", "bias", (n,), 0) for name, (n, _) in sizes.items()]
        if self.positions == "relative":
            found.append(bias(*self._table(x), name="position_bias"))
        return tuple(found)

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count the units of the four products at each place; scores and mixes are none."""
        given = 2 * self._shared(x) * self._keys(x).places
        return (self._inner(x) + y.channels) * x.places + given

    def connections(self, x: Shape, y: Shape) -> int:
        """Count the weights of the four products at each place, and the biases."""
        return self._products(x, y) + (self.neurons(x, y) if self.bias else 0)

    def interactions(self, x: Shape, y: Shape) -> int:
        """Count the products of queries with keys, and of scores with values."""
        return 2 * (x.places * self._met(x) * self._inner(x))

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the products, the biases, a softmax over each row of scores, and positions."""
        rows = known(self.heads * x.places)
        scores = rows * self._met(x)
        found = Work(
            mac=self._products(x, y) + self.interactions(x, y),
            add=(self.neurons(x, y) if self.bias else 0) + rows * (self._met(x) - 1),
            mul=scores,
            exp=scores,
            div=scores,
        )
        if self.positions == "relative":
            return found._replace(add=found.add + scores)
        if self.positions == "rotary":
            turned = self._inner(x) * x.places + self._shared(x) * self._keys(x).places
            return found._replace(add=found.add + turned, mul=found.mul + 2 * turned)
        return found

    def _products(self, x: Shape, y: Shape) -> int:
        """Count the weights of the four products, at each place that they meet."""
        keys, values = self._keys(x), self._values(x)
        asked, given = self._inner(x), self._shared(x)
        found = asked * x.channels * x.places + y.channels * asked * x.places
        if keys.channels == values.channels:
            return found + 2 * (given * keys.channels * keys.places)
        return found + given * keys.channels * keys.places + given * values.channels * keys.places

    def _inner(self, x: Shape) -> int:
        return self.inner or x.channels

    def _shared(self, x: Shape) -> int:
        """Count the features of keys, and of values."""
        if self.kv_heads is None:
            return self._inner(x)
        return self._inner(x) * self.kv_heads // self.heads

    def _keys(self, x: Shape) -> Shape:
        return x.beside[0] if x.beside else x

    def _values(self, x: Shape) -> Shape:
        return x.beside[-1] if x.beside else x

    def _met(self, x: Shape) -> int:
        """Count the keys that a query meets."""
        if self.within is not None:
            return prod(self._windows(x))
        places = self._keys(x).places
        return self.past + places if self.past else places

    def _windows(self, x: Shape) -> tuple[int, ...]:
        """Give the extents of a window. Raises a `Reason` if windows do not part the map evenly."""
        sides = spread(self.within or x.extents, x.rank)
        if len(sides) != x.rank or any(n % side for n, side in zip(x.extents, sides, strict=True)):
            written = "x".join(map(str, sides))
            hint = "a network that pads its map to whole windows has a `pad` before it"
            message = f"windows of {written} do not divide {x} evenly"
            raise Reason("windows-do-not-divide", message, hint, key="within")
        return sides

    def _table(self, x: Shape) -> tuple[int, ...]:
        """Give the shape of the numbers for each distance, along each extent."""
        return self.heads, *(2 * n - 1 for n in self._windows(x))

    def _check(self, xs: tuple[Shape, ...]) -> None:
        inner, shared = self._inner(xs[0]), self.kv_heads or 1
        if inner % self.heads:
            hint = "`inner` sets the features of all heads, if they are not the channels"
            message = f"{self.heads} heads do not divide {inner} features evenly"
            raise Reason("heads-do-not-divide", message, hint, key="heads")
        if self.heads % shared:
            message = f"{shared} heads of keys do not divide {self.heads} heads evenly"
            raise Reason("heads-do-not-divide", message, key="kv_heads")
        if self.positions == "rotary" and inner // self.heads % 2:
            message = (
                f"rotary positions turn pairs of features, and a head has {inner // self.heads}"
            )
            raise Reason("odd-features", message, key="positions")
        if len(xs) > 2 and xs[1].places != xs[2].places:
            message = f"`attention` needs a value for each key, not {xs[1]} and {xs[2]}"
            raise Reason("unlike-shapes", message)
        self._check_places(xs)

    def _check_places(self, xs: tuple[Shape, ...]) -> None:
        """Refuse what asks for windows or distances where keys are not the places that ask."""
        self._windows(xs[0])
        needs = "within" if self.within is not None else "positions"
        if self.within is None and self.positions != "relative":
            return
        if len(xs) > 1 or self.past:
            others = "`past`" if self.past else "another input"
            message = f"`{needs}` is about places among themselves, not those of {others}"
            raise Reason("keys-elsewhere", message, key=needs)
