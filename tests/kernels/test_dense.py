"""The layers that read all their input: linear and radial basis units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from archcalc.kernels import linear, rbf
from tests.exactly import exactly

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from types import ModuleType

Array = npt.NDArray[Any]

X = np.array([[1.0, 2, 3], [4, 5, 6]]).reshape(2, 3, 1, 1)
WEIGHT = np.array([[1.0, 0, -1], [2, 1, 3]])


def normal(*shape: int) -> Array:
    """Draw an array, always the same."""
    return np.random.default_rng(0).standard_normal(shape)


def test_linear_by_hand() -> None:
    y, saved = linear.forward(X, weight=WEIGHT, bias=np.array([10.0, 20]))
    (dx,), gradients = linear.backward(np.array([[1.0, 0], [2, -1]]).reshape(2, 2, 1, 1), saved)

    assert y.shape == (2, 2, 1, 1)
    assert y[:, :, 0, 0].tolist() == [
        [1 * 1 - 3 * 1 + 10, 1 * 2 + 2 * 1 + 3 * 3 + 20],  # 8 33
        [4 * 1 - 6 * 1 + 10, 4 * 2 + 5 * 1 + 6 * 3 + 20],  # 8 51
    ]
    assert dx[:, :, 0, 0].tolist() == [
        [1, 0, -1],  # 1 · (1 0 -1)
        [2 - 2, 0 - 1, -2 - 3],  # 2 · (1 0 -1) - 1 · (2 1 3)
    ]
    assert gradients["weight"].tolist() == [[1 + 2 * 4, 2 + 2 * 5, 3 + 2 * 6], [-4, -5, -6]]
    assert gradients["bias"].tolist() == [1 + 2, 0 - 1]


def test_distances_by_hand() -> None:
    y, saved = rbf.forward(X, centres=WEIGHT)
    (dx,), gradients = rbf.backward(np.array([[1.0, 0], [2, -1]]).reshape(2, 2, 1, 1), saved)

    assert y[:, :, 0, 0].tolist() == [
        [0 * 0 + 2 * 2 + 4 * 4, 1 * 1 + 1 * 1 + 0 * 0],  # 20 2
        [3 * 3 + 5 * 5 + 7 * 7, 2 * 2 + 4 * 4 + 3 * 3],  # 83 29
    ]
    assert dx[:, :, 0, 0].tolist() == [
        [2 * 0, 2 * 2, 2 * 4],
        [2 * 2 * 3 - 2 * 2, 2 * 2 * 5 - 2 * 4, 2 * 2 * 7 - 2 * 3],  # 8 12 22
    ]
    assert gradients["centres"].tolist() == [
        [-2 * (1 * 0 + 2 * 3), -2 * (1 * 2 + 2 * 5), -2 * (1 * 4 + 2 * 7)],  # -12 -24 -36
        [2 * 2, 2 * 4, 2 * 3],
    ]


def test_what_is_allocated() -> None:
    assert linear.weights((16, 5, 5), units=120) == {"weight": (120, 400), "bias": (120,)}
    assert linear.weights((16, 5, 5), units=9, bias=False, trainable=False) == {"weight": (9, 400)}
    assert rbf.weights((84, 1, 1), units=10, trainable=False) == {"centres": (10, 84)}


def test_gradients(check_gradients: Callable[..., None]) -> None:
    x, weight, bias = normal(2, 3, 2, 2), normal(4, 12), normal(4)

    check_gradients(linear, x, weights={"weight": weight, "bias": bias})
    check_gradients(linear, x, weights={"weight": weight})
    check_gradients(rbf, x, weights={"centres": weight})


def test_every_multiplication_is_counted(
    counting: Callable[[Array], Array], tally: Counter[str]
) -> None:
    x, weight, bias = counting(normal(1, 3, 2, 2)), counting(normal(5, 12)), counting(normal(5))

    y, saved = linear.forward(x, weight=weight, bias=bias)
    assert tally["mul"] == 5 * 12

    linear.backward(y, saved)
    assert tally["mul"] == 5 * 12 + 2 * 5 * 12  # gradients of x and of the weight


def test_a_radial_basis_unit_subtracts_and_multiplies_once_for_each_input(
    counting: Callable[[Array], Array], tally: Counter[str]
) -> None:
    rbf.forward(counting(normal(1, 84, 1, 1)), centres=counting(normal(10, 84)))

    assert (tally["sub"], tally["mul"], tally["add"]) == (840, 840, 10 * 83)


@pytest.mark.parametrize(
    ("kernel", "shape", "weights", "message"),
    [
        (linear, (2, 12), {"weight": (4, 12)},
         "linear: the input should be N x C x H x W, not 2 x 12"),
        (linear, (1, 3, 2, 2), {"weight": (4, 3)},
         "linear: weight 4 x 3 does not fit 12 inputs (3 x 2 x 2)"),
        (linear, (1, 3, 2, 2), {"weight": (4, 12), "bias": (12,)},
         "linear: bias should be 4, not 12"),
        (rbf, (84,), {"centres": (10, 84)},
         "rbf: the input should be N x C x H x W, not 84"),
        (rbf, (1, 80, 1, 1), {"centres": (10, 84)},
         "rbf: centres 10 x 84 do not fit 80 inputs (80 x 1 x 1)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    kernel: ModuleType, shape: tuple[int, ...], weights: dict[str, tuple[int, ...]], message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        kernel.forward(np.zeros(shape), **{name: np.zeros(of) for name, of in weights.items()})


def test_single_precision_stays_single() -> None:
    for kernel, names in ((linear, ("weight",)), (rbf, ("centres",))):
        weights = {name: WEIGHT.astype("f4") for name in names}
        y, saved = kernel.forward(X.astype("f4"), **weights)
        (dx,), gradients = kernel.backward(y, saved)

        assert {a.dtype for a in (y, dx, *gradients.values())} == {np.dtype("f4")}
