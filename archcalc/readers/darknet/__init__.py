"""darknet's cfg → Graph.

A layer is called by its number and its section, `0_convolutional`; batch norm and activation, which
darknet has within a layer, stand beside it: `0_convolutional.batchnorm`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Diagnostic, Reason, SpecError
from archcalc.inputs import read_inputs
from archcalc.ops.op import Shape
from archcalc.origin import Origin
from archcalc.readers.assembly import Assembly, Rereading, Unreached, check_number, error
from archcalc.readers.darknet.layers import LAYERS, LEFT_OUT, WEIGHTED
from archcalc.readers.darknet.place import Behind, Place
from archcalc.readers.darknet.section import Keys
from archcalc.readers.sections import parse
from archcalc.readers.text import text_of
from archcalc.uncounted import Case

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.files import File
    from archcalc.graph import Graph, Here
    from archcalc.inputs import Input
    from archcalc.origin import Maker

NET = ("net", "network")


def read(file: File, given: Input | None) -> Graph:
    """Read a network from its file, at its own input or at the one that is given.

    Raises SpecError or ShapeError, with the place.
    """
    source = text_of(file)
    sections = [Keys(source, section, i - 1) for i, section in enumerate(parse(source))]
    if not sections or sections[0].name not in NET or len(sections) == 1:
        message = "the first section is `[net]`" if len(sections) != 1 else "the file has no layers"
        raise SpecError([Diagnostic("empty", message, source.place(0, 0))])
    net, *layers = sections
    check_number(len(layers), net.place())
    own = {"input": _input(net)}
    origin = Origin(id=file.stem, name=file.stem, inputs=own, text=source.text, kind="darknet cfg")

    def make(maker: Maker, inputs: Mapping[str, Shape]) -> Graph:
        return _assemble(layers, maker, inputs)

    return Rereading(origin, make).at(read_inputs(given, own), heads=True)


def _input(net: Keys) -> Shape:
    """Read the size of the input: maps, or so many numbers."""
    channels, height, width = (
        net.whole(key, 0, least=0) for key in ("channels", "height", "width")
    )
    if channels and height and width:
        return Shape(channels, height, width)
    if not net.has("inputs"):
        net.fail(
            "`[net]` needs its `channels`, `height` and `width`, or `inputs`", "", "missing-key"
        )
    return Shape(net.whole("inputs", 1))


def _assemble(layers: list[Keys], maker: Maker, inputs: Mapping[str, Shape]) -> Graph:
    net = Assembly(maker.origin, inputs)
    outputs: list[Here | Unreached] = []
    for keys in layers:
        before = outputs[-1] if outputs else net.builder.input
        try:
            path = net.names.path(f"{keys.number}_{keys.name}")
            outputs.append(_layer(net, keys, Place(net, path, before, outputs)))
        except Reason as reason:
            raise error(reason, keys.place(reason.key or "")) from None
    nodes = net.builder.nodes
    read = {position for node in nodes for position in node.inputs}
    ends = [i for i in range(len(nodes)) if i not in read]
    if not ends:
        message = "no layer of the file is counted"
        raise SpecError([Diagnostic("empty", message, layers[0].source.place(0, 0))])
    here = net.builder.here
    return net.builder.graph(here(ends[-1]), maker, outputs=map(here, ends))


def _layer(net: Assembly, keys: Keys, at: Place) -> Here | Unreached:
    if keys.name in LEFT_OUT:
        net.builder.leave_out(at.path, keys.name, LEFT_OUT[keys.name])
        return at.entering
    read_layer = LAYERS.get(keys.name)
    try:
        if read_layer is None:
            why = f"archcalc does not know the section `[{keys.name[:80]}]`, {keys.line}"
            return net.miss(at.path, keys.name[:80], why, at.before, weightless=False)
        return read_layer(keys, at)
    except Behind as found:
        unknown, case = found.unknown, Case.NOT_REACHED
        why = f"behind `{unknown.behind}`, {keys.line}"
        weightless = keys.name not in WEIGHTED
        net.miss(at.path, keys.name, why, unknown.before, weightless=weightless, case=case)
        return unknown
