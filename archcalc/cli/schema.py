"""`archcalc schema`: JSON Schemas for editors and programs."""

from __future__ import annotations

from typing import Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.options import check_choice

SUBJECTS = ("spec", "report")
Subject = Annotated[
    str,
    typer.Argument(
        metavar="SUBJECT",
        help="spec: the language of specs. report: what show --json prints.",
        autocompletion=lambda: list(SUBJECTS),
    ),
]


def schema(subject: Subject = "spec") -> Answer:
    """Print a JSON Schema: of specs for completion in editors, or of reports.

    Editors with the YAML language server read it from the first line of a spec:
    # yaml-language-server: $schema=spec.schema.json

    \b
    Examples:
      archcalc schema spec -o spec.schema.json
      archcalc schema report
      archcalc schema spec
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.render.export import to_json  # noqa: PLC0415 - after the arguments are good
    from archcalc.render.schema import report_schema, spec_schema  # noqa: PLC0415

    check_choice("schema", subject, SUBJECTS)
    found = spec_schema() if subject == "spec" else report_schema()
    return Answer((to_json(found),), found)
