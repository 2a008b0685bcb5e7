"""The arrays that an op holds: what they are called, what they are for, how they are shaped."""

from __future__ import annotations

from math import prod
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "weight", "bias", "scale", "shift", "slope", "statistic", "centre", "value"
]
"""What numbers are for.

A `scale` and a `shift` (gamma and beta) belong to a normalisation, a `slope` to an activation, a
`centre` is what a unit compares its input with, a `value` is put out as it is. A `statistic` is
kept while training, not trained.
"""


class Weight(NamedTuple):
    """One array of an op, under the name that the op's kernel has for it.

    `start` is what fills it before anything is learnt; None means that it is drawn at random.

    >>> Weight("kernel", "weight", (6, 1, 5, 5)).size
    150
    """

    name: str
    kind: Kind
    shape: tuple[int, ...]
    start: float | None = None
    stacked: int = 0
    """How many of the first sides number arrays of their own, one for each layer or direction."""

    @property
    def size(self) -> int:
        """The number of numbers."""
        return prod(self.shape)


def bias(*shape: int, name: str = "bias") -> Weight:
    """Make a bias, which starts at 0."""
    return Weight(name, "bias", shape, 0)
