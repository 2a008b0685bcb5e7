"""A Caffe network as its file has it: who it is, what enters it, which layers are deployed.

Source: Caffe, src/caffe/proto/caffe.proto and src/caffe/net.cpp.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.errors import Diagnostic, Reason, SpecError
from archcalc.ops.op import Shape
from archcalc.readers.assembly import check_number
from archcalc.readers.caffe.message import CaffeLayer, Fields
from archcalc.readers.caffe.oldest import renewed
from archcalc.readers.caffe.phases import deployed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.errors import Place
    from archcalc.spec.reader import Source

SIZED = {"memorydata": "memory_data_param", "dummydata": "dummy_data_param"}
"""Data layers whose sizes are in the file."""
BESIDE = {"silence", "hdf5output", "accuracy", "priorbox", "detectionoutput", "detectionevaluate"}
"""What is no part of the network that is counted, besides data and losses."""


class Network:
    """The deployed layers, and the inputs: by name their shape and axes, None where it is free."""

    def __init__(self, source: Source, top: Fields) -> None:
        self.source = source
        self.name = top.word("name")
        if "layers" in top.message and "layer" in top.message:
            top.fail(top.message["layers"][0], "`layer` and `layers` are of two forms of file")
        self.layers = deployed(list(_layers(top)))
        if not self.layers:
            place = source.place(0, 0)
            hint = "a solver's file names that of its network in `net`" if top.has("net") else None
            raise SpecError([Diagnostic("empty", "the file has no layers", place, hint)])
        self.merged = dict(_scales(self.layers))
        self.scale_of = {norm: scale for scale, norm in self.merged.items()}
        self.batch = 0
        read = self._read()
        entering = dict(self._entering(top))
        self.inputs = {name: known for name, known in entering.items() if name in read} or entering
        if not self.inputs:
            message = "nothing enters the network: it has no `input` and no data layer"
            raise SpecError([Diagnostic("empty", message, self.layers[0].place)])
        self.hint = next(filter(None, map(_crop, self.layers)), 224)

    def free(self) -> list[tuple[str, CaffeLayer]]:
        """List the inputs whose size is not in the file, with the layers that give them."""
        givers = {top: layer for layer in self.layers if not layer.bottoms for top in layer.tops}
        return [(name, givers[name]) for name, known in self.inputs.items() if known is None]

    def _read(self) -> set[str]:
        """Name what counted layers read."""
        return {name for layer in self.layers if not left_out(layer) for name in layer.bottoms}

    def _entering(self, top: Fields) -> Iterator[tuple[str, tuple[Shape, int] | None]]:
        names = top.words("input")
        shapes = [fields.wholes("dim") for fields in top.all("input_shape")]
        dims = top.wholes("input_dim")
        shapes += [dims[i : i + 4] for i in range(0, len(dims), 4)]
        for i, name in enumerate(names):
            if i >= len(shapes):
                place = top.place("input")
                message = f"`{name[:80]}` has no `input_shape`"
                raise SpecError([Diagnostic("missing-key", message, place)])
            self.batch = self.batch or (shapes[i] or [0])[0]
            yield name, _sample(shapes[i], top.place("input"))
        for layer in self.layers:
            if not layer.bottoms and not left_out(layer):
                yield from _given(layer)


def left_out(layer: CaffeLayer) -> str:
    """Say why a layer is no part of the network that is counted; nothing if it is one."""
    if layer.kind.endswith("loss") or layer.kind.endswith("withloss"):
        return "a loss"
    if layer.kind in BESIDE:
        return "no part of the network"
    return ""


def _layers(top: Fields) -> Iterator[CaffeLayer]:
    most = limits.now().text_length
    found = top.all("layer") + top.all("layers")
    check_number(len(found), top.place())
    for fields in found:
        layer = CaffeLayer(renewed(fields) if "layer" in fields.message else fields)
        if not layer.type:
            message = f"the layer `{layer.name[:80]}` has no `type`"
            raise SpecError([Diagnostic("missing-key", message, fields.place())])
        if len(layer.name) > most:
            reason = limits.too_large("text_length", f"a name of {len(layer.name):,} characters")
            place = fields.place("name")
            raise SpecError([Diagnostic(reason.code, reason.message, place, reason.hint)])
        yield layer


def _sample(dims: list[int], place: Place) -> tuple[Shape, int]:
    """Take the shape of one sample from that of a batch."""
    if not 1 <= len(dims) <= 5:
        message = f"an input of {len(dims)} axes; 1 to 5 can be read, that of the batch first"
        raise SpecError([Diagnostic("wrong-type", message, place)])
    return Shape(*(dims[1:] or [1])), len(dims)


def _given(layer: CaffeLayer) -> Iterator[tuple[str, tuple[Shape, int] | None]]:
    """Tell what a layer gives that reads nothing."""
    if layer.kind == "input":
        shapes = [fields.wholes("dim") for fields in layer.about("input_param").all("shape")]
        if not shapes or len(shapes) not in {1, len(layer.tops)}:
            message = f"{len(shapes)} shapes for {len(layer.tops)} tops"
            raise SpecError([Diagnostic("missing-key", message, layer.place)])
        shapes = shapes * len(layer.tops) if len(shapes) == 1 else shapes
        for name, dims in zip(layer.tops, shapes, strict=True):
            yield name, _sample(dims, layer.place)
        return
    own = layer.about(SIZED.get(layer.kind, ""))
    sized = all(map(own.has, ("channels", "height", "width")))
    for i, name in enumerate(layer.tops):
        if layer.kind == "dummydata":
            yield name, _dummy(layer, own, i)
        elif layer.kind == "memorydata" and sized and i == 0:
            yield name, (Shape(*(own.whole(key, 1) for key in ("channels", "height", "width"))), 4)
        else:
            yield name, None


def _dummy(layer: CaffeLayer, own: Fields, number: int) -> tuple[Shape, int]:
    shapes = [fields.wholes("dim") for fields in own.all("shape")]
    if not shapes:
        old = [own.wholes(key) for key in ("num", "channels", "height", "width")]
        shapes = [list(dims) for dims in zip(*old, strict=False)]
    if not shapes:
        raise SpecError([Diagnostic("missing-key", "data without a shape", layer.place)])
    return _sample(shapes[min(number, len(shapes) - 1)], layer.place)


def _crop(layer: CaffeLayer) -> int:
    """Give the size to which a data layer crops its images; 0 if it does not say."""
    crops = (layer.about(key) for key in ("transform_param", "data_param", "image_data_param"))
    found = (own.whole("crop_size", 0, least=0) for own in crops)
    return next(filter(None, found), 0) if not layer.bottoms else 0


def _scales(layers: list[CaffeLayer]) -> Iterator[tuple[int, int]]:
    """Find the Scale that belongs to each BatchNorm: the only layer that reads what it gives."""
    reads: dict[str, list[int]] = {}
    writes: dict[str, list[int]] = {}
    for i, layer in enumerate(layers):
        for name in dict.fromkeys(layer.bottoms):
            reads.setdefault(name, []).append(i)
        for name in dict.fromkeys(layer.tops):
            writes.setdefault(name, []).append(i)
    for i, layer in enumerate(layers):
        if layer.kind != "batchnorm" or len(layer.tops) != 1:
            continue
        readers, again = reads.get(layer.tops[0], []), writes[layer.tops[0]]
        first = bisect_right(readers, i)
        until = (
            again[bisect_right(again, i)] if bisect_right(again, i) < len(again) else len(layers)
        )
        if bisect_right(readers, until) - first == 1 and _is_plain_scale(layers[readers[first]]):
            yield readers[first], i


def _is_plain_scale(layer: CaffeLayer) -> bool:
    own = layer.about("scale_param")
    alone = layer.kind == "scale" and len(layer.bottoms) == 1 and len(layer.tops) == 1
    return (
        alone and own.whole("axis", 1, least=-100) == 1 and own.whole("num_axes", 1, least=-1) == 1
    )


def missing(name: str) -> Reason:
    """Say that nothing gives what a layer reads."""
    return Reason("wrong-input", f"no layer before it gives `{name[:80]}`")
