"""What the totals of a report cover, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.graph import INPUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.report import Report

NAMED = 8
"""Outputs and dead ends that are named."""


def scope(report: Report) -> str:
    """Say which part of a network is counted, its outputs if several, and its dead ends.

    >>> from archcalc.report import count
    >>> scope(count("googlenet"))
    'main path, without heads aux1, aux2'
    """
    return "; ".join([_covered(report), *_loose_ends(report)])


def _covered(report: Report) -> str:
    if report.heads:
        return f"main path and heads {', '.join(report.heads)}"
    if report.graph.origin.heads:
        return f"main path, without heads {', '.join(report.graph.origin.heads)}"
    return "whole network"


def _loose_ends(report: Report) -> Iterator[str]:
    """Say the outputs where there are several, and the layers that nothing reads."""
    graph = report.graph
    if len(report.outputs) > 1:
        yield f"outputs: {_some(report.outputs)}"
    unread = [name for i, name in enumerate(report.inputs) if not graph.is_read(INPUT - i)]
    if unread and len(report.inputs) > 1:
        yield f"nothing reads: {_some(unread)}"
    if report.dead_ends:
        all_of_it, out = report.total.parameters, report.leading_out.parameters
        yield f"dead end{'s' * (len(report.dead_ends) > 1)}: {_some(report.dead_ends)}"
        yield f"{out:,} of {all_of_it:,} parameters on a path to an output"


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return ", ".join(paths[:NAMED]) + more
