"""What moves or maps elements: activations, joins, and the ops that change only the arrangement."""

from __future__ import annotations

from fractions import Fraction
from math import erf, exp, log, pi, sqrt, tanh
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from archcalc.kernels import (
    add,
    celu,
    concat,
    elu,
    flatten,
    gelu,
    glu,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    identity,
    leaky_relu,
    lecun_tanh,
    log_sigmoid,
    log_softmax,
    mish,
    pad_channels,
    prelu,
    relu,
    relu6,
    scale,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    threshold,
)
from archcalc.kernels import exp as exp_kernel
from archcalc.kernels import tanh as tanh_kernel
from tests.exactly import exactly

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

Array = npt.NDArray[Any]

CASES: list[tuple[ModuleType, dict[str, Any]]] = [
    (relu, {}),
    (tanh_kernel, {}),
    (lecun_tanh, {}),
    (sigmoid, {}),
    (relu6, {}),
    (leaky_relu, {}),
    (leaky_relu, {"slope": Fraction(-1, 2)}),
    (elu, {}),
    (elu, {"alpha": Fraction(1, 2)}),
    (celu, {}),
    (celu, {"alpha": Fraction(-2)}),
    (softsign, {}),
    (log_sigmoid, {}),
    (exp_kernel, {}),
    (threshold, {"theta": Fraction(0), "value": Fraction(-3)}),
    (log_softmax, {}),
    (log_softmax, {"axis": "height"}),
    (selu, {}),
    (gelu, {}),
    (gelu, {"approximate": "tanh"}),
    (gelu, {"approximate": "sigmoid"}),
    (silu, {}),
    (mish, {}),
    (softplus, {}),
    (hard_sigmoid, {}),
    (hard_swish, {}),
    (hard_tanh, {"low": Fraction(-1, 2)}),
    (softmax, {}),
    (softmax, {"axis": "height"}),
    (softmax, {"axis": "width"}),
    (flatten, {}),
    (identity, {}),
    (pad_channels, {"filters": 5, "stride": (2, 3)}),
    (pad_channels, {"filters": 3}),
    (scale, {"factor": Fraction(1, 10)}),
    (add, {}),
    (concat, {}),
]


def away_from_zero(*shape: int) -> Array:
    """Draw values that a small step does not carry over 0."""
    x = np.random.default_rng(0).standard_normal(shape)
    return x + np.sign(x) / 10


@pytest.mark.parametrize(
    ("kernel", "x", "y"),
    [
        (relu, [-2, 0, 3], [0, 0, 3]),
        (tanh_kernel, [0, 1], [0, tanh(1)]),
        (lecun_tanh, [0, 1, 1.5], [0, 1.7159 * tanh(2 / 3), 1.7159 * tanh(1)]),
        (sigmoid, [-800, 0, 1, 800], [0, 0.5, 1 / (1 + exp(-1)), 1]),
        (relu6, [-1, 2, 7], [0, 2, 6]),
        (leaky_relu, [-100, 5], [-1, 5]),
        (elu, [-800, -1, 2, 800], [-1, 1 / exp(1) - 1, 2, 800]),
        (celu, [-800, -1, 2, 800], [-1, 1 / exp(1) - 1, 2, 800]),
        (softsign, [-3, 0, 1, 1e300], [-0.75, 0, 0.5, 1]),
        (log_sigmoid, [-800, 0, 1, 800], [-800, -log(2), -log(1 + exp(-1)), 0]),
        (exp_kernel, [-800, 0, 1], [0, 1, exp(1)]),
        (threshold, [-2, 1, 1.5], [0, 0, 1.5]),
        (selu, [-800, 0, 2], [-1.0507009873554805 * 1.6732632423543772, 0, 2 * 1.0507009873554805]),
        (gelu, [-40, 0, 1, 40], [0, 0, (1 + erf(1 / sqrt(2))) / 2, 40]),
        (silu, [-800, 0, 1, 800], [0, 0, 1 / (1 + exp(-1)), 800]),
        (softplus, [-800, 0, 1, 800], [0, log(2), log(1 + exp(1)), 800]),
        (mish, [-800, 0, 1, 800], [0, 0, tanh(log(1 + exp(1))), 800]),
        (hard_sigmoid, [-4, -1.5, 0, 4], [0, 0.25, 0.5, 1]),
        (hard_swish, [-4, -1.5, 0, 4], [0, -0.375, 0, 4]),  # -1.5·1/4
        (hard_tanh, [-4, 0.5, 4], [-1, 0.5, 1]),
    ],
)
def test_values_by_hand(kernel: ModuleType, x: list[float], y: list[float]) -> None:
    found, _ = kernel.forward(np.array(x, dtype=float))

    assert found.tolist() == pytest.approx(y)


def test_lecuns_tanh_keeps_one() -> None:
    assert lecun_tanh.forward(np.array([1.0]))[0].tolist() == pytest.approx([1], abs=1e-4)


def test_a_sigmoid_keeps_its_precision_far_out() -> None:
    x = np.array([-80, -20, 800], "f4")

    assert sigmoid.forward(x)[0].tolist() == pytest.approx([exp(-80), exp(-20), 1], rel=1e-6)


def test_the_approximations_of_a_gelu_by_hand() -> None:
    one = np.array([1.0])
    by_tanh = (1 + tanh(sqrt(2 / pi) * 1.044715)) / 2

    assert gelu.forward(one, approximate="tanh")[0].tolist() == pytest.approx([by_tanh])
    assert gelu.forward(one, approximate="sigmoid")[0].tolist() == pytest.approx(
        [1 / (1 + exp(-1.702))]
    )


def test_selu_keeps_mean_and_variance() -> None:
    y, _ = selu.forward(np.random.default_rng(0).standard_normal(1_000_000))

    assert (y.mean(), y.var()) == (pytest.approx(0, abs=0.01), pytest.approx(1, abs=0.01))


def test_halves_gate_each_other_by_hand(check_gradients: Callable[..., None]) -> None:
    x = np.array([[[[1.0, 2]], [[3, 4]], [[0, 0]], [[log(3), -log(3)]]]])

    assert glu.forward(x)[0].tolist() == [[[[0.5, 1]], [[pytest.approx(9 / 4), pytest.approx(1)]]]]
    check_gradients(glu, away_from_zero(2, 4, 3, 3))


@pytest.mark.parametrize(
    ("slope", "y"),
    [
        ([0.5, 0.25], [[[-1, 1]], [[3, -1]]]),
        ([0.1], [[[-0.2, 1]], [[3, -0.4]]]),
        ([[[3.0, 4]], [[5, 6]]], [[[-6, 1]], [[3, -24]]]),
    ],
)
def test_slopes_of_each_map_of_all_and_of_each_unit(
    check_gradients: Callable[..., None], slope: list[Any], y: list[Any]
) -> None:
    x = np.array([[[[-2.0, 1]], [[3, -4]]]])

    assert prelu.forward(x, slope=np.array(slope))[0].tolist() == [y]
    x = away_from_zero(3, 2, 1, 2)
    check_gradients(prelu, x, weights={"slope": np.array(slope)})


def test_softmax_along_another_axis_runs_within_each_map() -> None:
    y, _ = softmax.forward(np.log(np.array([[[[1.0, 3], [1, 1]]]])), axis="width")

    assert y.tolist() == [[[pytest.approx([0.25, 0.75]), [0.5, 0.5]]]]


def test_softmax_runs_over_the_maps_of_each_place() -> None:
    x = np.array([[[[0.0, 1000]], [[0, 1000]]], [[[0, -1000]], [[np.log(3), 0]]]])
    y, _ = softmax.forward(x)

    assert y[:, 0, 0].tolist() == [[0.5, 0.5], [pytest.approx(1 / 4), 0]]
    assert y.sum(axis=1).ravel().tolist() == pytest.approx([1] * 4)


@pytest.mark.parametrize(("kernel", "fields"), CASES)
def test_gradients(
    check_gradients: Callable[..., None], kernel: ModuleType, fields: dict[str, Any]
) -> None:
    check_gradients(kernel, away_from_zero(2, 3, 3, 4), **fields)


@pytest.mark.parametrize(("kernel", "fields"), CASES)
def test_single_precision_stays_single(kernel: ModuleType, fields: dict[str, Any]) -> None:
    y, saved = kernel.forward(away_from_zero(2, 3, 3, 4).astype("f4"), **fields)
    (dx,), gradients = kernel.backward(y, saved)

    assert (y.dtype, dx.dtype, gradients) == (np.dtype("f4"), np.dtype("f4"), {})
    assert kernel.weights((3, 3, 4), **fields) == {}


def test_gradients_of_joins(check_gradients: Callable[..., None]) -> None:
    check_gradients(add, *(away_from_zero(2, 2, 3, 3) * n for n in (1, 2, 3)))
    check_gradients(concat, *(away_from_zero(2, maps, 3, 3) for maps in (1, 3, 2)))


def test_joins_by_hand() -> None:
    a, b = np.array([[[[1.0, 2]]]]), np.array([[[[10.0, 20]]]])

    assert add.forward(a, b)[0].tolist() == [[[[11, 22]]]]
    assert concat.forward(a, b)[0].tolist() == [[[[1, 2]], [[10, 20]]]]
    assert a.tolist() == [[[[1, 2]]]]


def test_padding_with_maps_of_zeros_by_hand() -> None:
    x = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    y, saved = pad_channels.forward(x, filters=2, stride=(2, 2))
    (dx,), _ = pad_channels.backward(10 * y + 1, saved)

    assert y.tolist() == [[[[1, 3], [7, 9]], [[0, 0], [0, 0]]]]
    assert dx.tolist() == [[[[11, 0, 31], [0, 0, 0], [71, 0, 91]]]]


@pytest.mark.parametrize(
    ("kernel", "shapes", "fields", "message"),
    [
        (add, [(1, 2, 3, 3), (1, 3, 3, 3)], {},
         "add: branches of one shape are needed, not 1 x 2 x 3 x 3, 1 x 3 x 3 x 3"),
        (add, [(1, 2, 3, 3), (1, 2, 3, 1)], {},
         "add: branches of one shape are needed, not 1 x 2 x 3 x 3, 1 x 2 x 3 x 1"),
        (add, [], {}, "add: branches of one shape are needed, not none at all"),
        (glu, [(1, 3, 2, 2)], {}, "glu: the channels of 1 x 3 x 2 x 2 have no halves"),
        (prelu, [(1, 3, 2, 2)], {"slope": np.ones(2)}, "prelu: slope 2 does not fit 3 x 2 x 2"),
        (prelu, [(3, 2)], {"slope": np.ones(1)},
         "prelu: the input should be N x C x H x W, not 3 x 2"),
        (concat, [(1, 2, 3, 3), (1, 2, 3, 4)], {},
         "concat: branches of one size are needed, not 1 x 2 x 3 x 3, 1 x 2 x 3 x 4"),
        (concat, [], {}, "concat: branches of one size are needed, not none at all"),
        (concat, [(1, 2)], {}, "concat: the input should be N x C x H x W, not 1 x 2"),
        (pad_channels, [(1, 16, 8, 8)], {"filters": 8},
         "pad_channels: an input of 16 maps cannot be padded to 8"),
        (pad_channels, [(16, 8)], {"filters": 8},
         "pad_channels: the input should be N x C x H x W, not 16 x 8"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    kernel: ModuleType, shapes: list[tuple[int, ...]], fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        kernel.forward(*map(np.zeros, shapes), **fields)
