"""`archcalc conventions`: the ways to count, and what a network has by each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from archcalc.cli.answer import Answer, invocation
from archcalc.cli.arguments import Batch, Heads, Input, Set, convention_option, open_network
from archcalc.cli.completion import complete_networks
from archcalc.errors import ArchcalcError, UnknownName

if TYPE_CHECKING:
    from archcalc.convention.convention import Convention
    from archcalc.convention.figure import Figure
    from archcalc.graph import Graph
    from archcalc.spec.spec import Spec

Network = Annotated[
    str | None,
    typer.Argument(
        metavar="NETWORK",
        help="Count this network by each of them: a name, a file, or - for standard input.",
        autocompletion=complete_networks,
    ),
]
Conventions = Annotated[
    list[str] | None,
    convention_option("Only this one, by name or from a file of your own; may be repeated."),
]
Variables = Annotated[
    bool, typer.Option("--variables", help="List what the rules of a convention may read.")
]


def conventions(  # noqa: PLR0913 - one for each option
    network: Network = None,
    *,
    convention: Conventions = None,
    input: Input = None,  # noqa: A002 - the option's name
    batch: Batch = 1,
    set: Set = None,  # noqa: A002
    heads: Heads = False,
    variables: Variables = False,
) -> Answer:
    """List the conventions with what each counts; or count a network by each of them.

    One convention without a network is shown rule by rule.

    \b
    Examples:
      archcalc conventions
      archcalc conventions resnet50-v1.5
      archcalc conventions --convention thop
      archcalc conventions mine.yaml -C thop -C ours.yaml
    """  # noqa: D301 - \b keeps the lines apart
    if variables:
        return _variables()
    from archcalc.convention.library import conventions as everything  # noqa: PLC0415
    from archcalc.convention.library import find  # noqa: PLC0415

    chosen = tuple(map(find, convention)) if convention else everything()
    if network is None:
        return _list(chosen)
    from archcalc.convention.figure import apply  # noqa: PLC0415 - after the arguments are known
    from archcalc.render.caption import caption  # noqa: PLC0415
    from archcalc.render.tables.figures import figures  # noqa: PLC0415
    from archcalc.report import count  # noqa: PLC0415

    spec = _open(network, set, input)
    report = count(spec, input=input, batch=batch, heads=heads)
    found = [apply(report, each) for each in chosen]
    about = caption(report, "one in each line")
    data = {"schema": 1, **about, "figures": [_figure(figure) for figure in found]}
    names = convention or [each.name for each in chosen]
    return Answer((figures(found),), data, about, _next(network, names, found))


def _next(network: str, names: list[str], found: list[Figure]) -> str:
    """Name the command that tells why two figures of one kind differ, if any do."""
    first, kind = found[0].total, found[0].convention.figures
    other = [
        name
        for name, figure in zip(names, found, strict=True)
        if figure.convention.figures == kind and figure.total != first and not figure.partial
    ]
    if found[0].partial or not other:
        return ""
    return invocation("reconcile", f"{network}@{names[0]}", f"{network}@{other[-1]}")


def _open(
    network: str,
    set: list[str] | None,  # noqa: A002
    input: str | None,  # noqa: A002
) -> Spec | Graph:
    """Open a network; a convention in its place is a likely slip."""
    from archcalc.convention.library import find  # noqa: PLC0415

    try:
        return open_network(network, set, input)
    except UnknownName as mistake:
        try:
            name = find(network).name
        except ArchcalcError:
            raise mistake from None
        message = f"`{network}` is a convention, not a network"
        raise UnknownName.of(
            "unknown-network", message, f"`archcalc conventions -C {name}`"
        ) from None


def _list(chosen: tuple[Convention, ...]) -> Answer:
    from archcalc.render.tables.figures import listing, rules  # noqa: PLC0415

    data = {"schema": 1, "conventions": [_plain(each) for each in chosen]}
    if len(chosen) == 1:
        return Answer((rules(chosen[0]),), data, hint="archcalc conventions --variables")
    return Answer((listing(chosen),), data, hint="archcalc conventions resnet50")


def _variables() -> Answer:
    from archcalc.render.tables.figures import variables  # noqa: PLC0415

    return Answer((variables(),))


def _plain(convention: Convention) -> dict[str, Any]:
    texts = ("name", "figures", "unit", "per", "tool", "version", "source", "notes")
    default, each = convention.default, convention.each
    return {
        **{name: getattr(convention, name) for name in texts},
        "aliases": list(convention.aliases),
        "rules": {op: rule.text for op, rule in convention.rules.items()},
        "zero": dict(convention.zeros),
        "fails": dict(convention.failures),
        "default": default.text if default else None,
        "each": each.text if each else None,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    convention = figure.convention
    return {
        "convention": convention.name,
        "figures": convention.figures,
        "unit": convention.unit,
        "figure": figure.total,
        "partial": figure.partial,
        "unknown": list(figure.unknown),
    }
