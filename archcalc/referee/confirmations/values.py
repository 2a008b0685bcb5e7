"""Values of a live module: every layer's input through our kernel, beside what PyTorch put out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from archcalc.errors import UsageError
from archcalc.model.layer import RunningLayer
from archcalc.testimony import Testimony
from archcalc.uncounted import abridged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archcalc.graph import Graph
    from archcalc.ops.op import Op
    from archcalc.testimony import Sample

APART = 2**10
"""Steps between numbers of the precision at hand that two ways of adding up may differ by."""
HELD = {"learned", "unread"}
"""What computes nothing: it is held."""


def compare(graph: Graph) -> tuple[Testimony, tuple[str, ...]]:
    """Run a live module with its numbers, and each of its layers with what it read, by our kernels.

    Says beside what differs which layers were not compared. Raises UsageError for what is no live
    module, has no numbers, or fails.
    """
    ask: Callable[[], Iterator[Sample]] | None = getattr(graph.maker, "samples", None)
    if ask is None:
        message = f"{graph.origin.id} is no live module, which alone has numbers to run with"
        hint = "as in `archcalc confirm torchvision:resnet18 --run`, or `net.py:Net`"
        raise UsageError.of("no-module", message, hint)
    left = {node.path: node.op for node in graph.nodes if node.op.name not in HELD}
    of, unlike = 0, list[str]()
    for sample in ask():
        if left.pop(sample.path, None) != sample.op:
            unlike.append(f"{sample.path} (another layer)")
        elif trouble := _unlike(sample):
            unlike.append(f"{sample.path} ({trouble})")
        of += 1
    name = "our kernels, with its numbers"
    told = Testimony(name, "layers with PyTorch's values", of, of - len(unlike), abridged(unlike))
    return told, tuple(_left(left))


def _left(ops: Mapping[str, Op]) -> Iterator[str]:
    """Say of layers why they were not compared."""
    stated = [path for path, op in ops.items() if op.role == "unknown"]
    if stated:
        yield f"values of {abridged(stated)}: there is no kernel to run"
    if rest := [path for path in ops if path not in stated]:
        yield f"values of {abridged(rest)}: a pass with numbers does not call them"


def _unlike(sample: Sample) -> str:
    """Say in what a layer's values differ from PyTorch's; nothing if they do not."""
    try:
        ours = _run(sample)
    except ValueError as error:
        return str(error)
    if _without_ones(ours.shape) != _without_ones(sample.y.shape):
        return f"{ours.shape} for {sample.y.shape}"
    ours = ours.reshape(sample.y.shape)
    with np.errstate(invalid="ignore"):  # of infinities; equal ones are equal
        apart = np.abs(ours - sample.y)
    apart[(ours == sample.y) | (np.isnan(ours) & np.isnan(sample.y))] = 0
    largest = max(map(_largest, (sample.y, *sample.xs)))
    off = float(apart.max(initial=0))
    return "" if off <= APART * sample.step * largest else f"{off:.1e} apart, of {largest:.1e}"


def _run(sample: Sample) -> npt.NDArray[np.float64]:
    layer = RunningLayer(sample.path, sample.op.name, vars(sample.op), ())
    shapes = [x.shape[1:] for x in sample.xs]
    layer.allocate(shapes[0], np.float64, shapes[1:])
    for arrays in (layer.weights, layer.statistics):
        for name, array in arrays.items():
            arrays[name] = sample.arrays[name].reshape(array.shape)
    y, _ = layer.forward([x.astype(np.float64) for x in sample.xs])
    return np.asarray(y, np.float64)


def _without_ones(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Leave out the ones that a shape ends with: a vector is a map of one place."""
    return _without_ones(sizes[:-1]) if sizes[-1:] == (1,) else sizes


def _largest(array: npt.NDArray[Any]) -> float:
    finite = array[np.isfinite(array)]
    return float(np.abs(finite).max(initial=0))
