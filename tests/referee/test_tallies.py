"""What NumPy does with arrays, counted while it does it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from archcalc.kernels._functions import erf
from archcalc.referee.confirmations.tallies import counted
from tests.exactly import exactly


def test_operations_are_counted_by_kind() -> None:
    work: Counter[str] = Counter()
    x = counted(np.ones((2, 3)), work)
    y = np.maximum(np.tanh(x - 1) / 2, 0)
    y += 1
    y[:, :2] *= np.power(np.exp(-y[:, 1:]), 0.75)

    assert work == {"add": 6 + 6, "tanh": 6, "div": 6, "cmp": 6, "exp": 4, "pow": 4, "mul": 4}
    assert np.asarray(y)[:, 2].tolist() == [1, 1]


def test_roots_logarithms_and_functions_of_angles_and_errors_have_kinds_of_their_own() -> None:
    work: Counter[str] = Counter()
    x = counted(np.ones((2, 3)), work)
    y = erf(np.minimum(x, 0)) + np.log(x[0]) + np.log1p(x[:, :1])
    y = np.sqrt(np.sin(x[:, 1:])) + np.cos(x[0, 1:])

    assert work == {"cmp": 6, "erf": 6, "log": 3 + 2, "add": 6 + 6 + 4, "trig": 4 + 2, "sqrt": 4}
    assert np.asarray(y).shape == (2, 2)


def test_what_joins_many_into_one_takes_one_less() -> None:
    work: Counter[str] = Counter()
    x = counted(np.ones((2, 3, 4)), work)

    assert x.mean(axis=(1, 2)).tolist() == [1, 1]
    assert x.max(axis=1).shape == (2, 4)
    assert work == {"add": 2 * (12 - 1), "div": 2, "cmp": 2 * 4 * (3 - 1)}


def test_adding_up_products_of_matrices_is_part_of_their_macs() -> None:
    work: Counter[str] = Counter()
    stack, matrix = counted(np.ones((5, 2, 3)), work), np.ones((5, 3, 4))
    sums = stack @ matrix
    sums += stack @ matrix
    np.matmul(stack, matrix, out=sums)

    assert +work == {"mac": 3 * 5 * 2 * 3 * 4}


def test_stacked_arrays_go_on_counting() -> None:
    work: Counter[str] = Counter()
    x = counted(np.ones((2, 3)), work)
    halves = np.moveaxis(np.stack([x, x]), 0, 2) / 2

    assert work == {"div": 12}
    assert halves.shape == (2, 3, 2)


def test_single_precision_stays_single() -> None:
    x = counted(np.ones((2, 3), "f4"), Counter())

    assert (2 * np.exp(-x) + 0.5).dtype == np.dtype("f4")


def test_what_has_no_kind_is_refused() -> None:
    with pytest.raises(
        ValueError,
        match=exactly("the kernel uses `arctan`, which is no kind of work that is counted"),
    ) as error:
        np.arctan(counted(np.ones(2), Counter()))

    assert str(error.value) == "the kernel uses `arctan`, which is no kind of work that is counted"
