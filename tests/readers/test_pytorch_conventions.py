"""What tools count of live modules: hooks see modules of PyTorch's own, and patches functions."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import count
from archcalc.convention.figure import apply

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch import nn  # noqa: E402 - there is a torch
from torch.nn import functional  # noqa: E402

from tests.readers.test_pytorch_ops import Does  # noqa: E402


class Norm(nn.LayerNorm):  # type: ignore[misc]
    """A layer norm of a class of its own, as torchvision's ConvNeXt has one."""


class Functions(nn.Module):  # type: ignore[misc]
    """Convolutions, one by its module and one by a function, and what is done to their maps."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.other = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 1)
        self.relu, self.norm = nn.ReLU(), Norm(4)

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        x = functional.relu(self.relu(self.conv(x)))
        x = functional.conv2d(x, self.other.weight, self.other.bias)
        x = functional.adaptive_avg_pool2d(x, 1).flatten(1)
        return self.norm(x)


CONV, OTHER, MAPS = 4 * 27 * 36, 4 * 4 * 36, 4 * 36  # 8x8 becomes 6x6


@pytest.mark.parametrize(
    ("convention", "figure"),
    [
        # weights by places and biases; the second kernel is in no module that is called
        ("torchinfo", CONV + MAPS + 8),
        # the one module with a hook; a norm of another class has none
        ("thop", CONV),
        # a ReLU as a module twice, as a function once; a pool as a function once
        ("ptflops", CONV + MAPS + 2 * MAPS + MAPS + MAPS),
        # every function is patched
        ("calflops-macs", CONV + OTHER),
        ("calflops-flops", 2 * (CONV + OTHER) + 2 * MAPS + 2 * MAPS + MAPS + 5 * 4),
        ("fvcore", CONV + OTHER + MAPS + 5 * 4),
        ("torch-flop-counter", 2 * (CONV + OTHER)),
    ],
)
def test_functions_are_seen_by_those_that_patch_them(convention: str, figure: int) -> None:
    found = apply(count(Functions(), input="3x8x8"), convention)

    assert not found.partial
    assert found.total == figure


@pytest.mark.parametrize("convention", ["ptflops", "calflops-macs", "calflops-flops"])
def test_products_by_torch_matmul_or_by_an_operator_are_not_told_apart(convention: str) -> None:
    found = apply(count(Does(lambda _, x: x @ x), input="2x4x4"), convention)

    assert found.partial
    assert found.reasons == ("what `matmul` (Does) does is unknown",)


def test_a_constant_costs_no_tool_anything() -> None:
    module = Does(lambda _, x: x + torch.ones(1, 4, 4))
    figures = [apply(count(module, input="4x4"), name) for name in ("thop", "fvcore", "torchinfo")]

    assert [figure.partial for figure in figures] == [False] * 3
