"""The geometry of sliding windows, one dimension at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.ops.shape import sides
from archcalc.ops.span import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.ops.fields import Padding, Size
    from archcalc.ops.shape import Shape


def rank_of(sizes: Mapping[str, tuple[int, ...]], rank: int, *, vector: bool = False) -> int:
    """Tell of how many dimensions a window is on a map of a rank: as many as its kernel has.

    A kernel of one number has as many as the map, or on a vector as many as other sizes say.

    >>> rank_of({"kernel": (3, 3)}, 3), rank_of({"kernel": (3,), "stride": (2, 2)}, 1)
    (2, 1)
    """
    ranks = {
        name: len(size) // _cells(name) for name, size in sizes.items() if len(size) > _cells(name)
    }
    return ranks.get("kernel", max(ranks.values()) if vector and ranks else rank)


def spread(size: tuple[int, ...], rank: int, name: str = "") -> tuple[int, ...]:
    """Write a size out that is given as one number, a padding that is given for one extent.

    >>> spread((3,), 2), spread((1, 7), 2), spread((0, 1), 3, "padding")
    ((3, 3), (1, 7), (0, 1, 0, 1, 0, 1))
    """
    return size * rank if len(size) == _cells(name) else size


def spans(  # noqa: PLR0913 - the six numbers of a window
    x: Shape,
    kernel: Size,
    stride: Size = (1,),
    padding: Padding = (0, 0),
    dilation: Size = (1,),
    *,
    ceil: bool = False,
) -> tuple[Span, ...]:
    """Lay a window over the last extents of x; those before them are mere places.

    A window of any rank lies on a vector. Raises a `Reason` if the window does not fit.

    >>> from archcalc.ops.shape import Shape
    >>> [span.outputs for span in spans(Shape(3, 16, 9, 8), (3, 3))]
    [16, 7, 6]
    """
    extents = x[1:]
    if not len(extents) == len(kernel) == len(stride) == len(dilation):  # not yet as on a map
        kernel = spread(kernel, x.rank)
        extents = extents_under(x, kernel)
        stride, dilation = (
            along_kernel(kernel, stride, "stride"),
            along_kernel(kernel, dilation, "dilation"),
        )
    cells = pads(x, kernel, stride, padding, dilation)
    earlier = len(extents) - len(kernel)
    found = [Span(extent, 1) for extent in extents[:earlier]]
    for i, taps in enumerate(kernel):
        size, before, after, apart = (
            extents[earlier + i],
            cells[2 * i],
            cells[2 * i + 1],
            dilation[i],
        )
        found.append(Span(size, taps, stride[i], before, after, apart, ceil))
        if (taps - 1) * apart >= size + before + after:
            raise _too_large(found[-1], sides(len(extents))[earlier + i])
    return tuple(found)


def whole_map(x: Shape) -> tuple[Span, ...]:
    """Lay one window over all of a map."""
    return tuple([Span(extent, extent) for extent in x.extents])


def one_place(x: Shape) -> tuple[Span, ...]:
    """Lay a window over each place of a map."""
    return tuple([Span(extent, 1) for extent in x.extents])


def all_around(x: Shape) -> tuple[Span, ...]:
    """Lay a window over each place that reaches all others, whichever the place.

    >>> from archcalc.ops.shape import Shape
    >>> [(span.kernel, span.before, span.outputs) for span in all_around(Shape(768, 197))]
    [(393, 196, 197)]
    """
    return tuple(
        [Span(n, 2 * n - 1, before=n - 1, after=n - 1) if n > 1 else Span(n, 1) for n in x.extents]
    )


def up_to_here(x: Shape) -> tuple[Span, ...] | None:
    """Lay a window over each place and all before it; None if places lie in rows and columns.

    >>> from archcalc.ops.shape import Shape
    >>> up_to_here(Shape(8, 20))[0].before, up_to_here(Shape(8, 4, 5))
    (19, None)
    """
    if sum(n > 1 for n in x.extents) > 1:
        return None
    return tuple([Span(n, n, before=n - 1) for n in x.extents])


def extents_under(x: Shape, size: Size, key: str = "kernel") -> tuple[int, ...]:
    """Give the extents of x, on the last of which a window lies.

    Of a vector there are as many as the window wants. Raises a `Reason` if x has too few.
    """
    if len(size) <= x.rank:
        return x.extents
    if x.is_vector:
        return (1,) * len(size)
    raise _wrong_rank(x, size, key)


def _wrong_rank(x: Shape, size: Size, key: str) -> Reason:
    return Reason(
        "wrong-rank",
        f"`{key}` {_written(size)} has {len(size)} dimensions, "
        f"and the map {_written(x.extents)} that it meets {x.rank}",
        "one number stands for as many as there are",
        key=key,
    )


def on_last(x: Shape, size: Size, key: str) -> tuple[int, ...]:
    """Give a size for each extent of x; told for fewer, it is of the last, and 1 for the others.

    Raises a `Reason` if x has too few.

    >>> from archcalc.ops.shape import Shape
    >>> on_last(Shape(3, 16, 8, 8), (2, 2), "scale"), on_last(Shape(3, 8, 8), (2,), "scale")
    ((1, 2, 2), (2, 2))
    """
    found = spread(size, x.rank)
    if len(found) > x.rank:
        raise _wrong_rank(x, found, key)
    return (1,) * (x.rank - len(found)) + found


def pads(x: Shape, kernel: Size, stride: Size, padding: Padding, dilation: Size) -> tuple[int, ...]:
    """Turn a padding as written into cells before and after the input, for each extent."""
    if not isinstance(padding, str):
        return along_kernel(kernel, padding, "padding")
    found = []
    if padding == "half":
        for taps, apart in zip(kernel, dilation, strict=True):
            half = ((taps - 1) * apart + 1) // 2
            found += [half, half]
        return tuple(found)
    sizes = extents_under(x, kernel)[-len(kernel) :]
    for size, taps, step, apart in zip(sizes, kernel, stride, dilation, strict=True):
        missing = max(0, (-(-size // step) - 1) * step + (taps - 1) * apart + 1 - size)
        found += [missing // 2, missing - missing // 2]
    return tuple(found)


def cells_along(x: Shape, cells: tuple[int, ...]) -> list[tuple[int, int]]:
    """Give the cells before and after each extent of x; told for fewer, they are of the last.

    Raises a `Reason` if x has too few.

    >>> from archcalc.ops.shape import Shape
    >>> cells_along(Shape(3, 16, 8, 8), (1, 1, 2, 2))
    [(0, 0), (1, 1), (2, 2)]
    """
    found = spread(cells, x.rank, "cells")
    pairs = list(zip(found[::2], found[1::2], strict=True))
    if len(pairs) > x.rank:
        raise _wrong_rank(x, found[::2], "cells")
    return [(0, 0)] * (x.rank - len(pairs)) + pairs


def along_kernel(kernel: Size, size: tuple[int, ...], key: str) -> tuple[int, ...]:
    """Give a size or a padding for each extent of a kernel."""
    each = 2 if key == "padding" else 1
    if len(size) == len(kernel) * each:
        return size
    found = spread(size, len(kernel), key)
    if len(found) != len(kernel) * _cells(key):
        raise Reason(
            "wrong-rank",
            f"`{key}` {_written(found[:: _cells(key)])} has {len(found) // _cells(key)} "
            f"dimensions, and the window {_written(kernel)} that it belongs to {len(kernel)}",
            "one number stands for as many as there are",
            key=key,
        )
    return found


def _cells(key: str) -> int:
    """Tell how many numbers belong to one extent."""
    return 2 if key in {"padding", "cells"} else 1


def _written(size: tuple[int, ...]) -> str:
    return "x".join(map(str, size))


def _too_large(span: Span, side: str) -> Reason:
    padding = ""
    if span.before != span.after:
        padding = f" + {span.before} of padding before + {span.after} after"
    elif span.before:
        padding = f" + {span.before} + {span.after} of padding"
    spread = f" (dilated by {span.dilation}: {span.extent})" if span.dilation > 1 else ""
    return Reason(
        "window-does-not-fit",
        f"a window of {span.kernel}{spread} does not fit in the {side} {span.size}{padding}",
        "a smaller kernel, more padding, or a larger input",
        key="kernel",
    )
