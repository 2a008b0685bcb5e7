"""Caffe's layers that read several maps, or give several."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.graph import Here
    from archcalc.readers.assembly import Assembly
    from archcalc.readers.caffe.blob import Blob
    from archcalc.readers.caffe.message import CaffeLayer, Fields


def concat(net: Assembly, layer: CaffeLayer, path: str, inputs: list[Here], blob: Blob) -> Here:
    """Lay maps behind each other."""
    own = layer.about("concat_param")
    axis = blob.axis(own, "concat_dim") if own.has("concat_dim") else blob.axis(own)
    if axis == 0:
        raise Reason("wrong-type", "a concatenation of the samples of a batch")
    return net.add(path, "concat", *inputs, branches=len(inputs), **blob.along(axis))


def eltwise(net: Assembly, layer: CaffeLayer, path: str, inputs: list[Here], _: Blob) -> Here:
    """Join maps element by element: their sum, with factors if it has any, product, or maximum."""
    own = layer.about("eltwise_param")
    operation = own.choice("operation", "PROD", "SUM", "MAX", default="SUM")
    if operation != "SUM":
        word = "multiply" if operation == "PROD" else "maximum"
        return net.add(path, word, *inputs, branches=len(inputs))
    factors = own.numbers("coeff") or [Fraction(1)] * len(inputs)
    if len(factors) != len(inputs):
        message = f"`coeff` stands {len(factors)} times, for {len(inputs)} branches"
        raise Reason("wrong-type", message, key="coeff")
    if factors == [1, -1]:
        return net.add(path, "subtract", *inputs, branches=2)
    scaled = [
        here if factor == 1 else net.add(f"{path}.scale{i}", "scale", here, factor=factor)
        for i, (here, factor) in enumerate(zip(inputs, factors, strict=True), 1)
    ]
    return net.add(path, "add", *scaled, branches=len(scaled))


def gate(net: Assembly, layer: CaffeLayer, path: str, inputs: list[Here], _: Blob) -> Here:
    """Multiply maps by others, which are spread over them."""
    last = f"{path}.affine"
    here = net.add(path, "multiply", *inputs, branches=len(inputs))
    if not layer.about("scale_param").truth("bias_term", default=False):
        return here
    return net.add(last, "affine", here, scale=False, shift=True)


def shift(net: Assembly, _layer: CaffeLayer, path: str, inputs: list[Here], _: Blob) -> Here:
    """Add maps to others, which are spread over them."""
    return net.add(path, "add", *inputs, branches=len(inputs))


def axpy(net: Assembly, _layer: CaffeLayer, path: str, inputs: list[Here], _: Blob) -> Here:
    """Multiply maps by a gate, and add others: a · x + y."""
    if len(inputs) != 3:
        raise Reason("two-inputs", f"`Axpy` takes 3 inputs, not {len(inputs)}")
    gated = net.add(f"{path}.multiply", "multiply", inputs[1], inputs[0], branches=2)
    return net.add(path, "add", gated, inputs[2], branches=2)


def crop(net: Assembly, layer: CaffeLayer, path: str, inputs: list[Here], blob: Blob) -> Here:
    """Cut a map to the size of another one."""
    if len(inputs) != 2:
        raise Reason("two-inputs", f"`Crop` takes 2 inputs, not {len(inputs)}")
    own = layer.about("crop_param")
    axis = blob.axis(own, default=2)
    if axis != 2:
        raise Reason("wrong-type", "a crop of other axes than those of a map")
    x, like = inputs
    if x.shape.rank != like.shape.rank:
        raise Reason(
            "unlike-shapes", f"`Crop` needs maps of one rank, not {x.shape} and {like.shape}"
        )
    return net.add(path, "crop", x, output=like.shape.extents)


def normalise(net: Assembly, layer: CaffeLayer, path: str, inputs: list[Here], _: Blob) -> Here:
    """Divide each place by the length of its vector, then scale each map, or all alike."""
    own = layer.about("norm_param")
    if own.truth("across_spatial", default=True):
        raise Reason("not-read", "a normalisation over all places of a map has no op here")
    if not own.truth("channel_shared", default=True):
        return net.add(path, "l2norm", *inputs, scale=True)
    here = net.add(path, "l2norm", *inputs)
    why = f"a trained factor for all maps has no op, {layer.line}"
    holds = (("gamma", (1,)),)
    return net.state(f"{path}.scale", "Normalize", why, here, output=here.shape, holds=holds)


def tile(net: Assembly, layer: CaffeLayer, path: str, inputs: list[Here], blob: Blob) -> Here:
    """Lay copies of a map behind each other."""
    own = layer.about("tile_param")
    axis, tiles = blob.axis(own), own.whole("tiles", 1)
    if axis == 0 or tiles > MOST_TILES:
        raise Reason("wrong-type", f"{tiles} copies along axis {axis}")
    return net.add(path, "concat", *inputs * tiles, branches=tiles, **blob.along(axis))


def cuts(own: Fields, whole: int, tops: int) -> list[tuple[int, int]]:
    """Tell where a slice is cut: at its points, or into equal parts."""
    points = own.wholes("slice_point")
    if not points:
        if whole % tops:
            raise Reason("wrong-type", f"{whole} cannot be cut into {tops} equal parts")
        points = [whole // tops * i for i in range(1, tops)]
    if len(points) != tops - 1:
        message = f"{len(points)} slice points for {tops} tops: there is one less than tops"
        raise Reason("wrong-type", message, key="slice_point")
    edges = [0, *points, whole]
    if edges != sorted(set(edges)):
        raise Reason("wrong-type", f"{points} do not cut {whole}", key="slice_point")
    return list(itertools.pairwise(edges))


MOST_TILES = 1_000
JOINS: dict[str, Callable[[Assembly, CaffeLayer, str, list[Here], Blob], Here]] = {
    "concat": concat,
    "eltwise": eltwise,
    "axpy": axpy,
    "crop": crop,
    "tile": tile,
    "normalize": normalise,
}
"""By the type in small letters."""
PAIRS: dict[str, Callable[[Assembly, CaffeLayer, str, list[Here], Blob], Here]] = {
    "scale": gate,
    "bias": shift,
}
"""What reads two maps and has no weights then."""
