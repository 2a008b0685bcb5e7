"""Weights that layers share, since they read one stored tensor.

A kernel, a matrix or a table that two layers read is theirs together. A vector alone is not taken
for shared: exporters store equal ones once, such as the factors of batch norms never trained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason
from archcalc.readers.onnx.values import Array
from archcalc.sharing import arrays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archcalc.builder import Builder
    from archcalc.readers.onnx.values import Value


class _Owner(NamedTuple):
    """A layer, and which of its arrays is which tensor of the file."""

    node: int
    tensors: Mapping[str, str]


class Ties:
    """Who holds each stored matrix: the first layer that reads it.

    `times` tells how often the network holds each tensor.
    """

    def __init__(self, builder: Builder, values: Mapping[str, Value]) -> None:
        self.builder = builder
        self.values = values
        self.owners: dict[str, _Owner] = {}
        self.times: dict[str, int] = {}

    def count(self, read: Iterable[Value | None]) -> None:
        """Note that a layer reads stored tensors."""
        for value in read:
            if isinstance(value, Array) and value.name and value.size > 1 and not value.whole:
                self.times[value.name] = self.times.get(value.name, 0) + 1

    def share(self, position: int, read: Iterable[Value | None]) -> None:
        """Let a layer take what an earlier one holds."""
        whole = [a for a in read if isinstance(a, Array) and self._is_whole(a)]
        names = [array.name for array in whole]
        matrices = [array.name for array in whole if len(array.dims) > 1]
        if len(matrices) != 1:
            return
        own = arrays(self.builder.nodes[position])
        kernels = [name for name, weight in own.items() if len(weight.shape) > 1]
        if len(kernels) != 1:
            return
        tensors = {kernels[0]: matrices[0]}
        others = [name for name in names if name != matrices[0]]
        if "bias" in own and len(others) == 1:
            tensors["bias"] = others[0]
        owner = self.owners.setdefault(matrices[0], _Owner(position, tensors))
        if owner.node != position:
            self._take(position, kernels[0], tensors, owner)

    def _take(self, position: int, kernel: str, tensors: Mapping[str, str], owner: _Owner) -> None:
        here, there = (arrays(self.builder.nodes[i]).get(kernel) for i in (position, owner.node))
        turned = here is not None and there is not None and here.shape != there.shape
        alike = [name for name in tensors if tensors[name] == owner.tensors.get(name)]
        shared = [kernel] if turned else alike
        try:
            self.builder.tie(position, owner.node, shared, transposed=turned)
        except Reason:  # it is read in another form: held twice, as far as can be told
            return
        for name in shared:
            self.times[tensors[name]] = self.times.get(tensors[name], 0) - 1

    def _is_whole(self, array: Array) -> bool:
        """Tell whether an array is all of what the file stores under its name."""
        stored = self.values.get(array.name)
        return isinstance(stored, Array) and not array.whole and array.size == stored.size > 1
