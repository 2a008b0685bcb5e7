"""`archcalc page`: networks as a page for a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import Batch, Heads, Input, Set, open_network
from archcalc.cli.completion import complete_networks
from archcalc.cli.picture import keep
from archcalc.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from archcalc.referee.published.ledger import Findings

SUFFIXES = (".html", ".htm")

Networks = Annotated[
    list[str],
    typer.Argument(
        metavar="NETWORK",
        autocompletion=complete_networks,
        help="One network, or several to compare: names, files, or - for standard input.",
    ),
]
File = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="The file to write, such as net.html; - prints it."
    ),
]


def page(  # noqa: PLR0913 - one for each option
    networks: Networks,
    *,
    output: File = None,
    input: Input = None,  # noqa: A002 - the option's name
    batch: Batch = 1,
    set: Set = None,  # noqa: A002
    heads: Heads = False,
) -> Answer:
    """Write a page that shows networks in a browser: one file, which needs no network.

    The table opens and closes, sorts and searches; a layer shows its derivation and what it sees of
    the input; every convention recounts all rows. Several networks are compared.

    \b
    Examples:
      archcalc page lenet5 -o lenet5.html
      archcalc page net.onnx -o net.html
      archcalc page resnet50 densenet121 -o compared.html
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.page.page import page as write  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.report import count  # noqa: PLC0415

    if set and len(networks) > 1:
        hint = "name a variant: `archcalc page mine.yaml#small mine.yaml#large`"
        raise UsageError.of("conflict", "`--set` goes with one network", hint)
    if output not in {None, "-"} and Path(str(output)).suffix.lower() not in SUFFIXES:
        message = f"the suffix of `{output}` names no page"
        raise UsageError.of("unknown-suffix", message, f"one of {', '.join(SUFFIXES)}")
    reports = [
        count(open_network(network, set, input), input=input, batch=batch, heads=heads)
        for network in networks
    ]
    found = [() if set or input else _published(network) for network in networks]
    text = write(reports, found)
    return Answer((text,)) if output in {None, "-"} else keep(str(output), text)


def _published(network: str) -> Findings | tuple[()]:
    """Find what was published about a network; nothing about files of other tools."""
    from archcalc.files import is_file_name  # noqa: PLC0415
    from archcalc.referee.published.ledger import published  # noqa: PLC0415
    from archcalc.spec.library import SUFFIXES as SPECS  # noqa: PLC0415
    from archcalc.spec.library import slashed  # noqa: PLC0415

    path = network.partition("#")[0]
    spec = path.endswith(SPECS) and Path(path).is_file()
    if is_file_name(network) and not spec and not slashed(network):
        return ()
    try:
        return published(network)
    except UnknownName:
        return ()
