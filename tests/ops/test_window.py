"""The geometry of windows, against an enumeration of every tap."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archcalc.errors import Reason
from archcalc.ops.op import Shape
from archcalc.ops.span import Span
from archcalc.ops.window import pads, spans

SPANS = st.builds(
    Span,
    size=st.integers(1, 12),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 4),
    before=st.integers(0, 4),
    after=st.integers(0, 4),
    dilation=st.integers(1, 3),
    ceil=st.booleans(),
)


def windows(span: Span) -> list[list[int]]:
    """List for each window the cells of its taps; cell 0 is the first of the input."""
    end = span.size + span.after
    starts = [*range(-span.before, end - span.extent + 1, span.stride)]
    if span.ceil and starts[-1] + span.extent < end and starts[-1] + span.stride < span.size:
        starts.append(starts[-1] + span.stride)  # it overhangs, and still starts on the input
    return [[start + tap * span.dilation for tap in range(span.kernel)] for start in starts]


@given(SPANS)
def test_outputs_and_taps_are_those_of_the_enumeration(span: Span) -> None:
    assume(span.extent <= span.size + span.before + span.after)
    found = windows(span)

    assert span.outputs == len(found)
    assert span.taps_in_bounds() == sum(0 <= tap < span.size for taps in found for tap in taps)
    assert span.read == found[-1][-1] + span.before + 1
    assert span.unread == sum(cell > found[-1][-1] for cell in range(span.size))
    if span.dilation <= span.size:  # else a window may straddle the input
        on_padding = [not any(0 <= tap < span.size for tap in taps) for taps in found]
        assert span.on_padding_alone == any(on_padding)


@given(SPANS)
def test_rounding_up_never_gives_fewer_windows(span: Span) -> None:
    assume(span.extent <= span.size + span.before + span.after)

    assert span._replace(ceil=True).outputs - span._replace(ceil=False).outputs in {0, 1}


@pytest.mark.parametrize(
    ("span", "outputs"),
    [
        (Span(32, 5), 28),
        (Span(227, 11, 4), 55),                          # (227 - 11)/4 + 1
        (Span(224, 11, 4), 54),                          # 53.25 down, + 1
        (Span(224, 11, 4, ceil=True), 55),               # 53.25 up, + 1
        (Span(224, 11, 4, 2, 2), 55),                    # torchvision: 54.25 down, + 1
        (Span(112, 3, 2), 55),                           # 54.5 down, + 1
        (Span(112, 3, 2, ceil=True), 56),                # GoogLeNet's pools
        (Span(112, 3, 2, 1, 1), 56),                     # 55.5 down, + 1
        (Span(112, 3, 2, 1, 1, ceil=True), 57),          # DenseNet must not round up
        (Span(16, 5, 2, 2, 1), 8),                       # 1989: (16 + 3 - 5)/2 + 1
        (Span(7, 3, dilation=3), 1),                     # reaches over 7
        (Span(3, 2, 2, 1, 1, ceil=True), 2),             # the third would start at cell 3
        (Span(1, 1, 3, ceil=True), 1),
        (Span(2, 1, 3, ceil=True), 1),                   # 1/3 up, + 1, but it would start at cell 3
    ],
)  # fmt: skip
def test_outputs_by_hand(span: Span, outputs: int) -> None:
    assert span.outputs == outputs


@pytest.mark.parametrize(
    ("span", "taps"),
    [
        (Span(5, 3, 1, 1, 1), 2 + 3 + 3 + 3 + 2),
        (Span(5, 3), 3 + 3 + 3),
        (Span(27, 5, 1, 2, 2), 3 + 4 + 23 * 5 + 4 + 3),   # AlexNet conv2
        (Span(224, 11, 4, ceil=True), 54 * 11 + 8),       # 3 cells beyond the image
        (Span(3, 3, 1, 2, 2, 2), 2 + 1 + 2),
        (Span(2, 2, 1, 3, 3), 0 + 0 + 1 + 2 + 1 + 0 + 0),
        (Span(4, 2, 3), 2),                               # the third and fourth cell are not read
    ],
)  # fmt: skip
def test_taps_in_bounds_by_hand(span: Span, taps: int) -> None:
    assert span.taps_in_bounds() == taps


@pytest.mark.parametrize(
    ("kernel", "dilation", "cells"),
    [
        ((1, 1), (1, 1), (0, 0, 0, 0)),
        ((3, 3), (1, 1), (1, 1, 1, 1)),
        ((1, 7), (1, 1), (0, 0, 3, 3)),
        ((5, 2), (1, 1), (2, 2, 1, 1)),
        ((3, 3), (2, 1), (2, 2, 1, 1)),
    ],
)
def test_half(
    kernel: tuple[int, int], dilation: tuple[int, int], cells: tuple[int, int, int, int]
) -> None:
    assert pads(Shape(1, 9, 9), kernel, (1, 1), "half", dilation) == cells


@pytest.mark.parametrize(
    ("x", "kernel", "stride", "cells"),
    [
        (Shape(1, 8, 8), (3, 3), (1, 1), (1, 1, 1, 1)),
        (Shape(1, 8, 8), (3, 3), (2, 2), (0, 1, 0, 1)),      # 4 outputs read 9: one, at the end
        (Shape(1, 7, 8), (3, 3), (2, 2), (1, 1, 0, 1)),
        (Shape(3, 224, 224), (7, 7), (2, 2), (2, 3, 2, 3)),  # 111·2 + 7 = 229
        (Shape(1, 8, 8), (4, 4), (1, 1), (1, 2, 1, 2)),
        (Shape(1, 8, 8), (1, 1), (2, 2), (0, 0, 0, 0)),      # nothing to add
    ],
)  # fmt: skip
def test_same_by_hand(
    x: Shape, kernel: tuple[int, int], stride: tuple[int, int], cells: tuple[int, int, int, int]
) -> None:
    assert pads(x, kernel, stride, "same", (1, 1)) == cells


@given(
    size=st.integers(1, 20),
    kernel=st.integers(1, 7),
    stride=st.integers(1, 4),
    dilation=st.integers(1, 3),
)
def test_same_gives_the_size_divided_by_the_stride_rounded_up(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    rows, columns = spans(
        Shape(1, size, size),
        (kernel, kernel),
        (stride, stride),
        "same",
        (dilation, dilation),
    )

    assert rows == columns
    assert rows.outputs == len(range(0, size, stride))
    assert rows.after - rows.before in {0, 1}


@pytest.mark.parametrize("padding", ["half", "same"])
def test_half_and_same_keep_the_size_of_odd_windows(padding: Literal["half", "same"]) -> None:
    rows, columns = spans(Shape(1, 10, 11), (3, 5), (1, 1), padding)

    assert (rows.outputs, columns.outputs) == (10, 11)


@pytest.mark.parametrize(
    ("x", "kernel", "padding", "dilation", "message"),
    [
        (
            Shape(1, 4, 9),
            (5, 5),
            (0, 0, 0, 0),
            (1, 1),
            "a window of 5 does not fit in the height 4",
        ),
        (
            Shape(1, 9, 4),
            (5, 7),
            (0, 0, 1, 1),
            (1, 1),
            "a window of 7 does not fit in the width 4 + 1 + 1 of padding",
        ),
        (
            Shape(1, 4, 9),
            (3, 3),
            (0, 0, 0, 0),
            (2, 1),
            "a window of 3 (dilated by 2: 5) does not fit in the height 4",
        ),
    ],
)
def test_a_window_that_does_not_fit(
    x: Shape,
    kernel: tuple[int, int],
    padding: tuple[int, int, int, int],
    dilation: tuple[int, int],
    message: str,
) -> None:
    with pytest.raises(Reason) as caught:
        spans(x, kernel, (1, 1), padding, dilation)

    assert caught.value.code == "window-does-not-fit"
    assert caught.value.message == message
    assert caught.value.hint == "a smaller kernel, more padding, or a larger input"
    assert caught.value.key == "kernel"
