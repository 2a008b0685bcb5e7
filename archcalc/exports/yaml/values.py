"""The values of fields, as a spec says them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.ops.shape import Shape


def varies(kind: str) -> bool:
    """Tell whether a field is a number that may be another where a layer stands again."""
    return kind.partition(" | ")[0] in {"Count", "Size", "Outputs", "Padding", "Kept"}


def value_of(value: Any, kind: str, x: Shape) -> Any:  # noqa: ANN401 - of any field
    """Write the value of a field as a spec says it, for an input of this shape."""
    declared = kind.partition(" | ")[0]
    if not isinstance(value, tuple):
        return _number(value) if isinstance(value, Fraction) else value
    if declared in {"Size", "Outputs", "Rest"}:
        alike = len(set(value)) == 1 and len(value) in {1, x.rank}
        return value[0] if alike else sizes_of(value)
    if declared == "Map" or (declared == "Parts" and len(value) == 1):
        return sizes_of(value)
    if declared in {"Padding", "Cells"}:
        return _cells(value, x)
    if declared in {"Arrays", "Figures"}:
        return {name: sizes_of(n) if isinstance(n, tuple) else n for name, n in value}
    return [list(each) if isinstance(each, tuple) else each for each in value]


def _number(value: Fraction) -> float | str:
    """Write a decimal as it is, another fraction as an expression."""
    return float(value) if Fraction(str(float(value))) == value else f"={value}"


def sizes_of(sizes: Sequence[int]) -> int | str:
    """Write sizes as in 3x224x224."""
    return "x".join(map(str, sizes)) if len(sizes) > 1 else sizes[0]


def _cells(cells: Sequence[int], x: Shape) -> int | str | list[int]:
    before, after = cells[::2], cells[1::2]
    if before != after:
        return list(cells)
    if len(set(before)) == 1 and len(before) in {1, x.rank}:
        return before[0]
    return "x".join(map(str, before))
