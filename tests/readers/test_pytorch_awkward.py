"""Modules that are awkward to read: each is right, or partial with names, and left as it was."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import count
from archcalc.errors import UsageError

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch import nn  # noqa: E402 - there is a torch
from torch._subclasses.fake_tensor import FakeTensorMode  # noqa: E402


class Calls(nn.Module):  # type: ignore[misc]
    """A module that calls a function, with parts of its own."""

    def __init__(self, function: Any, **parts: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *xs: Any) -> Any:  # noqa: ANN401, D102
        return self.function(self, *xs)


def tied() -> nn.Module:
    """Call one layer twice."""
    layer = nn.Linear(8, 8)
    return nn.Sequential(layer, nn.ReLU(), layer)


def attention(**fields: Any) -> nn.MultiheadAttention:  # noqa: ANN401
    """Make an attention of 16 features in 4 heads."""
    return nn.MultiheadAttention(16, 4, batch_first=True, **fields)


def on_a_gpu() -> nn.Module:
    """Put a layer on a device that is not there."""
    layer = nn.Conv2d(3, 8, 3, device="meta")
    with FakeTensorMode():
        for name, p in list(layer._parameters.items()):  # noqa: SLF001 - as `to` does it
            layer._parameters[name] = nn.Parameter(torch.empty(p.shape, device="cuda"))  # noqa: SLF001
    return layer


CONV = 8 * 27 * 49
CASES: dict[str, tuple[nn.Module, Any, int, int]] = {
    # a length for each filter beside the direction
    "weight norm": (
        nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 8, 3)), (3, 9, 9), 8 * 27 + 8 + 8, CONV
    ),
    # u·W·v: 8·16 and 8 multiply-adds, once
    "spectral norm": (
        nn.utils.parametrizations.spectral_norm(nn.Linear(16, 8)), (16,), 136, 128 + 128 + 8
    ),
    "attention that gives its weights": (
        Calls(lambda own, x: own.part(x, x, x)[0], part=attention()),
        (10, 16), 4 * 16 * 17, 10 * 4 * 256 + 2 * 10 * 10 * 16,
    ),
    "keys of other sizes": (
        Calls(
            lambda own, x, y: own.part(x, y, y, need_weights=False)[0],
            part=attention(kdim=8, vdim=8),
        ),
        [(10, 16), (7, 8)], 2 * 256 + 2 * 128 + 64, 2 * 2560 + 2 * 7 * 128 + 2 * 10 * 7 * 16,
    ),
    "steps before the batch": (
        Calls(lambda own, x: own.part(x, x, x, need_weights=False)[0],
              part=nn.MultiheadAttention(16, 4)),
        torch.empty(10, 1, 16), 4 * 16 * 17, 10 * 4 * 256 + 2 * 10 * 10 * 16,
    ),
    "an LSTM whose state is projected": (
        nn.LSTM(16, 12, proj_size=5, batch_first=True),
        (10, 16), 48 * 21 + 96 + 60, 10 * (48 * 21 + 60),
    ),
    "a cell": (Calls(lambda own, x: own.part(x)[0], part=nn.LSTMCell(16, 5)), (16,), 460, 420),
    "a product of parameters": (
        Calls(lambda own, x: x + own.a @ own.b, a=nn.Parameter(torch.empty(4, 3)),
              b=nn.Parameter(torch.empty(3, 16))),
        (4, 16), 60, 4 * 3 * 16,
    ),
    "a layer called twice": (tied(), (8,), 72, 128),
    "a bag of words": (nn.EmbeddingBag(50, 8), "int64:12", 400, 0),
    "half precision": (nn.Linear(8, 8).half(), (8,), 72, 64),
    "seventy billion": (
        nn.Sequential(*[nn.Linear(30_000, 30_000, device="meta") for _ in range(78)]),
        (30_000,), 78 * 30_000 * 30_001, 78 * 30_000**2,
    ),
    "a device that is not there": (on_a_gpu(), (3, 9, 9), 8 * 28, CONV),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(CASES))
def test_an_awkward_module(case: str) -> None:
    module, inputs, parameters, macs = CASES[case]
    before = {name: (id(p), p.device) for name, p in module.named_parameters()}
    total = count(module, inputs=inputs).total

    assert (total.parameters, total.macs, dict(total.unknown)) == (parameters, macs, {})
    assert {name: (id(p), p.device) for name, p in module.named_parameters()} == before
    assert module.training


def test_a_projected_state_is_units_too() -> None:
    total = count(nn.LSTM(16, 12, proj_size=5, batch_first=True), inputs=(10, 16)).total

    assert total.neurons == 10 * (4 * 12 + 5)


def test_a_lazy_layer_has_no_sizes_yet() -> None:
    with pytest.raises(UsageError) as caught:
        count(nn.Sequential(nn.LazyLinear(8)), inputs=(16,))

    assert str(caught.value) == (
        "error[no-sizes]: `0.weight` of Sequential has no size before its first pass\n"
        "  hint: call the module once with a tensor that has data"
    )


class Average(nn.Module):  # type: ignore[misc]
    """A layer, and a copy of it that follows it by a tenth in each pass, whatever a pass is for."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Linear(8, 4)
        self.mean = nn.Linear(8, 4).requires_grad_(False)  # noqa: FBT003

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        for own, p in zip(self.mean.parameters(), self.net.parameters(), strict=True):
            own.mul_(0.9).add_(p, alpha=0.1)
        torch._foreach_mul_(list(self.net.parameters()), 0.5)
        return self.mean(x)


def test_a_module_that_writes_its_own_weights_keeps_them() -> None:
    module = Average()
    before = {name: p.clone() for name, p in module.named_parameters()}
    total = count(module, inputs=(8,)).total

    assert (total.parameters, total.fixed, total.macs) == (36, 36, 32)
    assert all(torch.equal(p, before[name]) for name, p in module.named_parameters())


@pytest.mark.parametrize("wrap", ["fx", "parallel", "script", "trace"])
@pytest.mark.filterwarnings("ignore")  # that it is old
def test_a_module_in_another_dress_counts_the_same(wrap: str) -> None:
    layers = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 4, 2)
    net = nn.Sequential(*layers)
    module = {
        "script": torch.jit.script,
        "trace": lambda net: torch.jit.trace(net.eval(), torch.zeros(1, 3, 9, 9)),
        "parallel": nn.DataParallel,
        "fx": torch.fx.symbolic_trace,
    }[wrap](net)
    total = count(module, inputs=(3, 9, 9)).total

    # 8·(27 + 1), a pair for each map, 4·(8·4) and 4
    assert (total.parameters, total.macs) == (224 + 16 + 132, CONV + 49 * 8 * 16)
    assert dict(total.unknown) == {}


def test_complex_numbers_have_products_that_are_several() -> None:
    """A complex product is four products and two sums: no rule says so, and none guesses."""
    part = nn.Linear(8, 4, dtype=torch.cfloat)
    module = Calls(lambda own, x: own.part(x.to(torch.cfloat)).abs(), part=part)
    report = count(module, inputs=(8,))

    assert report.total.parameters == 36
    assert report.total.unknown["macs"] == ("part.linear", "abs")
    assert report.uncounted[0].why == "1x8, 4x8, 4 to 1x4, of complex numbers"


def test_a_log_of_a_sum_of_exps_is_all_three() -> None:
    work = count(Calls(lambda _, x: x.logsumexp(1)), inputs=(3, 4, 4)).total.work

    assert (work.exp, work.add, work.log) == (48, 48 - 16, 16)


def test_parts_of_a_map_may_overlap() -> None:
    work = count(nn.AdaptiveMaxPool2d((3, 2)), inputs=(2, 7, 4)).total.work

    # rows 0-2, 2-4, 4-6 of seven, columns 0-1, 2-3 of four: 9·4 cells for 6 places of 2 maps
    assert work.cmp == 2 * (9 * 4 - 6)


def test_windows_that_are_laid_back_are_added_where_they_overlap() -> None:
    folded = nn.Fold((4, 5), (3, 2), padding=(1, 0), stride=(1, 3))
    work = count(folded, inputs=(12, 8)).total.work

    # four windows down, on rows -1-1, 0-2, 1-3, 2-4: 10 taps on the 4 rows; two across, on columns
    # 0-1 and 3-4 of 5: 4 taps on 4; 2 maps
    assert work.add == 2 * (10 * 4 - 4 * 4)


def test_gradients_within_a_pass_are_not_there() -> None:
    def slope(own: Any, x: Any) -> Any:  # noqa: ANN401
        return torch.autograd.grad(own.part(x.requires_grad_()).sum(), x)[0]

    with pytest.raises(UsageError) as caught:
        count(Calls(slope, part=nn.Linear(8, 1)), inputs=(8,))

    assert str(caught.value).partition("\n")[2] == (
        "  hint: a pass is one of inference: gradients within it are not there to be read"
    )


def test_a_failed_pass_on_words_says_that_they_are_whole_numbers() -> None:
    with pytest.raises(UsageError) as caught:
        count(nn.Sequential(nn.Embedding(9, 4)), inputs=(1, 8))

    assert str(caught.value).partition("\n")[2] == (
        "  hint: words are whole numbers: as in `--input words=int64:128`"
    )
    assert count(nn.Sequential(nn.Embedding(9, 4)), inputs="int64:8").total.parameters == 36


def test_a_list_of_modules_is_no_network() -> None:
    with pytest.raises(UsageError) as caught:
        count(nn.ModuleList([nn.Linear(8, 8)]), inputs=(8,))

    assert str(caught.value) == (
        "error[model-failed]: ModuleList failed on 1x8: NotImplementedError: Module [ModuleList] "
        'is missing the required "forward" function\n'
        "  hint: the first 1 is the batch: inputs are those of one sample"
    )


def test_a_second_vector_of_biases_that_is_no_parameter_is_none() -> None:
    both, one = (nn.LSTM(3, 2, batch_first=True) for _ in range(2))
    zeros = torch.zeros(8)
    del one.bias_hh_l0
    one.register_buffer("bias_hh_l0", zeros)
    one.bias_hh_l0 = zeros
    for layer, held in ((one, 4 * 2 * (3 + 2 + 1)), (both, 4 * 2 * (3 + 2 + 2))):  # gates · units
        assert sum(each.numel() for each in layer.parameters()) == held
        assert count(layer, input="5x3").total.parameters == held
