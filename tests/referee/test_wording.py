"""Values and differences of layers in words."""

from __future__ import annotations

import pytest

from archcalc.ops.op import Shape
from archcalc.referee.phrases import Detail, value


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ((3, 3), "3"),
        ((1, 7), "1x7"),
        ((2, 2, 2, 2), "2"),
        ((0, 0, 3, 3), "0x3"),
        ((1, 2, 1, 2), "[1, 2, 1, 2]"),
        ((2, 3, 4), "2x3x4"),
        (Shape(3, 8, 8), "3x8x8"),
        (((0, 1), (1, 2)), "of 2 maps"),
        (False, "false"),
        ("untied", "untied"),
        (None, "none"),
        (16, "16"),
    ],
)
def test_values_are_written_as_in_a_spec(found: object, text: str) -> None:
    assert value(found) == text


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        (Detail("stride", (2, 2), (1, 1)), "stride 1, not 2"),
        (Detail("table", ((0,), (0, 1)), None), "without table"),
        (Detail("table", None, ((0,), (0, 1))), "table of 2 maps"),
    ],
)
def test_a_difference_is_said_by_what_is_now(detail: Detail, text: str) -> None:
    assert str(detail) == text
