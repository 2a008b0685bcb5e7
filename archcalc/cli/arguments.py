"""The arguments that many commands share, and what they mean."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archcalc.cli.completion import (
    complete_columns,
    complete_conventions,
    complete_networks,
    complete_settings,
)
from archcalc.errors import Reason, UsageError
from archcalc.live import is_name, runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.graph import Graph
    from archcalc.spec.spec import Spec
    from archcalc.spec.values import Value

Network = Annotated[
    str,
    typer.Argument(
        metavar="NETWORK",
        autocompletion=complete_networks,
        help="A name (lenet5), a file (mine.yaml, net.onnx, net.pt2, net.keras, net.prototxt, "
        "net.cfg), a variant of one (mine.yaml#small), - for standard input; a PyTorch model of a "
        "registry (torchvision:resnet50, timm:NAME, transformers:TYPE), or of code, which then is "
        "run (net.py:Net, package.module:Net).",
    ),
]
Input = Annotated[
    str | None,
    typer.Option(
        "--input",
        "-i",
        metavar="CxHxW",
        help="Another input: channels x height x width, such as 3x299x299; of several by name, "
        "left=1x28x28,right=1x28x28.",
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        metavar="CxHxW",
        help="Another input, channels x height x width; may be repeated.",
    ),
]
Batch = Annotated[
    int,
    typer.Option(
        "--batch",
        "-b",
        metavar="N",
        help="Samples at once: multiplies operations, never parameters.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-s",
        metavar="NAME=VALUE",
        help="Set a parameter of the family; may be repeated.",
        autocompletion=complete_settings,
    ),
]
Depth = Annotated[
    int,
    typer.Option(
        "--depth", "-d", min=0, metavar="N", help="Unfold N levels of blocks; 0 shows every layer."
    ),
]
Heads = Annotated[
    bool, typer.Option("--heads", help="Count auxiliary heads too, apart from the main path.")
]


def columns_option(says: str) -> Any:  # noqa: ANN401 - the parser's own
    """Make the option by which a command takes the names of columns."""
    return typer.Option(
        "--columns", "-c", metavar="NAMES", help=says, autocompletion=complete_columns
    )


def convention_option(says: str) -> Any:  # noqa: ANN401 - the parser's own
    """Make the option by which a command takes conventions."""
    return typer.Option(
        "--convention", "-C", metavar="NAME", help=says, autocompletion=complete_conventions
    )


def open_network(
    network: str,
    settings: list[str] | None = None,
    input: str | None = None,  # noqa: A002 - the option's name
    opener: Callable[..., Spec | Graph] | None = None,
) -> Spec | Graph:
    """Find the network that an argument names, with the parameters that `--set` gives.

    A file that leaves the size of its input free is read at this `input`.
    """
    from archcalc.readers import find  # noqa: PLC0415 - after the arguments are known to be good

    _check_piped(network)
    _tell_what_runs(network)
    given = dict(read_setting(text) for text in settings or ())
    return (opener or find)(network, input=input, **given)


def open_graph(network: str, input: str | None) -> Graph:  # noqa: A002
    """Read the network that an argument names, at its own input or at another."""
    from archcalc.readers import read  # noqa: PLC0415

    _check_piped(network)
    _tell_what_runs(network)
    return read(network, input=input)


def _tell_what_runs(network: str) -> None:
    """Say in the first line on standard error that code is run, and which."""
    if is_name(network) and (code := runs(network)):
        typer.echo(f"runs the code of {code}", err=True)


def _check_piped(network: str) -> None:
    if is_standard_input(network) and (sys.stdin is None or sys.stdin.isatty()):
        hint = "`archcalc show - < mine.yaml`, or `cat mine.yaml | archcalc show -`"
        raise UsageError.of(
            "no-input", "`-` reads a spec from standard input, and nothing is piped in", hint
        )


def is_standard_input(network: str) -> bool:
    """Tell whether a network is read from standard input: all of it, a variant, by a convention.

    >>> [is_standard_input(network) for network in ("-", "./-#small", "-@thop", "lenet5")]
    [True, True, True, False]
    """
    return network.partition("#")[0].partition("@")[0] in {"-", "./-"}


def read_setting(text: str) -> tuple[str, Value]:
    """Read `name=value`; the value as a parameter of a spec is read.

    >>> read_setting("depths=[3, 4, 6, 3]"), read_setting("option=A")
    (('depths', (3, 4, 6, 3)), ('option', 'A'))
    """
    from archcalc.spec.checker import plain_value, untyped  # noqa: PLC0415
    from archcalc.spec.reader import Source, read  # noqa: PLC0415

    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value.strip()):
        raise UsageError.of(
            "wrong-type", f"`--set {text}` is not NAME=VALUE", "as in `--set growth=24`"
        )
    tree = read(Source(f"--set {name}", value.strip())).tree
    try:
        return name.strip(), None if tree is None else plain_value(untyped(tree))
    except Reason as reason:
        message = f"`--set {name.strip()}`: {reason.message}"
        raise UsageError.of(reason.code, message, reason.hint) from None


def split(names: list[str] | None) -> list[str]:
    """Split names that are separated by commas or given one by one."""
    return [name.strip() for text in names or () for name in text.split(",") if name.strip()]
