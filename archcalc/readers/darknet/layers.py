"""darknet's layers: each section as ops, from what enters it.

Source: darknet, src/parser.c and the make_ function of each layer; what forks add, AlexeyAB's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.ops.op import Shape
from archcalc.readers.darknet.joins import gated, route, shortcut
from archcalc.readers.darknet.place import activated, activation
from archcalc.readers.darknet.recurrent import recurrent, recurrent_convolution

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.graph import Here
    from archcalc.readers.darknet.place import Place
    from archcalc.readers.darknet.section import Keys


def convolution(keys: Keys, at: Place) -> Here:
    """Add a convolution, its batch norm, its activation."""
    if keys.truth("antialiasing"):
        raise Reason("not-read", "`antialiasing` has no op here", key="antialiasing")
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
    return activated(keys, at, here)


def _finished(keys: Keys, at: Place, here: Here) -> Here:
    if keys.truth("batch_normalize"):
        here = at.add("batchnorm", here, beside="batchnorm")
    return activated(keys, at, here)


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
    "crnn": recurrent_convolution,
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
WEIGHTED = {
    "convolutional", "conv", "deconvolutional", "deconv", "connected", "conn", "local", "batchnorm",
    "rnn", "gru", "lstm", "crnn",
}  # fmt: skip
"""Sections that hold something."""
