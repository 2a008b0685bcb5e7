"""`archcalc table`: networks below each other, a row for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import (
    Batch,
    Heads,
    Inputs,
    Set,
    columns_option,
    convention_option,
    open_network,
    split,
)
from archcalc.cli.completion import complete_networks
from archcalc.errors import UsageError
from archcalc.render.tables.columns import BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.report import Report

_SETTING = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="NETWORK [NAME=VALUE]...",
        help="Names or files; each may be followed by parameters of its own, and by input=CxHxW.",
        autocompletion=complete_networks,
    ),
]
Conventions = Annotated[
    list[str] | None,
    convention_option("Operations by this convention, in the place of MACs; may be repeated."),
]
Columns = Annotated[
    list[str] | None,
    columns_option("What of each network, separated by commas; +name adds one to the usual."),
]
BytesEach = Annotated[
    int, typer.Option("--bytes", min=1, metavar="N", help="Bytes of a number in memory.")
]
Ratios = Annotated[
    bool, typer.Option("--ratios", help="Also each figure as a multiple of the first network's.")
]


class Asked(NamedTuple):
    """A network with settings of its own."""

    network: str
    settings: list[str]
    input: str | None


def table(  # noqa: PLR0913 - one for each option
    networks: Words,
    *,
    convention: Conventions = None,
    columns: Columns = None,
    ratios: Ratios = False,
    input: Inputs = None,  # noqa: A002 - the option's name
    set: Set = None,  # noqa: A002
    batch: Batch = 1,
    heads: Heads = False,
    bytes_each: BytesEach = BYTES,
) -> Answer:
    """Count networks for the table that papers print: a row for each network at each input.

    \b
    Examples:
      archcalc table alexnet vgg16 googlenet resnet50 --human
      archcalc table resnet50 vgg16 -i 3x224x224 -i 3x320x320
      archcalc table densenet121 growth=24 densenet121
      archcalc table vgg16 resnet50 --ratios --format latex
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.cli.show import named  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.referee.comparisons import tabulation as referee  # noqa: PLC0415
    from archcalc.render.caption import joint  # noqa: PLC0415
    from archcalc.render.tables.tabulation import tabulation  # noqa: PLC0415

    reports = [
        report
        for asked in read(networks)
        for report in _reports(asked, input or [], set or [], batch=batch, heads=heads)
    ]
    found = referee.table(*reports, conventions=split(convention))
    return Answer(
        (tabulation(found, split(columns), bytes_each, ratios=ratios),),
        found.to_dict(),
        joint(*reports, convention=named(found.entries[0].figures)),
    )


def read(words: Sequence[str]) -> Iterator[Asked]:
    """Part networks from the settings that follow each.

    >>> [asked.network for asked in read(["densenet121", "growth=24", "input=3x64x64", "vgg16"])]
    ['densenet121', 'vgg16']
    """
    asked: Asked | None = None
    for word in words:
        if not _SETTING.fullmatch(word):
            if asked is not None:
                yield asked
            asked = Asked(word, [], None)
        elif asked is None:
            hint = "such as `archcalc table densenet121 growth=24`"
            raise UsageError.of("usage", f"`{word[:80]}` stands before any network", hint)
        elif word.startswith("input="):
            asked = asked._replace(input=word.removeprefix("input="))
        else:
            asked.settings.append(word)
    if asked is not None:
        yield asked


def _reports(
    asked: Asked, inputs: Sequence[str], settings: Sequence[str], *, batch: int, heads: bool
) -> Iterator[Report]:
    from archcalc.report import count  # noqa: PLC0415

    shapes: Sequence[str | None] = [asked.input] if asked.input else inputs or [None]
    net = open_network(asked.network, [*settings, *asked.settings], shapes[0])
    for shape in shapes:
        yield count(net, input=shape, batch=batch, heads=heads)
