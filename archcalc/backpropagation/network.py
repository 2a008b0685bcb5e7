"""One sample through a whole network, forward and back, and one step down the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from archcalc.errors import UsageError
from archcalc.model.model import build
from archcalc.model.training import objective

if TYPE_CHECKING:
    from pathlib import Path

    from archcalc.graph import Graph
    from archcalc.model.layer import Array
    from archcalc.model.model import Model
    from archcalc.spec.spec import Spec

FEW = 16
"""Numbers of an array that are shown one by one."""


class Moved(NamedTuple):
    """An array of weights: before the step, its gradient, and after w - rate · gradient."""

    name: str
    before: Array
    gradient: Array
    after: Array


class Passed(NamedTuple):
    """A layer: the shape of its output, the length of δ there, and δ itself where it is short."""

    path: str
    op: str
    output: tuple[int, ...]
    residual: float
    few: Array | None
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Descent:
    """One sample through a network, and the step that it takes; the loss before and after."""

    network: str
    label: int
    rate: float
    before: float
    after: float
    layers: tuple[Passed, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON; of long arrays their lengths alone."""
        return {
            "schema": 1,
            "network": self.network,
            "label": self.label,
            "rate": self.rate,
            "loss": {"before": self.before, "after": self.after},
            "layers": [_plain(layer) for layer in self.layers],
        }


def descend(
    net: Spec | Graph | str | Path, *, rate: float = 0.1, label: int = 0, seed: int = 0
) -> Descent:
    """Send one sample of noise through a network and back, and move each weight once.

    The loss is the one that fits the network's end: the cross-entropy of a softmax over the
    outputs, or the distance of LeNet-5's. Nothing is dropped, and batch norm uses its running
    statistics: a single sample has none to compare itself with.
    Raises what `build` raises, and UsageError for a label that is no output or a rate below 0.

    >>> found = descend("five-layer-cnn", rate=0.1)
    >>> found.after < found.before
    True

    Source: LeCun, Bottou, Bengio, Haffner 1998, section I.C (gradient-based learning).
    """
    if not rate >= 0 or not np.isfinite(rate):
        raise UsageError.of("wrong-type", f"a rate is 0 or more, not {rate}")
    model = build(net, seed=seed, dtype="float64")
    classes = int(np.prod(model.output))
    if not 0 <= label < classes:
        raise UsageError.of("wrong-type", f"a label is 0 to {classes - 1} here, not {label}")
    x, labels = model.noise(1), np.array([label])
    residuals: dict[str, Array] = {}
    loss, scores = objective(model).loss, model.scores
    before, saved = loss.forward(scores.forward(x, keep=True), labels)
    scores.backward(loss.backward(saved), watch=residuals.__setitem__)
    held = {path: {n: w.copy() for n, w in arrays.items()} for path, arrays in _weights(model)}
    model.step(rate)
    after, _ = loss.forward(scores.forward(x), labels)
    outputs = {layer.path: layer for layer in model.layers}
    passed = [
        _passed(path, outputs[path].op, delta, held.get(path, {}), model)
        for path, delta in reversed(residuals.items())
    ]
    return Descent(model.name, label, rate, float(before), float(after), tuple(passed))


def _weights(model: Model) -> list[tuple[str, dict[str, Array]]]:
    return list(model.parameters.items())


def _passed(path: str, op: str, delta: Array, held: dict[str, Array], model: Model) -> Passed:
    gradients = model.gradients.get(path, {})
    moved = tuple(
        Moved(name, held[name], gradient, model.parameters[path][name])
        for name, gradient in gradients.items()
    )
    few = delta[0] if delta.size <= FEW else None
    return Passed(path, op, delta.shape[1:], float(np.linalg.norm(delta)), few, moved)


def _plain(layer: Passed) -> dict[str, Any]:
    weights = {
        moved.name: {
            "shape": list(moved.before.shape),
            **{name: _numbers(getattr(moved, name)) for name in ("before", "gradient", "after")},
        }
        for moved in layer.moved
    }
    return {
        "path": layer.path,
        "op": layer.op,
        "output": list(layer.output),
        "residual": {
            "norm": layer.residual,
            "numbers": None if layer.few is None else layer.few.tolist(),
        },
        "weights": weights,
    }


def _numbers(array: Array) -> dict[str, Any]:
    few = array.tolist() if array.size <= FEW else None
    return {"norm": float(np.linalg.norm(array)), "numbers": few}
