"""`archcalc sweep`: many variants of one network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import (
    Batch,
    Heads,
    Network,
    Set,
    columns_option,
    convention_option,
    open_network,
    split,
)
from archcalc.cli.completion import complete_settings
from archcalc.cli.delivery import write_file
from archcalc.errors import UsageError
from archcalc.referee.sweeps.measures import BYTES
from archcalc.referee.sweeps.selection import TOP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archcalc.graph import Graph
    from archcalc.referee.sweeps.axis import Axis
    from archcalc.referee.sweeps.request import Options
    from archcalc.spec.spec import Spec

Varied = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        "-v",
        metavar="NAME=VALUES",
        help="A parameter and its values: 12,24,32; from 12..48, by steps 12..48..4, by powers "
        "16..256..x2, for --draw by logarithms 8..1024..8..log; in lists [2..4,3|6,3], "
        "[2..4]*4. May be repeated: all combinations.",
        autocompletion=complete_settings,
    ),
]
Inputs = Annotated[
    str,
    typer.Option(
        "--input",
        "-i",
        metavar="SHAPES",
        help="Inputs: shapes 3x224x224, or sides of a map 224,256 or 128..224..32; of several "
        "each by its name left=1x28x28,right=1x28x28.",
    ),
]
Columns = Annotated[
    list[str] | None,
    columns_option("What of each variant, separated by commas; +name adds one to the usual."),
]
Conventions = Annotated[
    list[str] | None,
    convention_option("Operations by this convention, in the place of MACs; may be repeated."),
]
Draw = Annotated[
    int | None,
    typer.Option("--draw", metavar="N", help="Not all combinations: N of them at random."),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Which ones are drawn.")]
MaxParameters = Annotated[
    str | None, typer.Option("--max-parameters", metavar="N", help="Such as 5M: M is 10^6.")
]
MaxMacs = Annotated[
    str | None, typer.Option("--max-macs", metavar="N", help="Multiply-accumulates, such as 600M.")
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="EXPRESSION",
        help="Only what makes it true: 'macs >= 300000000', 'growth % 8 == 0', over what varies, "
        "all parameters and the figures. May be repeated; one that reads no figure is asked before "
        "anything is counted.",
    ),
]
First = Annotated[int | None, typer.Option("--first", metavar="N", help="End when N variants fit.")]
Pareto = Annotated[
    list[str] | None,
    typer.Option(
        "--pareto",
        metavar="NAMES",
        help="Of what fits only what none beats: small in these figures, with a - large.",
    ),
]
Sort = Annotated[
    str | None,
    typer.Option("--sort", metavar="NAME", help="By a figure; -NAME: the largest first."),
]
Top = Annotated[int, typer.Option("--top", metavar="N", help="So many rows at most.")]
Quartiles = Annotated[
    list[str] | None,
    typer.Option(
        "--quartiles",
        metavar="EXPRESSION",
        help="How all that fits is spread: 'macs', 'sum(depths)', 'widths[3]', over the same. May "
        "be repeated.",
    ),
]
BytesEach = Annotated[
    int, typer.Option("--bytes", min=1, metavar="N", help="Bytes of a number in memory.")
]
Results = Annotated[
    str | None,
    typer.Option(
        "--results",
        metavar="FILE",
        help="Write all that fits as it comes: .jsonl, .csv, .parquet. Stopped and called again, "
        "it goes on.",
    ),
]
Chart = Annotated[
    str | None,
    typer.Option(
        "--chart", metavar="FILE", help="Draw all that fits as a cloud: .svg, .png or .pdf."
    ),
]

Dask = Annotated[
    str | None,
    typer.Option(
        "--dask", metavar="ADDRESS", help="Count on a cluster: tcp://host:8786 of its scheduler."
    ),
]


def sweep(  # noqa: PLR0913 - one for each option
    network: Network,
    *,
    vary: Varied = None,
    input: Inputs = "",  # noqa: A002 - the option's name
    set: Set = None,  # noqa: A002
    columns: Columns = None,
    convention: Conventions = None,
    max_parameters: MaxParameters = None,
    max_macs: MaxMacs = None,
    where: Where = None,
    pareto: Pareto = None,
    sort: Sort = None,
    top: Top = TOP,
    quartiles: Quartiles = None,
    draw: Draw = None,
    seed: Seed = 0,
    first: First = None,
    batch: Batch = 1,
    heads: Heads = False,
    bytes_each: BytesEach = BYTES,
    results: Results = None,
    chart: Chart = None,
    dask: Dask = None,
) -> Answer:
    """Count many variants of a network, and keep those that fit.

    Exits with 1 if none of them can be counted.

    \b
    Examples:
      archcalc sweep densenet -v growth=12..48..4 -i 64,224
      archcalc sweep wrn-28-10 -v k=1..12 --max-parameters 5M
      archcalc sweep mobilenet-v1 -v width=0.25..1..0.25
      archcalc sweep resnet50 -v "depths=[2..4,2..8,2..36,3]"
      archcalc sweep vgg16 -i 64..512..32 --draw 9 --sort macs
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.referee.sweeps.axis import read_vary  # noqa: PLC0415 - when it is known what to do
    from archcalc.referee.sweeps.request import shape_for, varied  # noqa: PLC0415

    axes = [read_vary(text) for text in vary or ()]
    options: Options = {
        "inputs": input, "columns": split(columns), "conventions": split(convention),
        "draws": draw, "seed": seed, "max_parameters": max_parameters, "max_macs": max_macs,
        "where": where or (), "first": first, "pareto": split(pareto), "sort": sort, "top": top,
        "quartiles": quartiles or (),
        "batch": batch, "heads": heads, "bytes_each": bytes_each, "results": results,
        "dask": dask,
    }  # fmt: skip
    for axis in axes:
        if axis.name in {text.partition("=")[0].strip() for text in set or ()}:
            message = f"`{axis.name}` varies, and `--set` sets it"
            raise UsageError.of("duplicate-name", message, "leave one of them out")
    net = open_network(network, set, shape_for(network, input), varied)
    return _answer(net, axes, options, chart)


def _answer(net: Spec | Graph, axes: Sequence[Axis], options: Options, chart: str | None) -> Answer:
    """Run a sweep, and draw it where that is asked for."""
    from archcalc.referee.sweeps.sweep import sweep as run  # noqa: PLC0415 - when it is known what to do
    from archcalc.render.pictures.cloud import check, cloud  # noqa: PLC0415
    from archcalc.render.progress import progress  # noqa: PLC0415
    from archcalc.render.tables.sweep import sweep as tables  # noqa: PLC0415

    suffix = Path(chart).suffix.lower() if chart else ".svg"
    check(suffix)
    with progress(1) as tell:
        options["chart"], options["tell"] = bool(chart), _telling(tell)
        found = run(net, axes, **options)
    if chart:
        write_file(Path(chart), cloud(found, suffix))
    return Answer(tables(found), found.to_dict, status=int(found.failed == found.tried))


def _telling(tell: Callable[[float, str], None]) -> Callable[[int, int, int], None]:
    """Tell how many fit so far, and how much of all is done."""
    return lambda done, of, fitting: tell(done / of, f"{done:,} of {of:,}, {fitting:,} fit")
