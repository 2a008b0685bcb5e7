"""What a reader of a report must know of it beside its figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archcalc.doubts import axes
from archcalc.errors import ArchcalcError
from archcalc.inputs import say
from archcalc.ops import find
from archcalc.uncounted import abridged

if TYPE_CHECKING:
    from archcalc.report import Report


def notes(report: Report) -> tuple[str, ...]:
    """Tell how an input is read that may not be meant, and what another than its own did.

    >>> from archcalc.report import count
    >>> notes(count("vgg16", input="3x256x256"))[0].split(";")[0]
    'input 3x256x256 instead of 3x224x224: 169,814,824 parameters, not 138,357,544'
    """
    return (*axes(report.graph), *_changed(report))


def _changed(report: Report) -> tuple[str, ...]:
    """Tell what another input than the network's own did to its parameters, and why."""
    own = report.graph.origin.inputs
    if report.inputs == own:
        return ()
    try:
        before = replace(report, graph=report.graph.at(own), batch=1)
    except ArchcalcError as error:
        why = error.diagnostics[0].message
        return (f"input {say(report.inputs)}; at its own, {say(own)}, it cannot be counted: {why}",)
    return (*_grown(before, report), *_kept(before, report))


def _grown(before: Report, report: Report) -> tuple[str, ...]:
    old, new = before.total.parameters, report.total.parameters
    if old == new:
        return ()
    was, now = before.by_op(), report.by_op()
    grown = {op for op in now if op not in was or now[op].parameters != was[op].parameters}
    causes = [find(op).grows for op in now if op in grown and find(op).grows]
    if [node.op for node in before.nodes] != [node.op for node in report.nodes]:
        causes = ["a field of a layer depends on the input"]
    inputs = f"input {say(report.inputs)} instead of {say(before.inputs)}"
    return ("; ".join([f"{inputs}: {new:,} parameters, not {old:,}", *causes]),)


def _kept(before: Report, report: Report) -> tuple[str, ...]:
    """Name the layers that are stated, and are as before though something else enters them."""
    was = {node.path: node for node in before.nodes if node.op.role == "unknown"}
    pairs = [(node, was[node.path]) for node in report.nodes if node.path in was]
    kept = [now.path for now, old in pairs if now.op == old.op and now.xs != old.xs]
    return (f"stated, and so the same at every input: {abridged(kept)}",) if kept else ()
