"""One op, forward and backward: numbers worked by hand, and what must hold for any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc import ArchcalcError
from archcalc.backpropagation.single import work_through
from archcalc.ops import runnable


def test_maxpool_sends_each_residual_to_the_largest() -> None:
    worked = work_through("maxpool", {"kernel": "2"})
    assert worked["x"].tolist() == [[[1, 8, 4, 3], [7, 2, 1, 9], [6, 1, 2, 4], [8, 7, 6, 0]]]
    assert worked["y"].tolist() == [[[8, 9], [8, 6]]]
    assert worked["δ"].tolist() == [[[7, 3], [1, 4]]]
    assert worked["δ at x"].tolist() == [[[0, 7, 0, 0], [0, 0, 0, 3], [0, 0, 0, 0], [1, 0, 4, 0]]]


def test_avgpool_shares_each_residual_out() -> None:
    worked = work_through("avgpool", {"kernel": "2"})
    assert worked["y"].tolist() == [[[4.5, 4.25], [5.5, 3]]]  # (1 + 8 + 7 + 2)/4 ...
    assert worked["δ"].tolist() == [[[8, 4], [16, 4]]]
    assert worked["δ at x"].tolist() == [[[2, 2, 1, 1], [2, 2, 1, 1], [4, 4, 1, 1], [4, 4, 1, 1]]]
    assert worked["δ at x"].sum() == worked["δ"].sum()


def test_a_convolution_by_hand() -> None:
    """X = 1 8 4 / 3 7 2 / 1 9 6, kernel 2 -1 / 0 1, bias 1, residual 7 3 / 1 4."""
    worked = work_through("conv", {"kernel": "2"})
    assert worked["y"].tolist() == [
        # 2·1 - 8 + 7 + 1   2·8 - 4 + 2 + 1
        [[2, 15], [9, 19]]  # 2·3 - 7 + 9 + 1   2·7 - 2 + 6 + 1
    ]
    assert worked["kernel, turned"].tolist() == [[[[1, 0], [-1, 2]]]]
    assert worked["δ, spread"].tolist() == [[[0] * 4, [0, 7, 3, 0], [0, 1, 4, 0], [0] * 4]]
    assert worked["δ at x"].tolist() == [
        # 2·7   2·3 - 7   -3
        # 2·1   2·4 - 1 + 7   -4 + 3
        #   0   1   4
        [[14, -1, -3], [2, 14, -1], [0, 1, 4]]
    ]
    assert worked["gradient of the kernel"].tolist() == [
        # 7·1 + 3·8 + 1·3 + 4·7   7·8 + 3·4 + 1·7 + 4·2
        # 7·3 + 3·7 + 1·1 + 4·9   7·7 + 3·2 + 1·9 + 4·6
        [[[62, 83], [79, 88]]]
    ]
    assert worked["gradient of the bias"].tolist() == [15]
    assert worked["W"].tolist() == [
        [2, -1, 0, 0, 1, 0, 0, 0, 0],
        [0, 2, -1, 0, 0, 1, 0, 0, 0],
        [0, 0, 0, 2, -1, 0, 0, 1, 0],
        [0, 0, 0, 0, 2, -1, 0, 0, 1],
    ]


def test_a_stride_puts_zeros_between_and_padding_is_thrown_away() -> None:
    worked = work_through("conv", {"kernel": "2", "stride": "2", "padding": "1"})
    assert worked["δ, spread"].tolist() == [
        [[0] * 5, [0, 7, 0, 3, 0], [0] * 5, [0, 1, 0, 4, 0], [0] * 5]
    ]
    assert worked["full"].tolist() == [
        [[14, -7, 6, -3], [0, 7, 0, 3], [2, -1, 8, -4], [0, 1, 0, 4]]
    ]
    assert worked["δ at x"].tolist() == [[[7, 0, 3], [-1, 8, -4], [1, 0, 4]]]
    said = next(step.rule for step in worked.steps if step.title == "the full convolution")
    assert said == "δ, spread ⋆ kernel, turned; what falls on the padding is thrown away"


@given(
    channels=st.integers(1, 3),
    filters=st.integers(1, 3),
    kernel=st.integers(1, 3),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
)
def test_the_full_convolution_is_the_way_back(  # noqa: PLR0917 - drawn
    channels: int, filters: int, kernel: int, stride: int, padding: int, dilation: int
) -> None:
    """Cut by the padding, and without cells that no window reads, it is the kernel's gradient."""
    fields = {
        "filters": filters,
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
    }
    x = np.arange(channels * 36.0).reshape(channels, 6, 6) % 7 - 3
    worked = work_through("conv", fields, {"input": x})
    full = worked["full"]
    found = np.zeros((channels, 6 + padding, 6 + padding))
    rows, columns = (min(n, 6 + padding) for n in full.shape[1:])
    found[:, :rows, :columns] = full[:, :rows, :columns]
    assert np.allclose(found[:, padding:, padding:], worked["δ at x"])
    if "W" in {each.name for step in worked.steps for each in step.numbers}:
        z = worked["W"] @ x.ravel()
        bias = np.repeat(worked["bias"], z.size // filters)
        assert np.allclose(z + bias, worked["y"].ravel())


def test_softmax_with_its_loss_leaves_the_difference() -> None:
    worked = work_through("softmax")
    z = np.array([1, -1, 2])
    s = np.exp(z) / np.exp(z).sum()
    assert np.allclose(worked["s"], s)
    assert np.allclose(worked["δ at z"], s - [1, 0, 0])
    assert np.allclose(worked["E"], -np.log(s[0]))


def test_an_activation_behind_an_op_multiplies_by_its_slope() -> None:
    worked = work_through("linear", {"units": "2"}, after="sigmoid")
    y = 1 / (1 + np.exp(-np.array([4.0, -3.0])))  # z = 2·1 + 1 + 1, 1·1 - 3 - 2·2 + 3
    assert np.allclose(worked["σ′"].ravel(), y * (1 - y))
    assert np.allclose(worked["δ at z"].ravel(), [7, 3] * y * (1 - y))


def test_a_residual_unit_passes_the_residual_whole_and_a_dense_one_in_parts() -> None:
    added = work_through("add")
    assert added["δ at x"].tolist() == added["δ at F(x)"].tolist() == added["δ"].tolist()
    stacked = work_through("concat", None, {"residual": np.arange(8.0)})
    assert stacked["δ at x"].tolist() == [[[0, 1], [2, 3]]]
    assert stacked["δ at F(x)"].tolist() == [[[4, 5], [6, 7]]]


def test_batch_norm_lets_no_mean_through() -> None:
    worked = work_through("batchnorm")
    assert abs(worked["δ at x"].sum()) < 1e-12
    assert worked["gradient of the beta"].tolist() == [15]


@pytest.mark.parametrize("name", sorted(runnable()))
def test_every_op_has_an_example_and_a_rule(name: str) -> None:
    fields = {"rate": "0.5"} if name == "dropout" else {}
    steps = work_through(name, fields).steps
    back = next(step for step in steps if step.title == "back, at the input")
    assert back.rule
    assert all(np.isfinite(each.array).all() for step in steps for each in step.numbers)


WRONG = [
    (
        ("cnov",),
        "error[unknown-op]: there is no op `cnov`\n  hint: did you mean `conv`?",
    ),
    (
        ("conv", {"strid": "2"}),
        "error[unknown-key]: `strid` is not a key of `conv`\n  hint: did you mean `stride`?",
    ),
    (
        ("conv", {"kernel": "9"}),
        (
            "error[window-does-not-fit]: a window of 9 does not fit in the height 3\n"
            "  hint: a smaller kernel, more padding, or a larger input"
        ),
    ),
    (
        ("conv", {}, {"kernel": np.ones((3, 3))}),
        "error[wrong-input]: `kernel` is 1x1x2x2 here, not 3x3",
    ),
    (
        ("relu", {}, {"weight": np.ones(3)}),
        (
            "error[wrong-input]: `relu` has no use for `weight`\n"
            "  hint: `input`, `residual`, or a weight by its name"
        ),
    ),
    (
        ("conv", {}, {}, "maxpool"),
        "error[not-a-choice]: `maxpool` is no activation\n  hint: such as relu, tanh or sigmoid",
    ),
    (
        ("softmax", {}, {"target": np.array([0.5, 0.5, 0])}),
        "error[wrong-input]: the target is 1 for one class and 0 for all others",
    ),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_what_does_not_fit_is_said(call: tuple[str], message: str) -> None:
    with pytest.raises(ArchcalcError) as caught:
        work_through(*call)
    assert str(caught.value) == message


def test_nobody_knows_what_an_opaque_op_does() -> None:
    with pytest.raises(ArchcalcError) as caught:
        work_through("opaque")
    assert str(caught.value) == "error[unknown-work]: what `opaque` does is unknown"


def test_a_layer_norm_takes_the_mean_of_what_gamma_lets_through() -> None:
    worked = work_through("layernorm", given={"residual": np.array([7.0, 3, 1])})
    x, gamma = np.array([1.0, -1, 2]), np.array([2.0, -1, 0])
    deviation = np.sqrt(x.var() + 1e-5)
    n, scaled = (x - x.mean()) / deviation, gamma * [7, 3, 1]

    by_rule = (scaled - scaled.mean() - n * (scaled * n).mean()) / deviation
    assert np.allclose(worked["δ at x"].ravel(), by_rule)
    assert next(step.rule for step in worked.steps if step.title == "back, at the input") == (
        "∂E/∂x = (γδ - mean of γδ - n·mean of γδ·n)/√(variance + ε)"
    )
