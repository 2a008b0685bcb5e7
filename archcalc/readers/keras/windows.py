"""Keras's layers that slide a window: convolutions of every kind, and pools.

Source: keras/src/layers/convolutional, keras/src/layers/pooling, and their sizes in
keras/src/ops/operation_utils.py; locally connected layers: Keras 2, keras/layers/local.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason
from archcalc.ops import make
from archcalc.readers.keras.activations import activate
from archcalc.readers.keras.call import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.values import Value
    from archcalc.readers.sizes import Dims


def maps_of(call: Call, rank: int) -> tuple[Value, int]:
    """Give what enters, and the axis of its features."""
    return call.ranked(rank + 1), call.features()


def window_of(call: Call, rank: int) -> dict[str, Any]:
    """Read kernel, strides, padding and dilation."""
    fields = call.fields
    kernel = fields.sizes("kernel_size", rank)
    apart = fields.sizes("dilation_rate", rank, 1)
    words = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
    word = fields.choice("padding", *words)
    padding: object = "same" if word == "same" else (0, 0) * rank
    if word == "causal":
        padding = ((kernel[0] - 1) * apart[0], 0)
    stride = fields.sizes("strides", rank, 1)
    return {"kernel": kernel, "stride": stride, "padding": padding, "dilation": apart}


def _kernels(call: Call) -> dict[str, Any]:
    """Read how many kernels there are, in which groups, and whether they have a bias."""
    return {
        "filters": call.fields.whole("filters"),
        "groups": call.fields.whole("groups", 1),
        "bias": call.fields.truth("use_bias", default=True),
    }


def places_of(call: Call, rank: int) -> tuple[int, Dims]:
    """Tell how many maps enter a window, and the places that it has on them."""
    x, axis = maps_of(call, rank)
    op = make("conv", filters=1, bias=False, **window_of(call, rank))
    return x.dims[axis], op.shape(x.shape(axis)).extents[-rank:]


def convolution(rank: int) -> Callable[[Call], Value]:
    """Read a convolution over so many extents."""

    def rule(call: Call) -> Value:
        x, axis = maps_of(call, rank)
        found = call.add(
            "conv",
            x,
            axis=axis,
            **_kernels(call),
            **window_of(call, rank),
        )
        return activate(call, found)

    return rule


def depthwise(rank: int) -> Callable[[Call], Value]:
    """Read a convolution of each map by itself."""

    def rule(call: Call) -> Value:
        bias = call.fields.truth("use_bias", default=True)
        return activate(call, _by_map(call, rank, bias=bias))

    return rule


def separable(rank: int) -> Callable[[Call], Value]:
    """Read a convolution of each map by itself, and one of all maps at each place."""

    def rule(call: Call) -> Value:
        maps = _by_map(call, rank, bias=False, beside="depthwise")
        found = call.add(
            "conv",
            maps,
            filters=call.fields.whole("filters"),
            kernel=(1,) * rank,
            bias=call.fields.truth("use_bias", default=True),
        )
        return activate(call, found)

    return rule


def _by_map(call: Call, rank: int, *, bias: bool, beside: str = "") -> Value:
    x, axis = maps_of(call, rank)
    maps = x.dims[axis]
    filters = maps * call.fields.whole("depth_multiplier", 1)
    window = window_of(call, rank)
    return call.add(
        "conv", x, axis=axis, beside=beside, filters=filters, groups=maps, bias=bias, **window
    )


def transposed(rank: int) -> Callable[[Call], Value]:
    """Read a transposed convolution: without output padding, `same` gives stride times as many."""

    def rule(call: Call) -> Value:
        x, axis = maps_of(call, rank)
        window = window_of(call, rank)
        asked = call.fields.has("output_padding")
        more = call.fields.wholes("output_padding", least=0) if asked else None
        more = more * rank if more is not None and len(more) == 1 else more
        pads: list[int] = []
        rest: list[int] = []
        for i in range(rank):
            taps, step = window["kernel"][i], window["stride"][i]
            reach = (taps - 1) * window["dilation"][i] + 1
            same = window["padding"] == "same"
            if more is not None:
                cut = 2 * (reach // 2) if same else 0
                missing = more[i] - cut if i < len(more) else 0
            else:
                missing = step - reach if same else max(step - reach, 0)
            pads += [max(-missing, 0) // 2, max(-missing, 0) - max(-missing, 0) // 2]
            rest.append(max(missing, 0))
        found = call.add(
            "deconv",
            x,
            axis=axis,
            **_kernels(call),
            **window | {"padding": tuple(pads), "output_padding": tuple(rest)},
        )
        return activate(call, found)

    return rule


def local(rank: int) -> Callable[[Call], Value]:
    """Read a layer with kernels of its own at each place, which Keras 2 has."""

    def rule(call: Call) -> Value:
        x, axis = maps_of(call, rank)
        window = window_of(call, rank)
        del window["dilation"]
        bias = call.fields.truth("use_bias", default=True)
        filters = call.fields.whole("filters")
        found = call.add("local", x, axis=axis, filters=filters, bias=bias, **window)
        return activate(call, found)

    return rule


def pool(word: str, rank: int) -> Callable[[Call], Value]:
    """Read a pool; averages leave padding out."""

    def rule(call: Call) -> Value:
        x, axis = maps_of(call, rank)
        kernel = call.fields.sizes("pool_size", rank, 2)
        stride = call.fields.sizes("strides", rank) if call.fields.has("strides") else kernel
        same = call.fields.choice("padding", "valid", "same") == "same"
        more: dict[str, Any] = {"count_padding": False} if word == "avgpool" else {}
        padding = "same" if same else (0, 0) * rank
        return call.add(word, x, axis=axis, kernel=kernel, stride=stride, padding=padding, **more)

    return rule


def global_pool(word: str, rank: int) -> Callable[[Call], Value]:
    """Read a pool over all places."""

    def rule(call: Call) -> Value:
        x, axis = maps_of(call, rank)
        kept = call.fields.truth("keepdims", default=False)
        places = [i for i in range(x.lead, len(x.dims)) if i != axis]
        dims = tuple(
            1 if i in places else size for i, size in enumerate(x.dims) if kept or i not in places
        )
        axis = axis if kept else len(dims) - 1
        if not x.lead:
            return call.add(word, x, axis=call.features(), dims=dims)._replace(axis=axis)
        n, rest = prod(dims), x.size - prod(dims)
        work = {"cmp": rest} if word == "globalmaxpool" else {"add": rest, "div": n}
        return call.does(dims, axis, figures=work)

    return rule


def adaptive(word: str, rank: int) -> Callable[[Call], Value]:
    """Read a pool to a fixed number of places."""

    def rule(call: Call) -> Value:
        x, axis = maps_of(call, rank)
        output = call.fields.sizes("output_size", rank)
        if word == "avgpool":
            return call.add(word, x, axis=axis, output=output)
        places = [i for i in range(x.lead, len(x.dims)) if i != axis]
        dims = list(x.dims)
        for place, size in zip(places, output, strict=True):
            dims[place] = size
        if any(x.dims[i] % dims[i] for i in places):
            raise Unknown("its windows differ in size", tuple(dims), ())
        kernel = tuple(x.dims[i] // dims[i] for i in places)
        return call.add(word, x, axis=axis, kernel=kernel, stride=kernel)

    return rule


def zero_padding(rank: int) -> Callable[[Call], Value]:
    """Read zeros around maps."""
    return lambda call: _ends(call, "pad", "padding", rank)


def cropping(rank: int) -> Callable[[Call], Value]:
    """Read cells that are taken away."""
    return lambda call: _ends(call, "crop", "cropping", rank)


def _ends(call: Call, word: str, key: str, rank: int) -> Value:
    x, axis = maps_of(call, rank)
    return call.add(word, x, axis=axis, cells=_cells(call, key, rank))


def _cells(call: Call, key: str, rank: int) -> Dims:
    """Read the cells at both ends of each extent: one number, one for each, or two for each."""
    found = call.fields.values.get(key, 1)
    items = found if isinstance(found, list) else [found] * rank
    if rank == 1 and len(items) == 2 and not isinstance(items[0], list):
        items = [items]
    pairs = [item if isinstance(item, list) else [item, item] for item in items]
    flat = call.fields._replace(values={key: [n for pair in pairs for n in pair]})
    cells = flat.wholes(key, least=0) or []
    if len(cells) != 2 * rank or len(pairs) != rank:
        raise Reason("wrong-type", f"`{key}` has {len(cells)} numbers, for {rank} extents", key=key)
    return tuple(cells)


def upsampling(rank: int) -> Callable[[Call], Value]:
    """Read an enlargement."""

    def rule(call: Call) -> Value:
        x, axis = maps_of(call, rank)
        scale = call.fields.sizes("size", rank, 2)
        mode = call.fields.word("interpolation", "nearest")
        if mode not in {"nearest", "bilinear"}:
            places = [i for i in range(x.lead, len(x.dims)) if i != axis]
            dims = list(x.dims)
            for place, times in zip(places, scale, strict=True):
                dims[place] *= times
            raise Unknown(f"the interpolation `{mode[:80]}` has no op here", tuple(dims), ())
        return call.add("upsample", x, axis=axis, scale=scale, mode=mode)

    return rule
