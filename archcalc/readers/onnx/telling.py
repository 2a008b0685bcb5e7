"""What the names of a file's weights tell of how it was written: merged, or with norms folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archcalc.errors import printable
from archcalc.readers.naming import path_of
from archcalc.uncounted import Case, Uncounted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.readers.onnx.proto import Node, Tensor

_MADE = re.compile(r"onnx::Conv(?:Transpose)?_\d+")
"""How PyTorch's older exporter names numbers that it worked out for a convolution."""


def merged(slots: Mapping[str, int], weights: Mapping[str, Tensor]) -> Iterator[Uncounted]:
    """Tell what is stored twice in the network and once in the file."""
    often = {name: times for name, times in slots.items() if times > 1 and name in weights}
    more = sum((times - 1) * weights[name].size for name, times in often.items())
    held = sum(weights[name].size for name in slots if name in weights)
    why = f"layers hold {held + more:,} numbers, the file {held:,}, equal ones once"
    for name in often:
        yield Uncounted(path_of(printable(name)[:80]), "merged tensors", Case.LEFT_OUT, (), why)


def folded(nodes: Sequence[Node], names: Sequence[str]) -> Iterator[Uncounted]:
    """Tell which convolutions have a batch norm within: kernel and bias are the exporter's."""
    why = "folded into the convolution as the file was written: its kernel and bias tell"
    for node, name in zip(nodes, names, strict=True):
        worked_out = node.inputs[1:3]
        if node.op.startswith("Conv") and len(worked_out) == 2 and all(map(_is_made, worked_out)):
            path = f"{path_of(printable(name)[:80])}.batchnorm"
            yield Uncounted(path, "batch norm", Case.LEFT_OUT, (), why)


def _is_made(name: str) -> bool:
    return _MADE.fullmatch(name) is not None
