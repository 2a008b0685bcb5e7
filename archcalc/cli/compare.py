"""`archcalc compare`, `archcalc diff`: networks side by side, and layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from archcalc.cli.answer import Answer, invocation
from archcalc.cli.arguments import Batch, Heads, Input, open_network, split
from archcalc.cli.completion import complete_lines, complete_networks, complete_quantities
from archcalc.render.caption import joint

if TYPE_CHECKING:
    from archcalc.referee.comparisons.comparison import By

Networks = Annotated[
    list[str],
    typer.Argument(
        metavar="NETWORK",
        help="Two networks or more, names or files.",
        autocompletion=complete_networks,
    ),
]
Before = Annotated[
    str,
    typer.Argument(metavar="BEFORE", help="A name or a file.", autocompletion=complete_networks),
]
After = Annotated[
    str,
    typer.Argument(
        metavar="AFTER",
        help="The network to compare it with, also a variant: mine.yaml#small.",
        autocompletion=complete_networks,
    ),
]
Lines = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="LINES",
        help="Also line by line: stage or op.",
        autocompletion=complete_lines,
    ),
]
Quantities = Annotated[
    list[str] | None,
    typer.Option(
        "--columns",
        "-c",
        metavar="NAMES",
        help="Quantities to compare by, separated by commas, such as parameters,flops.",
        autocompletion=complete_quantities,
    ),
]
Depth = Annotated[
    int,
    typer.Option(
        "--depth", "-d", min=0, metavar="N", help="Sum what is below N levels; 0 shows each layer."
    ),
]


Names = Annotated[
    bool, typer.Option("--names", help="List the layers that only have another name, too.")
]


def compare(  # noqa: PLR0913 - one for each option
    networks: Networks,
    *,
    by: Lines = None,
    columns: Quantities = None,
    input: Input = None,  # noqa: A002 - the option's name
    batch: Batch = 1,
    heads: Heads = False,
) -> Answer:
    """Put networks side by side: their totals, and their ratios to the first.

    \b
    Examples:
      archcalc compare alexnet vgg16 googlenet resnet50
      archcalc compare vgg16 resnet50 --by op --columns macs
      archcalc compare my.yaml#small my.yaml#large --by stage
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.referee.comparisons import comparison  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.render.tables.comparison import comparison as tables  # noqa: PLC0415

    found = comparison.compare(
        *(open_network(network, None, input) for network in networks),
        by=cast("By | None", by),
        input=input,
        batch=batch,
        heads=heads,
    )
    return Answer(
        tuple(tables(found, split(columns))),
        found.to_dict(),
        joint(*found.reports),
        hint=invocation("diff", *networks[:2]),
    )


def diff(  # noqa: PLR0913 - one for each option
    before: Before,
    after: After,
    *,
    depth: Depth = 0,
    names: Names = False,
    input: Input = None,  # noqa: A002 - the option's name
    batch: Batch = 1,
    heads: Heads = False,
) -> Answer:
    """Tell layer by layer what was added, removed and changed between two networks.

    \b
    Examples:
      archcalc diff lenet5 lenet5-textbook
      archcalc diff resnet50 resnet50-v1.5
      archcalc diff resnet50 resnet101 --depth 2
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.referee.comparisons import difference  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.render.tables.comparison import difference as table  # noqa: PLC0415

    found = difference.diff(
        open_network(before, None, input),
        open_network(after, None, input),
        input=input,
        batch=batch,
        heads=heads,
    )
    caption = joint(found.before, found.after)
    return Answer((table(found, depth or None, names=names),), found.to_dict(), caption)
