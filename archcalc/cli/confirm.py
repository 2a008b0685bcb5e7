"""`archcalc confirm`: every figure of a network measured on the network itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import Heads, Input, open_graph
from archcalc.cli.completion import complete_networks
from archcalc.errors import UsageError
from archcalc.jsonable import jsonable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archcalc.referee.confirmations.claim import Confirmation

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NETWORK",
        help="Names (lenet5), files (mine.yaml), or -.",
        autocompletion=complete_networks,
    ),
]
All = Annotated[bool, typer.Option("--all", help="Confirm every network of the library.")]
Run = Annotated[
    bool,
    typer.Option(
        "--run", help="Run live modules with numbers, too, and compare what every layer gives."
    ),
]


def confirm(
    networks: Names = None,
    *,
    all: All = False,  # noqa: A002 - the option's name
    input: Input = None,  # noqa: A002
    heads: Heads = False,
    run: Run = False,
) -> Answer:
    """Build networks in NumPy, run every layer, and compare what is measured with what is counted.

    Exits with 1 if rule and witness differ anywhere.

    \b
    Examples:
      archcalc confirm lenet5
      archcalc confirm resnet50 densenet121 --heads
      archcalc confirm --all
      archcalc confirm torchvision:resnet18 --run
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.render.tables import confirmation as tables  # noqa: PLC0415 - after the arguments

    confirmations = _run(_chosen(networks, every=all), input, heads=heads, run=run)
    parts = [tables.networks(confirmations)]
    if len(confirmations) == 1:
        parts = list(tables.confirmation(confirmations[0]))
    agree = [confirmation.agrees for confirmation in confirmations]
    return Answer(tuple(parts), partial(_data, confirmations), status=int(False in agree))


def _chosen(networks: Sequence[str] | None, *, every: bool) -> list[str]:
    if every == bool(networks):
        hint = "`archcalc confirm lenet5`, or `archcalc confirm --all`"
        raise UsageError.of(
            "nothing-to-confirm", "name the networks to confirm, or say --all", hint
        )
    if networks:
        return list(networks)
    from archcalc.spec.library import networks as library  # noqa: PLC0415

    return [entry.id for entry in library()]


def _run(
    networks: Sequence[str],
    input: str | None,  # noqa: A002
    *,
    heads: bool,
    run: bool,
) -> list[Confirmation]:
    """Confirm one network after the other; what they have in common is run once."""
    from archcalc.referee.confirmations.confirmation import confirm as measure  # noqa: PLC0415
    from archcalc.referee.confirmations.witness import Witness  # noqa: PLC0415
    from archcalc.render.progress import progress  # noqa: PLC0415

    graphs = [open_graph(network, input) for network in networks]
    witness = Witness()
    with progress(len(graphs)) as tell:
        return [
            measure(
                graph,
                heads=heads,
                run=run,
                witness=witness,
                progress=_step(tell, past, graph.origin.name),
            )
            for past, graph in enumerate(graphs)
        ]


def _step(
    tell: Callable[[float, str], None], past: int, network: str
) -> Callable[[int, int], None]:
    """Tell of layers within a network as a fraction of a step."""
    return lambda done, of: tell(past + done / of, network)


def _data(confirmations: Sequence[Confirmation]) -> dict[str, Any]:
    return {"schema": 1, "networks": jsonable(confirmations)}
