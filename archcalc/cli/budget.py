"""`archcalc budget`: whether a network keeps within limits."""

from __future__ import annotations

from typing import Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import Batch, Heads, Input, Network, Set, open_network
from archcalc.render.caption import caption

MaxParameters = Annotated[
    str | None, typer.Option("--max-parameters", metavar="N", help="Such as 5M: M is 10^6.")
]
MaxMacs = Annotated[
    str | None, typer.Option("--max-macs", metavar="N", help="Multiply-accumulates, such as 600M.")
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        "--max-memory",
        metavar="BYTES",
        help="What is stored and the largest live set of a forward pass, such as 50MB or 48MiB.",
    ),
]
Bytes = Annotated[
    int, typer.Option("--bytes", min=1, metavar="N", help="Bytes of each number: 2 is half.")
]


def budget(  # noqa: PLR0913 - one for each option
    network: Network,
    *,
    max_parameters: MaxParameters = None,
    max_macs: MaxMacs = None,
    max_memory: MaxMemory = None,
    bytes_each: Bytes = 4,
    input: Input = None,  # noqa: A002 - the option's name
    batch: Batch = 1,
    set: Set = None,  # noqa: A002
    heads: Heads = False,
) -> Answer:
    """Check that a network keeps within limits; where it does not, name the layers that cost most.

    Exits with 1 if a limit is passed, or if a part is unknown so that nobody can tell.

    \b
    Examples:
      archcalc budget mine.yaml --max-parameters 5M
      archcalc budget resnet50 --max-memory 120MB --batch 8
      archcalc budget vgg16 --max-memory 300MiB --bytes 2
      archcalc budget lenet5 --max-parameters 60k
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.referee.comparisons import budget as referee  # noqa: PLC0415 - after the arguments
    from archcalc.render.tables.comparison import budget as tables  # noqa: PLC0415

    found = referee.budget(
        open_network(network, set, input),
        max_parameters=max_parameters,
        max_macs=max_macs,
        max_memory=max_memory,
        bytes_each=bytes_each,
        input=input,
        batch=batch,
        heads=heads,
    )
    return Answer(
        tuple(tables(found)), found.to_dict(), caption(found.report), status=int(not found.within)
    )
