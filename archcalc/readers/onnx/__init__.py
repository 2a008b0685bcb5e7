"""ONNX files → Graph: the wire format (`wire`), what a model says (`message`), its nodes (`walk`).

Weights are never read. What does not depend on the input, such as the sizes that an exporter works
out, is evaluated (`known`); what moves data is no layer, unless the file has it as one.
"""

from __future__ import annotations

from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING

from archcalc.errors import Diagnostic, Place, Reason, SpecError
from archcalc.origin import Origin
from archcalc.readers.assembly import Rereading
from archcalc.readers.onnx.message import read_model
from archcalc.readers.onnx.network import Inputs
from archcalc.readers.onnx.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.files import File
    from archcalc.graph import Graph
    from archcalc.inputs import Input
    from archcalc.ops.op import Shape
    from archcalc.origin import Maker


def read(file: File, given: Input | None) -> Graph:
    """Read a network from its file, at its own input or at the one that is given.

    Raises SpecError or ShapeError, with the node's name, and UsageError where the file does not
    say how large its input is, and nothing is given.
    """
    try:
        model = read_model(_view(file))
    except Reason as reason:
        place = Place(file.name, 0, 0)
        raise SpecError([Diagnostic(reason.code, reason.message, place, reason.hint)]) from None
    entering = Inputs(model.graph, file.name)
    inputs = entering.shapes(given)
    own = {entry.name: entry.shape or inputs[entry.name] for entry in entering.entries}
    name = " ".join(model.graph.name.split())[:80]
    fits = name and name.isprintable() and name not in UNSAID
    origin = Origin(
        id=file.stem,
        name=name if fits else file.stem,
        inputs=own,
        text="\n".join(f"{node.op} {node.name}" for node in model.graph.nodes),
        kind="ONNX model",
        flat=not any(node.scopes or node.name.startswith("/") for node in model.graph.nodes),
    )

    def make(maker: Maker, inputs: Mapping[str, Shape]) -> Graph:
        return Walk(model, entering, maker, inputs).graph()

    return Rereading(origin, make).at(inputs, heads=True)


UNSAID = {"main_graph", "torch_jit", "torch-jit-export", "graph", "model"}
"""Names of graphs that exporters give to all."""


def _view(file: File) -> memoryview:
    """Look at a file without reading it: what is not looked at stays on disk."""
    if file.path is None:
        return memoryview(file.head)
    try:
        with file.path.open("rb") as opened:
            return memoryview(mmap(opened.fileno(), 0, access=ACCESS_READ))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SpecError.of("unreadable", f"`{file.name}` cannot be read: {reason}") from None
