"""Live modules before their witnesses: tensors, shapes, PyTorch's counter, gradients."""

from __future__ import annotations

import pytest

from archcalc import confirm, read

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch import nn  # noqa: E402 - there is a torch


def net() -> nn.Module:
    """Make a network with a head that leads nowhere."""

    class Net(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)
            self.aux, self.head = nn.Linear(8, 5), nn.Linear(8, 4)
            self.frozen = nn.Linear(4, 4).requires_grad_(False)  # noqa: FBT003

        def forward(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            pooled = self.norm(self.conv(x)).mean((2, 3))
            self.aux(pooled)
            return self.frozen(self.head(pooled))

    return Net()


def test_four_witnesses_agree_with_the_rules() -> None:
    found = confirm(read(net(), input=(3, 9, 9)))

    assert found.agrees
    assert [(each.witness, each.of, each.rule, each.found) for each in found.testimonies] == [
        ("its tensors", "layers with arrays of these sizes", 6, 6),
        # a convolution 8·(27 + 1), batch norm 2·8, linear layers 5·9 and 4·9
        ("its tensors", "trained parameters", 224 + 16 + 45 + 36, 321),
        ("PyTorch's shapes", "layers with this output", 6, 6),
        ("PyTorch's counter", "multiply-adds", 8 * 27 * 49 + 40 + 32 + 16, 10_672),
        # weights and biases of conv, norm and head: what is frozen has none, aux leads nowhere
        ("gradients", "parameters that one reaches", 6, 6),
    ]
    assert found.to_dict()["witnesses"][0]["agrees"] is True


def test_the_module_has_no_gradients_afterwards() -> None:
    module = net()
    confirm(read(module, input=(3, 9, 9)))

    assert all(p.grad is None for p in module.parameters())
    assert module.training


def test_a_rule_of_the_caller_is_contradicted_by_pytorchs_counter() -> None:
    graph = read(
        nn.Conv2d(3, 8, 3), input=(3, 9, 9), rules={"conv2d": lambda _xs, _ys: {"mac": 1000}}
    )
    found = confirm(graph)

    (counter,) = [each for each in found.testimonies if each.witness == "PyTorch's counter"]
    assert (counter.rule, counter.found, counter.agrees) == (1000, 8 * 27 * 49, False)
    assert found.agrees is False
