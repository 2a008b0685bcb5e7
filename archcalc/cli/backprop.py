"""`archcalc backprop`: back-propagation by hand, through one op or through a network."""

from __future__ import annotations

from typing import Annotated

import typer

from archcalc import ops
from archcalc.cli.answer import Answer, invocation
from archcalc.cli.arguments import open_network
from archcalc.cli.completion import complete_ops, complete_subjects
from archcalc.errors import UsageError

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="OP or NETWORK",
        autocompletion=complete_subjects,
        help="One op on numbers by hand; or one sample through a whole network, a name or a "
        "file, and one step.",
    ),
]
OpName = Annotated[
    str | None,
    typer.Option(
        "--op", metavar="OP", help="The op, said as an option.", autocompletion=complete_ops
    ),
]
Numbers = Annotated[
    str | None,
    typer.Option(
        "--input",
        "-i",
        metavar="FILE",
        help="Numbers of your own: a map as CSV; or as YAML `input`, weights by their names, and "
        "the `residual` that arrives. Or a shape, such as 1x4x4.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-s",
        metavar="NAME=VALUE",
        help="A field of the op as a spec has it, or a parameter of the family.",
    ),
]
Kernel = Annotated[
    str | None, typer.Option("--kernel", metavar="SIZE", help="The same as --set kernel=SIZE.")
]
Stride = Annotated[
    str | None, typer.Option("--stride", metavar="SIZE", help="The same as --set stride=SIZE.")
]
Padding = Annotated[
    str | None, typer.Option("--padding", metavar="N", help="The same as --set padding=N.")
]
Filters = Annotated[
    str | None, typer.Option("--filters", metavar="N", help="The same as --set filters=N.")
]
After = Annotated[
    str | None,
    typer.Option("--after", metavar="ACTIVATION", help="An activation behind the op: relu, tanh."),
]
Rate = Annotated[
    float, typer.Option("--step", metavar="RATE", help="Of a network: w - RATE·∂E/∂w.")
]
Label = Annotated[int, typer.Option("--label", metavar="N", help="Of a network: the right class.")]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Draw other weights and another sample.")
]


def backprop(  # noqa: PLR0913 - one for each option
    network: Name = None,
    *,
    op: OpName = None,
    input: Numbers = None,  # noqa: A002 - the option's name
    set: Set = None,  # noqa: A002
    kernel: Kernel = None,
    stride: Stride = None,
    padding: Padding = None,
    filters: Filters = None,
    after: After = None,
    step: Rate = 0.1,
    label: Label = 0,
    seed: Seed = 0,
) -> Answer:
    """Work back-propagation through: one op on small numbers, or one sample through a network.

    \b
    Examples:
      archcalc backprop maxpool --kernel 2
      archcalc backprop conv --kernel 2 --after relu
      archcalc backprop conv -i mine.yaml -f latex
      archcalc backprop five-layer-cnn --step 0.1
    """  # noqa: D301 - \b keeps the lines apart
    short = {"kernel": kernel, "stride": stride, "padding": padding, "filters": filters}
    fields = {name: value for name, value in short.items() if value is not None}
    if (network is None) == (op is None):
        hint = "`archcalc backprop conv`, or `archcalc backprop five-layer-cnn`"
        raise UsageError.of("usage", "`backprop` takes either an op or a network", hint)
    if network is not None and _is_op(network):
        op = network
    if op is not None:
        return _op(op, input, [*(f"{k}={v}" for k, v in fields.items()), *(set or ())], after)
    own = [*fields, *(name for name, value in (("input", input), ("after", after)) if value)]
    if own:
        message = f"`--{own[0]}` is for one op: a network has its own"
        raise UsageError.of("conflict", message, f"`archcalc backprop conv --{own[0]} ...`")
    return _network(str(network), set, step, label, seed)


def _is_op(word: str) -> bool:
    """Tell whether a word is an op's, here or elsewhere: `dense` is no network."""
    from archcalc.spec.vocabulary import instead_of_op  # noqa: PLC0415 - only backprop needs it

    return word in ops.names() or instead_of_op(word) is not None


def _op(op: str, numbers: str | None, settings: list[str], after: str | None) -> Answer:
    from archcalc.backpropagation.given import take  # noqa: PLC0415 - after the arguments
    from archcalc.backpropagation.single import work_through  # noqa: PLC0415
    from archcalc.render.tables.backpropagation import worked  # noqa: PLC0415

    pairs = [text.partition("=") for text in settings]
    for (name, equals, value), text in zip(pairs, settings, strict=True):
        if not (name and equals and value):
            message = f"`--set {text[:80]}` is not NAME=VALUE"
            raise UsageError.of("wrong-type", message, "as in `--set kernel=2`")
    given = take(numbers, op) if numbers is not None else {}
    found = work_through(op, {name: value for name, _, value in pairs}, given, after)
    caption = {"op": op, "fields": found.fields, "after": after or ""}
    return Answer(tuple(worked(found)), found.to_dict(), caption, invocation("explain", "--op", op))


def _network(
    network: str, settings: list[str] | None, rate: float, label: int, seed: int
) -> Answer:
    from archcalc.backpropagation.network import descend  # noqa: PLC0415 - after the arguments
    from archcalc.render.tables.backpropagation import descent  # noqa: PLC0415

    found = descend(open_network(network, settings), rate=rate, label=label, seed=seed)
    return Answer(tuple(descent(found)), found.to_dict(), {"network": found.network})
