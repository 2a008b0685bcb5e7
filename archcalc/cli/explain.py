"""`archcalc explain`: how every figure comes about, by which rule."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from archcalc.cli.answer import Answer, invocation
from archcalc.cli.arguments import Heads, Input, Set, open_network, split
from archcalc.cli.completion import (
    complete_layers,
    complete_networks,
    complete_ops,
    complete_quantities,
)
from archcalc.errors import UnknownName, UsageError, listed, suggestion

if TYPE_CHECKING:
    from archcalc.referee.derivations.explanation import Explanation
    from archcalc.render.table import Table
    from archcalc.report import Report

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="NETWORK",
        autocompletion=complete_networks,
        help="A name (lenet5), a file (mine.yaml), a variant of it (mine.yaml#small), or - for "
        "standard input.",
    ),
]
Layers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LAYER",
        help="Layers, blocks or groups, by their paths; and quantities, for their formulas alone.",
        autocompletion=complete_layers,
    ),
]
Quantities = Annotated[
    list[str] | None,
    typer.Option(
        "--columns",
        "-c",
        metavar="NAMES",
        help="The formulas of these quantities alone, such as parameters,macs.",
        autocompletion=complete_quantities,
    ),
]
OpName = Annotated[
    str | None,
    typer.Option(
        "--op", metavar="OP", help="The rule of an op, in letters.", autocompletion=complete_ops
    ),
]


def explain(  # noqa: PLR0913 - one for each option
    network: Name = None,
    layers: Layers = None,
    *,
    op: OpName = None,
    columns: Quantities = None,
    input: Input = None,  # noqa: A002 - the option's name
    set: Set = None,  # noqa: A002
    heads: Heads = False,
) -> Answer:
    """Show how every figure of a layer comes about, with the numbers in it.

    Without a layer: one line for each layer, then the sums.

    \b
    Examples:
      archcalc explain lenet5 C3
      archcalc explain resnet50 conv1 conv3_x/1
      archcalc explain vgg16 conv3_3 parameters --format latex
      archcalc explain --op conv
    """  # noqa: D301 - \b keeps the lines apart
    if (network is None) == (op is None):
        hint = "`archcalc explain lenet5 C3`, or `archcalc explain --op conv`"
        raise UsageError.of("usage", "`explain` takes either a network or an --op", hint)
    if network is None:
        return _rule(str(op))
    from archcalc.referee.derivations.explanation import explain as derive  # noqa: PLC0415 - after the arguments
    from archcalc.render.caption import caption  # noqa: PLC0415
    from archcalc.render.tables.explanation import explanation, quantities  # noqa: PLC0415
    from archcalc.report import count  # noqa: PLC0415

    spec = open_network(network, set, input)
    report = count(spec, input=input, heads=heads)
    asked = [word for word in layers or () if is_quantity(word, report)]
    paths: list[str | None] = [word for word in layers or () if word not in asked]
    asked += map(known, split(columns))
    found = [derive(spec, path, input=input, heads=heads) for path in paths or [None]]
    if asked:
        tables: tuple[Table, ...] = (quantities(found, list(map(quantity, asked))),)
    else:
        tables = tuple(table for each in found for table in explanation(each))
    data = [each.to_dict() for each in found]
    return Answer(
        tables,
        data[0] if len(data) == 1 else {"schema": 1, "explanations": data},
        partial(caption, report),
        _next(network, found[0]) if not layers else "",
    )


def is_quantity(word: str, report: Report) -> bool:
    """Tell whether a word names a quantity, and nothing of the network."""
    from archcalc.referee.derivations.explanation import SUMMED  # noqa: PLC0415

    return quantity(word) in SUMMED and word not in {row.path for row in report.fold(1)}


def known(word: str) -> str:
    """Find a quantity by its name. Raises UnknownName."""
    from archcalc.referee.derivations.explanation import SUMMED  # noqa: PLC0415

    found = quantity(word)
    if found not in SUMMED:
        hint = suggestion(found, SUMMED) or listed("quantities", SUMMED)
        raise UnknownName.of("unknown-column", f"there is no quantity `{word[:80]}`", hint)
    return found


def quantity(word: str) -> str:
    """Read the name of a quantity as people write it.

    >>> quantity("MACs"), quantity("connections in bounds")
    ('macs', 'connections_in_bounds')
    """
    return word.lower().replace("-", "_").replace(" ", "_")


def _next(network: str, found: Explanation) -> str:
    """Name the command that a reader may want next: one of the layers in full."""
    return invocation("explain", network, found.parts[0].path) if found.parts else ""


def _rule(op: str) -> Answer:
    from archcalc.referee.derivations.symbolic import spell  # noqa: PLC0415
    from archcalc.render.tables.explanation import rule  # noqa: PLC0415

    found = spell(op)
    return Answer(tuple(rule(found)), found.to_dict(), {"op": op})
