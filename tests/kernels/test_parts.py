"""Ops that enlarge, take, move or fold parts of maps: values by hand, and their gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from archcalc.kernels import (
    concat,
    conv,
    crop,
    deconv,
    fold,
    globalmaxpool,
    local,
    maximum,
    mean,
    multiply,
    one_minus,
    pad,
    permute,
    pixel_shuffle,
    pixel_unshuffle,
    reshape,
    shuffle,
    split,
    subtract,
    tokens,
    unpool,
    upsample,
)
from archcalc.kernels import slice as slice_kernel

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

Array = npt.NDArray[Any]

CASES: list[tuple[ModuleType, tuple[int, ...], dict[str, Any]]] = [
    (one_minus, (2, 3, 3, 4), {}),
    (globalmaxpool, (2, 3, 3, 4), {}),
    (globalmaxpool, (2, 3, 5), {}),
    (fold, (2, 2, 3, 4), {}),
    (fold, (2, 2, 3, 4), {"axis": "width"}),
    (fold, (2, 2, 3), {"axis": "length"}),
    (permute, (2, 2, 3, 4), {"order": (2, 0, 1)}),
    (permute, (2, 3, 4), {"order": (1, 0)}),
    (reshape, (2, 4, 3, 2), {"output": (2, 12)}),
    (reshape, (2, 4, 3), {"output": (12,)}),
    (mean, (2, 2, 3, 4), {}),
    (mean, (2, 2, 3, 4), {"axis": "channels"}),
    (mean, (2, 2, 5), {"axis": "length"}),
    (pixel_shuffle, (2, 8, 2, 3), {"scale": (2,)}),
    (pixel_shuffle, (2, 6, 2, 2, 3), {"scale": (2, 3)}),
    (pixel_unshuffle, (2, 2, 4, 6), {"scale": (2, 3)}),
    (pixel_unshuffle, (2, 2, 6), {"scale": (3,)}),
    (tokens, (2, 3, 2, 4), {}),
    (unpool, (2, 2, 2, 3), {"scale": (2, 3)}),
    (slice_kernel, (2, 5, 3, 4), {"range": (1, 4)}),
    (slice_kernel, (2, 2, 3, 4), {"range": (1, 2), "axis": "height"}),
    (split, (2, 6, 3, 2), {"parts": (3,), "part": 2}),
    (split, (2, 2, 3, 6), {"parts": (1, 5), "part": 2, "axis": "width"}),
    (shuffle, (2, 6, 2, 2), {"groups": 3}),
    (crop, (2, 2, 4, 5), {"cells": (1, 0, 2, 1)}),
    (crop, (2, 2, 2, 4, 5), {"output": (2, 2)}),
    (pad, (2, 2, 3, 4), {"cells": (1, 2)}),
    (pad, (2, 2, 2, 3, 2), {"cells": (1, 0, 2, 1)}),
    (upsample, (2, 2, 3, 4), {"scale": (2, 3)}),
    (upsample, (2, 2, 3, 4), {"scale": (2,), "mode": "bilinear"}),
    (upsample, (2, 2, 3, 4), {"output": (5, 2), "mode": "bilinear"}),
    (upsample, (2, 2, 5), {"output": (3,)}),
    (upsample, (2, 2, 2, 3, 2), {"scale": (2, 2), "mode": "bilinear"}),
    (upsample, (2, 3, 1, 1), {"output": (2, 2, 2)}),
]


def drawn(*shape: int) -> Array:
    """Draw values; no two are near each other."""
    return np.random.default_rng(0).permutation(np.prod(shape)).reshape(shape) / 10 - 1.03


@pytest.mark.parametrize(("kernel", "shape", "fields"), CASES)
def test_gradients(
    check_gradients: Callable[..., None],
    kernel: ModuleType,
    shape: tuple[int, ...],
    fields: dict[str, Any],
) -> None:
    check_gradients(kernel, drawn(*shape), **fields)


def test_what_a_map_is_cropped_to_has_no_gradient() -> None:
    x, like = drawn(1, 1, 5), drawn(1, 2, 2)
    y, saved = crop.forward(x, like)
    (dx, d_like), gradients = crop.backward(np.ones_like(y), saved)

    assert y.tolist() == [x[0, :, 1:3].tolist()]
    assert dx.tolist() == [[[0, 1, 1, 0, 0]]]
    assert d_like.tolist() == [[[0, 0], [0, 0]]]
    assert gradients == {}


@pytest.mark.parametrize(("kernel", "shape", "fields"), CASES)
def test_single_precision_stays_single(
    kernel: ModuleType, shape: tuple[int, ...], fields: dict[str, Any]
) -> None:
    y, saved = kernel.forward(drawn(*shape).astype("f4"), **fields)
    (dx,), gradients = kernel.backward(y, saved)

    assert (y.dtype, dx.dtype, gradients) == (np.dtype("f4"), np.dtype("f4"), {})
    assert kernel.weights(shape[1:], **fields) == {}


@pytest.mark.parametrize(
    ("kernel", "shape", "fields"),
    [
        (deconv, (2, 4, 3, 4), {"filters": 2, "kernel": (3, 2), "stride": (2, 1), "groups": 2}),
        (deconv, (2, 2, 5), {"filters": 3, "kernel": (3,), "stride": (2,), "padding": (1, 1),
                             "output_padding": (1,), "bias": False}),
        (deconv, (2, 1, 2, 3, 2), {"filters": 1, "kernel": (2, 2), "dilation": (2,)}),
        (deconv, (2, 3, 1, 1), {"filters": 2, "kernel": (2, 2, 2)}),
        (local, (2, 2, 4, 5), {"filters": 2, "kernel": (2, 3), "stride": (2, 1)}),
        (local, (2, 2, 4), {"filters": 3, "kernel": (3,), "padding": (1, 1), "bias": False}),
        (local, (2, 1, 2, 3, 3), {"filters": 2, "kernel": (2, 2)}),
        (local, (2, 3, 1, 1), {"filters": 2, "kernel": (1, 1, 1)}),
    ],
)  # fmt: skip
def test_gradients_of_weights(
    check_gradients: Callable[..., None],
    kernel: ModuleType,
    shape: tuple[int, ...],
    fields: dict[str, Any],
) -> None:
    shapes = kernel.weights(shape[1:], **fields)
    weights = {name: drawn(*size) for name, size in shapes.items()}
    left = {key: n for key, n in fields.items() if key not in {"filters", "kernel", "bias"}}
    check_gradients(kernel, drawn(*shape), weights=weights, **left)


def test_a_transposed_convolution_is_the_way_back_through_a_convolution() -> None:
    kernel = drawn(4, 3, 3, 2)
    y, saved = conv.forward(drawn(2, 3, 8, 6), kernel=kernel, stride=(2,), padding=(1, 1))
    assert y.shape == (2, 4, 4, 4)
    dy = drawn(*y.shape)
    (dx,), _ = conv.backward(dy, saved)
    found, _ = deconv.forward(dy, kernel=kernel, stride=(2,), padding=(1, 1), output_padding=(1, 0))

    assert np.allclose(found, dx)


@pytest.mark.parametrize("kernel", [multiply, subtract, maximum])
def test_gradients_of_joins(check_gradients: Callable[..., None], kernel: ModuleType) -> None:
    x = drawn(3, 2, 3, 3, 2)
    check_gradients(kernel, *x)
    check_gradients(kernel, x[0], x[1, :, :1].copy(), x[2, :, :, :1, :1].copy())


@pytest.mark.parametrize("axis", ["height", "width"])
def test_gradients_of_what_lies_one_behind_the_other(
    check_gradients: Callable[..., None], axis: str
) -> None:
    x = drawn(2, 2, 3, 4)
    other = x[:, :, 1:] if axis == "height" else x[..., 1:]
    check_gradients(concat, x, other.copy(), axis=axis)


def test_joins_by_hand() -> None:
    a, b = np.array([[[[1.0, 20]]]]), np.array([[[[10.0, 2]]]])

    assert multiply.forward(a, b)[0].tolist() == [[[[10, 40]]]]
    assert subtract.forward(a, b, b)[0].tolist() == [[[[-19, 16]]]]
    assert maximum.forward(a, b)[0].tolist() == [[[[10, 20]]]]
    assert concat.forward(a, b, axis="width")[0].tolist() == [[[[1, 20, 10, 2]]]]
    assert concat.forward(a, b, axis="height")[0].tolist() == [[[[1, 20], [10, 2]]]]


def test_of_equal_branches_the_first_is_the_largest() -> None:
    _, saved = maximum.forward(np.ones(2), np.ones(2))

    assert [dx.tolist() for dx in maximum.backward(np.ones(2), saved)[0]] == [[1, 1], [0, 0]]


def test_upsampling_by_hand() -> None:
    x = np.array([[[[0.0, 8], [4, 12]]]])

    assert upsample.forward(x, scale=(2,))[0][0, 0].tolist() == [
        [0, 0, 8, 8], [0, 0, 8, 8], [4, 4, 12, 12], [4, 4, 12, 12],
    ]  # fmt: skip
    assert upsample.forward(x, scale=(2,), mode="bilinear")[0][0, 0].tolist() == [
        [0, 2, 6, 8], [1, 3, 7, 9], [3, 5, 9, 11], [4, 6, 10, 12],
    ]  # fmt: skip
    assert upsample.forward(x, output=(1, 3))[0].tolist() == [[[[0, 0, 8]]]]


@pytest.mark.parametrize(
    ("kernel", "fields", "message"),
    [
        (upsample, {}, "upsample: either a scale or an output size is needed"),
        (slice_kernel, {"range": (1, 3)}, "slice: 1 to 3 is no stretch of 2 .channels."),
        (split, {"parts": (3,), "part": 1}, "split: part 1 of .0, 0, 0. is none of 2 .channels."),
        (shuffle, {"groups": 3}, "shuffle: 3 groups do not divide 2 maps"),
        (crop, {"cells": (2, 1)}, "crop: nothing is left of 3 x 3"),
        (pad, {"cells": (1, 1) * 3}, "cells of 3 extents do not fit a map of 2"),
        (concat, {"axis": "depth"}, "there is no depth among channels, height, width"),
    ],
)
def test_what_does_not_fit_is_refused(
    kernel: ModuleType, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        kernel.forward(np.zeros((1, 2, 3, 3)), **fields)
