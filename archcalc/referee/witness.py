"""The measuring of one layer: its kernel is run, and what the rules claim is read off the arrays.

No formula of a rule stands here. Parameters are the sizes of the arrays that were allocated;
multiply-accumulates are the matrix products that were executed; and where inputs, weights and
biases are all one, an output *is* the number of its connections.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.kernels._windows import padded, sides
from archcalc.model.layer import Layer
from archcalc.referee.sight import look, narrowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.ops.op import Op
    from archcalc.referee.sight import Sight

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]

INCOMING = frozenset({"kernel", "weight", "coefficient", "centres"})
"""Weights on the way into a unit; a layer that has none has no connections."""
KINDS = {"bias": "biases", "gamma": "gamma", "beta": "beta"}
"""Of parameters, by the name of the array; all others are weights."""
COUNTED_ONE_BY_ONE = 200_000
"""Up to so many multiply-accumulates, the multiplications of a layer are counted one by one too."""
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
    fixed: int
    statistics: int
    connections: int | None
    connections_in_bounds: int | None
    neurons: int
    macs: int
    multiplications: int | None

    @property
    def parameters(self) -> int:
        """Trained numbers of every kind."""
        return self.weights + self.biases + self.gamma + self.beta


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


class _Products:
    """Multiplies matrices and adds up how many multiply-accumulates that took."""

    def __init__(self) -> None:
        self.macs = 0

    def __call__(self, a: Array, b: Array, **out: Any) -> Array:  # noqa: ANN401 - as np.matmul
        rows, inner = a.shape[-2:]
        columns = b.shape[-1]
        self.macs += prod(a.shape[:-2]) * rows * inner * columns
        product: Array = np.matmul(a, b, **out)
        return product


class _Tally:
    """A number without a value that counts the multiplications it takes part in."""

    __slots__ = ("products",)

    def __init__(self) -> None:
        self.products = 0

    def __mul__(self, _: object) -> _Tally:
        self.products += 1
        return self

    def __add__(self, _: object) -> _Tally:
        return self

    __rmul__ = __mul__
    __radd__ = __sub__ = __rsub__ = __add__


def _measure(op: Op, xs: tuple[Shape, ...]) -> Measured:
    layer = Layer("", op.name, vars(op), ())
    _refuse_large(layer.kernel.weights(xs[0], **layer.fields).values())
    layer.allocate(xs[0], np.float32)
    _fill(layer)
    _refuse_large([_output(layer, xs), *xs])
    products = _Products()
    y, _ = layer.forward([np.ones((1, *x), np.float32) for x in xs], product=products)
    has_units = not INCOMING.isdisjoint(layer.weights)
    in_bounds = _total(y) if has_units else 0
    return Measured(
        output=y.shape[1:],
        **_parameters(layer),
        statistics=sum(array.size for array in layer.statistics.values()),
        connections_in_bounds=in_bounds,
        connections=_connections(layer, xs[0], in_bounds) if has_units else 0,
        neurons=y[0].size if has_units else 0,
        macs=products.macs,
        multiplications=_multiplications(layer, xs, products.macs or y[0].size) if has_units else 0,
    )


def _output(layer: Layer, xs: tuple[Shape, ...]) -> Shape:
    """Find the shape of the output by an empty batch: nothing is computed."""
    y, _ = layer.forward([np.empty((0, *x), np.float32) for x in xs])
    return y.shape[1:]


def _refuse_large(shapes: Iterable[Shape]) -> None:
    for shape in shapes:
        if prod(shape) > LARGEST:
            message = f"an array of {'x'.join(map(str, shape))} is too large to be run here"
            raise Refusal(message)


def _fill(layer: Layer) -> None:
    """Make all weights one; but centres and means 0, so that what is squared or scaled is one."""
    for name, array in {**layer.weights, **layer.statistics}.items():
        array[...] = name not in {"centres", "mean"}


def _parameters(layer: Layer) -> dict[str, int]:
    """Measure the arrays that were allocated, by kind."""
    sizes = dict.fromkeys(("weights", "biases", "gamma", "beta", "fixed"), 0)
    for name, array in layer.weights.items():
        kind = KINDS.get(name, "weights") if layer.trainable else "fixed"
        sizes[kind] += array.size
    return sizes


def _connections(layer: Layer, x: Shape, in_bounds: int | None) -> int | None:
    """Run once more on an input padded beforehand with ones: then taps on padding are live too."""
    fields = layer.fields
    if not {"padding", "ceil"} <= fields.keys():
        return in_bounds
    both = sides(
        (x[1], x[2]),
        fields["kernel"],
        fields["stride"],
        fields["padding"],
        fields["dilation"],
        ceil=fields["ceil"],
    )
    if all(not side.before and side.span <= side.size for side in both):
        return in_bounds
    image = padded(np.ones((1, *x), np.float32), both, 1)
    bare = Layer("", layer.op, {**fields, "padding": (0, 0, 0, 0), "ceil": False}, ())
    bare.weights = layer.weights
    return _total(bare.forward([image])[0])


def _total(y: Array) -> int | None:
    """Add up whole numbers; None if they grew too large to be exact."""
    return int(y.sum(dtype=np.float64)) if y.size and y.max() < EXACT else None


def _multiplications(layer: Layer, xs: tuple[Shape, ...], expected: int) -> int | None:
    """Count the multiplications of a small layer one by one, by numbers that tally themselves."""
    if expected > COUNTED_ONE_BY_ONE:
        return None
    number = _Tally()
    counting = Layer("", layer.op, layer.fields, ())
    counting.allocate(xs[0], object)
    for array in counting.weights.values():
        array[...] = number
    counting.forward([np.full((1, *x), number, object) for x in xs])
    return number.products
