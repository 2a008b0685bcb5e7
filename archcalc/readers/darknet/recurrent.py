"""One step of darknet's recurrent layers, which are made of connected layers or convolutions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from archcalc.ops import make
from archcalc.ops.op import Shape, Work
from archcalc.readers.darknet.place import ACTIVATIONS
from archcalc.readers.steps import ONE, figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.graph import Here
    from archcalc.ops.op import Op
    from archcalc.ops.recurrent import Recurrent
    from archcalc.readers.darknet.place import Place
    from archcalc.readers.darknet.section import Keys

    Inner = tuple[Op, Shape]
"""A layer within, and what enters it."""


def recurrent(keys: Keys, at: Place) -> Here:
    """Read one step of a layer that reads its input and its state, each through layers."""
    x, units = Shape(at.before.shape.size), keys.whole("output", 1)
    if keys.name == "rnn":
        hidden = Shape(keys.whole("hidden", units))
        sizes = [(hidden.size, x), (hidden.size, hidden), (units, hidden)]
        inner = [_connected(keys, n, of) for n, of in sizes]
        return _step(keys, at, Shape(units), inner, Work(add=hidden.size))
    form = {"reset_after": False} if keys.name == "gru" else {}
    cell = cast("Recurrent", make(keys.name, units=units, **form))
    inner = [_connected(keys, units, of) for of in (x, Shape(units)) for _ in range(cell.gates)]
    work = Work(*[n * units for n in cell.gated()])
    return _step(keys, at, Shape(units), inner, work._replace(add=work.add + cell.gates * units))


def recurrent_convolution(keys: Keys, at: Place) -> Here:
    """Read one step of a layer of three convolutions of 3x3."""
    x = at.before.shape
    hidden = Shape(keys.whole("hidden_filters", 1), *x.extents)
    filters = keys.whole("output_filters", 1)
    sizes = [(hidden.channels, x), (hidden.channels, hidden), (filters, hidden)]
    inner = [_convolution(keys, n, of) for n, of in sizes]
    return _step(keys, at, Shape(filters, *x.extents), inner, Work(add=hidden.size))


def _connected(keys: Keys, units: int, x: Shape) -> Inner:
    return make("linear", units=units, bias=not keys.truth("batch_normalize")), x


def _convolution(keys: Keys, filters: int, x: Shape) -> Inner:
    bias = not keys.truth("batch_normalize")
    fields = {"kernel": (3, 3), "padding": (1, 1, 1, 1), "bias": bias}
    return make("conv", filters=filters, **fields), x


def _step(keys: Keys, at: Place, output: Shape, inner: Sequence[Inner], gates: Work) -> Here:
    """State the weights of all layers within, and what they do, with their norms."""
    parts = list(inner)
    if keys.truth("batch_normalize"):
        parts += [(make("batchnorm"), op.shape(x)) for op, x in inner]
    word, fields = ACTIVATIONS.get(keys.word("activation", "logistic"), ("identity", {}))
    if keys.name in {"rnn", "crnn"}:
        parts += [(make(word, **fields), op.shape(x)) for op, x in inner]
    arrays = [weight for op, x in parts for weight in op.weights(x, op.shape(x))]
    vectors: Counter[str] = Counter()
    for array in arrays:
        vectors[array.name] += array.size if len(array.shape) == 1 else 0
    matrices = [array.shape for array in arrays if len(array.shape) > 1]
    holds = [(f"w{i}", shape) for i, shape in enumerate(matrices)]
    holds += [(name, (size,)) for name, size in vectors.items() if size]
    here = at.add(
        "opaque", output=(*output,), holds=tuple(holds), does=figures(parts, **gates._asdict())
    )
    at.net.builder.leave_out(f"{at.path}.steps", keys.name, f"{ONE}, {keys.line}")
    return here
