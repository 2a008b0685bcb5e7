"""Pooling and subsampling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.kernels import avgpool, globalavgpool, maxpool, subsample
from tests.exactly import exactly

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

Array = npt.NDArray[Any]

X = np.array([[[[1.0, 8, 4, 3], [7, 2, 1, 9], [6, 1, 2, 4], [8, 7, 6, 0]]]])


def distinct(*shape: int) -> Array:
    """Draw values that lie far apart, so that a small step never changes which is largest."""
    count = int(np.prod(shape))
    return np.random.default_rng(0).permutation(count).reshape(shape) - count / 2


def only(gradients: tuple[tuple[Array, ...], dict[str, Array]]) -> list[list[float]]:
    """Take the one map of the one gradient."""
    (dx,), d_weights = gradients
    assert not d_weights
    found: list[list[float]] = dx[0, 0].tolist()
    return found


# --- by hand ---


def test_maximum_by_hand() -> None:
    y, saved = maxpool.forward(X, kernel=(2, 2))

    assert y[0, 0].tolist() == [[8, 9], [8, 6]]
    assert only(maxpool.backward(np.array([[[[7.0, 3], [1, 4]]]]), saved)) == [
        [0, 7, 0, 0],
        [0, 0, 0, 3],
        [0, 0, 0, 0],
        [1, 0, 4, 0],
    ]


def test_mean_by_hand() -> None:
    y, saved = avgpool.forward(X, kernel=(2, 2))

    assert y[0, 0].tolist() == [
        [(1 + 8 + 7 + 2) / 4, (4 + 3 + 1 + 9) / 4],  # 4.5 4.25
        [(6 + 1 + 8 + 7) / 4, (2 + 4 + 6 + 0) / 4],  # 5.5 3
    ]
    dx = only(avgpool.backward(np.array([[[[8.0, 4], [16, 4]]]]), saved))
    assert dx == [[2, 2, 1, 1], [2, 2, 1, 1], [4, 4, 1, 1], [4, 4, 1, 1]]
    assert sum(map(sum, dx)) == 8 + 4 + 16 + 4  # the sum of the gradient is kept


def test_overlapping_windows_add_their_gradients() -> None:
    y, saved = maxpool.forward(X, kernel=(3, 3), stride=(1, 1))

    assert y[0, 0].tolist() == [[8, 9], [8, 9]]
    assert only(maxpool.backward(np.array([[[[1.0, 2], [4, 8]]]]), saved)) == [
        [0, 1, 0, 0],
        [0, 0, 0, 2 + 8],
        [0, 0, 0, 0],
        [4, 0, 0, 0],
    ]


def test_a_window_rounded_up_reads_what_is_there() -> None:
    assert maxpool.forward(X, kernel=(3, 3), ceil=True)[0][0, 0].tolist() == [[8, 9], [8, 0]]
    assert avgpool.forward(X, kernel=(3, 3), ceil=True)[0][0, 0].tolist() == [
        [(1 + 8 + 4 + 7 + 2 + 1 + 6 + 1 + 2) / 9, (3 + 9 + 4) / 3],
        [(8 + 7 + 6) / 3, 0 / 1],
    ]


def test_padding_never_wins() -> None:
    y, saved = maxpool.forward(-X, kernel=(2, 2), padding=(1, 1, 1, 1))

    assert y[0, 0].tolist() == [[-1, -4, -3], [-6, -1, -4], [-8, -6, 0]]
    assert only(maxpool.backward(np.ones((1, 1, 3, 3)), saved)) == [
        [1, 0, 1, 1],
        [0, 0, 1, 0],
        [1, 0, 0, 1],
        [1, 0, 1, 1],
    ]


def test_both_conventions_of_padding() -> None:
    x = np.array([[[[12.0]]]])
    around: dict[str, Any] = {"kernel": (2, 2), "stride": (1, 1), "padding": (1, 1, 1, 1)}

    assert avgpool.forward(x, **around)[0].tolist() == [[[[3, 3], [3, 3]]]]  # 12 / 4
    alone, saved = avgpool.forward(x, **around, count_padding=False)
    assert alone.tolist() == [[[[12, 12], [12, 12]]]]  # 12 / 1
    assert only(avgpool.backward(np.ones((1, 1, 2, 2)), saved)) == [[4]]


def test_a_padded_window_that_hangs_over_divides_by_what_lies_on_the_padded_image() -> None:
    x = np.array([[[[6.0, 6, 6, 6]]]])  # 0 | 6 6 6 6 | 0, windows of 4 from -1 and 2
    fields: dict[str, Any] = {
        "kernel": (1, 4),
        "stride": (1, 3),
        "padding": (0, 0, 1, 1),
        "ceil": True,
    }

    assert avgpool.forward(x, **fields)[0].tolist() == [[[[18 / 4, 12 / 3]]]]
    assert avgpool.forward(x, **fields, count_padding=False)[0].tolist() == [[[[18 / 3, 12 / 2]]]]


def test_a_window_on_padding_alone_averages_to_nothing() -> None:
    fields: dict[str, Any] = {"kernel": (1, 1), "padding": (0, 0, 1, 0), "count_padding": False}

    assert avgpool.forward(np.array([[[[5.0]]]]), **fields)[0].tolist() == [[[[0, 5]]]]


def test_a_fixed_output_size() -> None:
    x = np.arange(1.0, 6).reshape(1, 1, 1, 5)
    y, saved = avgpool.forward(x, output=(1, 3))  # 0 to 2, 1 to 4, 3 to 5

    assert y.tolist() == [[[[(1 + 2) / 2, (2 + 3 + 4) / 3, (4 + 5) / 2]]]]
    assert only(avgpool.backward(np.array([[[[2.0, 3, 2]]]]), saved)) == [[1, 1 + 1, 1, 1 + 1, 1]]


def test_a_fixed_output_size_may_exceed_the_input() -> None:
    y, _ = avgpool.forward(np.array([[[[1.0, 3]]]]), output=(2, 3))

    assert y.tolist() == [[[[1, 2, 3], [1, 2, 3]]]]  # 0 to 1, 0 to 2, 1 to 2


def test_a_fixed_output_size_that_divides_is_an_ordinary_pooling() -> None:
    fixed, _ = avgpool.forward(X, output=(2, 2))

    assert fixed.tolist() == avgpool.forward(X, kernel=(2, 2))[0].tolist()


def test_global_mean() -> None:
    y, saved = globalavgpool.forward(np.concatenate([X, 2 * X], axis=1))

    assert y.tolist() == [[[[69 / 16]], [[138 / 16]]]]
    (dx,), _ = globalavgpool.backward(np.array([[[[16.0]], [[32]]]]), saved)
    assert dx.tolist() == [[[[1] * 4] * 4, [[2] * 4] * 4]]


def test_subsampling_by_hand() -> None:
    weights: dict[str, Any] = {"coefficient": np.array([0.5]), "bias": np.array([100.0])}
    y, saved = subsample.forward(X, **weights, kernel=(2, 2))
    (dx,), gradients = subsample.backward(np.array([[[[8.0, 4], [16, 2]]]]), saved)

    assert y[0, 0].tolist() == [[0.5 * 18 + 100, 0.5 * 17 + 100], [0.5 * 22 + 100, 0.5 * 12 + 100]]
    assert dx[0, 0].tolist() == [[4, 4, 2, 2], [4, 4, 2, 2], [8, 8, 1, 1], [8, 8, 1, 1]]
    assert gradients["coefficient"].tolist() == [8 * 18 + 4 * 17 + 16 * 22 + 2 * 12]
    assert gradients["bias"].tolist() == [8 + 4 + 16 + 2]


def test_pooling_allocates_nothing() -> None:
    assert maxpool.weights((6, 28, 28), kernel=(2, 2)) == {}
    assert avgpool.weights((6, 28, 28), kernel=(2, 2)) == {}
    assert globalavgpool.weights((6, 28, 28)) == {}


# --- by differences ---


@st.composite
def windows(draw: st.DrawFn) -> tuple[dict[str, Any], tuple[int, int]]:
    """Draw the fields of a pooling and a size that it fits."""

    def pair(highest: int) -> tuple[int, int]:
        return draw(st.integers(1, highest)), draw(st.integers(1, highest))

    kernel = pair(3)
    pads = tuple(draw(st.integers(0, taps - 1)) for taps in kernel for _ in range(2))
    fields = {
        "kernel": kernel,
        "stride": draw(st.none() | st.just(pair(3))),
        "padding": draw(st.sampled_from([pads, "half", "same"])),
        "ceil": draw(st.booleans()),
    }
    return fields, (draw(st.integers(kernel[0], 6)), draw(st.integers(kernel[1], 6)))


@settings(max_examples=40, deadline=None)
@given(drawn=windows(), count_padding=st.booleans())
def test_gradients_of_pooling(
    check_gradients: Callable[..., None],
    drawn: tuple[dict[str, Any], tuple[int, int]],
    *,
    count_padding: bool,
) -> None:
    fields, size = drawn
    check_gradients(maxpool, distinct(2, 2, *size), **fields)
    check_gradients(avgpool, distinct(2, 2, *size), **fields, count_padding=count_padding)


@settings(max_examples=10, deadline=None)
@given(windows())
def test_gradients_of_subsampling(
    check_gradients: Callable[..., None], drawn: tuple[dict[str, Any], tuple[int, int]]
) -> None:
    fields, size = drawn
    weights = {"coefficient": np.array([0.5, -2]), "bias": np.array([1.0, 3])}
    fields = {name: fields[name] for name in ("kernel", "stride")}
    check_gradients(subsample, distinct(2, 2, *size), weights=weights, **fields)


@pytest.mark.parametrize("output", [(1, 1), (2, 3), (6, 7)])
def test_gradients_of_a_fixed_output_size(
    check_gradients: Callable[..., None], output: tuple[int, int]
) -> None:
    check_gradients(avgpool, distinct(2, 2, 5, 6), output=output)


def test_gradients_of_the_global_mean(check_gradients: Callable[..., None]) -> None:
    check_gradients(globalavgpool, distinct(2, 3, 4, 5))


# --- what does not fit ---


@pytest.mark.parametrize(
    ("kernel", "shape", "fields", "message"),
    [
        (maxpool, (4, 4), {"kernel": (2, 2)},
         "maxpool: the input should be N x C x H x W, not 4 x 4"),
        (maxpool, (1, 4, 4), {"kernel": (2, 2)},
         "a window of 2 dimensions does not lie on a map of 1"),
        (maxpool, (1, 1, 4, 4), {"kernel": (5, 2)},
         "a window of 5 cells does not fit on 4, padding included"),
        (avgpool, (4, 4), {"kernel": (2, 2)},
         "avgpool: the input should be N x C x H x W, not 4 x 4"),
        (avgpool, (1, 1, 4, 4), {}, "avgpool: a kernel or an output size is needed"),
        (globalavgpool, (2, 3), {},
         "globalavgpool: the input should be N x C x H x W, not 2 x 3"),
        (subsample, (1, 6, 4, 4),
         {"kernel": (2, 2), "coefficient": np.ones(5), "bias": np.ones(6)},
         "subsample: coefficient should be 6, not 5"),
        (subsample, (1, 6, 4, 4),
         {"kernel": (2, 2), "coefficient": np.ones(6), "bias": np.array(1)},
         "subsample: bias should be 6, not a single number"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    kernel: ModuleType, shape: tuple[int, ...], fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        kernel.forward(np.zeros(shape), **fields)


@pytest.mark.parametrize(
    ("kernel", "fields"),
    [
        (maxpool, {"kernel": (3, 3), "padding": "half"}),
        (avgpool, {"kernel": (3, 3), "padding": "half", "count_padding": False}),
        (avgpool, {"output": (3, 3)}),
        (globalavgpool, {}),
        (subsample, {"kernel": (2, 2), "coefficient": np.ones(1, "f4"), "bias": np.ones(1, "f4")}),
    ],
)
def test_single_precision_stays_single(kernel: ModuleType, fields: dict[str, Any]) -> None:
    y, saved = kernel.forward(X.astype("f4"), **fields)
    (dx,), _ = kernel.backward(y, saved)

    assert (y.dtype, dx.dtype) == (np.dtype("f4"), np.dtype("f4"))
