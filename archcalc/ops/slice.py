"""A stretch of maps, or of places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.cut import Cut

if TYPE_CHECKING:
    from archcalc.ops.fields import Stretch


@dataclass(frozen=True, kw_only=True)
class Slice(Cut):
    """Keep the maps of a range, the first of which is 0 and the last not in it.

        x  C  H  W        range  from, to
        y  to - from  H  W

    With another `axis`, such as `height`, keep that stretch of every map.
    Raises a `Reason` if the range is empty or reaches beyond x.

    >>> from archcalc.ops.op import Shape
    >>> str(Slice(range=(16, 64)).shape(Shape(64, 28, 28)))
    '48x28x28'

    Source: none; indexing, as in x[:, 16:64].
    """

    main: ClassVar[str] = "range"
    reason: ClassVar[str] = "a slice picks by position: nothing is computed"

    range: Stretch

    def stretch(self, size: int) -> tuple[int, int]:
        """Tell the range."""
        start, stop = self.range
        if stop > size:
            message = f"a slice from {start} to {stop} reaches beyond {self.among(size)}"
            raise Reason("slice-beyond", message, "it is counted from 0, `to` not in it", "range")
        return self.range
