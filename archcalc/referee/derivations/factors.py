"""What it saves to look through a row and a column instead of a square."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.arithmetic import letter
from archcalc.ops.conv import Conv
from archcalc.ops.op import Shape
from archcalc.referee.derivations.derivation import DerivedFigure, together
from archcalc.referee.derivations.lesson import (
    FullConv,
    Lesson,
    full_conv,
    layer_before,
    moves_by_one,
    ratio,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.graph import Graph


def factors(graph: Graph, chosen: list[int]) -> Lesson | None:
    """Compare pairs of 1 x n and n x 1 windows with the n x n windows that see the same."""
    pairs = list(_find_factors(graph, chosen))
    if not pairs:
        return None
    squares = [_square(*pair) for pair in pairs]
    both = [layer for pair in pairs for layer in pair]
    figures = (
        DerivedFigure.of("weights", together(layer.weights for layer in both)),
        DerivedFigure.of("weights of the squares", together(layer.weights for layer in squares)),
        DerivedFigure.of("macs", together(layer.macs for layer in both)),
        DerivedFigure.of("macs of the squares", together(layer.macs for layer in squares)),
    )
    times = [ratio(Fraction(figures[i].value, figures[i + 1].value)) for i in (0, 2)]
    sides = sorted({max(square.op.kernel) for square in squares})
    equal = " and ".join(f"2/{n} for {n}x{n}" for n in sides)
    return Lesson(
        "A square window as a row and a column",
        (*figures, *_at_equal_width()),
        f"A 1xn window and an nx1 window see together what one nxn window sees. Here they have "
        f"{times[0]} times its weights and {times[1]} times its MACs; "
        f"where all have as many maps, 2/n of both: {equal}.",
    )


def _at_equal_width() -> tuple[DerivedFigure, DerivedFigure]:
    """Count the weights in letters: n taps, C maps before, between and after."""
    n, maps = letter("n", 7), letter("C", 14)
    x = Shape(maps, 1, 1)
    row, column, square = (
        Conv(filters=maps, kernel=kernel, bias=False).parameters(x, x)
        for kernel in ((1, n), (n, 1), (n, n))
    )
    return (
        DerivedFigure.of("weights at equal width", together([row, column])),
        DerivedFigure.of("of the square", square),
    )


def _find_factors(graph: Graph, chosen: list[int]) -> Iterator[tuple[FullConv, FullConv]]:
    """Find among the chosen nodes each window that follows its transpose; none is in two pairs."""
    taken: set[int] = set()
    for i in chosen:
        node = graph.nodes[i]
        first = layer_before(graph, node)
        row, column = full_conv(first), full_conv(node)
        if row is None or column is None or id(first) in taken:
            continue
        if row.op.kernel == column.op.kernel[::-1] and _is_line(row.op) and _is_line(column.op):
            taken.add(id(node))
            yield row, column


def _is_line(op: Conv) -> bool:
    """Tell whether a window is one row or one column."""
    return len(op.kernel) == 2 and min(op.kernel) == 1 < max(op.kernel) and moves_by_one(op)


def _square(first: FullConv, second: FullConv) -> FullConv:
    """Let one square window read what the first reads, and write what the second writes."""
    side = max(first.op.kernel)
    op = replace(second.op, kernel=(side, side), padding="half")
    return FullConv(op, first.x, second.y)
