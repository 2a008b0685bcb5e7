"""Normalisations in PyTorch."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from archcalc.exports.pytorch.form import Form, refused
from archcalc.exports.pytorch.layout import features
from archcalc.exports.pytorch.writing import Call, Chain, Number, Option

if TYPE_CHECKING:
    from archcalc.exports.pytorch.layout import Layout
    from archcalc.exports.pytorch.writing import Made
    from archcalc.ops.shape import Shape


def batchnorm(op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write batch norm; what has a scale or a shift alone does that behind it."""
    (x,) = xs
    flat = lies == "flat"
    layout: Layout = "flat" if flat else "maps"
    maps = Number("inputs", x.channels)
    options = (
        Option("eps", float(op.eps), 1e-5),
        Option("momentum", float(op.momentum), 0.1),
        Option("affine", op.scale and op.shift, True),
    )
    name = f"nn.BatchNorm{1 if flat else x.rank}d"
    return Form(_rescaled(Call(name, (maps, *options)), op, 0 if flat else x.rank), layout, layout)


def _rescaled(norm: Call, op: Any, rank: int) -> Made:
    """Put a scale or a shift alone behind a norm that has both or neither."""
    if op.scale == op.shift:
        return norm
    options = (Option("scale", op.scale, True), Option("shift", op.shift, True))
    return Chain((norm, Call("Affine", (norm.arguments[0], rank, *options))))


def layernorm(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write layer norm over the features of a place, or over all."""
    (x,) = xs
    if op.shift and not op.scale:
        raise refused("PyTorch has no layer norm with a shift alone")
    size = tuple(x) if op.over == "all" else Number("width", x.channels)
    layout: Layout = "maps" if op.over == "all" else features(x)
    options = (
        Option("eps", float(op.eps), 1e-5),
        Option("elementwise_affine", op.scale, True),
        Option("bias", op.shift or not op.scale, True),
    )
    return Form(Call("nn.LayerNorm", (size, *options)), layout, layout)


def rmsnorm(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write RMS norm."""
    (x,) = xs
    if op.shift:
        raise refused("PyTorch has no RMS norm with a shift")
    affine = Option("elementwise_affine", op.scale, True)
    eps = Option("eps", float(op.eps), None)
    return Form(
        Call("nn.RMSNorm", (Number("width", x.channels), eps, affine)), features(x), features(x)
    )


def l2norm(op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write features divided by their length, and scaled behind that."""
    (x,) = xs
    layout: Layout = "flat" if lies == "flat" else "maps"
    eps = "" if op.eps == Fraction(1, 10**12) else f", eps={float(op.eps)}"
    text = f"F.normalize({{0}}, dim=1{eps})"
    if not (op.scale or op.shift):
        return Form(None, layout, layout, text)
    options = (Option("scale", op.scale, True), Option("shift", op.shift, True))
    rank = Option("rank", 0 if layout == "flat" else x.rank, 2)
    affine = Call("Affine", (Number("inputs", x.channels), rank, *options))
    return Form(affine, layout, layout, f"{{m}}({text})")


def groupnorm(op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write group norm; of instance norm each map is a group."""
    (x,) = xs
    groups = Number("groups", op.groups) if op.name == "groupnorm" else Number("groups", x.channels)
    layout: Layout = "flat" if lies == "flat" else "maps"
    options = (Option("eps", float(op.eps), 1e-5), Option("affine", op.scale and op.shift, True))
    norm = Call("nn.GroupNorm", (groups, Number("inputs", x.channels), *options))
    return Form(_rescaled_groups(norm, op, x), layout, layout)


def _rescaled_groups(norm: Call, op: Any, x: Shape) -> Made:
    if op.scale == op.shift:
        return norm
    options = (Option("scale", op.scale, True), Option("shift", op.shift, True))
    return Chain((norm, Call("Affine", (norm.arguments[1], x.rank, *options))))


def affine(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write a scale and a shift."""
    options = (Option("scale", op.scale, True), Option("shift", op.shift, True))
    arguments = (Number("inputs", xs[0].channels), Option("rank", xs[0].rank, 2), *options)
    return Form(Call("Affine", arguments), "maps", "maps")


def lrn(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write local response normalisation; PyTorch divides alpha by the size."""
    if op.within:
        raise refused("PyTorch has no normalisation within maps")
    del xs
    options = (
        Option("alpha", float(op.alpha) * op.size, 1e-4),
        Option("beta", float(op.beta), 0.75),
        Option("k", float(op.k), 1.0),
    )
    return Form(Call("nn.LocalResponseNorm", (op.size, *options)), "maps", "maps")
