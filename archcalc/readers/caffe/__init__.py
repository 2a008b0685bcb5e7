"""Caffe's prototxt → Graph.

Counted is the network that is deployed (phase TEST), with Caffe's own sizes: pools round up,
convolutions down. A Scale that belongs to a BatchNorm is one op with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Diagnostic, UsageError
from archcalc.inputs import read_inputs
from archcalc.origin import Origin
from archcalc.readers.assembly import Rereading
from archcalc.readers.caffe.message import Fields
from archcalc.readers.caffe.network import Network
from archcalc.readers.caffe.walk import Walk
from archcalc.readers.prototext import parse
from archcalc.readers.text import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.files import File
    from archcalc.graph import Graph
    from archcalc.inputs import Input
    from archcalc.ops.op import Shape
    from archcalc.origin import Maker


def read(file: File, given: Input | None) -> Graph:
    """Read a network from its file, at its own input or at the one that is given.

    Raises SpecError or ShapeError, with the place, and UsageError where the file does not say how
    large its input is, and nothing is given.
    """
    source = text_of(file)
    network = Network(source, Fields(source, parse(source)))
    inputs = _inputs(network, given)
    name = " ".join(network.name.split())
    own = {key: known[0] if known else inputs[key] for key, known in network.inputs.items()}
    origin = Origin(
        id=file.stem,
        name=name if name and name.isprintable() else file.stem,
        inputs=own,
        text=source.text,
        kind="Caffe prototxt",
        flat=True,
    )

    def make(maker: Maker, inputs: Mapping[str, Shape]) -> Graph:
        return Walk(network, maker, inputs).graph()

    return Rereading(origin, make).at(inputs, heads=True)


def _inputs(network: Network, given: Input | None) -> Mapping[str, Shape]:
    own = {name: known[0] for name, known in network.inputs.items() if known}
    free = network.free()
    if not free:
        return read_inputs(given, own)
    names = [name for name, _ in free]
    if given is None:
        name, layer = free[0]
        said = f"`{layer.type}` gives `{name[:80]}`, whose size is not in the file"
        hint = f"say it: `--input 3x{network.hint}x{network.hint}`, or `input=` in Python"
        raise UsageError([Diagnostic("no-input", said, layer.place, hint)])
    if isinstance(given, str | tuple) and len(names) == 1 and not own:
        return {names[0]: next(iter(read_inputs(given).values()))}
    found = read_inputs(given, own | dict.fromkeys(names, next(iter(read_inputs("1").values()))))
    return {name: found[name] for name in network.inputs}
