"""`archcalc published`: figures as papers print them, beside the computed ones."""

from __future__ import annotations

from typing import Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.completion import complete_published
from archcalc.jsonable import jsonable

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME",
        help="Networks (lenet5), families (resnet), or files with figures of their own.",
        autocompletion=complete_published,
    ),
]

Markdown = Annotated[
    bool,
    typer.Option("--markdown", help="Write a page: family by family, with links to the sources."),
]


def published(names: Names = None, *, markdown: Markdown = False) -> Answer:
    """Compare published figures with the exact ones: equal, equal as printed, or different and why.

    Exits with 1 if a figure fails the match that its record states.

    \b
    Examples:
      archcalc published lenet5
      archcalc published resnet50 resnet50-v1.5
      archcalc published --markdown -o figures.md
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc import __version__  # noqa: PLC0415 - the package is being imported above this
    from archcalc.referee.published.ledger import published as hold  # noqa: PLC0415 - after the arguments
    from archcalc.render.almanac import almanac  # noqa: PLC0415
    from archcalc.render.tables.ledger import ledger  # noqa: PLC0415

    findings = hold(*names or ())
    data = {"schema": 1, "findings": jsonable(findings)}
    failed = not all(finding.holds for finding in findings)
    part = almanac(findings, __version__) if markdown else ledger(findings)
    return Answer((part,), data, {"archcalc": __version__}, status=int(failed))
