"""Keras's layers with stored numbers that slide no window: products, tables, normalisations.

Source: keras/src/layers/core, keras/src/layers/normalization, keras/src/layers/preprocessing.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason
from archcalc.readers.keras.activations import activate
from archcalc.readers.keras.call import Unknown, said

if TYPE_CHECKING:
    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.values import Value


def dense(call: Call) -> Value:
    """Read a linear layer, which works along the last axis."""
    x = call.x
    if not x.inner:
        raise Reason("wrong-rank", "`Dense` takes one axis or more without the batch")
    if call.fields.has("lora_rank"):
        raise Unknown("it has matrices of low rank beside its own")
    last = len(x.dims) - 1
    units = call.fields.whole("units")
    found = call.add(
        "linear",
        x,
        axis=last,
        dims=(*x.dims[:-1], units),
        units=units,
        bias=call.fields.truth("use_bias", default=True),
        flatten=last == 0,
    )
    return activate(call, found)


def embedding(call: Call) -> Value:
    """Read a table that is looked up: each number becomes a row of it."""
    x = call.x
    words, features = call.fields.whole("input_dim"), call.fields.whole("output_dim")
    dims = (*x.dims, features)
    if len(x.dims) != 1:
        x = x._replace(dims=(*x.dims, 1), axis=len(x.dims))
    found = call.add("embedding", x, dims=dims, words=words, features=features)
    return found._replace(axis=len(dims) - 1)


def batch_norm(call: Call) -> Value:
    """Read a batch norm, with the statistics that were kept."""
    if call.fields.truth("renorm", default=False):
        raise Unknown("it keeps further statistics (`renorm`)", call.x.dims)
    (axis,) = axes(call) if call.fields.has("axis") else (len(call.x.dims) - 1,)
    momentum = 1 - call.fields.number("momentum", "0.99")
    fields = {"scale": _scale(call), "shift": _center(call), **_eps(call, "0.001")}
    return _along(call, "batchnorm", axis, momentum=momentum, **fields)


def layer_norm(call: Call) -> Value:
    """Read a normalisation over some axes: that of the features, or all."""
    if call.fields.truth("rms_scaling", default=False):
        return rms_norm(call)
    found = axes(call) if call.fields.has("axis") else (len(call.x.dims) - 1,)
    fields = {"scale": _scale(call), "shift": _center(call), **_eps(call, "0.001")}
    if len(found) == 1:
        return _along(call, "layernorm", found[0], **fields)
    if len(found) == len(call.x.dims):
        return call.add("layernorm", dims=call.x.dims, over="all", **fields)
    return _over(call, found, **fields)


def _over(call: Call, found: tuple[int, ...], *, scale: bool, shift: bool, **_: Any) -> Value:  # noqa: ANN401
    """State what a normalisation over some of the axes does: the work of `layernorm`."""
    stretch = tuple(call.x.dims[axis] for axis in sorted(found))
    n, stretches = call.x.size, call.x.size // prod(stretch)
    holds = (("gamma", stretch),) * scale + (("beta", stretch),) * shift
    adds = 2 * (n - stretches) + n + stretches + n * shift
    work = {"mul": (2 + scale) * n, "add": adds, "div": 2 * stretches, "sqrt": stretches}
    return call.does(call.x.dims, call.x.axis, holds, work)


def rms_norm(call: Call) -> Value:
    """Read a normalisation by the root of the mean square."""
    found = axes(call) if call.fields.has("axis") else (len(call.x.dims) - 1,)
    if len(found) > 1:
        raise Unknown("it normalises over several axes", call.x.dims)
    return _along(call, "rmsnorm", found[0], **_eps(call, "0.000001"))


def group_norm(call: Call) -> Value:
    """Read a normalisation over groups of maps; -1 groups are as many as there are maps."""
    (axis,) = axes(call) if call.fields.has("axis") else (len(call.x.dims) - 1,)
    groups = call.fields.whole("groups", 32, least=-1)
    groups = call.x.dims[axis] if groups == -1 else groups
    fields = {"scale": _scale(call), "shift": _center(call), **_eps(call, "0.001")}
    if call.x.lead:
        raise Unknown("a group norm at each step of a row", call.x.dims)
    return _along(call, "groupnorm", axis, groups=max(groups, 1), **fields)


def unit_norm(call: Call) -> Value:
    """Read a division by the length of the features."""
    found = axes(call) if call.fields.has("axis") else (len(call.x.dims) - 1,)
    if len(found) > 1:
        raise Unknown("it normalises over several axes", call.x.dims, ())
    return _along(call, "l2norm", found[0])


def layer_scale(call: Call) -> Value:
    """Read a trained factor for each map."""
    return call.add("affine", dims=call.x.dims, shift=False)


def normalization(call: Call) -> Value:
    """Read (x - mean) / √variance by statistics that were taken of the data before."""
    dims = call.x.dims
    asked = call.fields.values.get("axis", -1)
    kept = () if asked is None else axes(call, lists=True)
    shape = tuple(dims[axis] for axis in kept) or (1,)
    holds = (("mean", shape), ("variance", shape), ("count", (1,)))
    own = not call.fields.has("mean", "variance")
    n = call.x.size
    return call._replace(trainable=False).does(
        dims, call.x.axis, holds if own else (), {"add": n, "div": n}
    )


def rescaling(call: Call) -> Value:
    """Read a factor and a term that are fixed."""
    scale, n = call.fields.values.get("scale", 1), call.x.size
    offset = call.fields.values.get("offset", 0)
    if isinstance(scale, list | dict) or isinstance(offset, list | dict) or offset:
        return call.does(call.x.dims, call.x.axis, figures={"mul": n, "add": n})
    factor = call.fields.number("scale", "1")
    return call.add("scale", dims=call.x.dims, factor=factor) if factor else call.each(mul=1)


def axes(call: Call, *, lists: bool = False) -> tuple[int, ...]:
    """Read axes, counted with that of the batch, as places among the sizes."""
    found = call.fields.wholes("axis", least=-100)
    rank = len(call.x.dims)
    if found is None:
        return (rank - 1,)
    places = tuple(axis - 1 + call.x.lead if axis >= 0 else rank + axis for axis in found)
    if (not places and not lists) or any(not call.x.lead <= place < rank for place in places):
        message = f"`axis` is {found}, and what enters is {said(call.x.inner)} without the batch"
        raise Reason("wrong-type", message, key="axis")
    return places


def _along(call: Call, word: str, axis: int, **fields: Any) -> Value:  # noqa: ANN401
    found = call.add(word, axis=axis, dims=call.x.dims, **fields)
    return found._replace(axis=call.x.axis)


def _scale(call: Call) -> bool:
    return call.fields.truth("scale", default=True)


def _center(call: Call) -> bool:
    return call.fields.truth("center", default=True)


def _eps(call: Call, default: str) -> dict[str, Any]:
    found = call.fields.number("epsilon", default)
    return {"eps": found} if found > 0 else {}
