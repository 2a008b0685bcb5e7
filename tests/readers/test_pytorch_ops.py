"""Calls of PyTorch → ops: each is the op that does the same, and runs as its kernel does."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import confirm, count

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch import nn  # noqa: E402 - there is a torch
from torch.nn import functional  # noqa: E402


class Does(nn.Module):  # type: ignore[misc]
    """A module that calls a function, with parameters of its own."""

    def __init__(self, function: Any, **sizes: tuple[int, ...]) -> None:  # noqa: ANN401
        super().__init__()
        self.function = function
        for name, size in sizes.items():
            self.register_parameter(name, nn.Parameter(torch.empty(size)))

    def forward(self, *xs: Any) -> Any:  # noqa: ANN401, D102
        return self.function(self, *xs)


MAPS = "8x6x6"
ROW = "10x16"  # ten tokens of 16 features, as torch has them
RECURRENT = {"bidirectional": True, "num_layers": 2, "batch_first": True}
CASES = {
    "affine": (Does(lambda own, x: own.gamma * x, gamma=(8, 1, 1)), MAPS, {"affine": 8}),
    "a bias of its own": (Does(lambda own, x: x + own.beta, beta=(16,)), ROW, {"affine": 16}),
    "positions": (
        Does(lambda own, x: x + own.positions, positions=(1, 10, 16)),
        ROW,
        {"learned": 160, "add": 0},
    ),
    "a class token": (
        Does(lambda own, x: torch.cat([own.token, x], 1), token=(1, 1, 16)),
        ROW,
        {"learned": 16, "concat": 0},
    ),
    "a table by relative position": (
        Does(lambda own, x: x + own.table[torch.arange(10)].T[None], table=(10, 10)),
        "10x10",
        {"learned": 100, "add": 0},
    ),
    "embedding": (nn.Embedding(50, 16), "int64:12", {"embedding": 800}),
    "positions by their numbers": (
        Does(lambda own, x: x + functional.embedding(torch.arange(10), own.table), table=(30, 16)),
        ROW,
        {"learned": 480, "add": 0},
    ),
    "lstm": (nn.LSTM(16, 5, **RECURRENT), ROW, {"lstm": 2 * 4 * (5 * 21 + 10) + 8 * (5 * 15 + 10)}),
    "gru": (nn.GRU(16, 5, batch_first=True), ROW, {"gru": 3 * (5 * 21 + 10)}),
    "rnn": (nn.RNN(16, 5, bias=False, batch_first=True), ROW, {"rnn": 5 * 21}),
    "upsample": (nn.Upsample(scale_factor=2), MAPS, {"upsample": 0}),
    "interpolate": (nn.Upsample(size=(9, 12), mode="bilinear"), MAPS, {"upsample": 0}),
    "pixel shuffle": (nn.PixelShuffle(2), MAPS, {"pixel_shuffle": 0}),
    "pixel unshuffle": (nn.PixelUnshuffle(2), MAPS, {"pixel_unshuffle": 0}),
    "channel shuffle": (nn.ChannelShuffle(4), MAPS, {"shuffle": 0}),
    "pad": (nn.ZeroPad2d((1, 0, 2, 1)), MAPS, {"pad": 0}),
    "crop": (nn.ZeroPad2d(-1), MAPS, {"crop": 0}),
    "group norm": (nn.GroupNorm(4, 8), MAPS, {"groupnorm": 16}),
    "instance norm": (nn.InstanceNorm2d(8, affine=True), MAPS, {"instancenorm": 16}),
    "layer norm over all": (nn.LayerNorm((8, 6, 6)), MAPS, {"layernorm": 2 * 288}),
    "rms norm": (nn.RMSNorm(16), ROW, {"rmsnorm": 16}),
    "a gate's complement": (Does(lambda _, x: 1 - x), MAPS, {"one_minus": 0}),
    "mean of channels": (Does(lambda _, x: x.mean(1, keepdim=True)), MAPS, {"mean": 0}),
    "mean of rows": (Does(lambda _, x: x.mean(2)), MAPS, {"mean": 0}),
    "largest of all places": (Does(lambda _, x: x.amax((2, 3))), MAPS, {"globalmaxpool": 0}),
    "larger of two": (Does(lambda _, x: torch.max(x, x)), MAPS, {"maximum": 0}),
    "tokens beside tokens": (Does(lambda _, x: torch.cat([x, x], 1)), ROW, {"concat": 0}),
    "attention": (nn.TransformerEncoderLayer(16, 4, 8, batch_first=True), ROW, None),
    "the core of attention": (
        Does(lambda _, x: functional.scaled_dot_product_attention(x, x, x)),
        "4x10x16",
        {"scaled_dot_product": 0},
    ),
    "windows with a bias": (
        Does(
            lambda own, x: functional.scaled_dot_product_attention(
                *(x.reshape(3, 4, 10, 16),) * 3, attn_mask=own.bias
            ),
            bias=(1, 4, 10, 10),
        ),
        "12x10x16",
        {"learned": 400, "scaled_dot_product": 0},
    ),
    "einsum": (Does(lambda _, x: torch.einsum("bhqd,bhkd->bhqk", x, x)), "4x10x16", {"matmul": 0}),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_call_is_the_op_that_does_the_same(case: str) -> None:
    module, given, ops = CASES[case]
    report = count(module, input=given)

    if ops is not None:
        assert {row.op: row.parameters for row in report.rows} == ops
    assert report.total.parameters == sum(p.numel() for p in module.parameters())
    assert confirm(report).agrees


def test_attention_of_several_heads_is_one_layer() -> None:
    layer = nn.TransformerEncoderLayer(16, 4, 8, batch_first=True)
    rows = {row.path: row for row in count(layer, input=(10, 16)).rows}

    own = rows["self_attn"]
    assert (own.op, own.parameters) == ("attention", 4 * 16 * 17)
    assert own.macs == 10 * 4 * 16 * 16 + 2 * 10 * 10 * 16
    assert own.connections == 10 * 4 * 16 * 17
    assert list(rows) == [
        "self_attn", "add", "norm1", "linear1", "relu", "linear2", "add#2", "norm2"
    ]  # fmt: skip


@pytest.mark.parametrize("fast", [False, True])
def test_the_fast_path_changes_nothing(fast: bool) -> None:  # noqa: FBT001
    module = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 8, batch_first=True), 2).eval()
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(fast)
    try:
        total = count(module, input=(10, 16)).total
        assert torch.backends.mha.get_fastpath_enabled() is fast
    finally:
        torch.backends.mha.set_fastpath_enabled(before)

    assert total.macs == 2 * (10 * (4 * 256 + 2 * 128) + 2 * 10 * 10 * 16)


def test_a_network_in_the_shape_of_a_sequence_keeps_its_batch() -> None:
    """A layer whose batch stands second is given whole: ten steps, a batch of one."""
    total = count(nn.LSTM(16, 5), input=torch.empty(10, 1, 16)).total

    assert total.connections == 10 * 4 * (5 * 21 + 10)


def test_layers_behind_what_was_moved_claim_no_receptive_field() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 1, 3), Does(lambda _, x: torch.roll(x, 1, 2)), nn.Conv2d(1, 1, 3)
    )
    fields = {row.path: row.field for row in count(net, input=(1, 9, 9)).rows}

    assert fields["0"] is not None
    assert fields["2"] is None


def test_a_vector_that_was_maps_sees_all_of_them() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 7 * 7, 3))
    report = count(net, input=(1, 9, 9))

    assert [row.field and row.field.size for row in report.rows] == [(3, 3), (9, 9)]
    assert str(report.nodes[1].xs[0]) == "2x7x7"


def test_a_kernel_that_is_a_buffer_or_a_constant_is_fixed() -> None:
    def blur(_: Any, x: Any) -> Any:  # noqa: ANN401
        return functional.conv2d(x, torch.ones(8, 1, 3, 3) / 9, groups=8) * torch.arange(4.0)

    total = count(Does(blur), input=MAPS).total

    assert (total.parameters, total.fixed, total.macs) == (0, 72, 72 * 16)
    assert total.work.mul == 128


@pytest.mark.parametrize(("alpha", "mul"), [(1, 0), (2, 8 * 36)])
def test_what_is_added_at_places_is_one_addition_each(alpha: int, mul: int) -> None:
    def gathered(_: Any, x: Any) -> Any:  # noqa: ANN401
        places = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])
        return x.new_zeros(1, 4, 6, 6).index_add(1, places, x, alpha=alpha)

    total = count(Does(gathered), input=MAPS).total

    assert (total.work.add, total.work.mul) == (8 * 36, mul)  # each of 8 maps of 6x6
    assert not total.unknown


def test_what_is_scattered_is_added_once_each() -> None:
    def scattered(_: Any, x: Any) -> Any:  # noqa: ANN401
        return torch.zeros_like(x).scatter_add(1, torch.zeros(x.shape, dtype=torch.long), x)

    assert count(Does(scattered), input=MAPS).total.work.add == 8 * 36
