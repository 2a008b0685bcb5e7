"""What a printed number may count: single things, thousands of 1024, bytes, everything twice."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, NamedTuple, get_args

from archcalc.convention.convention import Figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.referee.published.printed import Agreement, Printed
    from archcalc.referee.reconciliations.counted import Number

BYTES: dict[Figures, tuple[tuple[Fraction, str], ...]] = {
    "parameters": ((Fraction(4), "4 bytes each"), (Fraction(2), "2 bytes each")),
    "memory": ((Fraction(1), ""), (Fraction(1, 2), "2 bytes each, not 4")),
}
"""Bytes that one of what a convention counts may take, as float32 or as float16; memory is counted
in bytes of float32."""
THINGS = tuple(kind for kind in get_args(Figures) if kind != "memory")
"""What a number that is not one of bytes may count."""


class Sense(NamedTuple):
    """A number in one sense: as printed, what it takes for granted, and at what cost.

    `each` is what the number has for each thing that is counted. `kinds` are those of conventions
    that it may be a figure of. Nothing is counted twice, or by half, where it `is_plain`.
    """

    printed: Printed
    each: Fraction = Fraction(1)
    words: tuple[str, ...] = ()
    cost: int = 0
    kinds: tuple[str, ...] = THINGS
    is_plain: bool = True

    @property
    def target(self) -> Fraction:
        """The figure that is looked for."""
        return self.printed.number * self.printed.unit / self.each

    @property
    def within(self) -> tuple[int, int]:
        """The figures that may print so: from the first to before the second."""
        step = self.printed.step * self.printed.unit / self.each
        return ceil(self.target - step / 2), ceil(self.target + step)

    def agreement(self, figure: int) -> Agreement:
        """Compare a figure with the number."""
        return replace(self.printed, unit=self.printed.unit / self.each).agreement(figure)


def senses(number: Number) -> Iterator[Sense]:
    """Give the senses of a number, the plain one first.

    >>> from archcalc.referee.reconciliations.counted import read_side
    >>> [sense.words for sense in senses(read_side("3.86G"))][:2]
    [(), ('units of 2^30',)]
    """
    for printed in number.readings:
        binary = printed.unit > 1 and not int(printed.unit) & int(printed.unit) - 1
        unit = (f"units of 2^{int(printed.unit).bit_length() - 1}",) if binary else ()
        if number.is_bytes:
            for kind, sizes in BYTES.items():
                for cost, (size, said) in enumerate(sizes):
                    words = (*unit, said) if said else unit
                    yield Sense(printed, size, words, cost, (kind,))
        else:
            yield Sense(printed, words=unit, cost=len(unit))
    for printed in () if number.is_bytes else number.readings[:1]:
        for each, said in (
            (Fraction(2), "everything twice"),
            (Fraction(1, 2), "half of everything"),
        ):
            yield Sense(printed, each, (said,), 2, is_plain=False)
