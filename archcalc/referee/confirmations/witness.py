"""The measuring of one layer: its kernel is run, and what the rules claim is read off the arrays.

No formula of a rule stands here. Parameters are the sizes of the arrays that were allocated; work
is what NumPy was seen to do, matrix products and all; and where inputs, weights and biases are all
one, an output *is* the number of its connections.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.kernels._windows import padded, sides
from archcalc.model.layer import RunningLayer
from archcalc.referee.confirmations.dependence import fill, look, narrowed
from archcalc.referee.confirmations.tallies import WORK, Number, counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from archcalc.ops.op import Op
    from archcalc.referee.confirmations.dependence import Sight

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]

INCOMING = frozenset({"weight", "centre"})
"""Kinds of weights on the way into a unit; a layer that has none has no connections."""
KINDS = {"bias": "biases", "scale": "gamma", "shift": "beta", "slope": "slope"}
"""Of parameters, by what the kernel says that the array is; all others are weights."""
COUNTED_ONE_BY_ONE = 200_000
"""Up to so many multiplications of a layer are counted one by one, too."""
LARGEST = 2**28
"""Elements: no larger array is allocated."""
EXACT = 2**24
"""Whole numbers below this are exact in single precision, and so are their sums."""


class Refusal(Exception):  # noqa: N818 - a witness may decline to answer
    """Why a layer was not measured."""


class Measured(NamedTuple):
    """What a layer was found to have; None where nothing was measured."""

    output: Shape
    weights: int
    biases: int
    gamma: int
    beta: int
    slope: int
    fixed: int
    statistics: int
    connections: int | None
    connections_in_bounds: int | None
    neurons: int
    interactions: int
    activations: int
    macs: int
    multiplications: int | None
    arrays: Mapping[str, tuple[str, tuple[int, ...]]]
    """What each array counts as, and its shape."""
    work: Mapping[str, int]
    """By kind; a kind is missing where the kernel does it in another way than is counted."""

    def without(self, names: Collection[str]) -> Measured:
        """Leave out the arrays of these names, which an earlier layer has."""
        own = {name: array for name, array in self.arrays.items() if name not in names}
        return Measured(**{**self._asdict(), **_sizes(own), "arrays": own}) if names else self

    @property
    def parameters(self) -> int:
        """Trained numbers of every kind."""
        return self.weights + self.biases + self.gamma + self.beta + self.slope


class Witness:
    """Measures layers, and remembers: a layer with the same op and the same inputs is the same.

    >>> from archcalc.ops.conv import Conv
    >>> c1 = Witness().measure(Conv(filters=6, kernel=(5, 5)), ((1, 32, 32),))
    >>> c1.output, c1.weights, c1.biases, c1.connections, c1.macs, c1.multiplications
    ((6, 28, 28), 150, 6, 122304, 117600, 117600)
    """

    def __init__(self) -> None:
        self._found: dict[tuple[Op, tuple[Shape, ...]], Measured] = {}
        self._seen: dict[Any, tuple[Sight, ...]] = {}

    def measure(self, op: Op, xs: tuple[Shape, ...]) -> Measured:
        """Measure the layer of an op on inputs of these shapes, C x H x W.

        Raises ValueError where the kernel refuses the shapes, and `Refusal` where arrays would be
        too large.
        """
        found = self._found.get((op, xs))
        if found is None:
            found = self._found[op, xs] = _measure(op, xs)
        return found

    def look(self, op: Op, xs: tuple[Shape, ...]) -> tuple[Sight, ...]:
        """Find for each input which of its rows and columns each row and column of y depends on."""
        narrow = tuple((2, *x[1:]) for x in xs)
        key = (op.name, tuple(sorted(narrowed(vars(op)).items())), narrow)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = look(op.name, vars(op), narrow)
        return seen


def _measure(op: Op, xs: tuple[Shape, ...]) -> Measured:
    layer = RunningLayer("", op.name, vars(op), ())
    _refuse_large(layer.wanted(xs[0], xs[1:]).values())
    layer.allocate(xs[0], np.float32, xs[1:])
    fill(layer)
    _refuse_large([_output(layer, xs), *xs])
    y, work = _run(layer, [np.ones((1, *x), np.float32) for x in xs])
    whole, work = _run_padded(layer, xs[0]) or (_uncropped(layer, xs[0], y), work)
    has_units = not INCOMING.isdisjoint(map(layer.kinds.__getitem__, layer.weights))
    arrays = _arrays(layer)
    return Measured(
        output=y.shape[1:],
        **_sizes(arrays),
        arrays=arrays,
        **_linked(layer, y, whole, work),
        interactions=work["interaction"],
        activations=y[0].size,
        macs=work["mac"],
        multiplications=_multiplications(layer, xs, work) if has_units else 0,
        work={kind: work[kind] for kind in {*WORK.values()} - _otherwise(layer)},
    )


def _linked(layer: RunningLayer, y: Array, whole: Array, work: Counter[str]) -> dict[str, Any]:
    """Measure units and what leads into them, on an output or, if units are inside, on the way."""
    names = ("connections", "connections_in_bounds", "neurons")
    if INCOMING.isdisjoint(map(layer.kinds.__getitem__, layer.weights)):
        return dict.fromkeys(names, 0)
    if not getattr(layer.kernel, "UNITS_INSIDE", False):
        return dict(zip(names, (_total(whole), _total(y), y[0].size), strict=True))
    linked = work["mac"] - work["interaction"] + work["bias"]
    return dict(zip(names, (linked, linked, work["sum"]), strict=True))


def _output(layer: RunningLayer, xs: tuple[Shape, ...]) -> Shape:
    """Find the shape of the output by an empty batch: nothing is computed."""
    y, _ = layer.forward([np.empty((0, *x), np.float32) for x in xs])
    return y.shape[1:]


def _refuse_large(shapes: Iterable[Shape]) -> None:
    for shape in shapes:
        if prod(shape) > LARGEST:
            message = f"an array of {'x'.join(map(str, shape))} is too large to be run here"
            raise Refusal(message)


def _run(layer: RunningLayer, xs: Sequence[Array]) -> tuple[Array, Counter[str]]:
    """Run a layer, and count what is done with its input and its weights.

    Not with the weights of a normalisation: before an image comes, they and its statistics fold
    into one factor and one term for each map.
    """
    work: Counter[str] = Counter()
    running = copy(layer)
    if not layer.statistics:
        running.weights = {
            name: counted(array, work, stored=True) for name, array in layer.weights.items()
        }
    y, _ = running.forward([counted(x, work) for x in xs])
    return np.asarray(y), work


def _run_padded(layer: RunningLayer, x: Shape) -> tuple[Array, Counter[str]] | None:
    """Run on an input padded beforehand with ones: then taps on padding are live too.

    None if no window reaches over the input.
    """
    fields = layer.fields
    if "padding" not in fields or fields["kernel"] is None or "output_padding" in fields:
        return None
    both = sides(
        x[1:],
        fields["kernel"],
        fields["stride"],
        fields["padding"],
        fields.get("dilation", (1,)),
        ceil=fields.get("ceil", False),
    )
    if all(not side.before and side.span <= side.size for side in both):
        return None
    image = padded(np.ones((1, *x), np.float32), both, 1)
    bare = RunningLayer("", layer.op, {**fields, "padding": (0, 0), "ceil": False}, ())
    bare.weights = layer.weights
    return _run(bare, [image])


def _uncropped(layer: RunningLayer, x: Shape, y: Array) -> Array:
    """Give what a convolution turned round adds up before it is cropped, and a 1 for each bias."""
    if "output_padding" not in layer.fields:
        return y
    bare = RunningLayer(
        "", layer.op, {**layer.fields, "padding": (0, 0), "output_padding": (0,)}, ()
    )
    bare.weights = {name: array for name, array in layer.weights.items() if name != "bias"}
    whole, _ = bare.forward([np.ones((1, *x), np.float32)])
    return np.append(whole, np.ones(y.size if "bias" in layer.weights else 0, np.float32))


def _otherwise(layer: RunningLayer) -> frozenset[str]:
    """Name the kinds of work that a kernel says it does in another way than is counted."""
    otherwise = getattr(layer.kernel, "otherwise", None)
    return otherwise(**layer.fields) if otherwise else frozenset()


def _arrays(layer: RunningLayer) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Measure the arrays that were allocated: what each counts as, and its shape."""
    found = {name: ("statistics", array.shape) for name, array in layer.statistics.items()}
    for name, array in layer.weights.items():
        kind = KINDS.get(layer.kinds[name], "weights") if layer.trainable else "fixed"
        found[name] = kind, array.shape
    return found


def _sizes(arrays: Mapping[str, tuple[str, tuple[int, ...]]]) -> dict[str, int]:
    """Add up arrays by what they count as."""
    sizes = dict.fromkeys(("weights", "biases", "gamma", "beta", "slope", "fixed", "statistics"), 0)
    for kind, shape in arrays.values():
        sizes[kind] += prod(shape)
    return sizes


def _total(y: Array) -> int | None:
    """Add up whole numbers; None if they grew too large to be exact."""
    return int(y.sum(dtype=np.float64)) if y.size and y.max() < EXACT else None


def _multiplications(layer: RunningLayer, xs: tuple[Shape, ...], work: Counter[str]) -> int | None:
    """Count the multiplications of a small layer one by one, by numbers that tally themselves."""
    if work["mac"] + work["mul"] > COUNTED_ONE_BY_ONE:
        return None
    number = Number()
    counting = RunningLayer("", layer.op, layer.fields, ())
    counting.allocate(xs[0], object, xs[1:])
    for array in counting.weights.values():
        array[...] = number
    counting.forward([np.full((1, *x), number, object) for x in xs])
    return number.products
