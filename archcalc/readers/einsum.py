"""The letters of sums of Einstein: an axis each, one of the same name of the same size."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archcalc.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGITS = "0123456789"
"""What stands for the axes of `...`, the last one for the last."""


def letters_of(equation: str, shapes: Sequence[tuple[int, ...]]) -> tuple[list[str], str]:
    """Read the letters of each operand and of the output, dots written out as digits.

    >>> letters_of("...ij, jk", [(1, 5, 2, 3), (3, 4)])
    (['89ij', 'jk'], '89ik')
    """
    left, arrow, output = equation.replace(" ", "").partition("->")
    operands = left.split(",")
    if len(operands) != len(shapes):
        raise Reason("unlike-shapes", f"`{equation[:80]}` is not of {len(shapes)} tensors")
    dots = ""
    for position, (operand, shape) in enumerate(zip(operands, shapes, strict=True)):
        stretch = DIGITS[len(DIGITS) - (len(shape) - len(operand.replace("...", ""))) :]
        dots = max(dots, stretch, key=len) if "..." in operand else dots
        operands[position] = operand.replace("...", stretch)
    if not arrow:
        counted = Counter("".join(operands))
        output = "..." + "".join(sorted(c for c, n in counted.items() if n == 1 and c not in dots))
    output = output.replace("...", dots)
    if any(len(o) != len(shape) for o, shape in zip(operands, shapes, strict=True)):
        raise Reason("unlike-shapes", f"`{equation[:80]}` does not fit its tensors")
    return operands, output
