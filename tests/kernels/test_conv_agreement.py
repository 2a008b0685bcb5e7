"""Convolution against loops and differences, and by numbers that count themselves."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.kernels import conv
from archcalc.kernels.unroll import unroll
from archcalc.referee.confirmations.tallies import counted

if TYPE_CHECKING:
    from collections.abc import Callable

Array = npt.NDArray[Any]


def arrays(fields: dict[str, Any], shape: tuple[int, int, int], samples: int = 1) -> dict[str, Any]:
    """Draw x and the weights that the fields ask for."""
    rng = np.random.default_rng(0)
    shapes = conv.weights(shape, **fields)
    found = {name: rng.standard_normal(wanted) for name, wanted in shapes.items()}
    return {"x": rng.standard_normal((samples, *shape)), **found}


def given_to_forward(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out the fields that the weights show."""
    return {name: fields[name] for name in fields.keys() - {"filters", "kernel", "bias"}}


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

    tally.clear()
    assert conv.backward(y, saved, inputs=False)[0] == ()
    assert tally["mul"] == macs  # the kernel's alone


def test_the_products_of_a_layer_can_be_watched() -> None:
    table = ((0, 1), (2,), (0, 1, 2))
    found = arrays({"kernel": (5, 5), "table": table}, (3, 14, 14))
    work: Counter[str] = Counter()
    found["kernel"] = counted(found["kernel"], work)

    y, _ = conv.forward(**found, table=table)

    assert type(y) is np.ndarray
    assert +work == {"mac": 6 * 25 * 100}  # pairs · taps · places
