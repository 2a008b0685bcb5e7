"""An embedding: a table of words, looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Shape, Weight, Weighted
from archcalc.ops.window import one_place

if TYPE_CHECKING:
    from archcalc.ops.fields import Count
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Embedding(Weighted):
    """Put for the number of a word its row of a table of `words` rows.

        x  1  L         (or a vector of L numbers)       weight  words  features
        y  features  L

    Work: none, a row is picked. Raises a `Reason` for maps of more than one channel.

    >>> x = Shape(1, 20)
    >>> e = Embedding(features=8, words=50)
    >>> e.shape(x), e.parameters(x, e.shape(x))
    (Shape(8, 20), 400)

    Source: Bengio, Ducharme, Vincent, Jauvin 2003, section 2 (the mapping C).
    """

    main: ClassVar[str] = "features"
    reads_a_row: ClassVar[bool] = True
    reason: ClassVar[str] = "an embedding picks a row of its table: nothing is multiplied or summed"
    label: ClassVar[str] = "embeddings"
    manner: ClassVar[str] = "look-up"

    features: Count
    words: Count

    def shape(self, *xs: Shape) -> Shape:
        """Give each number a place, and each place the features of a word."""
        (x,) = xs
        if x.channels != 1 and not x.is_vector:
            message = f"`embedding` reads one number at each place, not the {x.channels} of {x}"
            raise Reason("wrong-rank", message, "an input such as 1x20 is a row of 20 words")
        return Shape(self.features, *(x.extents if x.channels == 1 else (x.channels,)))

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: one place; None for the elements of a vector, which lie in none."""
        return one_place(x) if x.channels == 1 else None

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count the table."""
        return self.words * self.features

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the table."""
        return (Weight("weight", "value", (self.words, self.features)),)
