"""Whose parameters are: each belongs to the first layer that reads it, whatever reads it later."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.graph import Node, Tie
from archcalc.ops.shape import first_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archcalc.readers.pytorch.call import Value
    from archcalc.readers.pytorch.step import Step


class Ownership:
    """Notes which layer has which parameters, and what of them slices leave.

    `arrays` are the sizes of all parameters by name, `owners` the layers by these names.
    """

    def __init__(self, arrays: Mapping[str, tuple[int, ...]]) -> None:
        self.arrays = arrays
        self.owners: dict[str, int] = {}
        self.left: dict[str, int] = {}

    def take(self, name: str, position: int) -> int:
        """Give a whole parameter to a layer, unless it has one; say which has it."""
        self.left[name] = 0
        return self.owners.setdefault(name, position)

    def free(self, values: Iterable[Value]) -> list[str]:
        """Name the parameters among tensors that no layer has."""
        names = dict.fromkeys(n for v in values if not v.held for n in v.names)
        return [name for name in names if name in self.arrays and name not in self.owners]

    def unread(self) -> set[str]:
        """Name the parameters that no layer has."""
        return {name for name in self.arrays if name not in self.owners}

    def rests(self) -> dict[str, int]:
        """Give for parameters that were read by slices how many numbers no slice had."""
        return {name: n for name, n in self.left.items() if n > 0 and name in self.arrays}

    def named(self, step: Step) -> list[list[str]] | None:
        """List for each array of an op its parameters; None if it is partly another layer's."""
        found = []
        for values in step.holds:
            names = [name for value in values for name in value.names]
            taken = [self._is_taken(name, value) for value in values for name in value.names]
            if any(taken) and (not all(taken) or len({self.owners[name] for name in names}) > 1):
                return None
            found.append(names)
        return found

    def own(self, node: Node, position: int, step: Step, named: list[list[str]]) -> Node:
        """Give a layer its weights; those that an earlier one has it shares with it."""
        ours = [array.name for array in node.op.weights(first_of(node.xs), node.y)]
        shared = []
        for values, names, weight in zip(step.holds, named, ours, strict=True):
            if any(self._is_taken(name, value) for value in values for name in value.names):
                shared.append(Tie(weight, self.owners[names[0]]))
                continue
            for value in values:
                for name in value.names:
                    left = self.left.get(name, prod(self.arrays.get(name, ())))
                    self.left[name] = left - value.size
                    self.owners.setdefault(name, position)
        return node._replace(shared=tuple(shared)) if shared else node

    def _is_taken(self, name: str, value: Value) -> bool:
        """Tell whether a parameter belongs to an earlier layer.

        A slice is the layer's own as long as slices do not overlap.
        """
        if name not in self.owners:
            return False
        return value.whole or self.left.get(name, 0) < value.size
