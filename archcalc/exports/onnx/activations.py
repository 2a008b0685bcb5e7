"""What works on each number, as nodes of ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.onnx.emitting import FLAT
from archcalc.ops.shape import place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.exports.onnx.emitting import Emitter, Out
    from archcalc.exports.onnx.wire import Attribute


def plain(op: str, **attributes: Attribute) -> Callable[[Emitter], Out]:
    """Write one node that takes what enters as it is."""

    def rule(e: Emitter) -> Out:
        name, sizes = e.inputs[0]
        found = e.add(op, name, **attributes)
        return (found, FLAT) if len(sizes) == 1 else found

    return rule


def with_fields(op: str, **fields: str) -> Callable[[Emitter], Out]:
    """Write such a node with attributes from the fields of the op."""

    def rule(e: Emitter) -> Out:
        given = {name: float(getattr(e.op, own)) for name, own in fields.items()}
        return plain(op, **given)(e)

    return rule


def clip(low: float | None, high: float | None) -> Callable[[Emitter], Out]:
    """Write what is cut off below and above."""

    def rule(e: Emitter) -> Out:
        name, sizes = e.inputs[0]
        least = float(e.op.low) if low is None else low
        most = float(e.op.high) if high is None else high
        found = e.add("Clip", name, e.real(least), e.real(most))
        return (found, FLAT) if len(sizes) == 1 else found

    return rule


def as_it_is(write: Callable[[Emitter, str], str]) -> Callable[[Emitter], Out]:
    """Write nodes that work on each number."""

    def rule(e: Emitter) -> Out:
        name, sizes = e.inputs[0]
        found = write(e, name)
        return (found, FLAT) if len(sizes) == 1 else found

    return rule


def gelu(e: Emitter, x: str) -> str:
    """Write GELU, exact or in one of its other forms."""
    if e.op.approximate == "sigmoid":
        return e.add("Mul", x, e.add("Sigmoid", e.add("Mul", x, e.real(1.702))))
    return e.add("Gelu", x, approximate=e.op.approximate or "none")


def lecun_tanh(e: Emitter, x: str) -> str:
    """Write LeCun's scaled tanh."""
    return e.add("Mul", e.add("Tanh", e.add("Mul", x, e.real(2 / 3))), e.real(1.7159))


def threshold(e: Emitter, x: str) -> str:
    """Write what is another value up to a threshold."""
    over = e.add("Greater", x, e.real(float(e.op.theta)))
    return e.add("Where", over, x, e.real(float(e.op.value)))


def softmax(op: str) -> Callable[[Emitter], Out]:
    """Write a softmax, or its logarithm, along its axis."""

    def rule(e: Emitter) -> Out:
        if e.op.axis == "channels":
            return plain(op, axis=1)(e)
        return e.add(op, e.maps(), axis=1 + place_of(e.op.axis, e.x))

    return rule


def glu(e: Emitter) -> str:
    """Write a gated half of the channels."""
    half, x = e.y.channels, e.maps()
    first = e.add("Slice", x, e.ints(0), e.ints(half), e.ints(1))
    gate = e.add("Slice", x, e.ints(half), e.ints(2 * half), e.ints(1))
    return e.add("Mul", first, e.add("Sigmoid", gate))


def prelu(e: Emitter) -> str:
    """Write trained slopes."""
    x, ones = e.maps(), [1] * e.x.rank
    if e.op.slopes == "untied":
        return e.add("PRelu", x, e.array("slope"))
    return e.add(
        "PRelu", x, e.array("slope", 1 if e.op.slopes == "shared" else e.x.channels, *ones)
    )
