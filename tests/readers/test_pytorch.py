"""Live PyTorch modules: what is read of them, and that they are left as they were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archcalc import count, load, read
from archcalc.errors import UsageError
from archcalc.uncounted import told
from tests.readers.residual import RESIDUAL

if TYPE_CHECKING:
    from archcalc.live import Sizes

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

    assert rows == RESIDUAL
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


class Twice(nn.Module):  # type: ignore[misc]
    """One convolution, called twice; a head that nothing calls; a count that a pass changes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.aux = nn.Conv2d(3, 3, 3, padding=1), nn.Linear(5, 7)
        self.register_buffer("passes", torch.zeros(()))
        self.seen: list[object] = []

    def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, D102
        self.passes += 1
        self.seen.append(x)
        return {"map": self.conv(self.conv(x)), "none": None}


def test_weights_that_are_read_twice_count_once_and_those_that_are_not_read_stand_apart() -> None:
    report = count(Twice(), input=(3, 8, 8))
    figures = {row.path: (row.op, row.parameters, row.connections) for row in report.rows}

    assert figures["conv"] == ("conv", 3 * 28, 3 * 28 * 64)
    assert figures["conv#2"] == ("conv", 0, 3 * 28 * 64)
    assert figures["aux"] == ("unread", 7 * (5 + 1), 0)


def test_a_module_is_left_as_it_was_found() -> None:
    module = Twice()
    count(module, input=(3, 8, 8))

    assert (float(module.passes), module.seen, module.training) == (0, [], True)


def test_a_decoder_that_shares_its_encoders_matrix() -> None:
    embedding, decoder = nn.Embedding(100, 16), nn.Linear(16, 100, bias=False)
    decoder.weight = embedding.weight
    total = count(nn.Sequential(embedding, decoder), input="int64:12").total

    assert (total.parameters, total.macs) == (1600, 12 * 1600)


class Frequencies(nn.Module):  # type: ignore[misc]
    """A module that calls what has no rule."""

    def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, D102
        return torch.fft.rfft(x).real


def test_a_call_without_a_rule_makes_the_total_partial_and_is_named() -> None:
    report = count(Frequencies(), input=(16,))

    assert report.total.unknown["macs"] == ("Frequencies._fft_r2c",)
    assert told(report.uncounted) == [
        "at least, since what `_fft_r2c` does is unknown (1x16 to 1x9): Frequencies._fft_r2c",
    ]


def test_the_caller_may_have_a_rule() -> None:
    """A fast Fourier transform of n = 16: 5/2·n·log n operations, half of them additions."""

    def half(xs: Sizes, ys: Sizes) -> dict[str, int]:
        ((_, n),), ((_, m),) = xs, ys
        assert m == n // 2 + 1
        return {"mul": 4 * n, "add": 6 * n}

    rules = {"aten::_fft_r2c": half}
    report = count(Frequencies(), input=(16,), rules=rules)
    again = count(read(Frequencies(), input=(16,), rules=rules))

    assert again.total == report.total
    assert (report.total.work.mul, report.total.work.add) == (64, 96)
    assert not report.total.unknown


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            lambda _xs, _ys: {"mils": 3},
            (
                "error[wrong-type]: the rule of `_fft_r2c`: expected a number beside one of mac, "
                "add, mul, div, cmp, exp, tanh, pow, sqrt, erf, log, trig, connections, neurons, "
                "interactions, not `[mils, 3]`"
            ),
        ),
        (
            lambda xs, _ys: {"mul": xs[1]},
            (
                "error[rule-failed]: the rule of `_fft_r2c` failed on 1x16: IndexError: list index "
                "out of range"
            ),
        ),
    ],
    ids=["no figures", "a fault of its own"],
)
def test_a_rule_that_gives_nothing(rule: Any, said: str) -> None:  # noqa: ANN401
    with pytest.raises(UsageError) as caught:
        read(Frequencies(), input=(16,), rules={"_fft_r2c": rule})

    assert str(caught.value) == said


@pytest.mark.parametrize("ask", [read, count], ids=["read", "count"])
def test_rules_are_for_what_is_read(ask: Any) -> None:  # noqa: ANN401
    for net in ["lenet5", *([] if ask is read else [load("lenet5"), read("lenet5")])]:
        with pytest.raises(UsageError) as caught:
            ask(net, rules={})

        assert str(caught.value) == (
            "error[no-module]: rules are for what is read of live modules and of files of other "
            "tools\n"
            "  hint: an `opaque` layer of a spec says what it `does`"
        )


class Several(nn.Module):  # type: ignore[misc]
    """Tokens and maps, in a dict and beside it, and something that is no tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.conv = nn.Embedding(50, 8), nn.Conv2d(3, 8, 3)

    def forward(self, x, image=None, scale=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, D102
        ids = x["ids"] if isinstance(x, dict) else x
        maps = self.conv(image).mean((2, 3))
        return [self.words(ids) + maps, None if scale is None else maps * scale]


@pytest.mark.parametrize(
    "inputs",
    [
        ["int64:12", (3, 9, 9)],
        "int64:12,3x9x9",
        [{"ids": "int64:12"}, "3x9x9"],
        [{"ids": torch.zeros(1, 12, dtype=torch.int64)}, torch.empty(1, 3, 9, 9)],
        {"x": "int64:12", "image": "3x9x9", "scale": None},
        "x=int64:12,image=3x9x9",
    ],
)
def test_several_inputs_of_any_kind(inputs: object) -> None:
    report = count(Several(), inputs=inputs)

    assert report.total.parameters == 400 + 8 * 28
    assert report.total.macs == 8 * 27 * 49
    assert list(map(str, report.inputs.values())) == ["12x1x1", "3x9x9"]


def test_what_is_no_tensor_is_passed_on() -> None:
    scaled = count(Several(), inputs={"x": "int64:12", "image": "3x9x9", "scale": 0.5})

    assert scaled.total.work.mul == 8


def test_a_module_at_another_of_several_inputs() -> None:
    graph = read(Several(), inputs=["int64:12", (3, 9, 9)])

    assert count(graph.at({"image": (3, 11, 11)})).total.macs == 8 * 27 * 81


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"input": (1, 3, 9, 9)},
            (
                "  hint: is the leading 1 of 1x3x9x9 a batch? Inputs are those of one sample: say "
                "3x9x9"
            ),
        ),
        (
            {"inputs": torch.empty(8, 3, 9, 9)},
            (
                "error[batch]: `input` is 8x3x9x9, and what is counted is one sample\n"
                "  hint: is the first size a batch? Then give 1x3x9x9; if it is not, 1x8x3x9x9"
            ),
        ),
        (
            {"input": "3x9x9", "inputs": "3x9x9"},
            "error[two-inputs]: `input` and `inputs` say the same: give one of them",
        ),
    ],
    ids=["a leading 1", "a batch", "both words"],
)
def test_inputs_that_are_asked_about(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        count(nn.Conv2d(3, 8, 3), **given)

    text = str(caught.value)
    assert (text if said.startswith("error") else text.partition("\n")[2]) == said


def test_a_module_that_asks_for_values_says_where() -> None:
    class Choice(nn.Module):  # type: ignore[misc]
        def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return x if x.sum() > 0 else -x

    with pytest.raises(UsageError) as caught:
        count(Choice(), input=(4,))

    said = str(caught.value)
    assert said.startswith(
        "error[depends-on-values]: Choice failed on 1x4: it depends on values, which tensors "
        "without data lack ("
    )
    assert "`return x if x.sum() > 0 else -x`" in said


@torch.library.custom_op(  # type: ignore[untyped-decorator]
    "archcalc_test::odd", mutates_args=(), schema="(Tensor x) -> Tensor"
)
def odd(x: Any) -> Any:  # noqa: ANN401
    """Do what PyTorch knows no shape of."""
    return 2 * x


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda x: x.numpy(), "it"),
        (lambda x: x.tolist(), "`item`"),
        (odd, "`odd`"),
        (lambda x: x[x.nonzero(as_tuple=True)], "`nonzero`"),
    ],
    ids=["numpy", "list", "custom", "nonzero"],
)
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_whoever_asks_for_values_is_named(asked: Any, said: str, device: str) -> None:  # noqa: ANN401
    class Asks(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = nn.Linear(8, 4), nn.Linear(4, 2)

        def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            x = self.body(x)
            asked(x)
            return self.head(x)

    report = count(Asks().to(device), inputs=(8,))

    assert (report.total.parameters, report.total.macs) == (36 + 10, 32)
    assert report.total.unknown["macs"] == ("behind body",)
    (line,) = told(report.uncounted)
    assert line.startswith(f"at least, since `Asks` is not reached ({said} asks for values (")
    assert line.endswith(")): behind body")


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_whoever_asks_at_once_is_told_what_there_is(device: str) -> None:
    class Checks(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Linear(8, 4)

        def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            assert x.max() <= 1
            return self.body(x)

    report = count(Checks().to(device), inputs=(8,))

    assert (report.total.parameters, report.total.macs) == (36, 0)
    assert report.total.unknown["macs"] == ("behind le",)
    assert [(row.path, row.op, row.parameters) for row in report.rows if row.parameters] == [
        ("body", "unread", 36)
    ]


def test_what_is_not_written_yet_is_no_question_of_values() -> None:
    class Abstract(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Linear(8, 4)

        def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            raise NotImplementedError(self.body(x).shape)

    with pytest.raises(UsageError) as caught:
        count(Abstract(), inputs=(8,))

    assert str(caught.value).startswith(
        "error[model-failed]: Abstract failed on 1x8: NotImplementedError: torch.Size([1, 4])"
    )


def test_a_module_without_memory_is_read_whatever_its_size() -> None:
    total = count(nn.Linear(200_000, 400_000, device="meta"), input=(200_000,)).total

    assert total.parameters == 400_000 * 200_001
    assert total.macs == 80_000_000_000


def test_attention_multiplies_activations() -> None:
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    total = count(layer, input=(10, 16)).total

    weights = 10 * (16 * 48 + 16 * 16 + 2 * 16 * 32)
    interactions = 2 * 10 * 10 * 16  # every token with every other: scores, then their mix
    assert (total.interactions, total.macs) == (interactions, weights + interactions)
    assert total.parameters == sum(p.numel() for p in layer.parameters())


def test_a_pass_that_has_come_some_way_and_asks_for_values_is_partial() -> None:
    class Detector(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = nn.Conv2d(3, 8, 3), nn.Linear(8, 4)

        def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            found = self.body(x).flatten(2)[0].T
            return self.head(found[found.sum(1) > 0])

    report = count(Detector(), input=(3, 9, 9))

    assert report.total.macs == 8 * 27 * 49
    assert report.total.unknown["macs"]
    assert "parameters" not in report.total.unknown
    assert report.total.parameters == 8 * 28 + 36
    (line,) = told(report.uncounted)
    assert line.startswith("at least, since `Detector` is not reached (`index` asks for values (")
    assert line.endswith("`return self.head(found[found.sum(1) > 0])`)): behind gt")
