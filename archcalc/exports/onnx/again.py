"""What is not the same when an ONNX file is read again, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.files import File
from archcalc.readers.onnx import read
from archcalc.report import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.graph import Graph
    from archcalc.report import Report

NORMS = {"batchnorm", "groupnorm", "instancenorm", "layernorm"}
RECURRENT = {"gru", "lstm"}
CUTS = {"crop", "slice"}


def differences(graph: Graph, data: bytes) -> str:
    """Tell how many parameters an ONNX file of a network has, if that is not what the network has.

    The file is read by our own reader; it says nothing of what is not trained.

    >>> from archcalc.exports.onnx.model import onnx
    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> graph = expand(load("lenet5"))
    >>> print(differences(graph, onnx(graph, values=False)))
    read again, it has 60,840 parameters, not 60,000: fixed weights count as trained
    >>> graph = expand(load("siamese-mnist"))
    >>> differences(graph, onnx(graph, values=False))
    ''
    """
    before = count(graph, heads=True)
    after = count(read(File(f"{graph.origin.id}.onnx", data), None))
    if after.total.parameters == before.total.parameters:
        return ""
    has = f"{after.total.parameters:,} parameters, not {before.total.parameters:,}"
    why = "; ".join(dict.fromkeys(_reasons(before)))
    return f"read again, it has {has}" + (f": {why}" if why else "")


def _reasons(report: Report) -> Iterator[str]:
    """List what of a network a file of ONNX cannot say, or says with more numbers."""
    if report.total.fixed:
        yield "fixed weights count as trained"
    for node in report.graph.nodes:
        held = {weight.name: weight for weight in node.op.weights(node.xs[0], node.y)}
        if node.shared and not any(len(held[tie.weight].shape) > 1 for tie in node.shared):
            yield "vectors that are shared count wherever they are read"
        if node.op.name in NORMS and "gamma" not in held:
            yield "a norm without a scale has one of 1"
        if node.op.name in RECURRENT and "state_bias" not in held:
            yield "a recurrent layer has a second bias, of 0"
        if getattr(node.op, "positions", None) == "rotary":
            yield "the angles of positions are stored"
        if (
            node.op.name in CUTS
            and node.y != node.xs[0]
            and "learned" in _before(report.graph, node.inputs)
        ):
            yield "of a table only what is read counts"


def _before(graph: Graph, inputs: tuple[int, ...]) -> set[str]:
    return {graph.nodes[at].op.name for at in inputs if at >= 0}
