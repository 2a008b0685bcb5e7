"""Convolution: worked by hand, against loops, by differences, and by numbers that count."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.kernels import conv
from archcalc.kernels.unroll import unroll

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

Array = npt.NDArray[Any]

X = np.array([[[[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]]])
KERNEL = np.array([[[[1.0, 2], [3, 4]]]])
DY = np.array([[[[1.0, 0], [-1, 2]]]])

LENET_TABLE = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)


def exactly(message: str) -> str:
    """Match a message from its first letter to its last."""
    return f"^{re.escape(message)}$"


def arrays(fields: dict[str, Any], shape: tuple[int, int, int], samples: int = 1) -> dict[str, Any]:
    """Draw x and the weights that the fields ask for."""
    rng = np.random.default_rng(0)
    shapes = conv.weights(shape, **fields)
    found = {name: rng.standard_normal(wanted) for name, wanted in shapes.items()}
    return {"x": rng.standard_normal((samples, *shape)), **found}


def given_to_forward(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out the fields that the weights show."""
    return {name: fields[name] for name in fields.keys() - {"filters", "kernel", "bias"}}


# --- by hand ---


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


# --- against loops ---


def starts(size: int, extent: int, stride: int, pads: tuple[int, int], *, ceil: bool) -> list[int]:
    """Lay windows one after the other until none fits; rounded up, the last may hang over."""
    found, start = [], -pads[0]
    while start + extent <= size + pads[1]:
        found.append(start)
        start += stride
    hangs_over = found[-1] + extent < size + pads[1] and start < size
    return [*found, start] if ceil and hangs_over else found


def looped(x: Array, kernel: Array, bias: Array | None, fields: dict[str, Any]) -> Array:
    """Convolve by definition, tap by tap, as an independent opinion."""
    samples, maps, *size = x.shape
    pads = fields["padding"]
    dilation, taps = fields["dilation"], kernel.shape[-2:]
    tops, lefts = (
        starts(
            size[a],
            dilation[a] * (taps[a] - 1) + 1,
            fields["stride"][a],
            pads[2 * a : 2 * a + 2],
            ceil=fields["ceil"],
        )
        for a in (0, 1)
    )
    reads = fields.get("table")
    if reads is None:
        fan, share = maps // fields["groups"], len(kernel) // fields["groups"]
        reads = [range(f // share * fan, f // share * fan + fan) for f in range(len(kernel))]
    kernels = iter(kernel.reshape(-1, *taps))
    y = np.zeros((samples, len(reads), len(tops), len(lefts)))
    for f, row in enumerate(reads):
        for c in row:
            weights = next(kernels)
            for n, i, j, p, q in product(*map(range, (samples, len(tops), len(lefts), *taps))):
                a, b = tops[i] + p * dilation[0], lefts[j] + q * dilation[1]
                if 0 <= a < size[0] and 0 <= b < size[1]:
                    y[n, f, i, j] += weights[p, q] * x[n, c, a, b]
    return y if bias is None else y + (bias if bias.ndim == 3 else bias[:, None, None])


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[dict[str, Any], tuple[int, int, int]]:
    """Draw the fields of a convolution and an input that it fits."""

    def pair(highest: int) -> tuple[int, int]:
        return draw(st.integers(1, highest)), draw(st.integers(1, highest))

    kernel, dilation, groups = pair(3), pair(2), draw(st.integers(1, 2))
    extents = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    pads = [draw(st.integers(0, min(2, extent - 1))) for extent in extents for _ in range(2)]
    maps = groups * draw(st.integers(1, 2))
    rows = st.lists(st.integers(0, maps - 1), min_size=1, unique=True).map(tuple)
    table = draw(st.none() | st.lists(rows, min_size=1, max_size=3).map(tuple))
    fields = {
        "filters": groups * draw(st.integers(1, 2)) if table is None else len(table),
        "kernel": kernel,
        "stride": pair(3),
        "padding": tuple(pads),
        "dilation": dilation,
        "groups": groups if table is None else 1,
        "bias": draw(st.sampled_from([True, False, "untied"])),
        "table": table,
        "ceil": draw(st.booleans()),
    }
    height, width = (
        draw(st.integers(max(1, e - p - q), e + 2))
        for e, p, q in zip(extents, pads[::2], pads[1::2], strict=True)
    )
    return fields, (maps, height, width)


@settings(max_examples=100, deadline=None)
@given(convolutions(), st.integers(1, 2))
def test_forward_agrees_with_loops(
    drawn: tuple[dict[str, Any], tuple[int, int, int]], samples: int
) -> None:
    fields, shape = drawn
    found = arrays(fields, shape, samples)
    x, kernel, bias = found["x"], found["kernel"], found.get("bias")

    y, _ = conv.forward(**found, **given_to_forward(fields))

    np.testing.assert_allclose(y, looped(x, kernel, bias, fields), atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(convolutions(), st.integers(1, 2), st.sampled_from([None, "half", "same"]))
def test_gradients_agree_with_differences(
    check_gradients: Callable[..., None],
    drawn: tuple[dict[str, Any], tuple[int, int, int]],
    samples: int,
    word: str | None,
) -> None:
    fields, shape = drawn
    if word:
        fields = {**fields, "padding": word}
    found = arrays(fields, shape, samples)

    check_gradients(conv, found.pop("x"), weights=found, **given_to_forward(fields))


@pytest.mark.parametrize("portion", [1, 300, 3000])
def test_portions_do_not_change_the_result(portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {
        "filters": 4,
        "kernel": (3, 3),
        "stride": (1, 2),
        "padding": (1, 0, 2, 1),
        "groups": 2,
    }
    found = arrays(fields, (2, 9, 8), samples=3)
    y, saved = conv.forward(**found, **given_to_forward(fields))
    (dx,), gradients = conv.backward(y, saved)

    monkeypatch.setattr(conv, "PATCH_BYTES", portion)
    y_again, saved = conv.forward(**found, **given_to_forward(fields))
    (dx_again,), gradients_again = conv.backward(y, saved)

    np.testing.assert_allclose(y_again, y, atol=1e-12)
    np.testing.assert_allclose(dx_again, dx, atol=1e-12)
    np.testing.assert_allclose(gradients_again["kernel"], gradients["kernel"], atol=1e-12)


# --- numbers that count, products that are seen ---


@pytest.mark.parametrize(
    ("shape", "fields", "macs"),
    [
        ((2, 6, 6), {"filters": 3, "kernel": (3, 3)}, 3 * 4 * 4 * 2 * 9),  # 864
        ((2, 6, 6), {"filters": 3, "kernel": (3, 3), "padding": (1, 1, 1, 1)}, 3 * 36 * 2 * 9),
        ((4, 6, 6), {"filters": 6, "kernel": (3, 3), "groups": 2}, 6 * 16 * 2 * 9),
        ((4, 5, 5), {"filters": 4, "kernel": (3, 3), "groups": 4, "stride": (2, 2)}, 4 * 4 * 9),
        ((3, 5, 5), {"kernel": (2, 2), "table": ((0, 1), (2,), (0, 1, 2))}, 16 * 4 * (2 + 1 + 3)),
        ((3, 6, 6), {"filters": 2, "kernel": (2, 2), "dilation": (2, 3)}, 2 * 4 * 3 * 3 * 4),
        ((3, 4, 4), {"filters": 5, "kernel": (1, 1), "bias": "untied"}, 5 * 16 * 3),
        ((1, 6, 6), {"filters": 1, "kernel": (3, 3), "stride": (2, 2), "ceil": True}, 3 * 3 * 9),
    ],
)
def test_every_multiplication_is_counted(
    shape: tuple[int, int, int],
    fields: dict[str, Any],
    macs: int,
    counting: Callable[[Array], Array],
    tally: Counter[str],
) -> None:
    found: dict[str, Any] = {name: counting(array) for name, array in arrays(fields, shape).items()}

    y, saved = conv.forward(**found, **given_to_forward(fields))
    assert tally["mul"] == macs

    conv.backward(y, saved)
    assert tally["mul"] == macs + 2 * macs  # gradients of x and of the kernel


class Watched(np.ndarray[Any, Any]):
    """An array that notes the matrix products it enters, as rows, taps and columns."""

    seen: list[tuple[int, ...]]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:  # noqa: ANN401
        plain = [
            array.view(np.ndarray) if isinstance(array, Watched) else array for array in inputs
        ]
        if ufunc is np.matmul:
            Watched.seen.append((*plain[0].shape, plain[1].shape[-1]))
        return getattr(ufunc, method)(*plain, **keywords)


def test_the_products_of_a_layer_can_be_watched() -> None:
    fields: dict[str, Any] = {"kernel": (5, 5), "table": LENET_TABLE}
    found = arrays(fields, (6, 14, 14))
    Watched.seen = []
    found["kernel"] = found["kernel"].view(Watched)

    y, _ = conv.forward(**found, table=LENET_TABLE)

    assert type(y) is np.ndarray
    assert sum(map(np.prod, Watched.seen)) == 60 * 25 * 100  # pairs · taps · places: 150,000


def test_ones_show_the_connections_in_bounds() -> None:
    ones: dict[str, Any] = {
        "x": np.ones((1, 1, 3, 3)),
        "kernel": np.ones((1, 1, 3, 3)),
        "bias": np.ones(1),
    }
    y, _ = conv.forward(**ones, padding="half")

    assert y[0, 0].tolist() == [[5, 7, 5], [7, 10, 7], [5, 7, 5]]  # taps on the image, and a bias


# --- the unrolled matrix ---


def test_unrolled_by_hand() -> None:
    matrix = unroll((1, 3, 3), filters=1, kernel=(2, 2), stride=(2, 2), padding=(0, 1, 0, 1))

    assert matrix.shape == (4, 9)
    assert sorted(zip(*(part.tolist() for part in matrix[:3]), strict=True)) == [
        (0, 0, 0), (0, 1, 1), (0, 3, 2), (0, 4, 3),  # the window at 0, 0
        (1, 2, 0), (1, 5, 2),  # the window at 0, 2: its right half is padding
        (2, 6, 0), (2, 7, 1),
        (3, 8, 0),
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(convolutions())
def test_the_unrolled_matrix_is_the_convolution(
    drawn: tuple[dict[str, Any], tuple[int, int, int]],
) -> None:
    fields, shape = drawn
    found = arrays({**fields, "bias": False}, shape)
    matrix = unroll(shape, **fields)
    dense = np.zeros(matrix.shape)
    dense[matrix.row, matrix.column] = found["kernel"].ravel()[matrix.weight]

    y, _ = conv.forward(**found, **given_to_forward(fields))
    ones: dict[str, Any] = {name: np.ones_like(array) for name, array in found.items()}
    live, _ = conv.forward(**ones, **given_to_forward(fields))

    np.testing.assert_allclose(dense @ found["x"].ravel(), y.ravel(), atol=1e-12)
    assert len(matrix.row) == live.sum()


# --- what does not fit ---


@pytest.mark.parametrize(
    ("shape", "fields", "message"),
    [
        (
            (3, 8),
            {"kernel": (4, 3, 3, 3)},
            "conv: the input should be N x C x H x W, not 1 x 3 x 8",
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
    fields = {"filters": 2, "kernel": (3, 3), "padding": (1, 1, 1, 1)}
    found = {name: array.astype("f4") for name, array in arrays(fields, (2, 5, 5), samples).items()}

    y, saved = conv.forward(**found, padding=(1, 1, 1, 1))
    (dx,), gradients = conv.backward(y, saved)

    assert {a.dtype for a in (y, dx, *gradients.values())} == {np.dtype("f4")}
    assert y.flags.c_contiguous
