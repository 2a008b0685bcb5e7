"""One of the parts of a map stack that is split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.cut import Cut

if TYPE_CHECKING:
    from archcalc.ops.fields import Count, Parts


@dataclass(frozen=True, kw_only=True)
class Split(Cut):
    """Split the maps into parts, so many equal ones or of these sizes, and keep one.

        x  C  H  W        parts  their number, or their sizes
        y  C/parts  H  W  part   which of them, counted from 1

    In a spec `split: [a, b]` or `split: {a: 16, b: 48}` gives every part a name, and goes on with
    the last. With another `axis` every map is split along it. Raises a `Reason` if the parts are
    not the whole, or there is no such part.

    >>> from archcalc.ops.op import Shape
    >>> str(Split(parts=(2,), part=2).shape(Shape(116, 28, 28)))
    '58x28x28'

    Source: Ma, Zhang, Zheng, Sun 2018, ShuffleNet V2, section 3.2 (channel split).
    """

    main: ClassVar[str] = "parts"
    reason: ClassVar[str] = "a split picks by position: nothing is computed"

    parts: Parts
    part: Count

    def stretch(self, size: int) -> tuple[int, int]:
        """Tell where the part begins and ends."""
        sizes = self._sizes(size)
        if self.part > len(sizes):
            raise Reason(
                "no-such-part", f"there is no part {self.part} of {len(sizes)}", key="part"
            )
        start = sum(sizes[: self.part - 1])
        return start, start + sizes[self.part - 1]

    def _sizes(self, size: int) -> tuple[int, ...]:
        """List the sizes of all parts."""
        if len(self.parts) > 1:
            if sum(self.parts) != size:
                said = " + ".join(map(str, self.parts))
                message = f"parts of {said} are {sum(self.parts)}, and not {self.among(size)}"
                raise Reason("parts-are-not-the-whole", message, key="parts")
            return self.parts
        (parts,) = self.parts
        if size % parts:
            message = f"{parts} parts do not divide {self.among(size)} evenly"
            raise Reason("parts-are-not-the-whole", message, "sizes may be told", "parts")
        return (size // parts,) * parts
