"""Average pools that overhang, whose sides differ, or whose output size is given: by hand."""

from __future__ import annotations

import pytest

from archcalc.ops.avgpool import Avgpool
from archcalc.ops.globalavgpool import Globalavgpool
from archcalc.ops.linear import Linear
from archcalc.ops.op import Shape, Work
from archcalc.ops.pad_channels import PadChannels
from archcalc.ops.rbf import Rbf
from archcalc.ops.span import Span


def test_an_average_pool_rounds_up_if_told_to() -> None:
    x = Shape(2, 6, 6)
    down, up = (Avgpool(kernel=(3, 3), stride=(2, 2), ceil=ceil) for ceil in (False, True))
    assert down.shape(x) == (2, 2, 2)  # windows at 0, 2; one at 4 would overhang
    assert up.shape(x) == (2, 3, 3)
    window = up.window(x)
    assert window is not None
    assert [span.outputs for span in window] == [3, 3]


def test_an_average_pool_with_unlike_sides() -> None:
    pool = Avgpool(kernel=(2, 3), padding=(1, 0, 0, 1))
    x = Shape(4, 5, 8)
    y = pool.shape(x)
    assert y == Shape(4, 3, 3)  # rows: 1 + 5 = 6, by 2; columns: 8 + 1 = 9, by 3
    assert pool.work(x, y) == Work(add=4 * 9 * (6 - 1), div=4 * 9)
    assert pool.window(x) == (Span(5, 2, 2, 1, 0), Span(8, 3, 3, 0, 1))


@pytest.mark.parametrize(
    ("output", "kernel"),
    [
        ((2, 3), (3, 3)),  # 6 = 2·3 and 9 = 3·3
        ((3, 1), (2, 9)),
        ((6, 9), (1, 1)),
        ((4, 3), None),  # 4 does not divide 6
        ((2, 4), None),  # 4 does not divide 9
        ((3, 2), None),
        ((9, 6), None),
    ],
)
def test_the_window_of_an_output_size(
    output: tuple[int, int], kernel: tuple[int, int] | None
) -> None:
    pool, x = Avgpool(output=output), Shape(1, 6, 9)
    spans = pool.window(x)
    found = None if spans is None else [(span.kernel, span.stride) for span in spans]
    assert str(pool.shape(x)) == str(Shape(1, *output))
    assert all(type(span.kernel) is int for span in spans or ())
    assert found == (None if kernel is None else [(k, k) for k in kernel])


@pytest.mark.parametrize("op", [Linear(units=3), Rbf(units=3), Globalavgpool()])
def test_what_reads_the_whole_map(op: Linear | Rbf | Globalavgpool) -> None:
    assert op.window(Shape(2, 5, 7)) == (Span(5, 5), Span(7, 7))


def test_the_default_window_is_one_cell() -> None:
    assert PadChannels(filters=4).window(Shape(2, 5, 7)) == (Span(5, 1), Span(7, 1))
    assert PadChannels(filters=4, stride=(2, 3)).shape(Shape(2, 5, 7)) == (4, 3, 3)
