"""`archcalc gradients`: how large the gradient of each layer is at initialisation."""

from __future__ import annotations

from typing import Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import Input, open_graph
from archcalc.cli.completion import complete_networks
from archcalc.jsonable import jsonable

Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NETWORK",
        help="Names (plain34), files (mine.yaml), or -.",
        autocompletion=complete_networks,
    ),
]
Samples = Annotated[
    int, typer.Option("--batch", "-b", metavar="N", help="Samples at once, 2 or more.")
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Draw other weights and other samples.")
]


def gradients(
    networks: Names,
    *,
    input: Input = None,  # noqa: A002 - the option's name
    batch: Samples = 4,
    seed: Seed = 0,
) -> Answer:
    """Show the norm of each layer's gradient at initialisation, networks side by side.

    \b
    Examples:
      archcalc gradients sigmoid-mlp sigmoid-mlp-with-norm
      archcalc gradients plain34-without-norm plain34
      archcalc gradients lenet5 --batch 64
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.referee.confirmations.gradient_flow import gradients as measure  # noqa: PLC0415 - after the arguments
    from archcalc.render.progress import progress  # noqa: PLC0415
    from archcalc.render.tables.gradient_flow import tables  # noqa: PLC0415

    graphs = [open_graph(network, input) for network in networks]
    with progress(len(graphs)) as tell:
        flows = measure(*graphs, batch=batch, seed=seed, progress=tell)
    data = {"schema": 1, "networks": jsonable(flows)}
    return Answer(tuple(tables(flows)), data)
