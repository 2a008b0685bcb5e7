"""The families of the library hold against the models that other libraries build.

Every weight has the same shape (but for extents of 1, and for matrices that are stacked or turned
around there), and PyTorch's own counter of operations gives twice our macs. Models are made on the
meta device: no number is ever computed. A library that is not installed skips its rows.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import archcalc
from archcalc.sharing import arrays

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: pip install -e '.[peers]' to compare with it"
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.peers

JUDGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "mobilenet-v1": ("timm", "mobilenetv1_100", {}),
    "mobilenet-v2": ("torchvision", "mobilenet_v2", {}),
    "mobilenet-v2-1.4": ("torchvision", "mobilenet_v2", {"width_mult": 1.4}),
    "mobilenet-v2-1.3": ("torchvision", "mobilenet_v2", {"width_mult": 1.3}),
    "mobilenet-v2-0.75": ("torchvision", "mobilenet_v2", {"width_mult": 0.75}),
    "mobilenet-v2-0.5": ("torchvision", "mobilenet_v2", {"width_mult": 0.5}),
    "mobilenet-v2-0.35": ("torchvision", "mobilenet_v2", {"width_mult": 0.35}),
    "mobilenet-v3-large": ("torchvision", "mobilenet_v3_large", {}),
    "mobilenet-v3-small": ("torchvision", "mobilenet_v3_small", {}),
    "mnasnet-a1": ("timm", "semnasnet_100", {}),
    "mnasnet-b1": ("torchvision", "mnasnet1_0", {}),
    "mnasnet-b1-1.3": ("torchvision", "mnasnet1_3", {}),
    "mnasnet-b1-0.75": ("torchvision", "mnasnet0_75", {}),
    "mnasnet-b1-0.5": ("torchvision", "mnasnet0_5", {}),
    **{f"efficientnet-b{n}": ("torchvision", f"efficientnet_b{n}", {}) for n in range(8)},
    "efficientnet-v2-s": ("torchvision", "efficientnet_v2_s", {}),
    "efficientnet-v2-m": ("torchvision", "efficientnet_v2_m", {}),
    "efficientnet-v2-l": ("torchvision", "efficientnet_v2_l", {}),
    "shufflenet-v2-torchvision": ("torchvision", "shufflenet_v2_x1_0", {}),
    "shufflenet-v2-0.5-torchvision": ("torchvision", "shufflenet_v2_x0_5", {}),
    "shufflenet-v2-1.5-torchvision": ("torchvision", "shufflenet_v2_x1_5", {}),
    "shufflenet-v2-2.0-torchvision": ("torchvision", "shufflenet_v2_x2_0", {}),
    "squeezenet-1.0": ("torchvision", "squeezenet1_0", {}),
    "squeezenet-1.1": ("torchvision", "squeezenet1_1", {}),
}
"""By network: the library, the name of its model, and what it is made with."""
STACKED = ("qkv", "in_proj", "c_attn")
"""Words in the names of weights that hold queries, keys and values in one."""


def build(library: str, name: str, given: dict[str, Any]) -> Any:  # noqa: ANN401 - a module
    """Make another library's model without its numbers."""
    made = pytest.importorskip(library, reason=f"{library} is not installed")
    with torch.device("meta"):
        if library == "timm":
            return made.create_model(name, **given).eval()
        return getattr(made.models, name)(**given).eval()


def ours(graph: archcalc.Graph) -> Iterator[tuple[int, ...]]:
    """List the shapes of all trained arrays, each where it counts."""
    for node in graph.nodes:
        shared = {tie.weight for tie in node.shared}
        for name, weight in arrays(node).items():
            if weight.kind != "statistic" and name not in shared:
                yield bare(weight.shape)


def theirs(module: Any) -> Iterator[tuple[int, ...]]:  # noqa: ANN401 - a module
    """List the shapes of all parameters, those that are stacked each by itself."""
    for name, parameter in module.named_parameters():
        shape = tuple(parameter.shape)
        if any(word in name for word in STACKED):
            side = max(range(len(shape)), key=shape.__getitem__)
            part = (*shape[:side], shape[side] // 3, *shape[side + 1 :])
            yield from [bare(part)] * 3
        else:
            yield bare(shape)


def bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Leave out the order and extents of 1: a linear layer is a 1x1 convolution there."""
    return tuple(sorted(n for n in shape if n > 1))


@pytest.mark.parametrize("network", sorted(JUDGES))
def test_every_weight_and_all_multiply_adds(network: str) -> None:
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415 - torch may be missing

    report = archcalc.count(network)
    module = build(*JUDGES[network])
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        module(torch.empty((1, *report.input), device="meta"))

    differences = Counter(ours(report.graph))
    differences.subtract(Counter(theirs(module)))
    assert {shape: n for shape, n in differences.items() if n} == {}
    assert report.total.parameters == sum(p.numel() for p in module.parameters())
    assert 2 * report.total.macs == counter.get_total_flops()
