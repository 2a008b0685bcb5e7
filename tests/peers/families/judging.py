"""How the families of the library are held against models that others build.

Every weight has the same shape (but for extents of 1, and for matrices that are stacked, turned
around or laid in a row there), and PyTorch's own counter of operations gives twice our macs. Models
are made on the meta device: no number is ever computed.
"""

from __future__ import annotations

from collections import Counter
from math import isqrt
from typing import TYPE_CHECKING, Any

import pytest

from archcalc.sharing import arrays

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: pip install -e '.[peers]' to compare with it"
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc import Report

FlopCounterMode = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode
STACKED = {"qkv": 3, "in_proj": 3, "c_attn": 3, "conv_exp.conv.": 2, "conv_exp.bn.": 2}
"""By words in the names of weights that hold several in one, how many: queries, keys and values."""


def entering(report: Report) -> Any:  # noqa: ANN401 - a tensor
    """Make an input without its numbers: an image, a clip, or the indices of words."""
    if report.graph.nodes[0].op.name == "embedding":
        return torch.empty((1, report.input.places), dtype=torch.long, device="meta")
    return torch.empty((1, *report.input), device="meta")


def ours(report: Report) -> Iterator[tuple[int, ...]]:
    """List the shapes of all arrays but running statistics, each where it counts."""
    for node in report.nodes:
        shared = {tie.weight for tie in node.shared}
        for name, weight in arrays(node).items():
            if weight.kind != "statistic" and name not in shared:
                ways = 2 if getattr(node.op, "bidirectional", False) else 1
                yield from [bare(weight.shape)[ways - 1 :]] * ways


def theirs(module: Any) -> Iterator[tuple[int, ...]]:  # noqa: ANN401 - a module
    """List the shapes of all parameters, those that are stacked each by itself."""
    for name, parameter in module.named_parameters():
        if "relative_position" in name:  # a row for each distance, down and across
            side = isqrt(parameter.shape[0])
            yield bare((side, side, parameter.shape[1]))
            continue
        parts = next((n for word, n in STACKED.items() if word in name), 1)
        shape = bare(tuple(parameter.shape))  # the longest side, which is stacked, comes last
        yield from [bare((*shape[:-1], *(n // parts for n in shape[-1:])))] * parts


def bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Leave out the order and extents of 1: a linear layer is a 1x1 convolution there."""
    return tuple(sorted(n for n in shape if n > 1))


def assert_same(report: Report, module: Any, *xs: Any, **given: Any) -> None:  # noqa: ANN401
    """Hold what a network counts against a model: its weights, and its work on an input."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        module(*xs, **given)
    differences = Counter(ours(report))
    differences.subtract(Counter(theirs(module)))
    assert {shape: n for shape, n in differences.items() if n} == {}
    held = report.total.parameters + report.total.fixed
    assert held == sum(p.numel() for p in module.parameters())
    assert 2 * report.total.macs == counter.get_total_flops()
