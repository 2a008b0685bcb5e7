"""Turning a function that gives an `Answer` into a command that prints it.

Every command has the same output options; its function never sees them.
"""

from __future__ import annotations

from inspect import Parameter, Signature, cleandoc, signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archcalc.cli.delivery import Output, deliver

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.cli.answer import Answer

OUTPUT: dict[str, tuple[Any, Any]] = {
    "json": (
        Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")],
        False,
    ),
    "wide": (
        Annotated[bool, typer.Option("--wide", help="Hide and shorten nothing, however wide.")],
        False,
    ),
    "width": (
        Annotated[
            int | None,
            typer.Option("--width", min=1, help="Fit tables into N characters.", metavar="N"),
        ],
        None,
    ),
    "color": (
        Annotated[str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")],
        "auto",
    ),
}
"""The options of every command: their types and defaults."""


def register(app: typer.Typer, name: str, function: Callable[..., Answer]) -> None:
    """Add a function to an app, together with the output options."""
    own = signature(function, eval_str=True).parameters

    def run(**values: Any) -> None:  # noqa: ANN401 - whatever the options hold
        output = Output(**{key: values.pop(key) for key in OUTPUT})
        status = deliver(function(**values), output)
        if status:
            raise typer.Exit(status)

    extra = [
        Parameter(key, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for key, (annotation, default) in OUTPUT.items()
        if key not in own
    ]
    run.__signature__ = Signature(  # type: ignore[attr-defined]
        [p.replace(kind=Parameter.KEYWORD_ONLY) for p in own.values()] + extra
    )
    run.__annotations__ = {p.name: p.annotation for p in (*own.values(), *extra)}
    app.command(name, help=cleandoc(function.__doc__ or ""))(run)
