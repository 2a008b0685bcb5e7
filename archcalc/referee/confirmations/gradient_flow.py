"""How large the gradient of each layer is before anything is learnt."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from archcalc.display import Displayed
from archcalc.errors import UsageError
from archcalc.jsonable import jsonable
from archcalc.model.model import build
from archcalc.model.training import learn
from archcalc.report import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archcalc.graph import Graph
    from archcalc.model.model import Model
    from archcalc.spec.spec import Spec


WEIGHTS = frozenset({"kernel", "weight"})


class LayerGradient(NamedTuple):
    """The length of the gradient of a layer's weights, and how many weights there are."""

    path: str
    norm: float
    weights: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The gradients of a network at initialisation, layer by layer in execution order."""

    network: str
    layers: tuple[LayerGradient, ...]
    batch: int
    loss: float

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "network": self.network,
            "batch": self.batch,
            "loss": self.loss,
            "layers": jsonable(self.layers),
        }


class Flows(Displayed, tuple[Flow, ...], view="tables.gradient_flow:tables"):
    """The gradients of networks, side by side."""

    __slots__ = ()


def gradients(
    *nets: Spec | Graph | str | Path,
    batch: int = 4,
    seed: int = 0,
    progress: Callable[[int, str], None] = lambda _done, _on: None,
) -> Flows:
    """Tell the norm of each layer's gradient at initialisation, network by network.

    The images are noise of mean 0 and variance 1, the labels are drawn at random, and the weights
    are as `build` draws them: what is seen is the network's shape, and nothing that it has learnt.
    Layers are those with a kernel or a weight matrix. `progress` is called with the number of
    networks done and the one at hand. Raises UsageError for a batch below 2.

    >>> (flow,) = gradients("lenet1")
    >>> [layer.path for layer in flow.layers]
    ['H1', 'H3', 'output']
    """
    if batch < 2:
        message = f"a batch is 2 samples or more here, not {batch}: batch norm compares samples"
        raise UsageError.of("wrong-type", message)
    flows = []
    for done, net in enumerate(nets):
        report = count(net)
        progress(done, report.graph.origin.id)
        flows.append(_flow(report.graph.origin.id, build(report.graph, seed=seed), batch))
    return Flows(flows)


def _flow(network: str, model: Model, batch: int) -> Flow:
    loss = learn(model, model.noise(batch), model.rng.integers(prod(model.output), size=batch))
    return Flow(network, tuple(_norms(model)), batch, loss)


def _norms(model: Model) -> Iterator[LayerGradient]:
    """Measure the layers with a kernel or a weight matrix, without their biases."""
    for path, arrays in model.gradients.items():
        for name in arrays.keys() & WEIGHTS:
            gradient = arrays[name]
            yield LayerGradient(path, float(np.linalg.norm(gradient)), gradient.size)
