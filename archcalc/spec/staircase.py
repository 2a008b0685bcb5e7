"""Widths of blocks that lie on a line, as a staircase of powers: Radosavovic et al. 2020."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.errors import Reason
from archcalc.ops.fields import shown, within_bits

if TYPE_CHECKING:
    from collections.abc import Callable

    Number = int | Fraction

MOST = 32
"""Steps of a staircase; networks have four or five."""
STEPS = 200
"""What the work of one is taken for, in the steps that an unrolling may have: a millisecond."""


def staircase(
    blocks: Number, start: Number, slope: Number, factor: Number, by: Number
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Part the blocks of a network into stages of one width; gives how many blocks, how wide.

    The line of block j, from 0, is `start + slope·j`; on a logarithmic scale the nearest of
    `start`, `start·factor`, `start·factor²` ... is its step (of two equally near the even one),
    rounded to a multiple of `by`, halves to even: equations 2 to 4 of Radosavovic, Kosaraju,
    Girshick, He, Dollár 2020, and `generate_regnet` of their release, which rounds to 8. It is
    decided exactly, by squares, without a logarithm. Raises a `Reason` for a line that skips a
    step, for two steps of one width, and for what makes no line.

    >>> staircase(13, 24, Fraction("36.44"), Fraction("2.49"), 8)  # RegNetX-200MF
    ((1, 1, 4, 7), (24, 56, 152, 368))
    """
    blocks, start, slope, factor, by = map(_one, (blocks, start, slope, factor, by))
    whole = blocks.denominator == by.denominator == 1 and blocks > 0 and by > 0
    if not (whole and start > 0 and slope >= 0 and factor > 1):
        words = ", ".join(map(shown, (blocks, start, slope, factor, by)))
        hint = "blocks, a width to start with, what a block adds, a factor above 1, a multiple"
        raise Reason("bad-expression", f"cannot take `staircase` of {words}", hint)
    if blocks > limits.now().layers:
        raise limits.too_large("layers", f"a staircase of {shown(blocks)} blocks")
    counts: list[int] = []
    widths: list[int] = []
    while (first := sum(counts)) < blocks:
        step, level = len(counts), start * factor ** len(counts)
        within_bits(level)
        beyond = _beyond(start, slope, level * level * factor, even=step % 2 == 0)
        counts.append(bisect_left(range(int(blocks)), 1, lo=first, key=beyond) - first)
        widths.append(round(level / by) * int(by))
        if not counts[-1] or widths[-1] in widths[-2:-1]:
            what = f"the width of the step before, {widths[-1]}" if counts[-1] else "no block"
            raise Reason("bad-expression", f"step {step} of this staircase has {what}")
        if step == MOST:
            raise Reason("too-large", f"a staircase of more than {MOST} steps")
    return tuple(counts), tuple(widths)


def _beyond(
    start: Fraction, slope: Fraction, edge: Fraction, *, even: bool
) -> Callable[[int], bool]:
    """Tell of a block whether it lies above the middle, on a logarithmic scale, of two steps.

    The middle is the root of `edge`; whole numbers are compared, which are over the same.
    """
    under = lcm(start.denominator, slope.denominator)
    first, rise = int(start * under), int(slope * under)
    bound, times = edge.numerator * under * under, edge.denominator
    if even:
        return lambda j: (first + rise * j) ** 2 * times > bound
    return lambda j: (first + rise * j) ** 2 * times >= bound


def _one(value: Number) -> Fraction:
    """Take one number: of many at once, each has a staircase of its own."""
    return Fraction(int(value.numerator), int(value.denominator))
