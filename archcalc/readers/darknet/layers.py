"""darknet's layers: each section as ops, from what enters it.

Source: darknet, src/parser.c and the make_ function of each layer; what forks add, AlexeyAB's.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.errors import Reason
from archcalc.ops.op import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.graph import Here
    from archcalc.readers.assembly import Assembly
    from archcalc.readers.darknet.section import Keys

ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "logistic": ("sigmoid", {}),
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "leaky": ("leaky_relu", {"slope": Fraction(1, 10)}),
    "relie": ("leaky_relu", {"slope": Fraction(1, 100)}),
    "tanh": ("tanh", {}),
    "elu": ("elu", {"alpha": Fraction(1)}),
    "selu": ("selu", {}),
    "gelu": ("gelu", {}),
    "swish": ("silu", {}),
    "mish": ("mish", {}),
    "hardtan": ("hard_tanh", {}),
}
"""By darknet's word; `linear` is none."""


class Place(NamedTuple):
    """Where a layer is to be put: its path, what comes before it, all outputs so far."""

    net: Assembly
    path: str
    before: Here
    outputs: list[Here]

    def add(self, word: str, *inputs: Here, beside: str = "", **fields: Any) -> Here:  # noqa: ANN401 - what an op has
        """Add an op under the layer's own path, or one beside it."""
        path = f"{self.path}.{beside}" if beside else self.path
        return self.net.add(path, word, *(inputs or (self.before,)), **fields)

    def earlier(self, keys: Keys, key: str, number: int) -> Here:
        """Find the output of another layer: counted from 0, or back from here if negative."""
        own = len(self.outputs)
        position = own + number if number < 0 else number
        if not 0 <= position < own:
            before = f"those before are 0 to {own - 1}" if own else "nothing stands before it"
            keys.fail(f"`{key}` names layer {position}, and {before}", key)
        return self.outputs[position]


def convolution(keys: Keys, at: Place) -> Here:
    """Add a convolution, its batch norm, its activation."""
    size, stride = keys.whole("size", 1), keys.whole("stride", 1)
    dilation = keys.whole("dilation", 1)
    padding = size // 2 * dilation if keys.truth("pad") else keys.whole("padding", 0, least=0)
    here = at.add(
        "conv",
        filters=keys.whole("filters", 1),
        kernel=(size, size),
        stride=(keys.whole("stride_y", stride), keys.whole("stride_x", stride)),
        padding=(padding,) * 4,
        dilation=(dilation, dilation),
        groups=keys.whole("groups", 1),
        bias=not keys.truth("batch_normalize"),
    )
    return _finished(keys, at, here)


def deconvolution(keys: Keys, at: Place) -> Here:
    """Add a transposed convolution, its batch norm, its activation."""
    size, stride = keys.whole("size", 1), keys.whole("stride", 1)
    padding = size // 2 if keys.truth("pad") else keys.whole("padding", 0, least=0)
    here = at.add(
        "deconv",
        filters=keys.whole("filters", 1),
        kernel=(size, size),
        stride=(stride, stride),
        padding=(padding,) * 4,
        bias=not keys.truth("batch_normalize"),
    )
    return _finished(keys, at, here)


def connected(keys: Keys, at: Place) -> Here:
    """Add a fully connected layer, its batch norm, its activation."""
    bias = not keys.truth("batch_normalize")
    here = at.add("linear", units=keys.whole("output", 1), bias=bias)
    return _finished(keys, at, here)


def local(keys: Keys, at: Place) -> Here:
    """Add a layer with a kernel and a bias of its own at each place."""
    size, stride = keys.whole("size", 1), keys.whole("stride", 1)
    around = size - 1 if keys.truth("pad") else 0
    padding = (around // 2, around - around // 2) * 2
    here = at.add(
        "local",
        filters=keys.whole("filters", 1),
        kernel=(size, size),
        stride=(stride, stride),
        padding=padding,
    )
    return _activated(keys, at, here)


def _finished(keys: Keys, at: Place, here: Here) -> Here:
    if keys.truth("batch_normalize"):
        here = at.add("batchnorm", here, beside="batchnorm")
    return _activated(keys, at, here)


def _activated(keys: Keys, at: Place, here: Here, default: str = "logistic") -> Here:
    """Add the activation beside a layer."""
    word = keys.word("activation", default)
    if word == "linear":
        return here
    if word not in ACTIVATIONS:
        why = f"archcalc does not know the activation `{word[:80]}`, {keys.line}"
        return at.net.state(f"{at.path}.activation", "activation", why, here, output=here.shape)
    op, fields = ACTIVATIONS[word]
    return at.add(op, here, beside=op, **fields)


def pool(word: str) -> Callable[[Keys, Place], Here]:
    """Make the reader of a pool; cells around its map let it cover all of it by default."""

    def read(keys: Keys, at: Place) -> Here:
        if keys.truth("maxpool_depth"):
            raise Reason("not-read", "`maxpool_depth`: pools over channels have no op here")
        stride = keys.whole("stride", 1)
        size = keys.whole("size", stride)
        around = keys.whole("padding", size - 1, least=0)
        return at.add(
            word,
            kernel=(size, size),
            stride=(keys.whole("stride_y", stride), keys.whole("stride_x", stride)),
            padding=(around // 2, around - around // 2) * 2,
        )

    return read


def route(keys: Keys, at: Place) -> Here:
    """Lay the outputs of layers behind each other, or one part of each."""
    numbers = keys.wholes("layers")
    if not numbers:
        keys.fail("`route` needs its `layers`", code="missing-key")
    heres = [at.earlier(keys, "layers", number) for number in numbers]
    groups, part = keys.whole("groups", 1), keys.whole("group_id", 0, least=0)
    if groups > 1:
        heres = [
            _group(keys, at, here, groups, part, i, len(heres)) for i, here in enumerate(heres, 1)
        ]
        if len(heres) == 1:
            return heres[0]
    elif len(heres) == 1:
        return at.add("identity", heres[0])
    if len({here.shape.extents for here in heres}) > 1:
        shapes = " and ".join(str(here.shape) for here in heres)
        keys.fail(f"`route` needs layers of equal height and width, not {shapes}", "layers")
    return at.add("concat", *heres, branches=len(heres))


def _group(keys: Keys, at: Place, here: Here, groups: int, part: int, i: int, of: int) -> Here:  # noqa: PLR0913, PLR0917
    channels = here.shape.channels
    if channels % groups or part >= groups:
        keys.fail(f"part {part} of {groups} groups of {channels} channels", "groups")
    size = channels // groups
    beside = f"slice{i}" if of > 1 else ""
    return at.add("slice", here, beside=beside, range=(part * size, (part + 1) * size))


def shortcut(keys: Keys, at: Place) -> Here:
    """Add an earlier output. Of unlike maps as much is added as both have, without a projection."""
    numbers = keys.wholes("from") or keys.wholes("layers")
    if not numbers:
        keys.fail("`shortcut` needs its `from`", code="missing-key")
    own = at.before.shape
    branches = [at.before]
    for i, number in enumerate(numbers, 1):
        other = at.earlier(keys, "from", number)
        branches.append(_fitted(keys, at, other, own, str(i) if len(numbers) > 1 else ""))
    here = at.add("add", *branches, branches=len(branches))
    if keys.word("weights_type", "none") != "none":
        raise Reason("not-read", "`weights_type`: trained factors of a shortcut have no op here")
    return _activated(keys, at, here, "linear")


def _fitted(keys: Keys, at: Place, other: Here, own: Shape, number: str) -> Here:
    """Bring an earlier output to the shape of another: fewer places, zeros for missing maps."""
    if other.shape == own:
        return other
    channels, height, width = own
    stride = max(1, other.shape.height // height)
    pairs = zip(other.shape.extents, own.extents, strict=True)
    if other.shape.width // width != other.shape.height // height or any(
        -(-a // stride) != b for a, b in pairs
    ):
        keys.fail(
            f"`shortcut` adds {other.shape} to {own}: only whole strides have an op here", "from"
        )
    if other.shape.channels > channels:
        other = at.add("slice", other, beside=f"slice{number}", range=(0, channels))
    if other.shape == own:
        return other
    return at.add(
        "pad_channels",
        other,
        beside=f"pad_channels{number}",
        filters=channels,
        stride=(stride, stride),
    )


def upsample(keys: Keys, at: Place) -> Here:
    """Repeat each pixel; a negative stride leaves pixels out."""
    stride = keys.whole("stride", 2, least=-1_000)
    if stride < 1:
        raise Reason("not-read", "an `upsample` that leaves pixels out has no op here")
    return at.add("upsample", scale=(stride, stride))


def reorganised(keys: Keys, at: Place) -> Here:
    """Move blocks of places into channels, or back."""
    stride = keys.whole("stride", 1)
    channels, height, width = at.before.shape
    if keys.truth("reverse"):
        output = Shape(channels // stride**2, height * stride, width * stride)
    else:
        output = Shape(channels * stride**2, height // stride, width // stride)
    if output.size != at.before.shape.size:
        keys.fail(f"a stride of {stride} does not divide {at.before.shape}", "stride")
    return at.add("reshape", output=(*output,))


def crop(keys: Keys, at: Place) -> Here:
    """Cut the map to a size."""
    height, width = keys.whole("crop_height", 1), keys.whole("crop_width", 1)
    if height > at.before.shape.height or width > at.before.shape.width:
        keys.fail(f"a crop of {height}x{width} of {at.before.shape}", "crop_height")
    return at.add("crop", output=(height, width))


def softmax(_: Keys, at: Place) -> Here:
    """Add a softmax over all elements."""
    here = at.before
    if not here.shape.is_vector:
        here = at.add("flatten", beside="flatten")
    return at.add("softmax", here)


def dropout(keys: Keys, at: Place) -> Here:
    """Add a dropout."""
    rate = keys.number_of("probability", "0.5")
    if not 0 <= rate < 1:
        keys.fail(f"`probability` is from 0 to below 1, not {float(rate):g}", "probability")
    return at.add("dropout", rate=rate)


def normalisation(keys: Keys, at: Place) -> Here:
    """Add a local response normalisation over maps."""
    alpha, k = keys.number_of("alpha", "0.0001"), keys.number_of("kappa", "1")
    if alpha <= 0 or k <= 0:
        keys.fail("`alpha` and `kappa` are above 0", "alpha" if alpha <= 0 else "kappa")
    beta, size = keys.number_of("beta", "0.75"), keys.whole("size", 5)
    return at.add("lrn", size=size, alpha=alpha, beta=beta, k=k)


def gated(keys: Keys, at: Place) -> Here:
    """Multiply an earlier output by this one: a number for each channel, or for each element."""
    other = at.earlier(keys, "from", keys.whole("from", -1, least=-10_000))
    here = at.add("multiply", other, at.before, branches=2)
    return _activated(keys, at, here, "linear")


def activation(keys: Keys, at: Place) -> Here:
    """Add an activation as a layer of its own."""
    word = keys.word("activation", "linear")
    op, fields = ACTIVATIONS.get(word, ("identity", {}))
    if word != "linear" and word not in ACTIVATIONS:
        why = f"archcalc does not know the activation `{word[:80]}`, {keys.line}"
        return at.net.state(at.path, "activation", why, at.before, output=at.before.shape)
    return at.add(op, **fields)


def recurrent(keys: Keys, at: Place) -> Here:
    """Tell the weights of a recurrent layer, which in darknet is made of connected layers."""
    inputs, units = at.before.shape.size, keys.whole("output", 1)
    entering, own = {"rnn": (1, 2), "gru": (3, 3), "lstm": (4, 4)}[keys.name]
    matrices = [(f"u{i}", (units, inputs)) for i in range(1, entering + 1)]
    matrices += [(f"w{i}", (units, units)) for i in range(1, own + 1)]
    holds = (*matrices, ("bias", (entering + own, units)))
    if keys.truth("batch_normalize"):
        rows = (entering + own, units)
        holds = (*matrices, *((name, rows) for name in ("gamma", "beta", "mean", "variance")))
    why = f"the steps of a recurrent layer are not in the file, {keys.line}"
    return at.net.state(at.path, keys.name, why, at.before, output=Shape(units), holds=holds)


LAYERS: dict[str, Callable[[Keys, Place], Here]] = {
    "convolutional": convolution,
    "conv": convolution,
    "deconvolutional": deconvolution,
    "deconv": deconvolution,
    "connected": connected,
    "conn": connected,
    "local": local,
    "maxpool": pool("maxpool"),
    "max": pool("maxpool"),
    "local_avgpool": pool("avgpool"),
    "avgpool": lambda _, at: at.add("globalavgpool"),
    "avg": lambda _, at: at.add("globalavgpool"),
    "batchnorm": lambda _, at: at.add("batchnorm"),
    "normalization": normalisation,
    "lrn": normalisation,
    "route": route,
    "shortcut": shortcut,
    "upsample": upsample,
    "reorg": reorganised,
    "reorg3d": reorganised,
    "crop": crop,
    "softmax": softmax,
    "soft": softmax,
    "logistic": lambda _, at: at.add("sigmoid"),
    "dropout": dropout,
    "scale_channels": gated,
    "sam": gated,
    "activation": activation,
    "rnn": recurrent,
    "gru": recurrent,
    "lstm": recurrent,
}
"""By the word of the section."""
LEFT_OUT = {
    "cost": "a loss",
    "contrastive": "a loss",
    **dict.fromkeys(
        ("yolo", "gaussian_yolo", "region", "detection", "iseg"), "reads what comes out"
    ),
    **dict.fromkeys(("empty", "silence"), "no part of the network"),
}
"""Sections that are no part of the network that is counted: they hand on what enters them."""
