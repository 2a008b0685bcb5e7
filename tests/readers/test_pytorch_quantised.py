"""Quantised modules: their packed weights are fixed ones, and their calls are the plain layers."""

from __future__ import annotations

import io
from contextlib import redirect_stderr
from typing import TYPE_CHECKING, Any

import pytest

from archcalc import confirm, count, read
from archcalc.convention.figure import apply
from archcalc.errors import UsageError
from archcalc.uncounted import told

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch import nn  # noqa: E402 - there is a torch
from torch.ao.nn.quantized import FloatFunctional  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.report import Report

quantisation = torch.ao.quantization
pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # that it is old
    pytest.mark.skipif(
        not {"fbgemm", "qnnpack"} <= {*torch.backends.quantized.supported_engines},
        reason="this PyTorch was built without what packs weights here",
    ),
]


@pytest.fixture(autouse=True)
def engine() -> Iterator[None]:
    """Leave the engine that was set, whichever a test packs weights for."""
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = "fbgemm"
    yield
    torch.backends.quantized.engine = before


class Wrapped(nn.Module):  # type: ignore[misc]
    """Layers between a rounding and the way back."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.quant, self.back = quantisation.QuantStub(), quantisation.DeQuantStub()
        self.body = nn.Sequential(*layers)

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        return self.back(self.body(self.quant(x)))


class Residual(nn.Module):  # type: ignore[misc]
    """A block with a shortcut, whose convolution, batch norm and ReLU are fused into one."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.relu = (
            nn.Conv2d(4, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
        )
        self.other, self.join = nn.Conv2d(4, 4, 3, padding=1, groups=2), FloatFunctional()

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        return self.join.add_relu(self.other(self.relu(self.norm(self.conv(x)))), x)


def quantised(module: nn.Module, *sizes: int, engine: str = "fbgemm") -> nn.Module:
    """Quantise as PyTorch's guide says: fuse, observe, convert."""
    module = module.eval()
    for part in module.modules():
        if isinstance(part, Residual):
            quantisation.fuse_modules(part, [["conv", "norm", "relu"]], inplace=True)
    torch.backends.quantized.engine = engine
    module.qconfig = quantisation.get_default_qconfig(engine)
    with redirect_stderr(io.StringIO()):
        quantisation.prepare(module, inplace=True)
        module(torch.rand(1, *sizes))
        quantisation.convert(module, inplace=True)
    return module


def figures(report: Report) -> dict[str, tuple[int, int, int]]:
    """Give parameters, fixed weights and multiply-adds by layer."""
    each = zip(report.nodes, report.facts, strict=True)
    return {
        node.path: (facts.counts.parameters, facts.counts.fixed, facts.counts.work.mac)
        for node, facts in each
    }


def test_a_network_is_counted_layer_by_layer() -> None:
    net = Wrapped(
        nn.Conv2d(3, 4, 3, padding=1), Residual(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 5)
    )
    report = count(quantised(net, 3, 8, 8), input=(3, 8, 8))

    assert figures(report) == {
        "quant": (0, 0, 0),
        "body/0": (0, 4 * 28, 4 * 27 * 64),
        # its batch norm is folded into it: a bias for each map is left
        "body/1/conv": (0, 4 * 37, 4 * 36 * 64),
        "body/1/conv.relu": (0, 0, 0),
        "body/1/other": (0, 4 * 19, 4 * 18 * 64),
        "body/1/add": (0, 0, 0),
        "body/1/relu": (0, 0, 0),
        "body/2": (0, 0, 0),
        "body/4": (0, 5 * 65, 5 * 64),
        "back": (0, 0, 0),
    }
    assert report.uncounted == ()
    assert report.total.parameters == sum(p.numel() for p in net.parameters()) == 0


def test_rounding_counts_and_within_a_layer_is_folded() -> None:
    work = count(quantised(Wrapped(nn.Conv2d(2, 3, 1)), 2, 5, 5), input=(2, 5, 5)).total.work

    # 50 numbers in: divided, moved by the zero point, kept between two ends; 75 out: moved back,
    # and multiplied; a bias for each of the 75
    assert (work.div, work.cmp) == (50, 2 * 50)
    assert (work.add, work.mul) == (50 + 75 + 75, 75)


LAYERS: dict[str, tuple[str, tuple[int, ...], list[Any]]] = {
    "a signal": ("fbgemm", (3, 20), [nn.Conv1d(3, 4, 3, stride=2, padding=1)]),
    "a volume": ("fbgemm", (2, 6, 6, 6), [nn.Conv3d(2, 4, (1, 3, 3), dilation=(1, 2, 2))]),
    "transposed": ("qnnpack", (3, 8, 8), [nn.ConvTranspose2d(3, 4, 3, 2, output_padding=1)]),
    "a transposed signal": ("qnnpack", (3, 8), [nn.ConvTranspose1d(3, 4, 3, 2)]),
    "at places": ("fbgemm", (5, 8), [nn.Linear(8, 6), nn.LayerNorm(6), nn.Linear(6, 2)]),
    "activations": (
        "fbgemm",
        (3, 8, 8),
        [nn.Conv2d(3, 4, 3), nn.Hardswish(), nn.ReLU6(), nn.LeakyReLU(), nn.Sigmoid(), nn.ELU()],
    ),
    "norms": (
        "fbgemm", (3, 8, 8), [nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4), nn.InstanceNorm2d(4)]
    ),
    "pools": (
        "fbgemm",
        (3, 8, 8),
        [nn.BatchNorm2d(3), nn.AvgPool2d(2), nn.Upsample(scale_factor=2), nn.AdaptiveAvgPool2d(1)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(LAYERS))
def test_a_quantised_layer_counts_as_the_plain_one(case: str) -> None:
    engine, sizes, layers = LAYERS[case]
    plain = read(Wrapped(*layers), inputs=sizes)
    found = read(quantised(Wrapped(*layers), *sizes, engine=engine), inputs=sizes)

    inner = [node for node in found.nodes if node.path.startswith("body")]
    assert [(n.path, n.op.name, n.y) for n in inner] == [
        (n.path, n.op.name, n.y) for n in plain.nodes
    ]
    assert count(found).total.macs == count(plain).total.macs
    assert count(found).total.connections == count(plain).total.connections


def test_what_is_quantised_as_it_comes_is_rounded_ahead_of_the_layer() -> None:
    layer = nn.Sequential(nn.Linear(8, 4), nn.ReLU())
    report = count(quantisation.quantize_dynamic(layer, {nn.Linear}), inputs=(8,))

    assert figures(report) == {
        "0.quantize_per_tensor_dynamic": (0, 0, 0),
        "0": (0, 36, 32),
        "1": (0, 0, 0),
    }
    # the smallest and the largest of 8, then between two ends; a ReLU of 4
    assert report.total.work.cmp == 2 * 7 + 2 * 8 + 4
    assert report.total.work.div == 8


def test_halves_are_not_rounded() -> None:
    layer = nn.Sequential(nn.Linear(8, 4))
    halves = quantisation.quantize_dynamic(layer, {nn.Linear}, dtype=torch.float16)

    assert figures(count(halves, inputs=(8,))) == {"0": (0, 36, 32)}


@pytest.mark.parametrize(
    "table", [nn.Embedding(10, 8), nn.EmbeddingBag(10, 8, mode="sum")], ids=["table", "bag"]
)
def test_a_table_is_looked_up(table: nn.Module) -> None:
    net = nn.Sequential(table)
    table.qconfig = quantisation.float_qparams_weight_only_qconfig
    quantisation.prepare(net, inplace=True)
    quantisation.convert(net, inplace=True)
    report = count(net, inputs=torch.zeros(1, 6, dtype=torch.int64))

    assert figures(report) == {"0": (0, 80, 0)}


def test_a_weight_of_a_function_is_found() -> None:
    from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx  # noqa: PLC0415 - slow

    class Bare(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.matrix = nn.Conv2d(3, 2, 3), nn.Parameter(torch.rand(5, 72))

        def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return nn.functional.linear(torch.relu(self.conv(x)).flatten(1), self.matrix)

    mapping, x = quantisation.get_default_qconfig_mapping("fbgemm"), torch.rand(1, 3, 8, 8)
    observed = prepare_fx(Bare().eval(), mapping, (x,))
    observed(x)
    report = count(convert_fx(observed), input=(3, 8, 8))

    assert (report.total.fixed, report.uncounted) == (2 * 28 + 5 * 72, ())
    assert report.total.macs == 2 * 27 * 36 + 5 * 72


def test_a_quantised_lstm_has_its_weights_and_is_partial() -> None:
    layer = quantisation.quantize_dynamic(nn.Sequential(nn.LSTM(8, 4, 2)), {nn.LSTM})
    report = count(layer, inputs=(5, 8))

    # 4 gates of 4 units: on 8 and on 4, then on 4 and on 4, each side with its bias
    assert report.total.fixed == 16 * (8 + 4 + 2) + 16 * (4 + 4 + 2)
    assert "parameters" not in report.total.unknown
    assert report.total.unknown["macs"] == ("0/quantized_lstm",)


class Cut(nn.Module):  # type: ignore[misc]
    """A call that has no rule, and no shape without data."""

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        return torch.ops.quantized.threshold(x, 0.5, 0.5) if x.is_quantized else x


def test_a_call_without_a_rule_ends_the_pass_and_what_is_behind_is_named() -> None:
    net = quantised(Wrapped(nn.Conv2d(3, 4, 3), Cut(), nn.Conv2d(4, 2, 3)), 3, 8, 8)
    report = count(net, input=(3, 8, 8))

    assert figures(report) == {
        "quant": (0, 0, 0),
        "body/0": (0, 4 * 28, 4 * 27 * 36),
        "body/2": (0, 2 * 37, 0),
    }
    assert report.total.unknown["macs"] == ("behind body/0",)
    (line,) = told(report.uncounted)
    assert line.startswith(
        "at least, since `Wrapped` is not reached (`threshold` in body.1 asks for values ("
    )


class Back(nn.Module):  # type: ignore[misc]
    """A layer of plain numbers, where they come as such."""

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        x = torch.nn.functional.avg_pool2d(x, 2)
        return x.dequantize() if x.is_quantized else x


def test_who_asks_whether_a_tensor_is_quantised_is_told() -> None:
    net = quantised(nn.Sequential(Wrapped(nn.Conv2d(3, 4, 3), Back(), Back())), 3, 8, 8)
    net[0].back = nn.Identity()
    report = count(net, input=(3, 8, 8))

    assert [node.path for node in report.nodes] == [
        "0/quant", "0/body/0", "0/body/1", "0/body/1.dequantize", "0/body/2",
    ]  # fmt: skip


def test_a_network_is_confirmed_but_not_by_its_numbers() -> None:
    graph = read(quantised(Wrapped(nn.Conv2d(3, 4, 3), nn.ReLU()), 3, 8, 8), input=(3, 8, 8))
    found = confirm(graph)

    assert [one[2:4] for one in found.testimonies if one.found is not None] == [
        (2, 2), (0, 0), (2, 2),  # the convolution and the ReLU that is fused with it
    ]  # fmt: skip
    with pytest.raises(UsageError) as caught:
        confirm(graph, run=True)
    assert str(caught.value) == (
        "error[no-numbers]: Wrapped has quantised layers: its numbers are rounded, our kernels' "
        "not\n  hint: without `--run` its layers, shapes and tensors are confirmed"
    )


def test_tools_see_none_of_it() -> None:
    report = count(quantised(Wrapped(nn.Conv2d(3, 4, 3), nn.ReLU()), 3, 8, 8), input=(3, 8, 8))

    # as they print themselves: no parameter, no call and no module that they know
    for tool in ("torch", "torchinfo", "thop", "torch-flop-counter"):
        assert apply(report, tool).total == 0, tool
    assert apply(report, "macs").total == 4 * 27 * 36


def test_a_module_is_left_as_it_was() -> None:
    net = quantised(Wrapped(nn.Conv2d(3, 4, 3), nn.Hardswish()), 3, 8, 8)
    x = torch.rand(1, 3, 8, 8)
    before, held = net(x), dict(net.named_buffers())
    count(net, input=(3, 8, 8))

    assert net(x).equal(before)
    assert all(held[name] is tensor for name, tensor in net.named_buffers())


def test_rounding_for_training_counts_there_and_back() -> None:
    class Rounds(nn.Module):  # type: ignore[misc]
        def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return torch.fake_quantize_per_tensor_affine(x, 0.1, 3, 0, 255)

    work = count(Rounds(), input=(2, 5, 5)).total.work

    # divided, the zero point added, kept between two ends, taken off again, multiplied
    assert (work.div, work.add, work.cmp, work.mul) == (50, 2 * 50, 2 * 50, 50)


def test_a_module_in_training_is_partial_where_it_may_observe() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 5))
    net.qconfig = quantisation.get_default_qat_qconfig("fbgemm")
    quantisation.prepare_qat(net.train(), inplace=True)
    total = count(net, input=(3, 8, 8)).total

    assert (total.parameters, total.macs) == (4 * 28 + 5 * 145, 4 * 27 * 36 + 5 * 144)
    assert len(total.unknown["macs"]) == 4  # both weights, and what comes out of both layers


class Counts(nn.Module):  # type: ignore[misc]
    """A module that asks for a number of its own, perhaps after writing it."""

    def __init__(self, *, writes: bool) -> None:
        super().__init__()
        self.writes, self.part = writes, nn.Linear(8, 8)
        self.register_buffer("times", torch.tensor(2))

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        x = self.part(x)
        if self.writes:
            self.times += 1
        for _ in range(int(self.times)):
            x = self.part(x)
        return x


def test_a_number_of_the_module_is_no_secret() -> None:
    report = count(Counts(writes=False), inputs=(8,))

    assert (report.total.macs, report.uncounted) == (3 * 64, ())


def test_a_number_that_the_pass_has_written_is_one() -> None:
    net = Counts(writes=True)
    report = count(net, inputs=(8,))

    assert net.times == 2
    assert report.total.macs == 64
    (line,) = told(report.uncounted)
    assert line.startswith("at least, since `Counts` is not reached (`item` asks for values (")
    assert line.endswith(": `for _ in range(int(self.times)):`)): behind add")
