"""`archcalc plot`: charts of one network, or of several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archcalc.cli.answer import Answer  # noqa: TC001 - the parser reads the annotation
from archcalc.cli.arguments import Batch, Depth, Heads, Input, Set, open_network
from archcalc.cli.completion import complete_networks
from archcalc.cli.picture import keep
from archcalc.errors import UsageError

Networks = Annotated[
    list[str],
    typer.Argument(
        metavar="NETWORK",
        autocompletion=complete_networks,
        help="One network, layer by layer; or several, operations against parameters.",
    ),
]
File = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="What to write: .svg, .png or .pdf.")
]


def plot(  # noqa: PLR0913 - one for each option
    networks: Networks,
    *,
    output: File,
    input: Input = None,  # noqa: A002 - the option's name
    batch: Batch = 1,
    set: Set = None,  # noqa: A002
    depth: Depth = 1,
    heads: Heads = False,
) -> Answer:
    """Chart where parameters, operations and activations sit.

    \b
    Examples:
      archcalc plot vgg16 -o vgg16.svg
      archcalc plot resnet50 --depth 2 -o resnet50.pdf
      archcalc plot alexnet vgg16 resnet50 -o compared.png
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.render.pictures import plot as charts  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.report import count  # noqa: PLC0415

    if set and len(networks) > 1:
        hint = "name a variant: `archcalc plot mine.yaml#small mine.yaml#large`"
        raise UsageError.of("conflict", "`--set` goes with one network", hint)
    reports = [
        count(open_network(network, set, input), input=input, batch=batch, heads=heads)
        for network in networks
    ]
    return keep(output, charts.plot(reports, Path(output).suffix.lower(), depth or None))
