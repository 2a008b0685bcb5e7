"""`archcalc reconcile`: why two figures differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archcalc.cli.answer import Answer, invocation
from archcalc.cli.arguments import Heads, Input, Set, convention_option, read_setting
from archcalc.cli.completion import complete_conventions, complete_networks

if TYPE_CHECKING:
    from archcalc.referee.reconciliations.reconciliation import Reconciliation

SIDE = "a network (resnet50), with a convention (resnet50@thop, mine.yaml@fvcore), or a number"


def complete_side(incomplete: str) -> list[str]:
    """Offer networks; after an @ the conventions."""
    network, at, convention = incomplete.rpartition("@")
    if not at:
        return complete_networks(incomplete)
    return [f"{network}@{name}" for name in complete_conventions(convention)]


First = Annotated[
    str,
    typer.Argument(metavar="A", help=f"{SIDE.capitalize()}.", autocompletion=complete_side),
]
Second = Annotated[
    str,
    typer.Argument(
        metavar="B", help="The same: 4.11G, 61.1M, 3.8e9, 553MB ...", autocompletion=complete_side
    ),
]
Default = Annotated[
    str,
    convention_option("The convention of a network without one: a name, or a file of your own."),
]

Partial = Annotated[
    bool,
    typer.Option("--partial", help="Judge by what is known, where not all of a network is."),
]


def reconcile(  # noqa: PLR0913 - one for each option
    a: First,
    b: Second,
    *,
    convention: Default = "macs",
    input: Input = None,  # noqa: A002 - the option's name
    set: Set = None,  # noqa: A002
    heads: Heads = False,
    partial: Partial = False,
) -> Answer:
    """Tell why two figures differ, in terms that add up exactly to the difference.

    For a number, tell what was published, or find what prints so: by convention, unit, input size,
    heads, variant and options, or by a slip in counting, such as groups ignored or channels read
    last. Exits with 1 if nothing does, and names what comes near. An input, parameters and heads
    are those of both networks.

    \b
    Examples:
      archcalc reconcile resnet50 resnet50-v1.5@thop
      archcalc reconcile resnet50 4.11G
      archcalc reconcile mine.yaml@parameters 62,378,344
      archcalc reconcile vgg16 vgg16@fvcore -i 3x320x320
      archcalc reconcile mine.yaml@macs mine.yaml@ours.yaml
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.referee.reconciliations.reconciliation import reconcile as explain  # noqa: PLC0415
    from archcalc.render.progress import progress  # noqa: PLC0415
    from archcalc.render.tables.reconciliation import reconciliation  # noqa: PLC0415 - after the arguments

    parameters = dict(map(read_setting, set or ()))
    with progress() as tell:
        tell(0, f"{a}, {b}")
        found = explain(
            a,
            b,
            convention=convention,
            input=input,
            heads=heads,
            parameters=parameters,
            partial=partial,
        )
    failed = found.number is not None and not (found.met or found.published)
    parts = tuple(reconciliation(found))
    return Answer(parts, found.to_dict(), _caption(found), _next(found, a, b), int(failed))


def _caption(found: Reconciliation) -> dict[str, str]:
    from archcalc.render.caption import joint  # noqa: PLC0415

    to = found.number.text if found.number else found.b.name if found.b else ""
    reports = [side.report for side in (found.a, found.b) if side is not None]
    return {"from": found.a.name, "to": to, **joint(*reports, convention="after each @")}


def _next(found: Reconciliation, a: str, b: str) -> str:
    """Name the command that counts by all conventions: the second network, or the only one."""
    last = a if found.number is not None and found.number.text == b else b
    return invocation("conventions", last.partition("@")[0])
