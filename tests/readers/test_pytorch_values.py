"""The values of live modules: what each layer reads, through our kernels, beside PyTorch's own."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from archcalc import confirm, read
from archcalc.errors import UsageError
from archcalc.kernels import gelu
from archcalc.referee.confirmations.values import compare
from archcalc.testimony import Testimony as Told

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch import nn  # noqa: E402 - there is a torch
from torch.nn import functional  # noqa: E402

from tests.readers.test_pytorch_ops import CASES as OPS  # noqa: E402
from tests.readers.test_pytorch_ops import MAPS, ROW, Does  # noqa: E402

ACTIVATIONS = {
    "elu": nn.ELU(0.5),
    "gelu": nn.GELU(),
    "gelu by tanh": nn.GELU("tanh"),
    "glu": nn.GLU(1),
    "hardsigmoid": nn.Hardsigmoid(),
    "hardswish": nn.Hardswish(),
    "hardtanh": nn.Hardtanh(-0.3, 0.2),
    "leaky": nn.LeakyReLU(0.3),
    "mish": nn.Mish(),
    "prelu": nn.PReLU(8),
    "relu": nn.ReLU(),
    "relu6": nn.ReLU6(),
    "selu": nn.SELU(),
    "sigmoid": nn.Sigmoid(),
    "silu": nn.SiLU(),
    "softmax": nn.Softmax(1),
    "softplus": nn.Softplus(),
    "tanh": nn.Tanh(),
}
LAYERS = {
    "convolution": (nn.Conv2d(8, 6, (3, 1), (2, 1), (1, 0), groups=2), MAPS),
    "dilated": (nn.Conv2d(8, 6, 3, dilation=2, padding="same", bias=False), MAPS),
    "transposed": (nn.ConvTranspose2d(8, 6, 3, 2, 1, output_padding=1, groups=2), MAPS),
    "one extent": (nn.Conv1d(16, 5, 3), "16x10"),
    "three extents": (nn.Conv3d(2, 3, 2), "2x4x4x4"),
    "batch norm": (nn.BatchNorm2d(8), MAPS),
    "linear at places": (nn.Linear(16, 5), ROW),
    "a product with a parameter": (Does(lambda own, x: x @ own.w, w=(16, 16)), ROW),
    "a product and a sum": (
        Does(lambda own, x: torch.addmm(own.b, x[0], own.w), w=(16, 16), b=(16,)),
        ROW,
    ),
    "max pool": (nn.MaxPool2d(3, 2, 1, ceil_mode=True), MAPS),
    "average pool": (nn.AvgPool2d(3, 2, 1, count_include_pad=False), MAPS),
    "adaptive pool": (nn.AdaptiveAvgPool2d((2, 4)), MAPS),
    "attention of later places": (
        Does(lambda _, x: functional.scaled_dot_product_attention(x, x, x, is_causal=True)),
        "4x10x16",
    ),
    "attention from elsewhere": (
        nn.MultiheadAttention(16, 4, kdim=12, vdim=20, batch_first=True),
        [ROW, "7x12", "7x20"],
    ),
}
CASES: dict[str, tuple[Any, Any]] = {
    **{name: (module, given) for name, (module, given, _) in OPS.items()},
    **{name: (module, MAPS) for name, module in ACTIVATIONS.items()},
    **LAYERS,
}


def drawn(module: Any) -> Any:  # noqa: ANN401
    """Give a copy with numbers that tell arrays, and their orders, apart."""
    module, draw = deepcopy(module), torch.Generator().manual_seed(1)
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.is_floating_point():
            tensor.data = torch.rand(tensor.shape, generator=draw) + 0.1
    return module


def is_real(x: Any) -> bool:  # noqa: ANN401
    """Tell whether a tensor has numbers."""
    return type(x) is torch.Tensor


def values(module: Any, given: Any) -> Told:  # noqa: ANN401
    """Say how many layers of a module give PyTorch's values."""
    told, left = compare(read(drawn(module), inputs=given))
    assert left == ()
    return told


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_kernel_gives_the_values_of_pytorch(case: str) -> None:
    told = values(*CASES[case])

    assert told.rule > 0
    assert (told.found, told.trouble) == (told.rule, "")


class Net(nn.Module):  # type: ignore[misc]
    """A network that writes over what it read, reads one tensor twice, and has a cache."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)
        self.act, self.drop = nn.ReLU(inplace=True), nn.Dropout()
        self.head = nn.Linear(8, 4)
        self.seen: list[Any] = []

    def forward(self, x: Any) -> Any:  # noqa: ANN401, D102
        x = self.norm(self.conv(x))
        y = self.act(x) + x
        y += x
        self.seen.append(y)
        return {"classes": self.head(self.drop(y.mean((2, 3)))), "maps": y}


def test_the_values_are_a_fifth_witness() -> None:
    found = confirm(read(Net(), input=(3, 9, 9)), run=True)

    assert found.agrees
    # convolution, batch norm, ReLU, two sums, a mean, a linear layer
    assert found.testimonies[-1] == Told(
        "our kernels, with its numbers", "layers with PyTorch's values", 7, 7
    )


def test_a_module_is_afterwards_as_it_was() -> None:
    module = Net()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    state, kinds = torch.get_rng_state(), torch.get_default_dtype()
    confirm(read(module, input=(3, 9, 9)), run=True)

    after = module.state_dict()
    assert after.keys() == before.keys()
    assert all(after[name].equal(tensor) for name, tensor in before.items())
    assert {tensor.dtype for tensor in after.values()} == {torch.float32, torch.int64}
    assert module.training
    assert module.drop.training
    assert module.seen == []
    assert torch.get_rng_state().equal(state)
    assert torch.get_default_dtype() is kinds


def test_a_wrong_kernel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gelu.forward
    monkeypatch.setattr(gelu, "forward", lambda x, **given: right(x * (1 + 1e-9), **given))
    told = values(nn.Sequential(nn.Linear(16, 5), nn.GELU()), ROW)

    assert (told.rule, told.found, told.agrees) == (2, 1, False)
    assert told.trouble.startswith("1 (")
    assert " apart, of " in told.trouble


def test_gamma_in_the_place_of_beta_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from archcalc.readers.pytorch import lowering, weighted  # noqa: PLC0415

    def swapped(call: Any, stored: Any) -> Any:  # noqa: ANN401
        step = weighted.layernorm(call, stored)
        assert step is not None
        return step._replace(holds=step.holds[::-1])

    monkeypatch.setitem(lowering.RULES, "layer_norm", swapped)

    assert values(nn.LayerNorm(16), ROW).found == 0


def test_what_has_no_kernel_is_named() -> None:
    module = Does(lambda _, x: x.relu().cumsum(1).sinh())
    found = confirm(read(module, input=(3, 9, 9)), run=True)

    assert found.agrees is None
    assert found.testimonies[-1][2:] == (1, 1, "")
    assert found.not_measured[-1] == ("values of Does.cumsum, Does.sinh: there is no kernel to run")


def test_a_pass_with_numbers_may_be_another_one() -> None:
    module = Does(lambda _, x: x.tanh() if is_real(x) else x.relu().sigmoid())
    told, left = compare(read(module, input=(3, 9, 9)))

    assert (told.rule, told.found) == (1, 0)
    assert told.trouble == "Does (another layer)"
    assert left == ("values of Does.sigmoid: a pass with numbers does not call them",)


def test_a_number_for_python_is_no_layer() -> None:
    module = Does(lambda _, x: (is_real(x) and x[0, 0, 0, 0].item() > 99) or x.relu())

    assert values(module, MAPS)[2:] == (1, 1, "")


def test_places_that_a_mask_hides_are_hidden() -> None:
    seen = (torch.arange(10) < 6).expand(10, 10)
    module = Does(lambda _, x: functional.scaled_dot_product_attention(x, x, x, attn_mask=seen))
    told, _ = compare(read(module, input=(4, 10, 16)))

    assert told[2:] == (1, 1, "")


def test_words_are_those_of_the_table() -> None:
    module = nn.Sequential(nn.Embedding(3, 8), nn.Linear(8, 2))

    assert values(module, "int64:40")[2:] == (2, 2, "")


def test_a_tensor_that_is_given_is_the_one_that_enters() -> None:
    entered = list[Any]()

    def keep(_: object, x: Any) -> Any:  # noqa: ANN401
        entered.append(x)
        return x.relu()

    module = Does(keep)
    compare(read(module, inputs=torch.full((1, 4), 2.5)))

    assert entered[-1].tolist() == [[2.5, 2.5, 2.5, 2.5]]


def test_single_precision_within_is_compared_as_such() -> None:
    module = Does(lambda _, x: functional.layer_norm(x.float(), (16,)).softmax(-1))

    assert values(module, ROW)[2:] == (2, 2, "")


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (
            lambda: nn.Linear(3, 4, device="meta"),
            """error[no-numbers]: Linear stands on the meta device, where there are no numbers
  hint: give a module with numbers, or the name of what makes one""",
        ),
        (
            lambda: Does(lambda _, x: 1 / 0 if is_real(x) else x.relu()),
            "error[model-failed]: Does failed on numbers: ZeroDivisionError: division by zero",
        ),
    ],
)
def test_what_cannot_be_run_is_told(net: Any, said: str) -> None:  # noqa: ANN401
    graph = read(net(), input=(3,))
    with pytest.raises(UsageError) as error:
        confirm(graph, run=True)

    assert str(error.value).partition(f" ({__file__}")[0] == said


def test_a_spec_has_no_numbers() -> None:
    with pytest.raises(UsageError) as error:
        confirm("lenet5", run=True)

    assert str(error.value) == (
        "error[no-module]: lenet5 is no live module, which alone has numbers to run with\n"
        "  hint: as in `archcalc confirm torchvision:resnet18 --run`, or `net.py:Net`"
    )
