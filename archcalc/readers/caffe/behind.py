"""What can be known of a layer that stands behind an output without a shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc import ops
from archcalc.graph import Here
from archcalc.ops import make
from archcalc.ops.op import Shape
from archcalc.ops.quantities import STORED, WORKED
from archcalc.readers.assembly import Unreached
from archcalc.readers.caffe.blob import Blob, Top, Unknown
from archcalc.readers.caffe.joins import JOINS
from archcalc.readers.caffe.single import SINGLE
from archcalc.uncounted import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archcalc.ops.op import Op
    from archcalc.readers.assembly import Assembly, Output
    from archcalc.readers.caffe.blob import Plan
    from archcalc.readers.caffe.message import CaffeLayer

WEIGHTED = {
    "convolution", "convolutiondepthwise", "depthwiseconvolution", "deconvolution", "innerproduct",
    "batchnorm", "bn", "syncbn", "scale", "bias", "prelu", "normalize", "lstm", "rnn", "embed",
}  # fmt: skip
"""Layers that hold something, if they read one map."""
REARRANGING = {"flatten", "reshape", "permute", "slice", "reduction", "tile", "crop"}
"""Layers whose channels need not be those of what they read."""


def behind(
    net: Assembly,
    layer: CaffeLayer,
    path: str,
    tops: Sequence[Top],
    plan: Callable[[Blob], Plan | Unknown],
) -> Top:
    """Count the weights that the file states; give what comes out.

    A fully connected layer tells its output whatever enters it, and other layers their channels.
    """
    outputs, axes = [top.output for top in tops], tops[0].axes
    unknown, case = _nearest(outputs), Case.NOT_REACHED
    why = f"behind `{unknown.behind}`, {layer.line}"
    channels = _channels(layer, outputs)
    op = _op(layer, channels, plan, tops[0].axes) if len(tops) == 1 else None
    if op is None:
        known = layer.kind in SINGLE or layer.kind in JOINS or layer.kind == "slice"
        weightless = known and not (layer.kind in WEIGHTED and len(tops) == 1)
        net.miss(path, layer.type, why, unknown.before, weightless=weightless, case=case)
        return Top(unknown._replace(channels=channels), axes)
    units = getattr(op, "units", None)
    out = units or getattr(op, "filters", None) or channels or 1
    weights = op.weights(Shape(channels or 1), Shape(out))
    holds = tuple((w.name, w.shape) for w in weights if units is None or w.kind == "bias")
    lacking = WORKED if units is None else STORED + WORKED
    here = net.state(
        path,
        layer.type,
        why,
        unknown.before,
        output=Shape(out),
        holds=holds,
        unknown=lacking,
        case=case,
    )
    return Top(here, 2) if units else Top(Unreached(unknown.behind, here, out), axes)


def _nearest(outputs: Sequence[Output]) -> Unreached:
    for output in outputs:
        if isinstance(output, Unreached):
            return output
    known = next(output for output in outputs if isinstance(output, Here))
    return Unreached("what is left out", known)


def _channels(layer: CaffeLayer, outputs: Sequence[Output]) -> int | None:
    """Tell the channels of what comes out of a layer that does not change them, or joins them."""
    if layer.kind in REARRANGING or layer.kind not in {*SINGLE, *JOINS}:
        return None
    found = [
        here.shape.channels if isinstance(here, Here) else getattr(here, "channels", None)
        for here in outputs
    ]
    if layer.kind == "concat":
        return None if None in found else sum(filter(None, found))
    return found[0]


def _op(
    layer: CaffeLayer, channels: int | None, plan: Callable[[Blob], Plan | Unknown], axes: int
) -> Op | None:
    """Make the op of a layer with weights, unless these depend on what is not known."""
    if layer.kind not in WEIGHTED or (channels is None and layer.kind != "innerproduct"):
        return None
    if layer.kind in {"lstm", "rnn", "embed"}:
        return None
    found = plan(Blob(Shape(channels or 1), axes))
    if isinstance(found, Unknown) or found.word not in ops.names():
        return None
    return make(found.word, **found.fields)
