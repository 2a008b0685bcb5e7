"""What each op is in PyTorch, by its word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.pytorch import activations, moves, norms, units, windows
from archcalc.exports.pytorch.form import Form, refused
from archcalc.exports.pytorch.layout import dimension

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archcalc.exports.pytorch.layout import Layout
    from archcalc.graph import Node


def form_of(node: Node, lies: Sequence[Layout]) -> Form:
    """Write a layer whose inputs lie so. Raises a Reason for what PyTorch cannot say."""
    make = FORMS.get(node.op.name)
    if make is None:
        raise refused(f"there is no `{node.op.name}` in PyTorch")
    return make(node.op, node.xs, node.y, lies[0])


FORMS: dict[str, Callable[..., Form]] = {
    "conv": windows.conv,
    "deconv": windows.deconv,
    "local": windows.local,
    "subsample": windows.subsample,
    "maxpool": windows.pool("Max"),
    "avgpool": windows.pool("Avg"),
    "globalavgpool": windows.over_all("AdaptiveAvgPool"),
    "globalmaxpool": windows.over_all("AdaptiveMaxPool"),
    "linear": units.linear,
    "rbf": units.rbf,
    "embedding": units.embedding,
    "attention": units.attention,
    "lstm": units.recurrent,
    "gru": units.recurrent,
    "rnn": units.recurrent,
    "batchnorm": norms.batchnorm,
    "layernorm": norms.layernorm,
    "rmsnorm": norms.rmsnorm,
    "l2norm": norms.l2norm,
    "groupnorm": norms.groupnorm,
    "instancenorm": norms.groupnorm,
    "affine": norms.affine,
    "lrn": norms.lrn,
    "relu": activations.as_it_lies("nn.ReLU"),
    "relu6": activations.as_it_lies("nn.ReLU6"),
    "leaky_relu": activations.as_it_lies("nn.LeakyReLU", ("slope", "negative_slope", 0.01)),
    "elu": activations.as_it_lies("nn.ELU", ("alpha", "alpha", 1.0)),
    "celu": activations.as_it_lies("nn.CELU", ("alpha", "alpha", 1.0)),
    "selu": activations.as_it_lies("nn.SELU"),
    "gelu": activations.gelu,
    "silu": activations.as_it_lies("nn.SiLU"),
    "mish": activations.as_it_lies("nn.Mish"),
    "softplus": activations.as_it_lies("nn.Softplus"),
    "softsign": activations.as_it_lies("nn.Softsign"),
    "log_sigmoid": activations.as_it_lies("nn.LogSigmoid"),
    "hard_sigmoid": activations.as_it_lies("nn.Hardsigmoid"),
    "hard_swish": activations.as_it_lies("nn.Hardswish"),
    "hard_tanh": activations.as_it_lies(
        "nn.Hardtanh", ("low", "min_val", -1.0), ("high", "max_val", 1.0)
    ),
    "threshold": activations.as_it_lies(
        "nn.Threshold", ("theta", "threshold", float("nan")), ("value", "value", float("nan"))
    ),
    "tanh": activations.as_it_lies("nn.Tanh"),
    "sigmoid": activations.as_it_lies("nn.Sigmoid"),
    "lecun_tanh": activations.as_it_lies("LecunTanh"),
    "softmax": activations.softmax,
    "log_softmax": activations.softmax,
    "glu": activations.glu,
    "prelu": activations.prelu,
    "identity": activations.as_it_lies("nn.Identity"),
    "dropout": activations.as_it_lies("nn.Dropout", ("rate", "p", 0.5)),
    "slice": moves.cut,
    "split": moves.cut,
    "shuffle": moves.shuffle,
    "pixel_shuffle": moves.pixels("PixelShuffle"),
    "pixel_unshuffle": moves.pixels("PixelUnshuffle"),
    "upsample": moves.upsample,
    "unpool": moves.unpool,
    "pad": moves.pad,
    "pad_channels": moves.pad_channels,
    "crop": moves.crop,
    "tokens": moves.tokens,
    "mean": moves.mean,
    "scale": moves.scale,
    "exp": lambda _op, _xs, _y, lies: Form(None, lies, lies, "{0}.exp()"),
    "one_minus": lambda _op, _xs, _y, lies: Form(None, lies, lies, "1 - {0}"),
    "flatten": lambda *_: Form(None, "flat", "flat", "{0}"),
    "reshape": moves.as_maps(moves.reshaped),
    "permute": moves.as_maps(
        lambda op, _x, _y: f"{{0}}.permute(0, {', '.join(str(n + 1) for n in op.order)})"
    ),
    "fold": moves.as_maps(
        lambda op, x, _y: f"{{0}}.movedim({dimension(op.axis, x, 'maps')}, 2).flatten(1, 2)"
    ),
    "scaled_dot_product": moves.heads,
}
"""What writes it, from the op, the shapes of its inputs and output, and how the first lies."""
