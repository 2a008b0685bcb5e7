"""Convolution worked by hand, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from archcalc.kernels import conv
from archcalc.kernels._windows import sides
from archcalc.kernels.unroll import unroll
from tests.exactly import exactly

Array = npt.NDArray[Any]

X = np.array([[[[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]]])
KERNEL = np.array([[[[1.0, 2], [3, 4]]]])
DY = np.array([[[[1.0, 0], [-1, 2]]]])

LENET_TABLE = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)


def test_forward_is_cross_correlation() -> None:
    y, _ = conv.forward(X, kernel=KERNEL, bias=np.array([10.0]))

    assert y[0, 0].tolist() == [
        [1 * 1 + 2 * 2 + 4 * 3 + 5 * 4 + 10, 2 * 1 + 3 * 2 + 5 * 3 + 6 * 4 + 10],  # 47 57
        [4 * 1 + 5 * 2 + 7 * 3 + 8 * 4 + 10, 5 * 1 + 6 * 2 + 8 * 3 + 9 * 4 + 10],  # 77 87
    ]


def test_backward_worked_entry_by_entry() -> None:
    _, saved = conv.forward(X, kernel=KERNEL, bias=np.array([10.0]))
    (dx,), gradients = conv.backward(DY, saved)

    assert dx[0, 0].tolist() == [
        [1 * 1, 1 * 2 + 0 * 1, 0 * 2],  # 1 2 0
        [1 * 3 - 1 * 1, 1 * 4 + 0 * 3 - 1 * 2 + 2 * 1, 0 * 4 + 2 * 2],  # 2 4 4
        [-1 * 3, -1 * 4 + 2 * 3, 2 * 4],  # -3 2 8
    ]
    assert gradients["kernel"][0, 0].tolist() == [
        [1 * 1 + 2 * 0 + 4 * -1 + 5 * 2, 2 * 1 + 3 * 0 + 5 * -1 + 6 * 2],  # 7 9
        [4 * 1 + 5 * 0 + 7 * -1 + 8 * 2, 5 * 1 + 6 * 0 + 8 * -1 + 9 * 2],  # 13 15
    ]
    assert gradients["bias"].tolist() == [1 + 0 - 1 + 2]


def test_input_gradient_is_padded_dy_correlated_with_the_kernel_rotated() -> None:
    _, saved = conv.forward(X, kernel=KERNEL)
    (dx,), _ = conv.backward(DY, saved)

    # 0 0  0 0
    # 0 1  0 0  with  4 3
    # 0 -1 2 0        2 1
    # 0 0  0 0
    again, _ = conv.forward(DY, kernel=np.rot90(KERNEL, 2, (2, 3)), padding=(1, 1, 1, 1))
    assert dx.tolist() == again.tolist()


def test_with_a_stride_dy_has_zeros_between() -> None:
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    _, saved = conv.forward(x, kernel=KERNEL, stride=(2, 2))
    (dx,), gradients = conv.backward(DY, saved)

    assert dx[0, 0].tolist() == [
        [1, 2, 0, 0],  # 1 · (1 2), 0 · (1 2)
        [3, 4, 0, 0],
        [-1, -2, 2, 4],  # -1 · (1 2), 2 · (1 2)
        [-3, -4, 6, 8],
    ]
    dilated = np.zeros((1, 1, 3, 3))
    dilated[..., ::2, ::2] = DY
    again, _ = conv.forward(dilated, kernel=np.rot90(KERNEL, 2, (2, 3)), padding=(1, 1, 1, 1))
    assert dx.tolist() == again.tolist()
    assert gradients["kernel"].tolist() == conv.forward(x, kernel=dilated)[0].tolist()


def test_kernel_gradient_is_x_correlated_with_dy() -> None:
    _, saved = conv.forward(X, kernel=KERNEL)

    assert conv.backward(DY, saved)[1]["kernel"].tolist() == conv.forward(X, kernel=DY)[0].tolist()


def test_a_table_feeds_each_filter_its_own_maps() -> None:
    x = np.array([1.0, 10, 100]).reshape(1, 3, 1, 1)
    kernel = np.array([2.0, 3, 5, 7, 11]).reshape(5, 1, 1)  # pairs (0,0) (0,2) (1,1) (2,2) (2,0)
    y, saved = conv.forward(x, kernel=kernel, table=((0, 2), (1,), (2, 0)))
    (dx,), gradients = conv.backward(np.array([1.0, 10, 100]).reshape(1, 3, 1, 1), saved)

    assert y.ravel().tolist() == [2 * 1 + 3 * 100, 5 * 10, 7 * 100 + 11 * 1]
    assert dx.ravel().tolist() == [2 * 1 + 11 * 100, 5 * 10, 3 * 1 + 7 * 100]
    assert gradients["kernel"].ravel().tolist() == [1, 100, 10 * 10, 100 * 100, 1 * 100]


def test_groups_do_not_see_each_other() -> None:
    x = np.array([1.0, 10, 100, 1000]).reshape(1, 4, 1, 1)
    kernel = np.array([[2.0, 3], [5, 7]]).reshape(2, 2, 1, 1)
    y, _ = conv.forward(x, kernel=kernel, groups=2)

    assert y.ravel().tolist() == [2 * 1 + 3 * 10, 5 * 100 + 7 * 1000]


def test_an_untied_bias_is_one_per_unit() -> None:
    bias = np.array([[[1.0, 2], [3, 4]]])
    x = np.concatenate([X, X])
    y, saved = conv.forward(x, kernel=KERNEL, bias=bias)
    _, gradients = conv.backward(np.concatenate([DY, DY]), saved)

    assert (y[1] - conv.forward(X, kernel=KERNEL)[0][0]).tolist() == bias.tolist()
    assert gradients["bias"].tolist() == (2 * DY[0]).tolist()  # two samples


def test_lenet_has_the_published_weights() -> None:
    c3 = conv.weights((6, 14, 14), kernel=(5, 5), table=LENET_TABLE)

    assert c3 == {"kernel": (60, 5, 5), "bias": (16,)}  # 60·25 + 16 = 1,516
    assert conv.weights(
        (1, 16, 16), filters=12, kernel=(5, 5), stride=(2, 2), padding=(2, 1, 2, 1), bias="untied"
    ) == {"kernel": (12, 1, 5, 5), "bias": (12, 8, 8)}
    assert conv.weights((4, 9, 9), filters=6, kernel=(3, 1), groups=2, bias=False) == {
        "kernel": (6, 2, 3, 1)
    }


def test_ones_show_the_connections_in_bounds() -> None:
    ones: dict[str, Any] = {
        "x": np.ones((1, 1, 3, 3)),
        "kernel": np.ones((1, 1, 3, 3)),
        "bias": np.ones(1),
    }
    y, _ = conv.forward(**ones, padding="half")

    assert y[0, 0].tolist() == [[5, 7, 5], [7, 10, 7], [5, 7, 5]]  # taps on the image, and a bias


def test_unrolled_by_hand() -> None:
    matrix = unroll((1, 3, 3), filters=1, kernel=(2, 2), stride=(2, 2), padding=(0, 1, 0, 1))

    assert matrix.shape == (4, 9)
    assert sorted(zip(*(part.tolist() for part in matrix[:3]), strict=True)) == [
        (0, 0, 0), (0, 1, 1), (0, 3, 2), (0, 4, 3),  # the window at 0, 0
        (1, 2, 0), (1, 5, 2),  # the window at 0, 2: its right half is padding
        (2, 6, 0), (2, 7, 1),
        (3, 8, 0),
    ]  # fmt: skip


# --- what does not fit ---


@pytest.mark.parametrize(
    ("shape", "fields", "message"),
    [
        (
            (3,),
            {"kernel": (4, 3, 3, 3)},
            "conv: the input should be N x C x H x W, not 1 x 3",
        ),
        (
            (3, 8),
            {"kernel": (4, 3, 3, 3)},
            "a window of 2 dimensions does not lie on a map of 1",
        ),
        (
            (3, 8, 8),
            {"kernel": (4, 2, 3, 3)},
            "conv: kernel 4 x 2 x 3 x 3 in 1 groups does not fit an input of 3 maps",
        ),
        (
            (4, 8, 8),
            {"kernel": (5, 2, 3, 3), "groups": 2},
            "conv: kernel 5 x 2 x 3 x 3 in 2 groups does not fit an input of 4 maps",
        ),
        (
            (3, 8, 8),
            {"kernel": (4, 3, 3, 3), "bias": (3,)},
            "conv: bias should be 4, not 3",
        ),
        (
            (3, 8, 8),
            {"kernel": (4, 3, 3, 3), "bias": (4, 8, 8)},
            "conv: bias should be 4 x 6 x 6, not 4 x 8 x 8",
        ),
        (
            (3, 8, 8),
            {"kernel": (4, 3, 3), "table": ((0, 1), (2,))},
            "conv: kernel should be 3 x 3 x 3, not 4 x 3 x 3",
        ),
        (
            (3, 8, 8),
            {"kernel": (2, 3, 3), "table": ((0, 3),)},
            "conv: table row [0, 3] should name distinct maps below 3",
        ),
        (
            (3, 8, 8),
            {"kernel": (2, 3, 3), "table": ((1, 1),)},
            "conv: table row [1, 1] should name distinct maps below 3",
        ),
        (
            (4, 8, 8),
            {"kernel": (2, 3, 3), "table": ((0, 1),), "groups": 2},
            "conv: a table and 2 groups exclude each other",
        ),
        (
            (1, 2, 8),
            {"kernel": (1, 1, 3, 3)},
            "a window of 3 cells does not fit on 2, padding included",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    shape: tuple[int, ...], fields: dict[str, Any], message: str
) -> None:
    zeros: dict[str, Any] = {
        name: np.zeros(fields[name]) for name in ("kernel", "bias") if name in fields
    }

    with pytest.raises(ValueError, match=exactly(message)):
        conv.forward(np.zeros((1, *shape)), **{**fields, **zeros})


@pytest.mark.parametrize("samples", [1, 2])
def test_single_precision_stays_single(samples: int) -> None:
    x, kernel, bias = (np.ones(of, "f4") for of in ((samples, 2, 5, 5), (4, 2, 3, 3), (4,)))

    y, saved = conv.forward(x, kernel=kernel, bias=bias, padding=(1, 1, 1, 1))
    (dx,), gradients = conv.backward(y, saved)

    assert {a.dtype for a in (y, dx, *gradients.values())} == {np.dtype("f4")}
    assert y.flags.c_contiguous


def test_a_convolution_of_single_pixels_reads_the_image_in_place() -> None:
    image = np.ones((1, 8, 5, 5))
    portions = list(conv._patches(image, sides((5, 5), (1, 1), (1, 1))))  # noqa: SLF001 - no copy

    assert [patches.shape for _, _, patches in portions] == [(8, 1, 25)]
    assert np.shares_memory(portions[0][2], image)
