"""`archcalc show`: the table of a network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import Batch, Columns, Heads, Input, Network, Set, open_network, split
from archcalc.render.caption import caption
from archcalc.render.columns import BYTES
from archcalc.render.layers import layers

if TYPE_CHECKING:
    from archcalc.report import Report

Depth = Annotated[
    int,
    typer.Option(
        "--depth", "-d", min=0, metavar="N", help="Unfold N levels of blocks; 0 shows every layer."
    ),
]
All = Annotated[bool, typer.Option("--all", "-a", help="Show every layer: --depth 0.")]
BytesEach = Annotated[
    int,
    typer.Option(
        "--bytes", min=1, metavar="N", help="Bytes of a number in memory: 4 in single precision."
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
) -> Answer:
    """Count a network, layer by layer.

    \b
    Examples:
      archcalc show lenet5
      archcalc show resnet50 --depth 2 --columns +flops
      archcalc show densenet121 --set growth=24 --input 3x256x256
      archcalc show vgg16 --columns memory_bytes,field --bytes 2 --batch 16
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.report import count  # noqa: PLC0415 - after the arguments are known to be good

    report = count(open_network(network, set), input=input, batch=batch, heads=heads)
    table = layers(report, None if all or not depth else depth, split(columns), bytes_each)
    return Answer(
        (table,),
        partial(_data, report, bytes_each),
        partial(caption, report),
        partial(_next, report, network, depth),
    )


def _data(report: Report, bytes_each: int) -> dict[str, Any]:
    found, memory = caption(report), report.memory(bytes_each)
    memory_data = {"bytes_each": bytes_each, **memory._asdict(), "total": memory.total}
    about = {key: found[key] for key in ("convention", "spec", "archcalc")}
    return report.to_dict() | {"memory": memory_data} | about


def _next(report: Report, network: str, depth: int) -> str:
    """Name the command that a reader may want next: unfold the blocks, then explain a layer."""
    if report.graph.containers and depth == 1:
        return f"archcalc show {network} --depth 2"
    from shlex import quote  # noqa: PLC0415 - only a terminal needs it

    largest = max(report.rows, key=lambda row: row.parameters)
    return f"archcalc explain {network} {quote(largest.path)}"
