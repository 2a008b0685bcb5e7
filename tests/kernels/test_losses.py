"""Losses, and the layers before them."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from archcalc.kernels import (
    cross_entropy,
    maximum_a_posteriori,
    softmax,
    softmax_cross_entropy,
)
from tests.exactly import exactly

if TYPE_CHECKING:
    from types import ModuleType

Array = npt.NDArray[Any]

LABELS = np.array([2, 0])
LOSSES = [cross_entropy, softmax_cross_entropy, maximum_a_posteriori]


def scores() -> Array:
    """Give outputs as a network does: N x classes x 1 x 1, here positive."""
    return np.random.default_rng(0).random((2, 4, 1, 1)) + 0.1


@pytest.mark.parametrize("loss", LOSSES)
def test_gradients(loss: ModuleType) -> None:
    y, step = scores(), 1e-6
    _, saved = loss.forward(y, LABELS)
    dy = loss.backward(saved)

    assert dy.shape == y.shape
    for place in np.ndindex(y.shape):
        change = np.zeros_like(y)
        change[place] = step
        above, _ = loss.forward(y + change, LABELS)
        below, _ = loss.forward(y - change, LABELS)
        assert dy[place] == pytest.approx((above - below) / (2 * step), abs=1e-7)


def test_cross_entropy_by_hand() -> None:
    y = np.array([[0.2, 0.3, 0.5], [0.25, 0.5, 0.25]]).reshape(2, 3, 1, 1)
    loss, saved = cross_entropy.forward(y, LABELS)

    assert loss == pytest.approx((-log(0.5) - log(0.25)) / 2)
    assert cross_entropy.backward(saved)[:, :, 0, 0].tolist() == [
        [0, 0, -1 / (2 * 0.5)],
        [-1 / (2 * 0.25), 0, 0],
    ]


def test_softmax_and_cross_entropy_are_the_two_in_a_row() -> None:
    y, saved = softmax.forward(scores())
    loss, kept = cross_entropy.forward(y, LABELS)
    (dx,), _ = softmax.backward(cross_entropy.backward(kept), saved)

    fused, kept_by_fused = softmax_cross_entropy.forward(scores(), LABELS)
    assert fused == pytest.approx(loss)
    np.testing.assert_allclose(softmax_cross_entropy.backward(kept_by_fused), dx)
    right = np.eye(4)[LABELS].reshape(2, 4, 1, 1)
    np.testing.assert_allclose(dx, (y - right) / 2)  # the textbook's y - t


def test_far_scores_do_not_overflow() -> None:
    far = np.array([[1000.0, -1000]], "f4")

    assert softmax_cross_entropy.forward(far, np.array([1]))[0] == 2000
    assert cross_entropy.forward(np.array([[1, 0]], "f4"), np.array([1]))[0] == pytest.approx(
        87.3365
    )
    assert maximum_a_posteriori.forward(-far, np.array([1]))[0] == 2000
    assert maximum_a_posteriori.forward(np.array([[900.0, 950]]), np.array([0]), j=1000)[0] == 0


def test_the_loss_of_1998_by_hand() -> None:
    y = np.array([[3.0, 1, 2], [0, 4, 5]]).reshape(2, 3, 1, 1)
    loss, _ = maximum_a_posteriori.forward(y, LABELS, j=0.5)

    first = 2 + log(exp(-0.5) + exp(-3) + exp(-1) + exp(-2))
    second = 0 + log(exp(-0.5) + exp(0) + exp(-4) + exp(-5))
    assert loss == pytest.approx((first + second) / 2)


def test_the_loss_of_1998_leaves_far_wrong_classes_alone() -> None:
    _, saved = maximum_a_posteriori.forward(np.array([[1.0, 1, 200]]), np.array([0]), j=1)

    assert maximum_a_posteriori.backward(saved)[0].tolist() == pytest.approx([2 / 3, -1 / 3, 0])


@pytest.mark.parametrize("loss", LOSSES)
def test_single_precision_stays_single(loss: ModuleType) -> None:
    value, saved = loss.forward(scores().astype("f4"), LABELS)

    assert type(value) is float
    assert loss.backward(saved).dtype == np.dtype("f4")


@pytest.mark.parametrize("loss", LOSSES)
def test_no_samples_have_no_loss(loss: ModuleType) -> None:
    name = loss.__name__.rpartition(".")[2]
    with pytest.raises(ValueError, match=exactly(f"{name}: a mean is of one sample or more")):
        loss.forward(scores()[:0], LABELS[:0])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([1]), "labels should be whole numbers, 2 of them, not int64 of 1"),
        (np.array([[1, 0]]), "labels should be whole numbers, 2 of them, not int64 of 1 x 2"),
        (np.array([1.0, 0]), "labels should be whole numbers, 2 of them, not float64 of 2"),
        (np.array([0, 4]), "labels should be whole numbers from 0 to 3, not 0 to 4"),
        (np.array([-1, 2]), "labels should be whole numbers from 0 to 3, not -1 to 2"),
    ],
)
def test_labels_that_do_not_fit_are_refused(loss: ModuleType, labels: Array, message: str) -> None:
    name = loss.__name__.rpartition(".")[2]
    with pytest.raises(ValueError, match=exactly(f"{name}: {message}")):
        loss.forward(scores(), labels)
