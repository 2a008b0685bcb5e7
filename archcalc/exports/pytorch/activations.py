"""Activations in PyTorch, which take what lies as it will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.exports.pytorch.form import Form, refused
from archcalc.exports.pytorch.layout import dimension
from archcalc.exports.pytorch.writing import Call, Number, Option

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.exports.pytorch.layout import Layout
    from archcalc.ops.shape import Shape


def as_it_lies(name: str, *fields: tuple[str, str, float]) -> Callable[..., Form]:
    """Write a module that works on each number: its fields by their names here and there."""

    def made(op: Any, _xs: Any, _y: Shape, lies: Layout) -> Form:
        options = tuple(
            Option(theirs, float(getattr(op, ours)), default) for ours, theirs, default in fields
        )
        return Form(Call(name, options), lies, lies)

    return made


def gelu(op: Any, _xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write GELU, exact or in one of its other forms."""
    if op.approximate == "sigmoid":
        return Form(None, lies, lies, "{0} * torch.sigmoid(1.702 * {0})")
    options = (Option("approximate", '"tanh"', None),) if op.approximate else ()
    return Form(Call("nn.GELU", options), lies, lies)


def softmax(op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write a softmax, or its logarithm, along its axis."""
    name = "nn.LogSoftmax" if op.name == "log_softmax" else "nn.Softmax"
    dim = Option("dim", dimension(op.axis, xs[0], lies), None)
    return Form(Call(name, (dim,)), lies, lies)


def glu(_op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write a gated half of the channels."""
    return Form(
        Call("nn.GLU", (Option("dim", dimension("channels", xs[0], lies), -1),)), lies, lies
    )


def prelu(op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write trained slopes, one for each map or one for all."""
    if op.slopes == "untied":
        raise refused("PyTorch has no slope for each unit")
    if op.slopes == "shared":
        return Form(Call("nn.PReLU"), lies, lies)
    layout: Layout = "flat" if lies == "flat" else "maps"
    return Form(Call("nn.PReLU", (Number("inputs", xs[0].channels),)), layout, layout)
