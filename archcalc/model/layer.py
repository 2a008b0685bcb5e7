"""One layer that runs: a kernel, and the arrays that it works with."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

Array: TypeAlias = npt.NDArray[Any]


class Layer:
    """The kernel of an op with the op's fields, its weights, and their gradients once known."""

    def __init__(
        self, path: str, op: str, fields: Mapping[str, Any], inputs: tuple[int, ...]
    ) -> None:
        self.path = path
        self.op = op
        self.kernel = kernel_of(op)
        self.fields = dict(fields)
        self.inputs = inputs
        self.kinds: Mapping[str, str] = getattr(self.kernel, "WEIGHTS", {})
        self.trainable = bool(self.fields.get("trainable", True))
        self.weights: dict[str, Array] = {}
        self.statistics: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self._moves: dict[str, Array] = {}
        takes = _keywords(self.kernel.forward) - self.kinds.keys()
        self._given = {name: self.fields[name] for name in takes & self.fields.keys()}

    def allocate(self, shape: Sequence[int], dtype: npt.DTypeLike) -> None:
        """Make room for the weights that the kernel wants for an input C x H x W.

        >>> c1 = Layer("C1", "conv", {"filters": 6, "kernel": (5, 5)}, (-1,))
        >>> c1.allocate((1, 32, 32), "float32")
        >>> {name: array.shape for name, array in c1.weights.items()}
        {'kernel': (6, 1, 5, 5), 'bias': (6,)}
        """
        self.weights = _empty(self.kernel.weights(tuple(shape), **self.fields), dtype)
        if hasattr(self.kernel, "statistics"):
            self.statistics = _empty(self.kernel.statistics(tuple(shape), **self.fields), dtype)

    def forward(self, xs: Sequence[Array], **circumstances: Any) -> tuple[Array, Any]:  # noqa: ANN401
        """Run the kernel; of the circumstances (`training`, `rng`) it takes its own.

        Gives the output, and what `backward` needs.
        """
        takes = _keywords(self.kernel.forward) & circumstances.keys()
        chosen = {name: circumstances[name] for name in takes}
        y, saved = self.kernel.forward(
            *xs, **self._given, **self.weights, **self.statistics, **chosen
        )
        if self.statistics and circumstances.get("training"):
            self.statistics = saved.statistics
        return y, saved

    def backward(self, dy: Array, saved: Any, *, inputs: bool = True) -> tuple[Array, ...]:  # noqa: ANN401
        """Keep the gradients of the weights, and give one for each input.

        Without `inputs` a kernel that can spare the inputs' gradients gives none.
        """
        spared = {"inputs": False} if "inputs" in _keywords(self.kernel.backward) else {}
        dxs, gradients = self.kernel.backward(dy, saved, **({} if inputs else spared))
        self.gradients = gradients if self.trainable else {}
        return tuple(dxs)

    def step(self, rate: float, momentum: float, weight_decay: float) -> None:
        """Move the weights against their gradients, in place."""
        for name, gradient in self.gradients.items():
            weight = self.weights[name]
            move = gradient + weight_decay * weight if weight_decay else gradient
            if momentum:
                move = move + momentum * self._moves.get(name, 0)
                self._moves[name] = move
            weight -= rate * move


@cache
def kernel_of(op: str) -> ModuleType:
    """Give the kernel of an op: the module of its name."""
    return import_module(f"archcalc.kernels.{op}")


@cache
def _keywords(function: Callable[..., Any]) -> frozenset[str]:
    """Name the keywords that a function of a kernel takes."""
    parameters = signature(function).parameters.values()
    return frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)


def _empty(shapes: Mapping[str, tuple[int, ...]], dtype: npt.DTypeLike) -> dict[str, Array]:
    return {name: np.empty(shape, dtype) for name, shape in shapes.items()}
