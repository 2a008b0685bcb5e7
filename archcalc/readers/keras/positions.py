"""Functions of `keras.ops` that arrange, cut or repeat: nothing is computed, the sizes change.

Source: keras/src/ops/numpy.py.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason
from archcalc.ops.shape import sides
from archcalc.readers.keras.call import Unknown, said
from archcalc.readers.keras.fields import whole
from archcalc.readers.keras.functions import axes_of, told
from archcalc.readers.keras.joins import laid_behind
from archcalc.readers.keras.moves import arranged, settled, turned

if TYPE_CHECKING:
    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.values import Value

_ALL: dict[str, Any] = {"class_name": "__slice__", "config": {}}


def reshape(call: Call) -> Value:
    """Arrange elements anew; the batch stands first."""
    target = told(call, "newshape", "shape")
    if not isinstance(target, list) or not target:
        raise Unknown("the sizes that it gives are computed")
    sizes = [whole("newshape", n, -1) if n is not None else -1 for n in target]
    if sizes[0] not in {-1, 1} or (sizes[0] == -1 and -1 in sizes[1:]):
        raise Unknown("it mixes the samples of a batch")
    return arranged(call, call.x, settled(call.x.dims, sizes[1:]))


def transpose(call: Call) -> Value:
    """Let axes change places; the batch stands first."""
    rank = len(call.x.dims)
    asked = told(call, "axes", "perm")
    order = [whole("axes", n, -100) % (rank + 1) for n in asked] if asked else []
    if order[:1] != [0]:
        raise Unknown("it mixes the samples of a batch")
    return turned(call, call.x, tuple(n - 1 for n in order[1:]), "axes")


def swapped(call: Call) -> Value:
    """Let two axes change places."""
    rank = len(call.x.dims)
    one, other = (whole(key, told(call, key), -100) % (rank + 1) for key in ("axis1", "axis2"))
    if 0 in (one, other):
        raise Unknown("it mixes the samples of a batch")
    order = list(range(rank))
    order[one - 1], order[other - 1] = order[other - 1], order[one - 1]
    return turned(call, call.x, tuple(order), "axis1")


def expand(call: Call) -> Value:
    """Put axes of one in."""
    asked = told(call, "axis")
    items = asked if isinstance(asked, list) else [asked]
    rank = len(call.x.dims) + 1 + len(items)
    places = sorted(whole("axis", n, -100) % rank for n in items)
    if places[0] == 0:
        raise Unknown("it puts an axis before that of the batch")
    dims = list(call.x.dims)
    for place in places:
        dims.insert(place - 1, 1)
    return arranged(call, call.x, tuple(dims))


def squeeze(call: Call) -> Value:
    """Leave axes of one out."""
    x = call.x
    gone = (
        axes_of(call)
        if told(call, "axis") is not None
        else tuple(i for i, n in enumerate(x.dims) if n == 1)
    )
    if any(x.dims[i] != 1 for i in gone):
        raise Reason("wrong-type", f"{said(x.dims)} has no axis of 1 there", key="axis")
    return arranged(call, x, tuple(n for i, n in enumerate(x.dims) if i not in gone))


def concatenate(call: Call) -> Value:
    """Lay tensors behind each other."""
    return laid_behind(call, call.values, axes_of(call)[0] if told(call, "axis") is not None else 0)


def stack(call: Call) -> Value:
    """Lay tensors beside each other along a new axis."""
    axis = whole("axis", told(call, "axis") or 0, -100) % (len(call.x.dims) + 2)
    if axis == 0 or any(value.dims != call.x.dims for value in call.values):
        raise Unknown("it mixes the samples of a batch")
    return call.does((*call.x.dims[: axis - 1], len(call.values), *call.x.dims[axis - 1 :]))


def _is(key: object, name: str) -> bool:
    return isinstance(key, dict) and key.get("class_name") == name


def _is_all(key: object) -> bool:
    return _ends(key) == (None, None, None)


def _ends(key: object) -> tuple[Any, Any, Any] | None:
    """Give start, stop and step, as either Keras writes them; None if it is no stretch."""
    if not isinstance(key, dict):
        return None
    config = key.get("config", key)
    return tuple(config.get(name) for name in ("start", "stop", "step"))


def item(call: Call) -> Value:
    """Read a part of a tensor."""
    x, rest = call.x, call.args[1:] or (call.kwargs.get("slice_spec"),)
    keys = rest[0] if isinstance(rest[0], list) else [rest[0]]
    rank = len(x.dims) + 1
    told_axes = sum(key is not None and not _is(key, "__ellipsis__") for key in keys)
    places: list[object] = []
    for key in keys:
        places += [_ALL] * (rank - told_axes) if _is(key, "__ellipsis__") else [key]
    places += [_ALL] * (rank - told_axes - sum(key is _ALL for key in places))
    if len([key for key in places if key is not None]) != rank or not _is_all(places[0]):
        raise Unknown("it picks among the samples of a batch, or by computed places")
    return _picked(call, x, places[1:])


def _picked(call: Call, x: Value, places: list[object]) -> Value:
    axes, dims, changed = iter(range(len(x.dims))), [], []
    for key in places:
        if key is None:
            dims.append(1)
            continue
        axis, ends = next(axes), _ends(key)
        if ends is None:
            whole("key", key, -(2**31))
            changed.append((axis, range(1, 3, 2)))
            continue
        if any(end is not None and not isinstance(end, int) for end in ends) or ends[2] == 0:
            raise Unknown("it picks by computed places")
        kept = range(*slice(*ends).indices(x.dims[axis]))
        dims.append(len(kept))
        changed += [(axis, kept)] if kept != range(x.dims[axis]) else []
    if 0 in dims:
        raise Reason("wrong-type", f"nothing is left of {said(x.dims)}")
    if len(changed) == 1 and len(dims) == len(x.dims) and changed[0][1].step == 1:
        return part(call, x, changed[0][0], changed[0][1].start, changed[0][1].stop)
    return call.does(tuple(dims) or (1,))


def part(call: Call, x: Value, axis: int, start: int, stop: int) -> Value:
    """Keep a stretch along an axis."""
    dims = (*x.dims[:axis], stop - start, *x.dims[axis + 1 :])
    if axis == x.axis:
        return call.add("slice", x, dims=dims, range=(start, stop))
    extents = [place for place in range(len(dims)) if place != x.axis]
    names = sides(len(extents))
    if len(names) < len(extents):
        return call.does(dims, x.axis)
    return call.add("slice", x, dims=dims, range=(start, stop), along=names[extents.index(axis)])


def split(call: Call) -> list[Value]:
    """Cut along an axis, into equal parts or at places."""
    axis = axes_of(call)[0] if told(call, "axis") is not None else 0
    size, asked = call.x.dims[axis], told(call, "indices_or_sections", "num_or_size_splits")
    if isinstance(asked, list):
        edges = [0, *(whole("indices_or_sections", n, 0) for n in asked), size]
    else:
        parts = whole("indices_or_sections", asked)
        if size % parts:
            raise Reason("wrong-type", f"{size} cannot be cut into {parts} equal parts")
        edges = list(accumulate([size // parts] * parts, initial=0))
    if edges != sorted(set(edges)):
        raise Reason("wrong-type", f"{edges[:16]} do not cut {size}")
    return [
        part(call._replace(path=f"{call.path}/{i}"), call.x, axis, *ends)
        for i, ends in enumerate(pairwise(edges), 1)
    ]


def moved(call: Call) -> Value:
    """Read what turns or shifts elements without changing sizes."""
    return call.does(call.x.dims, call.x.axis)


def repeated(call: Call) -> Value:
    """Read elements that are repeated along an axis."""
    axis, times = axes_of(call)[0], whole("repeats", told(call, "repeats"))
    if told(call, "axis") is None:
        raise Unknown("it repeats all, samples too")
    return call.does((*call.x.dims[:axis], call.x.dims[axis] * times, *call.x.dims[axis + 1 :]))


def tiled(call: Call) -> Value:
    """Read a tensor that is repeated along its axes."""
    asked = told(call, "repeats", "multiples")
    times = [whole("repeats", n) for n in asked] if isinstance(asked, list) else []
    if len(times) != len(call.x.dims) + 1 or times[0] != 1:
        raise Unknown("it repeats samples")
    return call.does(tuple(n * k for n, k in zip(call.x.dims, times[1:], strict=True)))


def padded(call: Call) -> Value:
    """Read cells that are put around."""
    widths = told(call, "pad_width", "paddings")
    pairs = widths if isinstance(widths, list) else []
    if len(pairs) != len(call.x.dims) + 1 or pairs[0] != [0, 0]:
        raise Unknown("its widths are not told for each axis")
    sums = [sum(whole("pad_width", n, 0) for n in pair) for pair in pairs[1:]]
    return call.does(tuple(n + more for n, more in zip(call.x.dims, sums, strict=True)))
