"""`archcalc explain-error`: what a code means."""

from __future__ import annotations

from typing import Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.codes import codes, explanation
from archcalc.cli.completion import complete_codes
from archcalc.render.table import Column, Table

Code = Annotated[
    str | None,
    typer.Argument(
        metavar="CODE",
        help="The word in brackets after `error`; none lists all.",
        autocompletion=complete_codes,
    ),
]


def explain_error(code: Code = None) -> Answer:
    """Explain the code of a mistake, with an example and how it is right.

    \b
    Examples:
      archcalc explain-error window-does-not-fit
      archcalc explain-error unknown-key
      archcalc explain-error
    """  # noqa: D301 - \b keeps the lines apart
    if code is None:
        columns = (Column("code", "code"), Column("means", "means", "prose"))
        return Answer((Table(columns, tuple((key, of["means"]) for key, of in codes().items())),))
    word = code.removeprefix("error[").rstrip("]")
    return Answer((explanation(word),), {"schema": 1, "code": word, **codes().get(word, {})})
