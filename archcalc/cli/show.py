"""`archcalc show`: the table of a network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archcalc.cli.answer import Answer, invocation
from archcalc.cli.arguments import (
    Batch,
    Depth,
    Heads,
    Input,
    Network,
    Set,
    columns_option,
    convention_option,
    open_network,
    split,
)
from archcalc.render.caption import MACS, caption
from archcalc.render.tables.columns import BYTES, QUANTITIES
from archcalc.render.tables.layers import layers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.convention.figure import Figure
    from archcalc.report import Report

All = Annotated[
    bool, typer.Option("--all", "-a", help="Show every op, also what stands before and after.")
]
BytesEach = Annotated[
    int,
    typer.Option(
        "--bytes", min=1, metavar="N", help="Bytes of a number in memory: 4 in single precision."
    ),
]
Columns = Annotated[
    list[str] | None,
    columns_option(
        "Columns, separated by commas; +name adds one to the usual; all shows all: "
        f"{', '.join(QUANTITIES)}."
    ),
]
Conventions = Annotated[
    list[str] | None,
    convention_option(
        "A column of what this convention counts, by name or from a file; may be repeated."
    ),
]


def show(  # noqa: PLR0913 - one for each option
    network: Network,
    *,
    input: Input = None,  # noqa: A002 - the option's name
    batch: Batch = 1,
    set: Set = None,  # noqa: A002
    depth: Depth = 1,
    all: All = False,  # noqa: A002
    columns: Columns = None,
    heads: Heads = False,
    bytes_each: BytesEach = BYTES,
    convention: Conventions = None,
) -> Answer:
    """Count a network, layer by layer.

    \b
    Examples:
      archcalc show lenet5
      archcalc show resnet50 --depth 2 --columns +flops
      archcalc show densenet121 -s growth=24 -i 3x256x256
      archcalc show vgg16 --columns memory_bytes --bytes 2
      archcalc show resnet50-v1.5 -C thop -C ptflops
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.report import count  # noqa: PLC0415 - after the arguments are known to be good

    report = count(open_network(network, set, input), input=input, batch=batch, heads=heads)
    figures = apply_all(report, split(convention))
    chosen = split(columns) or (["+field"] if all else [])
    table = layers(report, depth or None, chosen, bytes_each, figures, ops=all)
    return Answer(
        (table,),
        partial(_data, report, bytes_each, figures),
        partial(caption, report, named(figures)),
        partial(_next, report, network, depth),
    )


def _data(report: Report, bytes_each: int, figures: Sequence[Figure]) -> dict[str, Any]:
    from archcalc.plain_values import memory_to_dict  # noqa: PLC0415 - only for JSON

    found = caption(report, named(figures))
    memory_data = memory_to_dict(report.memory(bytes_each), bytes_each, report.total)
    about = {key: found[key] for key in ("convention", "spec", "archcalc")}
    by_convention = [figure_to_dict(figure, report) for figure in figures]
    return report.to_dict() | {"memory": memory_data, "figures": by_convention} | about


def apply_all(report: Report, names: Sequence[str]) -> list[Figure]:
    """Apply conventions to a report; the module is imported only if there are any."""
    if not names:
        return []
    from archcalc.convention.figure import apply  # noqa: PLC0415 - only for conventions

    return [apply(report, name) for name in names]


def named(figures: Sequence[Figure]) -> str:
    """Name the conventions of the figures that are shown."""
    said = (f"{f.convention.name} = {f.convention.unit or f.convention.figures}" for f in figures)
    return "; ".join([MACS, *said])


def figure_to_dict(figure: Figure, report: Report) -> dict[str, Any]:
    """Give the figures of a convention as plain values: in total, and of each layer."""
    return {
        "convention": figure.convention.name,
        "unit": figure.convention.unit,
        "total": figure.total,
        "partial": figure.partial,
        "rows": {row.path: figure.of(row.path) for row in report.rows},
    }


def _next(report: Report, network: str, depth: int) -> str:
    """Name the command that a reader may want next: unfold the blocks, then explain a layer."""
    if report.graph.containers and depth == 1:
        return invocation("show", network, "--depth", "2")
    if not report.rows:
        return ""
    largest = max(report.rows, key=lambda row: row.parameters)
    return invocation("explain", network, largest.path)
