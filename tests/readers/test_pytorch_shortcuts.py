"""Shortcuts of a pass without data: what they say comes out is what PyTorch says."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import confirm, count, read
from archcalc.errors import ArchcalcError

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch import nn  # noqa: E402 - there is a torch

from archcalc.readers.pytorch.shortcuts import SHORTCUTS  # noqa: E402


def x(*sizes: int, dtype: Any = torch.float32) -> Any:  # noqa: ANN401
    """Make a tensor without data."""
    return torch.empty(sizes, dtype=dtype, device="meta")


def of(name: str) -> Any:  # noqa: ANN401
    """Find PyTorch's own function."""
    word, _, overload = name.removeprefix("aten::").partition(".")
    return getattr(getattr(torch.ops.aten, word), overload or "default")


MAPS, LAST = x(1, 8, 6, 5), x(1, 6, 5, 8).permute(0, 3, 1, 2)
STORED = [x(8), x(8), x(8), x(8)]
NORM = (False, 0.1, 1e-5, True)
EACH = [name for name, function in SHORTCUTS.items() if "_alike" in function.__name__]
PLAIN: dict[str, list[tuple[Any, ...]]] = {
    **{name: [(MAPS,), (x(3),), (x(1, 4, 1, 1),), (x(2, 3, dtype=torch.half),)] for name in EACH},
    "aten::softmax.int": [(MAPS, 1), (x(1, 10), -1)],
    "aten::add.Tensor": [(MAPS, MAPS), (MAPS, x(1, 8, 1, 1)), (x(1, 8, 1, 1), MAPS)],
    "aten::mul.Tensor": [(MAPS, MAPS), (x(1, 1, 6, 5), MAPS), (x(7), x(7))],
    "aten::batch_norm": [(MAPS, *STORED, *NORM), (x(1, 8), None, None, *STORED[2:], *NORM)],
    "aten::layer_norm": [(x(1, 9, 8), [8], *STORED[:2]), (MAPS, [8, 6, 5]), (x(8), [8])],
    "aten::linear": [(x(1, 8), x(5, 8), x(5)), (x(1, 9, 8), x(5, 8)), (x(1, 2, 3, 8), x(5, 8))],
    "aten::conv1d": [(x(1, 8, 9), x(6, 4, 3), x(6), [2], [1], [1], 2)],
    "aten::conv2d": [
        (MAPS, x(6, 8, 3, 3)),
        (MAPS, x(6, 4, 3, 2), x(6), [2, 1], [1, 0], [2, 1], 2),
        (x(1, 8, 1, 1), x(6, 8, 1, 1), x(6)),
        (x(0, 8, 6, 5), x(6, 8, 3, 3)),
    ],
    "aten::conv3d": [(x(1, 2, 4, 4, 4), x(3, 2, 2, 2, 2), None, [2, 1, 1], [1, 0, 1])],
    "aten::max_pool2d": [
        (MAPS, [2, 2]), (MAPS, [3, 3], [2, 2], [1, 1]), (MAPS, [2, 2], [1], [0], [2]),
    ],
    "aten::adaptive_avg_pool2d": [(MAPS, [1, 1]), (MAPS, [7, 3])],
    "aten::cat": [([MAPS, MAPS], 1), ([x(3), x(4)],), ([MAPS, x(1, 8, 2, 5)], -2)],
}  # fmt: skip
WRITTEN = [name for name, function in SHORTCUTS.items() if name.partition(".")[0].endswith("_")]
OTHERS: dict[str, list[tuple[Any, ...]]] = {
    "aten::relu": [(LAST,), (x(2, 1, 4).transpose(0, 1),), (x(3, dtype=torch.long),)],
    "aten::add.Tensor": [
        (MAPS, LAST), (MAPS, x(1, 8, 6, 5, dtype=torch.half)), (MAPS, 1.5), (MAPS, x(5)),
        (x(6, 1), x(1, 5)), (x(1, 8, 1, 1), x(1, 1, 8, 1).permute(0, 2, 1, 3)),
    ],
    "aten::batch_norm": [
        (LAST, *STORED, *NORM), (MAPS, None, None, None, None, True, 0.1, 1e-5, True),
        (MAPS, *STORED, True, 0.1, 1e-5, True),
    ],
    "aten::layer_norm": [(x(1, 1, 5, 8).permute(0, 2, 1, 3), [8])],
    "aten::linear": [(x(8), x(5, 8)), (x(9, 1, 8).transpose(0, 1), x(5, 8))],
    "aten::conv2d": [
        (LAST, x(6, 8, 3, 3)), (x(8, 6, 5), x(6, 8, 3, 3)), (MAPS, x(6, 8, 3, 3), x(5)),
        (MAPS, x(5, 4, 3, 3), None, [1], [0], [1], 2),
    ],
    "aten::max_pool2d": [
        (LAST, [2, 2]), (MAPS, [2, 2], [2, 2], [0, 0], [1, 1], True), (x(8, 6, 5), [2, 2]),
    ],
    "aten::cat": [([MAPS, LAST], 1), ([x(0), MAPS], 1), ([x(3), x(4, dtype=torch.half)],)],
    "aten::softmax.int": [(MAPS, 1, torch.half)],
    "aten::adaptive_avg_pool2d": [(LAST, [1, 1])],
}  # fmt: skip
"""What no shortcut is for, or may be, if it comes out alike."""
WRONG: dict[str, list[tuple[Any, ...]]] = {
    "aten::add.Tensor": [(MAPS, x(1, 7, 6, 5))],
    "aten::add_.Tensor": [(x(1, 8, 1, 1), MAPS)],
    "aten::batch_norm": [(MAPS, x(7), x(7), x(7), x(7), *NORM), (x(8), *STORED, *NORM)],
    "aten::layer_norm": [(MAPS, [8]), (MAPS, [5], x(4), x(4))],
    "aten::linear": [(x(1, 7), x(5, 8)), (x(1, 8), x(5, 8), x(4))],
    "aten::conv2d": [(x(1, 7, 6, 5), x(6, 8, 3, 3)), (MAPS, x(6, 8, 9, 9))],
    "aten::max_pool2d": [(MAPS, [9, 9]), (MAPS, [2, 2], [1, 1], [2, 2])],
    "aten::cat": [([MAPS, x(1, 8, 2, 4)], 1), ([MAPS, x(8)], 0), ([x()], 0)],
}  # fmt: skip
"""What PyTorch refuses."""


def told(tensor: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Say all that is known of a tensor without data."""
    return (*tensor.shape,), tensor.stride(), tensor.dtype, tensor.storage_offset(), tensor.device


def cases(table: dict[str, list[tuple[Any, ...]]]) -> list[Any]:
    """List the cases of a table, each with an id of its own."""
    return [
        pytest.param(name, given, id=f"{name}-{n}")
        for name, several in sorted(table.items())
        for n, given in enumerate(several)
    ]


@pytest.mark.parametrize(("name", "given"), cases(PLAIN))
def test_a_shortcut_says_what_pytorch_says(name: str, given: tuple[Any, ...]) -> None:
    made = SHORTCUTS[name](*given)

    assert made is not None
    assert told(made) == told(of(name)(*given))


@pytest.mark.parametrize(("name", "given"), cases(OTHERS))
def test_what_is_not_plain_is_left_to_pytorch(name: str, given: tuple[Any, ...]) -> None:
    made = SHORTCUTS[name](*given)

    assert made is None or told(made) == told(of(name)(*given))


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_what_is_written_is_the_tensor_itself(name: str) -> None:
    given = (MAPS, MAPS) if ".Tensor" in name else (MAPS,)

    assert SHORTCUTS[name](*given) is MAPS
    assert of(name)(*given) is MAPS
    assert SHORTCUTS[name](LAST, *given[1:]) is None


@pytest.mark.parametrize(("name", "given"), cases(WRONG))
def test_what_pytorch_refuses_no_shortcut_lets_pass(name: str, given: tuple[Any, ...]) -> None:
    with pytest.raises((RuntimeError, IndexError, ValueError)):
        of(name)(*given)

    assert SHORTCUTS[name](*given) is None


def test_every_shortcut_has_a_case() -> None:
    assert PLAIN.keys() | set(WRITTEN) == SHORTCUTS.keys()


def test_a_tensor_of_a_kind_of_its_own_is_left_to_pytorch() -> None:
    class Own(torch.Tensor):  # type: ignore[misc,name-defined]
        pass

    assert SHORTCUTS["aten::relu"](MAPS.as_subclass(Own)) is None
    assert SHORTCUTS["aten::relu"](torch.zeros(3)) is None


def test_a_pass_with_shortcuts_finds_the_same_network() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.Flatten())
    fake, meta = (read(net.to(device), input="3x9x9") for device in ("cpu", "meta"))

    assert fake.nodes == meta.nodes
    assert fake.outputs == meta.outputs


def test_pytorch_is_heard_without_shortcuts(monkeypatch: pytest.MonkeyPatch) -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()).to("meta")
    graph = read(net, input="3x9x9")
    for name in SHORTCUTS:
        monkeypatch.setitem(SHORTCUTS, name, lambda *_: 1 / 0)

    assert confirm(graph).agrees


def test_pytorch_complains_of_what_does_not_fit() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(7, 8, 3)).to("meta")
    with pytest.raises(ArchcalcError, match="failed on 1x3x9x9: RuntimeError: "):
        count(net, input="3x9x9")
