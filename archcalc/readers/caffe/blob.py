"""What passes between Caffe's layers, and what a layer is here: an op, or an unknown one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archcalc.errors import Reason
from archcalc.ops.shape import SIDES, sides

if TYPE_CHECKING:
    from archcalc.ops.op import Shape
    from archcalc.readers.assembly import Output
    from archcalc.readers.caffe.message import Fields

LOWEST = -1_000
Holds: TypeAlias = "tuple[tuple[str, tuple[int, ...]], ...]"
Figures: TypeAlias = "tuple[tuple[str, int], ...]"


class Blob(NamedTuple):
    """The shape of what enters a layer; `axes` counts Caffe's own, that of the batch among them."""

    shape: Shape
    axes: int
    batch: int = 0
    """How many samples the file has side by side; 0 where it does not say."""

    def axis(self, fields: Fields, key: str = "axis", default: int = 1) -> int:
        """Read which axis is meant, counted from that of the batch."""
        asked = fields.whole(key, default, least=LOWEST)
        axis = asked + self.axes if asked < 0 else asked
        if not 0 <= axis < self.axes:
            message = f"`{key}` is {asked}, and the blob has {self.axes} axes"
            raise Reason("wrong-type", message)
        return axis

    def along(self, axis: int) -> dict[str, object]:
        """Name an axis, counted from that of the batch, as ops do; the channels go without."""
        if axis == 1:
            return {}
        if self.shape.rank > len(SIDES):
            raise Reason("not-read", f"an axis of {self.shape} has no name")
        return {"axis": sides(self.shape.rank)[axis - 2]}


class Top(NamedTuple):
    """What a layer gives, and how many axes Caffe has for it."""

    output: Output
    axes: int = 4


class Plan(NamedTuple):
    """The op that a layer is: its word and fields, and Caffe's number of axes of what comes out."""

    word: str
    fields: dict[str, object]
    axes: int | None = None


class Unknown(NamedTuple):
    """A layer without an op here: why, what comes out if that is known, and what it holds.

    Of one whose work is stated (`does`), `why` tells what of it is left out, if anything is.
    """

    why: str
    output: Shape | None = None
    holds: Holds = ()
    axes: int | None = None
    does: Figures | None = None


def stated(output: Shape, axes: int | None = None, **figures: int) -> Unknown:
    """State all that a layer without weights does."""
    return Unknown("", output, (), axes, tuple((key, n) for key, n in figures.items() if n))
