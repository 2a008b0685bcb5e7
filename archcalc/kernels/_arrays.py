"""The types that all kernels share, and how they refuse arrays that do not fit."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""Numbers of any kind: float32, float64, or objects that count what is done to them."""
Shape: TypeAlias = tuple[int, ...]
"""Maps of one sample, then the extents of a map: height and width, or one, or three."""
Size: TypeAlias = tuple[int, ...]
"""A number for each extent of a window, or one for all of them."""
Padding: TypeAlias = tuple[int, ...] | Literal["half", "same"]
"""Cells before and after each extent, or two numbers for all of them, or the word for them."""
Table: TypeAlias = tuple[tuple[int, ...], ...]
"""For each filter the input maps that it reads."""
WeightShapes: TypeAlias = dict[str, tuple[int, ...]]
"""Shapes of weights by name."""
Gradients: TypeAlias = tuple[tuple[Array, ...], dict[str, Array]]
"""A gradient for each input, then one for each weight by name."""


def no_weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing.

    >>> no_weights((64, 56, 56))
    {}
    """
    return {}


def expect_maps(op: str, x: Array) -> None:
    """Refuse an input that is not N x C x H x W, with one extent or more in place of H x W.

    >>> import numpy as np
    >>> expect_maps("conv", np.zeros((28, 28)))
    Traceback (most recent call last):
    ValueError: conv: the input should be N x C x H x W, not 28 x 28
    """
    if x.ndim < 3:
        message = f"{op}: the input should be N x C x H x W, not {shown(x.shape)}"
        raise ValueError(message)


def axis_of(name: str, dimensions: int) -> int:
    """Find an axis by its name. Raises ValueError where there is none.

    >>> axis_of("channels", 4), axis_of("height", 4), axis_of("height", 5), axis_of("length", 3)
    (1, 2, 3, 2)
    """
    extents = ["length"] if dimensions == 3 else ["depth", "height", "width"][2 - dimensions :]
    names = ["channels", *extents]
    if name not in names:
        message = f"there is no {name} among {', '.join(names)}"
        raise ValueError(message)
    return 1 + names.index(name)


def places(x: Array) -> tuple[int, ...]:
    """Name the axes of the samples and of all places: what a statistic of a map runs over.

    >>> import numpy as np
    >>> places(np.zeros((2, 3, 5, 5)))
    (0, 2, 3)
    """
    return (0, *range(2, x.ndim))


def per_map(values: Array, x: Array) -> Array:
    """Turn a number for each map so that it meets all places of x.

    >>> import numpy as np
    >>> per_map(np.ones(3), np.zeros((2, 3, 5, 5))).shape
    (3, 1, 1)
    """
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def expect_shape(op: str, name: str, array: Array, shape: tuple[int, ...]) -> None:
    """Refuse a weight of another shape.

    >>> import numpy as np
    >>> expect_shape("linear", "bias", np.zeros(9), (10,))
    Traceback (most recent call last):
    ValueError: linear: bias should be 10, not 9
    """
    if array.shape != shape:
        message = f"{op}: {name} should be {shown(shape)}, not {shown(array.shape)}"
        raise ValueError(message)


def rows(x: Array) -> Array:
    """Lay each sample in a row; a batch without samples keeps the length of its rows.

    >>> import numpy as np
    >>> rows(np.zeros((2, 16, 5, 5))).shape, rows(np.zeros((0, 16, 5, 5))).shape
    ((2, 400), (0, 400))
    """
    length = 1
    for size in x.shape[1:]:
        length *= size
    return x.reshape(len(x), length)


def shown(shape: tuple[int, ...]) -> str:
    """Write a shape as people do.

    >>> shown((6, 1, 5, 5)), shown(())
    ('6 x 1 x 5 x 5', 'a single number')
    """
    return " x ".join(map(str, shape)) or "a single number"
