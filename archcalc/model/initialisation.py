"""Which networks can run, and what weights start from: random where symmetry must break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.errors import UsageError
from archcalc.model.bitmaps import digits
from archcalc.ops.shape import first_of
from archcalc.uncounted import Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.graph import Node
    from archcalc.model.layer import RunningLayer
    from archcalc.ops.weight import Weight
    from archcalc.report import Report

Array: TypeAlias = npt.NDArray[Any]


def rectified(nodes: Sequence[Node]) -> list[bool]:
    """Tell for each node whether the first activation that its output meets is a rectifier.

    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> rectified(expand(load("resnet50")).nodes)[0]  # through the batch norm
    True
    """
    readers: dict[int, int] = {}
    for position in range(len(nodes) - 1, -1, -1):
        readers.update(dict.fromkeys(nodes[position].inputs, position))
    met = [False] * len(nodes)
    for position in range(len(nodes) - 1, -1, -1):
        reader = readers.get(position)
        if reader is not None and not _has_units(nodes[reader]):
            op = nodes[reader].op
            met[position] = op.rectifies if op.role == "activation" else met[reader]
    return met


def _has_units(node: Node) -> bool:
    return node.op.neurons(first_of(node.xs), node.y) > 0


def start(
    layer: RunningLayer, arrays: Sequence[Weight], rng: np.random.Generator, *, rectifier: bool
) -> None:
    """Fill a layer's weights: He et al. where a rectifier follows, else Glorot and Bengio.

    `arrays` say what starts from a number of its own. Centres of RBF units are codes of +1 and -1:
    the pictures of the digits for 10 units of 84 inputs, random otherwise.

    >>> from archcalc.model.layer import RunningLayer
    >>> from archcalc.ops.weight import Weight
    >>> layer = RunningLayer("fc", "linear", {"units": 1000}, (-1,))
    >>> layer.allocate((500, 1, 1), "float32")
    >>> weights = [Weight("weight", "weight", (1000, 500)), Weight("bias", "bias", (1000,), 0)]
    >>> start(layer, weights, np.random.default_rng(0), rectifier=True)
    >>> round(float(layer.weights["weight"].var()) * 500, 2)
    2.0

    Sources: He, Zhang, Ren, Sun 2015, Delving deep into rectifiers, equation 10; Glorot, Bengio
    2010, equation 12.
    """
    described = {weight.name: weight for weight in arrays}
    for name, array in {**layer.weights, **layer.statistics}.items():
        weight = described[name]
        if weight.start is not None:
            array[...] = float(weight.start)
        elif weight.kind == "centre":
            array[...] = digits() if array.shape == (10, 84) else rng.choice([-1, 1], array.shape)
        else:
            for each in (
                array.reshape(-1, *array.shape[weight.stacked :]) if weight.stacked else [array]
            ):
                _draw(each, _deviation(layer, each, rectifier=rectifier), rng)


def _draw(array: Array, deviation: Array, rng: np.random.Generator) -> None:
    """Draw in place: the largest network's weights never exist twice."""
    if array.dtype in {np.dtype("float32"), np.dtype("float64")}:
        rng.standard_normal(dtype=array.dtype, out=array)
    else:
        array[...] = rng.standard_normal(array.shape)
    array *= deviation


def _deviation(layer: RunningLayer, array: Array, *, rectifier: bool) -> Array:
    """Give the standard deviation: one number, or with a table one for each kernel."""
    fan_in: Array | int = array[0].size
    fan_out = array[:, 0].size // layer.fields.get("groups", 1)
    table = layer.fields.get("table")
    if table:
        cells = array[0].size
        fan_in = np.array([len(row) * cells for row in table for _ in row])
        fan_in = fan_in.reshape(-1, *(1,) * (array.ndim - 1))
        fan_out = np.bincount(np.concatenate(table)).max() * cells
    variance = 2 / fan_in if rectifier else 2 / (fan_in + fan_out)
    return np.asarray(np.sqrt(variance), array.dtype)


def check_runnable(report: Report) -> None:
    """Refuse a network with a layer that no kernel can run. Raises UsageError."""
    for path, why in _not_runnable(report):
        raise UsageError.of("unknown-work", f"`{path}` cannot be run: {why}")


def _not_runnable(report: Report) -> Iterator[tuple[str, str]]:
    for beside in report.uncounted:
        if beside.case is Case.UNKNOWN:
            yield beside.path, f"what `{beside.op}` does is unknown"
    for position, node in enumerate(report.nodes):
        if node.op.role == "unknown":
            yield node.path, "what it counts is known, not what it does"
        if position in report.graph.moved:
            yield node.path, "what it reads was moved by no layer"
