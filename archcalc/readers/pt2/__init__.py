"""Programs that PyTorch exported (`.pt2`) → Graph, without PyTorch.

    archive (`archive`) ──▶ program (`program`) ──walk──▶ calls ──assemble──▶ Graph

The calls are those that a pass over a live module records, and are lowered by the same rules
(`archcalc.readers.pytorch`). The file states the sizes of all tensors, or their expressions in
symbols (`symbols`) where it leaves sizes free (`entering`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.inputs import read_inputs
from archcalc.origin import Origin
from archcalc.readers.assembly import Rereading
from archcalc.readers.pt2.archive import read_texts
from archcalc.readers.pt2.assembly import FileAssembly
from archcalc.readers.pt2.elsewhere import replay
from archcalc.readers.pt2.entering import enter
from archcalc.readers.pt2.guard import guarded
from archcalc.readers.pt2.program import Program
from archcalc.readers.pt2.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.files import File
    from archcalc.graph import Graph
    from archcalc.inputs import Input
    from archcalc.ops.shape import Shape
    from archcalc.origin import Maker


def read(file: File, given: Input | None) -> Graph:
    """Read a network from its file, at its own input or at the one that is given.

    Raises SpecError or ShapeError, with the node's name, and UsageError where the file does not
    say how large its input is, and nothing is given.
    """
    with guarded(file.name):
        program = Program(*read_texts(file))
        entering = enter(program, given, file.name)
        own = entering.shapes
        nodes = program.graph["nodes"]
        targets = "\n".join([f"{node['target']} {node.get('name')}" for node in nodes])
    origin = Origin(id=file.stem, name=file.stem, inputs=own, text=targets, kind="PyTorch program")

    def make(maker: Maker, inputs: Mapping[str, Shape]) -> Graph:
        with guarded(file.name):
            there = entering.at(inputs)
            if there is None:
                return replay(maker.at(own, heads=True), maker, inputs)
            trace = Walk(program, there, file.name).trace()
            return FileAssembly(origin, inputs, program, file.name).assemble(trace, maker)

    return Rereading(origin, make).at(read_inputs(given, own), heads=True)
