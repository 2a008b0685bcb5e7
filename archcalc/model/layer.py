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


class RunningLayer:
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
        self.shared: dict[str, tuple[RunningLayer, bool]] = {}
        self._owed: dict[str, Array] = {}
        self._moves: dict[str, Array] = {}
        takes = _keywords(self.kernel.forward) - self.kinds.keys()
        self._given = {name: self.fields[name] for name in takes & self.fields.keys()}

    def allocate(
        self, shape: Sequence[int], dtype: npt.DTypeLike, beside: Sequence[Sequence[int]] = ()
    ) -> None:
        """Make room for the weights that the kernel wants for an input C x H x W.

        Of the inputs `beside` it only those kernels hear whose weights depend on them.

        >>> c1 = RunningLayer("C1", "conv", {"filters": 6, "kernel": (5, 5)}, (-1,))
        >>> c1.allocate((1, 32, 32), "float32")
        >>> {name: array.shape for name, array in c1.weights.items()}
        {'kernel': (6, 1, 5, 5), 'bias': (6,)}
        """
        self.weights = _empty(self.wanted(shape, beside), dtype)
        if hasattr(self.kernel, "statistics"):
            self.statistics = _empty(self.kernel.statistics(tuple(shape), **self.fields), dtype)

    def wanted(
        self, shape: Sequence[int], beside: Sequence[Sequence[int]] = ()
    ) -> Mapping[str, tuple[int, ...]]:
        """Give the shapes of the weights that the kernel wants."""
        others = map(tuple, beside) if _hears_all(self.kernel.weights) else ()
        found: Mapping[str, tuple[int, ...]]
        found = self.kernel.weights(tuple(shape), *others, **self.fields)
        return found

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
            for name, array in saved.statistics.items():
                self.statistics[name][...] = array
        return y, saved

    def backward(self, dy: Array, saved: Any, *, inputs: bool = True) -> tuple[Array, ...]:  # noqa: ANN401
        """Keep the gradients of the weights, and give one for each input.

        Without `inputs` a kernel that can spare the inputs' gradients gives none.
        """
        spared = {"inputs": False} if "inputs" in _keywords(self.kernel.backward) else {}
        dxs, gradients = self.kernel.backward(dy, saved, **({} if inputs else spared))
        self.gradients = gradients if self.trainable else {}
        for name, (owner, transposed) in self.shared.items():
            if name in self.gradients:
                owner.owe(name, turned(self.gradients.pop(name), transposed=transposed))
        return tuple(dxs)

    def share(self, name: str, owner: RunningLayer, *, transposed: bool) -> None:
        """Work with an array of an earlier layer, with its first two axes swapped if so said.

        It is the same memory: what moves it there moves it here.
        """
        kept = (owner.statistics, self.statistics)
        theirs, own = kept if name in owner.statistics else (owner.weights, self.weights)
        own[name] = turned(theirs[name], transposed=transposed)
        self.shared[name] = owner, transposed

    def owe(self, name: str, gradient: Array) -> None:
        """Note a gradient that a layer found which works with an array of this one."""
        self._owed[name] = self._owed[name] + gradient if name in self._owed else gradient

    def collect(self) -> None:
        """Add to the gradients what the layers found that share weights of this one."""
        for name, gradient in self._owed.items():
            own = self.gradients.get(name)
            self.gradients[name] = gradient if own is None else own + gradient
        self._owed = {}

    def own(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """Leave out the arrays that belong to an earlier layer."""
        return {name: array for name, array in arrays.items() if name not in self.shared}

    def step(self, rate: float, momentum: float, weight_decay: float) -> None:
        """Move the weights against their gradients, in place."""
        for name, gradient in self.gradients.items():
            weight = self.weights[name]
            move = gradient + weight_decay * weight if weight_decay else gradient
            if momentum:
                move = move + momentum * self._moves.get(name, 0)
                self._moves[name] = move
            weight -= rate * move


def turned(array: Array, *, transposed: bool) -> Array:
    """Swap the first two axes of an array, if so said."""
    return array.swapaxes(0, 1) if transposed else array


def last_readers(layers: list[RunningLayer], ends: set[int]) -> list[list[int]]:
    """List after each layer the outputs that nothing reads any more; ends are for the caller."""
    last = {i: position for position, layer in enumerate(layers) for i in layer.inputs}
    free: list[list[int]] = [[] for _ in layers]
    for i in {*last, *range(len(layers))} - ends:
        free[last.get(i, i)].append(i)
    return free


@cache
def kernel_of(op: str) -> ModuleType:
    """Give the kernel of an op: the module of its name."""
    return import_module(f"archcalc.kernels.{op}")


@cache
def _keywords(function: Callable[..., Any]) -> frozenset[str]:
    """Name the keywords that a function of a kernel takes."""
    parameters = signature(function).parameters.values()
    return frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)


@cache
def _hears_all(weights: Callable[..., Any]) -> bool:
    """Tell whether a kernel's weights depend on more inputs than the first."""
    return any(p.kind is p.VAR_POSITIONAL for p in signature(weights).parameters.values())


def _empty(shapes: Mapping[str, tuple[int, ...]], dtype: npt.DTypeLike) -> dict[str, Array]:
    return {name: np.empty(shape, dtype) for name, shape in shapes.items()}
