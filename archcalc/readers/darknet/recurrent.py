"""darknet's recurrent layers: their weights are told, not what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.op import Shape

if TYPE_CHECKING:
    from archcalc.graph import Here
    from archcalc.readers.assembly import Arrays
    from archcalc.readers.darknet.place import Place
    from archcalc.readers.darknet.section import Keys

    Array = tuple[str, tuple[int, ...]]


def recurrent(keys: Keys, at: Place) -> Here:
    """Tell the weights of a recurrent layer, which in darknet is made of connected layers."""
    inputs, units = at.before.shape.size, keys.whole("output", 1)
    entering, own = {"rnn": (1, 2), "gru": (3, 3), "lstm": (4, 4)}[keys.name]
    if keys.name == "rnn" and keys.has("hidden"):
        hidden = keys.whole("hidden", 1)
        shapes = ((hidden, inputs), (hidden, hidden), (units, hidden))
        found: list[Array] = [(f"w{i}", shape) for i, shape in enumerate(shapes)]
        found += [("bias", (2 * hidden + units,))]
        return _steps(keys, at, Shape(units), tuple(found))
    matrices: list[Array] = [(f"u{i}", (units, inputs)) for i in range(1, entering + 1)]
    matrices += [(f"w{i}", (units, units)) for i in range(1, own + 1)]
    holds: Arrays = (*matrices, ("bias", (entering + own, units)))
    if keys.truth("batch_normalize"):
        rows = (entering + own, units)
        holds = (*matrices, *((name, rows) for name in ("gamma", "beta", "mean", "variance")))
    return _steps(keys, at, Shape(units), holds)


def recurrent_convolution(keys: Keys, at: Place) -> Here:
    """Tell the weights of a recurrent layer of three convolutions of 3x3."""
    channels, height, width = at.before.shape
    hidden, filters = keys.whole("hidden_filters", 1), keys.whole("output_filters", 1)
    shapes = ((hidden, channels), (hidden, hidden), (filters, hidden))
    holds: Arrays = tuple((f"w{i}", (*shape, 3, 3)) for i, shape in enumerate(shapes))
    each = 2 * hidden + filters
    names = ("gamma", "beta", "mean", "variance") if keys.truth("batch_normalize") else ("bias",)
    holds += tuple((name, (each,)) for name in names)
    return _steps(keys, at, Shape(filters, height, width), holds)


def _steps(keys: Keys, at: Place, output: Shape, holds: Arrays) -> Here:
    why = f"the steps of a recurrent layer are not in the file, {keys.line}"
    return at.net.state(at.path, keys.name, why, at.before, output=output, holds=holds)
