"""How tensors lie in PyTorch: maps first, features last, or one row of features for each sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from archcalc.ops.shape import sides

if TYPE_CHECKING:
    from archcalc.ops.shape import Shape

Layout: TypeAlias = Literal["maps", "rows", "flat", "ids"]
"""N x C x extents; N x extents x C, as layers of tokens want it; N x C; N x L numbers of words."""


class Value(NamedTuple):
    """What stands for an output: an expression, its shape, and how it lies."""

    text: str
    shape: Shape
    layout: Layout


def laid(value: Value, want: Layout, rank: int | None = None) -> Value:  # noqa: PLR0911 - cases
    """Lay a value out otherwise; one place as many extents as the `rank` has.

    >>> from archcalc.ops.shape import Shape
    >>> laid(Value("x", Shape(64, 7, 7), "maps"), "flat").text
    'x.flatten(1)'
    >>> laid(Value("x", Shape(64), "flat"), "maps", 2).text
    'x[:, :, None, None]'
    >>> laid(Value("x", Shape(64, 50), "maps"), "rows").text
    'x.transpose(1, 2)'
    """
    text, x, have = value
    rank = rank or x.rank
    if have != "flat" and x.is_vector and x.rank != rank and want != "flat":
        value = laid(value, "flat")
        text, x, have = value
    if have == want:
        return value
    if want == "flat":
        first = value if have == "maps" or x.is_vector else laid(value, "maps")
        return Value(f"{first.text}.flatten(1)", x, "flat")
    if have == "flat":
        places = ", None" * rank
        return Value(f"{text}[:, :{places}]" if want == "maps" else f"{text}[:{places}]", x, want)
    if have == "ids":
        return laid(Value(f"{text}[:, None]", x, "maps"), want)
    if want == "ids":
        first = laid(value, "maps")
        return Value(f"{first.text}[:, 0]", x, "ids")
    if x.rank == 1:
        return Value(f"{text}.transpose(1, 2)", x, want)
    move = "1, -1" if want == "rows" else "-1, 1"
    return Value(f"{text}.movedim({move})", x, want)


def dimension(axis: str, x: Shape, layout: Layout) -> int:
    """Tell where an axis stands in a tensor.

    >>> from archcalc.ops.shape import Shape
    >>> x = Shape(768, 197)
    >>> [dimension(axis, x, "maps") for axis in ("channels", "length")]
    [1, 2]
    >>> [dimension(axis, x, "rows") for axis in ("channels", "length")]
    [-1, 1]
    """
    if axis == "channels":
        return -1 if layout == "rows" else 1
    place = sides(x.rank).index(axis)
    return place + 1 if layout == "rows" else place + 2


def features(x: Shape) -> Layout:
    """Tell where features lie last: in rows, unless there is one place alone."""
    return "flat" if x.is_vector else "rows"
