"""Live PyTorch modules: what is read of them, and that they are left as they were found."""

from __future__ import annotations

import pytest

from archcalc import count
from archcalc.errors import UsageError

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch import nn  # noqa: E402 - there is a torch


class Residual(nn.Module):  # type: ignore[misc]
    """A block with a branch beside it, and a rectifier that is called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, D102 - as torch calls it
        return self.relu(self.conv2(self.relu(self.conv1(x))) + x)


def net() -> nn.Module:
    """Make a small network of convolutions."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3),
        nn.BatchNorm2d(8),
        Residual(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(8, 10),
    )


def test_a_network_of_convolutions_is_read_layer_by_layer() -> None:
    report = count(net(), input=(3, 32, 32))
    rows = [(row.path, row.op, str(row.output), row.parameters, row.macs) for row in report.rows]

    assert rows == [
        ("0", "conv", "8x30x30", 8 * (27 + 1), 8 * 27 * 900),
        ("1", "batchnorm", "8x30x30", 16, 0),
        ("2/conv1", "conv", "8x30x30", 8 * (72 + 1), 8 * 72 * 900),
        ("2/relu", "relu", "8x30x30", 0, 0),
        ("2/conv2", "conv", "8x30x30", 8 * (72 + 1), 8 * 72 * 900),
        ("2/add", "add", "8x30x30", 0, 0),
        ("2/relu#2", "relu", "8x30x30", 0, 0),
        ("3", "globalavgpool", "8x1x1", 0, 0),
        ("6", "linear", "10x1x1", 90, 80),
    ]
    assert report.graph.containers["2"].label == "Residual"
    assert report.name == "Sequential"


def test_inputs_are_one_sample_in_any_words() -> None:
    ways = [(3, 32, 32), "3x32x32", torch.empty(1, 3, 32, 32), ["3x32x32"]]

    assert {count(net(), input=way).total.macs for way in ways} == {
        8 * 27 * 900 + 2 * 8 * 72 * 900 + 80
    }
    with pytest.raises(UsageError) as caught:
        count(net())
    assert str(caught.value) == (
        "error[no-input]: Sequential does not say the size of its input\n"
        '  hint: as in `input="3x224x224"`, `--input 3x224x224`'
    )
