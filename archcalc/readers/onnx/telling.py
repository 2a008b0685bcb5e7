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
_NORMALISED = "batch_norm"
"""What PyTorch's newer exporter calls a node by that stands where a batch norm stood."""


def merged(slots: Mapping[str, int], weights: Mapping[str, Tensor]) -> Iterator[Uncounted]:
    """Tell what is stored twice in the network and once in the file."""
    often = {name: times for name, times in slots.items() if times > 1 and name in weights}
    more = sum((times - 1) * weights[name].size for name, times in often.items())
    held = sum(weights[name].size for name in slots if name in weights)
    why = f"layers hold {held + more:,} numbers, the file {held:,}, equal ones once"
    for name in often:
        yield Uncounted(path_of(printable(name)[:80]), "merged tensors", Case.LEFT_OUT, (), why)


def folded(nodes: Sequence[Node], names: Sequence[str]) -> Iterator[Uncounted]:
    """Tell which convolutions have a batch norm within.

    In a file of PyTorch's older exporter kernel and bias are its own, in one of the newer a
    convolution stands where the batch norm stood.
    """
    for node, name in zip(nodes, names, strict=True):
        if not node.op.startswith("Conv"):
            continue
        worked_out = node.inputs[1:3]
        of_numbers = len(worked_out) == 2 and all(map(_is_made, worked_out))
        if of_numbers or _NORMALISED in node.scopes.rpartition(",")[2]:
            path = f"{path_of(printable(name)[:80])}.batchnorm"
            tell = "kernel and bias tell" if of_numbers else "place tells"
            why = f"folded into the convolution as the file was written: its {tell}"
            yield Uncounted(path, "batch norm", Case.LEFT_OUT, (), why)


def _is_made(name: str) -> bool:
    return _MADE.fullmatch(name) is not None
