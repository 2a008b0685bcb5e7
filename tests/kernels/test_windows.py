"""Where windows stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from archcalc.kernels._windows import padded, sides, unpadded
from tests.exactly import exactly

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Padding


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation", "ceil", "windows"),
    [
        (32, 5, 1, (0, 0), 1, False, 28),  # 32 - 5 + 1
        (227, 11, 4, (0, 0), 1, False, 55),  # 216 / 4 + 1
        (224, 11, 4, (0, 0), 1, False, 54),  # floor(53.25) + 1
        (224, 11, 4, (0, 0), 1, True, 55),  # ceil(53.25) + 1
        (112, 3, 2, (0, 0), 1, True, 56),  # ceil(54.5) + 1: GoogLeNet's pooling
        (112, 3, 2, (1, 1), 1, False, 56),  # floor(55.5) + 1
        (112, 3, 2, (1, 1), 1, True, 57),  # ceil(55.5) + 1, the last starts at 112 < 113
        (4, 2, 3, (1, 1), 1, True, 2),  # ceil(4/3) + 1 = 3, but the last would start at 6 >= 5
        (5, 1, 2, (0, 0), 1, True, 3),  # starts 0, 2, 4
        (7, 3, 1, (0, 0), 3, False, 1),  # extent 7
        (2, 3, 2, (0, 1), 1, False, 1),  # fits with its padding alone
    ],
)
def test_windows_are_counted_by_hand(
    *,
    size: int,
    kernel: int,
    stride: int,
    padding: tuple[int, int],
    dilation: int,
    ceil: bool,
    windows: int,
) -> None:
    both = sides(
        (size, size),
        (kernel, kernel),
        (stride, stride),
        padding * 2,
        (dilation, dilation),
        ceil=ceil,
    )

    assert [side.windows for side in both] == [windows, windows]


@pytest.mark.parametrize(
    ("padding", "kernel", "stride", "dilation", "pads", "windows"),
    [
        ("half", (3, 5), (1, 1), (1, 1), (1, 1, 2, 2), (6, 7)),
        ("half", (3, 3), (1, 1), (2, 1), (2, 2, 1, 1), (6, 7)),  # extent 5: 5 // 2
        ("half", (2, 4), (1, 1), (1, 1), (1, 1, 2, 2), (7, 8)),
        ("same", (3, 3), (2, 2), (1, 1), (0, 1, 1, 1), (3, 4)),  # 2·2 + 3 - 6 = 1: below
        ("same", (2, 2), (1, 1), (1, 1), (0, 1, 0, 1), (6, 7)),
        ("same", (1, 1), (3, 3), (1, 1), (0, 0, 0, 0), (2, 3)),  # ceil(6/3), ceil(7/3)
        ((2, 0, 0, 1), (3, 3), (1, 1), (1, 1), (2, 0, 0, 1), (6, 6)),
    ],
)
def test_padding_words_become_cells(
    *,
    padding: Padding,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    pads: tuple[int, int, int, int],
    windows: tuple[int, int],
) -> None:
    rows, columns = sides((6, 7), kernel, stride, padding, dilation)

    assert (rows.before, rows.after, columns.before, columns.after) == pads
    assert (rows.windows, columns.windows) == windows


def test_a_window_that_does_not_fit_says_so() -> None:
    with pytest.raises(
        ValueError, match=exactly("a window of 5 cells does not fit on 4, padding included")
    ):
        sides((3, 9), (3, 3), (1, 1), (1, 0, 0, 0), (2, 2))


def test_an_image_without_padding_is_not_copied() -> None:
    x = np.ones((1, 1, 5, 5))

    assert padded(x, sides((5, 5), (2, 2))).base is x  # the fifth row and column are not read


def test_padding_and_cutting_off_undo_each_other() -> None:
    x = np.arange(1.0, 31).reshape(1, 1, 5, 6)
    both = sides((5, 6), (3, 3), (2, 2), (1, 0, 1, 0))  # rows -1 to 3, columns -1 to 5

    again = unpadded(padded(x, both), both)

    assert again[0, 0, :4].tolist() == x[0, 0, :4].tolist()
    assert again[0, 0, 4].tolist() == [0] * 6  # no window reads it


def test_windows_behind_a_wide_padding_never_reach_the_image() -> None:
    both = sides((2, 2), (1, 1), (9, 9), (3, 0, 3, 0))  # one window, at cell -3

    assert padded(np.ones((1, 1, 2, 2)), both).tolist() == [[[[0]]]]
    assert unpadded(np.ones((1, 1, 1, 1)), both).tolist() == [[[[0, 0], [0, 0]]]]
