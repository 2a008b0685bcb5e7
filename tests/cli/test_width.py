"""Every command at every width: no figure loses a digit, no escape leaves without colour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

CALLS = [
    "list --counts vgg16",
    "show googlenet --heads",
    "show resnet50 --depth 3 -c +flops,+field",
    "show lenet5 -c all",
    "explain resnet50 conv3_x/1",
    "published lenet1",
    "conventions vgg16",
    "reconcile resnet50@macs resnet50@thop",
    "compare resnet50 densenet121 googlenet",
    "diff resnet50 resnet50-v1.5",
    "budget vgg16 --max-parameters 139M",
]
FIGURE = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")


@pytest.mark.parametrize("call", CALLS)
def test_figures_are_whole_at_every_width(archcalc: Callable[..., Outcome], call: str) -> None:
    wide = archcalc(*call.split())
    assert wide.status == 0
    figures = set(FIGURE.findall(wide.output))
    assert figures
    for width in (20, 40, 60, 120):
        output = archcalc(*call.split(), "--width", str(width)).output
        assert set(FIGURE.findall(output)) <= figures, width
        assert "\x1b" not in output


@pytest.mark.parametrize("call", CALLS)
def test_lines_fit_a_screen(archcalc: Callable[..., Outcome], call: str) -> None:
    lines = archcalc(*call.split(), "--width", "80").output.splitlines()
    assert [line for line in lines if len(line) > 80] == []
