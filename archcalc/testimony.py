"""What a witness outside says of a network: who, of what, by rule and as it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.ops.op import Op


class Testimony(NamedTuple):
    """One sum, or how many of many, by rule and as a witness found it; None where it could not.

    `trouble` says why it could not, or names what differs.

    >>> Testimony("PyTorch's counter", "macs", 90, 90).agrees
    True
    """

    witness: str
    of: str
    rule: int
    found: int | None
    trouble: str = ""

    @property
    def agrees(self) -> bool | None:
        """Whether the two are the same; None if there is nothing to compare."""
        return None if self.found is None else self.rule == self.found

    def to_dict(self) -> dict[str, object]:
        """Give everything as plain values, ready for JSON."""
        return self._asdict() | {"agrees": self.agrees}


class Sample(NamedTuple):
    """What a layer read and put out in a pass with numbers, as arrays laid out as ours are.

    `arrays` are what it holds by our names, flat; `step` is the distance between 1 and the next
    number in the least precise of all of them.
    """

    path: str
    op: Op
    xs: tuple[Any, ...]
    arrays: Mapping[str, Any]
    y: Any
    step: float
