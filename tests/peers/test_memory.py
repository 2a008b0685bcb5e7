"""Memory by torchinfo and torchsummary themselves, on networks written in PyTorch as people do."""

from __future__ import annotations

import contextlib
import sys
import textwrap
from io import StringIO
from typing import Any

import pytest

import archcalc
from archcalc.convention.library import find

torch: Any = pytest.importorskip("torch")

pytestmark = pytest.mark.peers


def in_turn(*steps: Any) -> Any:  # noqa: ANN401 - modules and functions give a module
    """Put modules behind each other as people do in `forward`, functions among them."""

    class Net(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            for i, step in enumerate(steps):
                if isinstance(step, torch.nn.Module):
                    setattr(self, f"layer{i}", step)

        def forward(self, x: Any) -> Any:  # noqa: ANN401
            for step in steps:
                x = step(x)
            return x

    return Net()


def flat(x: Any) -> Any:  # noqa: ANN401 - a tensor
    return x.flatten(1)


class Block(torch.nn.Module):  # type: ignore[misc]
    """Two convolutions beside the identity."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = torch.nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(4)
        self.relu = torch.nn.ReLU()
        self.conv2 = torch.nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        return self.relu(self.conv2(self.relu(self.bn1(self.conv1(x)))) + x)


NETWORKS: dict[str, tuple[str, Any]] = {
    "lenet": (
        """
        input: 1x28x28
        layers:
          - {conv: 20, kernel: 5}
          - {maxpool: 2}
          - {conv: 50, kernel: 5}
          - {maxpool: 2}
          - {linear: 500, after: [relu, dropout]}
          - {linear: 10}
        """,
        lambda nn: in_turn(
            nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2),
            flat, nn.Linear(800, 500), nn.ReLU(), nn.Dropout(), nn.Linear(500, 10),
        ),
    ),
    "normalised": (
        """
        input: 3x9x9
        layers:
          - {conv: 8, kernel: 3, bias: false, after: [batchnorm, prelu]}
          - {conv: 8, kernel: 3, groups: 4, after: [{op: groupnorm, groups: 2}, silu]}
          - {op: globalavgpool}
        """,
        lambda nn: in_turn(
            nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.PReLU(8),
            nn.Conv2d(8, 8, 3, groups=4), nn.GroupNorm(2, 8), nn.SiLU(), nn.AdaptiveAvgPool2d(1),
        ),
    ),
    "turned": (
        """
        input: 6x5x5
        layers:
          - {deconv: 4, kernel: 4, stride: 2, padding: 1}
          - {upsample: 2}
          - {conv: 2, kernel: 1, after: [sigmoid]}
        """,
        lambda nn: in_turn(
            nn.ConvTranspose2d(6, 4, 4, 2, 1), nn.Upsample(scale_factor=2),
            nn.Conv2d(4, 2, 1), nn.Sigmoid(),
        ),
    ),
    "sound": (
        """
        input: 2x100
        layers:
          - {conv: 8, kernel: 5, after: [leaky_relu]}
          - {maxpool: 4}
          - {linear: 3}
        """,
        lambda nn: in_turn(
            nn.Conv1d(2, 8, 5), nn.LeakyReLU(), nn.MaxPool1d(4), flat, nn.Linear(192, 3)
        ),
    ),
    "residual": (
        """
        input: 3x8x8
        blocks:
          unit:
            layers:
              - add:
                  - - {conv: 4, kernel: 3, padding: 1, bias: false, after: [batchnorm, relu]}
                    - {conv: 4, kernel: 3, padding: 1}
                  - []
              - relu
        layers:
          - {conv: 4, kernel: 1}
          - {name: stage, block: unit, repeat: 2}
        """,
        lambda nn: in_turn(nn.Conv2d(3, 4, 1), Block(), Block()),
    ),
}  # fmt: skip


class SelfAttention(torch.nn.Module):  # type: ignore[misc]
    """An attention that asks itself."""

    def __init__(self, attention: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.attention = attention

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        return self.attention(x, x, x)[0]


def torchinfo(net: Any, x: Any) -> tuple[int, int]:  # noqa: ANN401
    """Give its bytes of outputs, then of everything, without those of Python around the input."""
    tool = pytest.importorskip("torchinfo")
    found = tool.summary(net, input_data=x, verbose=0, cache_forward_pass=False)
    beside = sys.getsizeof(torch.UntypedStorage(0))
    total = found.total_input - beside + found.total_output_bytes + found.total_param_bytes
    return found.total_output_bytes, total


def torchsummary(net: Any, x: Any) -> dict[str, float]:  # noqa: ANN401
    """Give what it prints, for 2^17 samples: bytes of outputs / 8 as MB of 2^20, to the unit."""
    tool = pytest.importorskip("torchsummary")
    printed = StringIO()
    with contextlib.redirect_stdout(printed):
        tool.summary(net, tuple(x.shape[1:]), batch_size=2**17, device="cpu")
    lines = [line.split(" (MB): ") for line in printed.getvalue().splitlines() if "(MB)" in line]
    return {what: float(size) for what, size in lines}


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_summaries_print_what_the_conventions_count(name: str) -> None:
    text, write = NETWORKS[name]
    spec = archcalc.load(StringIO(textwrap.dedent(text)))
    report, net = archcalc.count(spec), write(torch.nn).eval()
    x = torch.rand(1, *report.input)

    assert torchinfo(net, x) == (report.figure("torchinfo-pass"), report.figure("torchinfo-memory"))
    printed = torchsummary(net, x)
    given = report.figure("torchsummary-blocks")
    everything = report.figure("torchsummary-all")
    stored = everything - given - 4 * report.input.size
    assert 8 * printed["Forward/backward pass size"] == given
    assert 8 * printed["Input size"] == 4 * report.input.size
    assert printed["Params size"] == round(stored / 2**20, 2)
    assert stored == 4 * sum(parameter.numel() for parameter in net.parameters())


def test_tokens_are_whole_numbers_of_eight_bytes() -> None:
    nn = torch.nn
    spec = archcalc.load(StringIO("input: 1x6\nlayers:\n  - {embedding: 3, words: 5}\n"))
    report = archcalc.count(spec)
    given = torchinfo(in_turn(nn.Embedding(5, 3)), torch.zeros(1, 6, dtype=torch.long))

    assert given == (report.figure("torchinfo-pass"), report.figure("torchinfo-memory"))
    with pytest.raises(RuntimeError):
        torchsummary(in_turn(nn.Embedding(5, 3)), torch.zeros(1, 6))


def test_torchsummary_fails_where_it_is_said_to() -> None:
    nn = torch.nn
    convention = find("torchsummary-pass")
    modules = {
        "lstm": nn.LSTM(3, 2), "gru": nn.GRU(3, 2), "rnn": nn.RNN(3, 2),
        "attention": SelfAttention(nn.MultiheadAttention(4, 2)),
    }  # fmt: skip
    assert convention.failures.keys() == {*modules, "embedding"}
    for module in modules.values():
        with pytest.raises((AttributeError, TypeError, ValueError)):
            torchsummary(in_turn(module), torch.zeros(1, 5, 4 if "Self" in repr(module) else 3))
