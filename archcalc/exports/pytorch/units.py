"""Units in PyTorch: linear layers, look-ups, attention, recurrent layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.exports.pytorch.form import Form, refused
from archcalc.exports.pytorch.writing import Call, Number, Option

if TYPE_CHECKING:
    from archcalc.exports.pytorch.layout import Layout
    from archcalc.ops.shape import Shape


def linear(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write a linear layer on what is flattened, on each place, or over the places."""
    (x,) = xs
    units = Number("units", op.units)
    bias = Option("bias", op.bias, True)
    if op.over:
        if x.rank != 1:
            raise refused("a mix of places is written for a row of them")
        return Form(Call("nn.Linear", (Number("places", x.places), units, bias)), "maps", "maps")
    if op.flatten or x.is_vector:
        return Form(Call("nn.Linear", (Number("inputs", x.size), units, bias)), "flat", "flat")
    return Form(Call("nn.Linear", (Number("inputs", x.channels), units, bias)), "rows", "rows")


def rbf(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write distances from centres."""
    return Form(
        Call("RBF", (Number("inputs", xs[0].size), Number("units", op.units))), "flat", "flat"
    )


def embedding(op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write a look-up."""
    module = Call("nn.Embedding", (op.words, Number("features", op.features)))
    if lies == "ids":
        return Form(module, "ids", "rows")
    if xs[0].channels != 1:
        raise refused("words are looked up along one row of places")
    return Form(module, "maps", "rows", "{m}({0}[:, 0].long())")


def attention(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write attention, by a module that stands in the same file."""
    width = xs[0].channels
    if op.past:
        raise refused("keys and values that are kept from before are not written")
    if any(x.channels != width for x in xs):
        raise refused("keys of another width are not written")
    heads, bias = Number("heads", op.heads), Option("bias", op.bias, True)
    several = ", ".join(f"{{{i}}}" for i in range(len(xs)))
    if op.positions == "relative" and op.within is not None and xs[0].rank == 2 and len(xs) == 1:
        if op.kv_heads not in {None, op.heads} or op.inner not in {None, width} or op.causal:
            raise refused("windows whose heads share keys are not written")
        if tuple(op.within) != tuple(op.within) or any(
            n % s for n, s in zip(xs[0].extents, op.within, strict=True)
        ):
            raise refused("windows that do not part a map are not written")
        return Form(
            Call("WindowAttention", (Number("width", width), heads, tuple(op.within), bias)),
            "rows",
            "rows",
        )
    if op.within is not None or op.positions == "relative" or any(x.rank != 1 for x in xs):
        raise refused(
            "attention is written for rows of places, and for windows with relative positions"
        )
    arguments = (
        Number("width", width),
        heads,
        Option("kv_heads", op.kv_heads if op.kv_heads != op.heads else None, None),
        Option("inner", op.inner if op.inner != width else None, None),
        bias,
        Option("causal", op.causal, False),
    )
    name = "RotaryAttention" if op.positions == "rotary" else "Attention"
    return Form(Call(name, arguments), "rows", "rows", f"{{m}}({several})")


def recurrent(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write an LSTM, a GRU or an Elman network; PyTorch has two vectors of biases in all."""
    if not getattr(op, "reset_after", True):
        raise refused("PyTorch's GRU resets behind the product")
    if xs[0].rank != 1:
        raise refused("steps are those of a row of places")
    arguments = (
        Number("inputs", xs[0].channels),
        Number("units", op.units),
        Option("num_layers", op.stack, 1),
        Option("bias", bool(op.bias), True),
        Option("batch_first", True, False),
        Option("bidirectional", op.bidirectional, False),
    )
    word = op.name.upper()
    one = op.bias is True and op.name != "gru"  # a gate of a GRU has two here as well
    module = Call(word if one else f"nn.{word}", arguments)
    if op.steps == "all":
        return Form(module, "rows", "rows", "{m}({0})[0]")
    if not op.bidirectional:
        return Form(module, "rows", "flat", "{m}({0})[0][:, -1]")
    states = "[1][0]" if op.name == "lstm" else "[1]"
    return Form(module, "rows", "flat", f"torch.cat([*{{m}}({{0}}){states}[-2:]], 1)")
