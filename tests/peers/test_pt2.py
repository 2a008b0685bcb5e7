"""Programs that PyTorch exports hold against the modules that they were made from.

pip install -e '.[peers]' torchvision && pytest -m peers tests/peers/test_pt2.py
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from archcalc import count
from archcalc.files import File
from archcalc.readers.pt2 import read

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[peers]'")

from torch import nn  # noqa: E402 - there is a torch
from torch.nn import functional  # noqa: E402

from tests.peers import zoo  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc import Report

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore::FutureWarning"),  # PyTorch's own, of its own code
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def written(program: Any) -> Report:  # noqa: ANN401 - an ExportedProgram
    """Count a program as its file has it."""
    out = BytesIO()
    torch.export.save(program, out)
    return count(read(File("net.pt2", out.getvalue()), None))


def rows(report: Report) -> list[tuple[object, ...]]:
    return [
        (row.path, row.op, str(row.output), row.parameters, row.connections, row.macs)
        for row in report.rows
    ]


def made(name: str, side: int) -> Any:  # noqa: ANN401 - a module
    """Build a classifier without its numbers, but where its own code asks for some."""
    given: dict[str, Any] = {"image_size": side} if name.startswith("vit") else {}
    build = zoo.models().get_model
    try:
        with torch.device("meta"):
            return build(name, weights=None, **given).eval()
    except (NotImplementedError, RuntimeError):
        return build(name, weights=None, **given).eval().to("meta")


@pytest.mark.parametrize("name", zoo.classifiers())
def test_classifiers_of_torchvision(name: str) -> None:
    """As the live reader counts them, and as torchvision's own figures say."""
    weights = zoo.models().get_model_weights(name).DEFAULT
    side = weights.transforms().crop_size[0]
    module, given = made(name, side), torch.zeros(1, 3, side, side, device="meta")
    found, live = written(torch.export.export(module, (given,))), count(module, input=given)
    aside = sum(row.parameters for row in found.rows if row.path.startswith("aux"))

    assert rows(found) == rows(live)
    assert not found.total.unknown
    assert round(found.total.macs / 1e9, 3) == weights.meta["_ops"]
    without = aside if name == "googlenet" else 0  # its release has no auxiliary heads
    assert found.total.parameters - without == weights.meta["num_params"]


class Tied(nn.Module):
    """A decoder that has the table of the encoder, and a convolution that is called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.out = nn.Embedding(50, 8), nn.Linear(8, 50, bias=False)
        self.out.weight = self.table.weight
        self.conv = nn.Conv1d(8, 8, 3, padding=1)

    def forward(self, ids: Any) -> Any:  # noqa: ANN401, D102
        x = self.table(ids).transpose(1, 2)
        return self.out(self.conv(self.conv(x)).transpose(1, 2))


class Attends(nn.Module):
    """Attention of several heads, to what comes in second."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True, **given)

    def forward(self, x: Any, y: Any = None) -> Any:  # noqa: ANN401, D102
        y = x if y is None else y
        return self.attention(x, y, y, need_weights=False)[0]


class Does(nn.Module):
    """What a function does with a module that holds parts."""

    def __init__(self, does: Callable[..., Any], **parts: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.does = does
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *given: Any) -> Any:  # noqa: ANN401, D102
        return self.does(self, *given)


def of(*sizes: int, kind: Any = torch.float32) -> Any:  # noqa: ANN401
    return torch.zeros(1, *sizes, dtype=kind)


CASES: dict[str, tuple[Callable[[], Any], tuple[Any, ...]]] = {
    "tied": (Tied, (of(7, kind=torch.long),)),
    "attention": (Attends, (of(7, 8),)),
    "attention without bias": (lambda: Attends(bias=False), (of(7, 8),)),
    "attention to others": (lambda: Attends(kdim=6, vdim=6), (of(7, 8), of(5, 6))),
    "encoder": (lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (of(7, 8),)),
    "decoder": (
        lambda: nn.TransformerDecoderLayer(8, 2, 16, batch_first=True),
        (of(7, 8), of(5, 8)),
    ),
    "lstm": (lambda: nn.LSTM(5, 6, 2, batch_first=True, bidirectional=True), (of(7, 5),)),
    "projected lstm": (lambda: nn.LSTM(5, 6, proj_size=3, batch_first=True), (of(7, 5),)),
    "gru": (lambda: nn.GRU(5, 6, batch_first=True), (of(7, 5),)),
    "rnn": (lambda: nn.RNN(5, 6, batch_first=True), (of(7, 5),)),
    "lstm cell": (lambda: nn.LSTMCell(5, 6), (of(5),)),
    "turned round": (lambda: nn.ConvTranspose2d(3, 4, 3, 2, 1, 1), (of(3, 8, 8),)),
    "volumes": (lambda: nn.Conv3d(3, 4, 3, dilation=2), (of(3, 8, 8, 8),)),
    "same": (lambda: nn.Conv1d(3, 4, 3, padding="same"), (of(3, 9),)),
    "circular": (
        lambda: nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular"),
        (of(3, 8, 8),),
    ),
    "norms": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.GroupNorm(2, 8), nn.InstanceNorm2d(8, affine=True)
        ),
        (of(3, 8, 8),),
    ),
    "einsum": (
        lambda: Does(lambda _, x, y: torch.einsum("bij,bjk->bik", x, y)),
        (of(3, 4), of(4, 5)),
    ),
    "bare": (
        lambda: Does(
            lambda m, x: x @ m.w + m.b, w=nn.Parameter(of(4, 3)[0]), b=nn.Parameter(of(3)[0])
        ),
        (of(5, 4),),
    ),
    "bilinear": (lambda: nn.Bilinear(3, 4, 5), (of(3), of(4))),
    "causal": (
        lambda: Does(
            lambda _, x: functional.scaled_dot_product_attention(x, x, x, is_causal=True)
        ),
        (of(2, 7, 4),),
    ),
    "frozen": (
        lambda: nn.Sequential(nn.Linear(4, 4).requires_grad_(requires_grad=False), nn.Linear(4, 3)),
        (of(4),),
    ),
    "parts": (
        lambda: Does(
            lambda m, x: torch.cat([m.one(x[:, :2]), m.other(x.chunk(2, 1)[1])], 1),
            one=nn.Conv2d(2, 2, 1),
            other=nn.Conv2d(2, 3, 1),
        ),
        (of(4, 4, 4),),
    ),
    "gate": (
        lambda: Does(
            lambda m, x: x * torch.sigmoid(m.up(m.down(x.mean((2, 3), keepdim=True)))),
            down=nn.Conv2d(8, 2, 1),
            up=nn.Conv2d(2, 8, 1),
        ),
        (of(8, 4, 4),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_program_counts_as_its_module(name: str) -> None:
    make, given = CASES[name]
    module = make().eval()
    entering: Any = list(given)
    live = count(module, input=entering)
    program = torch.export.export(module, given)

    assert rows(written(program)) == rows(live)
    apart = written(program.run_decompositions()).total
    assert (apart.parameters, apart.fixed) == (live.total.parameters, live.total.fixed)
    assert apart.unknown or apart.macs == live.total.macs


def test_a_dict_and_nothing_come_in_and_go_out() -> None:
    def does(module: Any, given: Any) -> Any:  # noqa: ANN401
        return {"y": module.fc(given["a"]) + given["b"], "none": None}

    program = torch.export.export(
        Does(does, fc=nn.Linear(4, 3)).eval(), ({"a": of(4), "b": of(3)},)
    )
    found = written(program)
    assert [str(shape) for shape in found.inputs.values()] == ["4x1x1", "3x1x1"]
    assert (found.total.parameters, found.total.macs) == (15, 12)
