"""From the layers of a Caffe network to its graph, one by one in the order of the file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from archcalc.errors import Diagnostic, Reason, SpecError
from archcalc.graph import INPUT, Here
from archcalc.readers.assembly import Assembly, LeftOut, error
from archcalc.readers.caffe.behind import behind
from archcalc.readers.caffe.blob import Blob, Plan, Top, Unknown
from archcalc.readers.caffe.joins import JOINS, PAIRS, cuts
from archcalc.readers.caffe.network import left_out, missing
from archcalc.readers.caffe.single import REGIONS, SINGLE
from archcalc.readers.caffe.ties import Ties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.graph import Graph
    from archcalc.ops.op import Shape
    from archcalc.origin import Maker
    from archcalc.readers.caffe.message import CaffeLayer
    from archcalc.readers.caffe.network import Network


class Walk:
    """Takes a network together. In-place layers give anew what they read."""

    def __init__(self, network: Network, maker: Maker, inputs: Mapping[str, Shape]) -> None:
        self.network = network
        self.maker = maker
        self.net = Assembly(maker.origin, inputs)
        self.tops: dict[str, Top] = {}
        for i, (name, shape) in enumerate(inputs.items()):
            known = network.inputs.get(name)
            axes = known[1] if known and known[0].rank == shape.rank else len(shape) + 1
            self.tops[name] = Top(Here(INPUT - i, shape), axes)
        self.ties = Ties(self.net.builder)
        self.silent: set[int] = set()

    def graph(self) -> Graph:
        """Go through all layers. Raises SpecError or ShapeError, with the place."""
        for i, layer in enumerate(self.network.layers):
            try:
                self._layer(i, layer)
            except Reason as reason:
                raise error(reason, layer.place) from None
        nodes = self.net.builder.nodes
        read = {position for node in nodes for position in node.inputs} | self.silent
        ends = [i for i in range(len(nodes)) if i not in read]
        if not ends:
            message = "no layer of the file is counted"
            raise SpecError([Diagnostic("empty", message, self.network.source.place(0, 0))])
        here = self.net.builder.here
        return self.net.builder.graph(here(ends[-1]), self.maker, outputs=map(here, ends))

    def _layer(self, number: int, layer: CaffeLayer) -> None:
        if not layer.bottoms:
            self._source(layer)
            return
        bottoms = [self._bottom(name) for name in layer.bottoms]
        if number in self.network.merged:
            self.tops[layer.tops[0]] = bottoms[0]
            return
        path = self.net.names.path(layer.name)
        why = left_out(layer)
        if not why and all(isinstance(top.output, LeftOut) for top in bottoms):
            why = next(top.output.why for top in bottoms if isinstance(top.output, LeftOut))
        if why:
            self._leave_out(layer, path, why, bottoms)
            return
        if not layer.tops:
            raise Reason("missing-key", f"`{layer.name[:80]}` has no `top`")
        reading = bottoms[:1] if layer.kind in REGIONS else bottoms
        known = [top.output for top in reading if isinstance(top.output, Here)]
        if len(known) < len(reading):
            plan = partial(self._plan, number, layer)
            self._give(layer, behind(self.net, layer, path, reading, plan))
        elif layer.kind == "slice":
            self._slice(layer, path, known[0], bottoms[0].axes)
        else:
            self._give(layer, self._known(number, layer, path, known, bottoms[0].axes))

    def _bottom(self, name: str) -> Top:
        top = self.tops.get(name)
        if top is None:
            raise missing(name)
        return top

    def _source(self, layer: CaffeLayer) -> None:
        """Take what enters; what nothing that is counted reads, such as labels, is left out."""
        for name in layer.tops:
            if name not in self.network.inputs:
                self.tops[name] = Top(LeftOut("data"))
        if layer.kind != "input":
            path = self.net.names.path(layer.name)
            self.net.builder.leave_out(path, layer.type, "data")

    def _leave_out(self, layer: CaffeLayer, path: str, why: str, bottoms: list[Top]) -> None:
        self.net.builder.leave_out(path, layer.type, why)
        if layer.kind == "silence":
            outputs = (top.output for top in bottoms)
            self.silent |= {here.node for here in outputs if isinstance(here, Here)}
        for name in layer.tops:
            self.tops[name] = Top(LeftOut(why))

    def _give(self, layer: CaffeLayer, top: Top) -> None:
        """Let all tops of a layer be what it gives."""
        for name in layer.tops:
            self.tops[name] = top

    def _known(
        self, number: int, layer: CaffeLayer, path: str, known: list[Here], axes: int
    ) -> Top:
        blob = Blob(known[0].shape, axes, self.network.batch)
        join = PAIRS.get(layer.kind) if len(known) > 1 else None
        join = join or JOINS.get(layer.kind)
        if join is not None:
            return Top(join(self.net, layer, path, known, blob), axes)
        plan = self._plan(number, layer, blob)
        if isinstance(plan, Unknown):
            return self._unknown(layer, path, plan, known[0], axes)
        here = self.net.add(path, plan.word, known[0], **plan.fields)
        scale = self.network.scale_of.get(number)
        self.ties.share(here, layer, None if scale is None else self.network.layers[scale])
        return Top(here, plan.axes or axes)

    def _plan(self, number: int, layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
        read = SINGLE.get(layer.kind)
        if read is None:
            return Unknown(f"archcalc does not know the layer `{layer.type[:80]}`")
        plan = read(layer, blob)
        if isinstance(plan, Unknown):
            return plan
        if number in self.network.scale_of:
            own = self.network.layers[self.network.scale_of[number]].about("scale_param")
            shift = own.truth("bias_term", default=False)
            return plan._replace(fields=plan.fields | {"scale": True, "shift": shift})
        return plan

    def _unknown(self, layer: CaffeLayer, path: str, plan: Unknown, before: Here, axes: int) -> Top:
        why = f"{plan.why}, {layer.line}"
        if plan.output is None:
            found = self.net.miss(path, layer.type, why, before, weightless=False)
            return Top(found, plan.axes or axes)
        if plan.does is None:
            here = self.net.state(
                path, layer.type, why, before, output=plan.output, holds=plan.holds
            )
            return Top(here, plan.axes or axes)
        fields = {"output": (*plan.output,), "holds": plan.holds, "does": plan.does}
        here = self.net.add(path, "opaque", before, **fields)
        if plan.why:
            self.net.builder.leave_out(f"{path}.steps", layer.type, why)
        return Top(here, plan.axes or axes)

    def _slice(self, layer: CaffeLayer, path: str, here: Here, axes: int) -> None:
        own = layer.about("slice_param")
        blob = Blob(here.shape, axes)
        axis = blob.axis(own, "slice_dim") if own.has("slice_dim") else blob.axis(own)
        if axis == 0:
            raise Reason("wrong-type", "a slice of the samples of a batch")
        parts = cuts(own, here.shape[axis - 1], len(layer.tops))
        fields = blob.along(axis)
        for i, (name, part) in enumerate(zip(layer.tops, parts, strict=True), 1):
            own_path = path if len(parts) == 1 else self.net.names.path(f"{layer.name}/{i}")
            self.tops[name] = Top(self.net.add(own_path, "slice", here, range=part, **fields), axes)
