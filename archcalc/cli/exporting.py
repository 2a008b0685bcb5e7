"""`archcalc export` and `archcalc init`: networks in other languages, specs to start from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archcalc.cli.answer import Answer, invocation
from archcalc.cli.arguments import Input, Network, Set, open_network
from archcalc.cli.delivery import write_file
from archcalc.cli.options import check_choice
from archcalc.cli.picture import keep
from archcalc.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from archcalc.graph import Graph

LANGUAGES = ("yaml", "torch", "onnx")
WEIGHTS = ("values", "none")
SUFFIXES = {".yaml": "yaml", ".yml": "yaml", ".py": "torch", ".onnx": "onnx"}
"""The language that the suffix of a file asks for."""

To = Annotated[
    str,
    typer.Option(
        "--to",
        "-t",
        metavar="LANGUAGE",
        help="yaml: a spec of this network alone, everything settled. torch: a module of PyTorch. "
        "onnx: a file of ONNX.",
        autocompletion=lambda: list(LANGUAGES),
        show_default=False,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write a file; its suffix says the language."
    ),
]
File = Annotated[str, typer.Argument(metavar="FILE", help="Where to write; - prints it.")]
SameFile = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Another way to name the file.")
]
Weights = Annotated[
    str,
    typer.Option(
        "--weights",
        metavar="WHICH",
        help="onnx: values, drawn as for a new network; none: zeros, made where it is run.",
        autocompletion=lambda: list(WEIGHTS),
    ),
]
Published = Annotated[
    bool, typer.Option("--published", help="With its published figures, the second document.")
]
Heads = Annotated[
    bool, typer.Option("--heads/--no-heads", help="With its heads, or its main path alone.")
]

STARTER = """\
# A network: `archcalc show {file}` counts it, `archcalc show {file} --watch` on every save.

name: My network
input: 3x32x32                        # channels x height x width

parameters: {{maps: 16}}                # `archcalc show {file} --set maps=32` tries another

variants:                             # `archcalc show {file}#wide` is one of them
  narrow: {{}}
  wide: {{maps: 64}}

defaults:                             # what all layers of an op share; `after` follows each of them
  conv: {{kernel: 3, padding: half, bias: false, after: [batchnorm, relu]}}

blocks:                               # a pattern; its parameters without a value must be given
  residual:
    parameters: {{filters: , stride: 1}}
    layers:
      - add:                          # its two branches
          - - {{name: conv1, conv: =filters, stride: =stride}}
            - {{name: conv2, conv: =filters, after: [batchnorm]}}
          - - name: projection
              conv: =filters
              kernel: 1
              stride: =stride
              when: =channels != filters
              after: [batchnorm]
      - relu

layers:                               # one line for each layer, in their order
  - {{name: conv1, conv: =maps}}
  - {{name: stage1, block: residual, repeat: 2, filters: =maps}}
  - {{name: stage2, block: residual, repeat: 2, filters: =2*maps, stride: =2 if first else 1}}
  - globalavgpool
  - {{name: fc, linear: 10, after: [softmax]}}
"""


def export(  # noqa: PLR0913 - one for each option
    network: Network,
    *,
    to: To = "",
    output: Output = None,
    input: Input = None,  # noqa: A002 - the option's name
    set: Set = None,  # noqa: A002
    weights: Weights = "values",
    heads: Heads = True,
    published: Published = False,
) -> Answer:
    """Write a network out, whatever it was read from: as a spec, as PyTorch, as ONNX.

    A network of the library is printed with its family as it is written, to start from, unless
    a language is asked for, or another input or parameter. What heads say is given behind the
    output of the main path. ONNX says nothing of what is not trained: where
    its file counts otherwise, that is noted.

    \b
    Examples:
      archcalc export lenet5
      archcalc export resnet50 -o mine.yaml
      archcalc export resnet50 --to yaml
      archcalc export unet -o unet.py
      archcalc export lenet5 -o lenet5.onnx
    """  # noqa: D301 - \b keeps the lines apart
    check_choice("--to", to or "yaml", LANGUAGES)
    check_choice("--weights", weights, WEIGHTS)
    by_suffix = _by_suffix(output, to)
    own = (
        None
        if to or by_suffix != "yaml" or input or set or not heads
        else _as_written(network, published=published)
    )
    if own is None and published:
        message = "only a network of the library as it is written has published figures"
        raise UsageError.of("conflict", message, "leave --to, --input, --set and --no-heads out")
    to = to or by_suffix
    if to == "onnx" and output in {None, "-"}:
        message = "a file of ONNX is no text to print"
        raise UsageError.of("conflict", message, "name it: `-o net.onnx`")
    if own is None:
        graph = _graph(network, input, set, heads=heads)
        if to == "onnx":
            return _kept(graph, str(output), values=weights == "values")
        own = Answer((_written(graph, to),))
    return own if output in {None, "-"} else keep(str(output), str(own.parts[0]))


def _by_suffix(output: str | None, to: str) -> str:
    """Tell which language a file is named for. Raises UsageError where it is another or unknown."""
    if output in {None, "-"}:
        return "yaml"
    suffix = Path(str(output)).suffix.lower()
    language = SUFFIXES.get(suffix, to)
    if not language:
        message = f"the suffix of `{output}` names no language"
        raise UsageError.of("unknown-suffix", message, f"one of {', '.join(SUFFIXES)}")
    if to and language != to:
        message = f"`{output}` is not named as what `--to {to}` writes"
        raise UsageError.of("conflict", message, f"leave --to out for {language}")
    return language


def _kept(graph: Graph, output: str, *, values: bool) -> Answer:
    """Write a network to a file of ONNX."""
    from archcalc.exports.onnx.again import differences  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.exports.onnx.model import onnx  # noqa: PLC0415

    data = onnx(graph, values=values)
    return replace(keep(output, data), note=differences(graph, data))


def _graph(
    network: str,
    input: str | None,  # noqa: A002
    settings: list[str] | None,
    *,
    heads: bool,
) -> Graph:
    """Unroll the network that is meant, with its heads or without."""
    from archcalc.exports.outline import without_heads  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.report import count  # noqa: PLC0415

    found = open_network(network, settings, input)
    graph = count(found, input=input, heads=heads).graph
    return graph if heads else without_heads(graph)


def _as_written(network: str, *, published: bool) -> Answer | None:
    """Give the file of a network of the library; None for another."""
    from archcalc.spec.library import find  # noqa: PLC0415 - after the arguments are known to be good

    try:
        entry, document = find(network)
    except UnknownName:
        return None
    text = document.source.text
    if not published:
        text = text.split("\n---\n")[0].rstrip() + "\n"
    variant = f"#{entry.variant}" if entry.variant else ""
    hint = f"save it with -o mine.yaml; then: archcalc show mine.yaml{variant}"
    return Answer((text,), hint=hint)


def _written(graph: Graph, to: str) -> str:
    """Write a network in a language."""
    from archcalc.exports.pytorch.module import pytorch  # noqa: PLC0415
    from archcalc.exports.yaml.text import yaml  # noqa: PLC0415

    return pytorch(graph) if to == "torch" else yaml(graph)


def init(file: File = "mine.yaml", *, output: SameFile = None) -> Answer:
    """Write a commented spec to start from; it runs as it stands.

    \b
    Examples:
      archcalc init
      archcalc init small.yaml
      archcalc init -
    """  # noqa: D301 - \b keeps the lines apart
    if output and file != "mine.yaml":
        raise UsageError.of("conflict", f"`{file}` and `-o {output}` name two files")
    file = output or file
    if file == "-":
        return Answer((STARTER.format(file="mine.yaml"),))
    path = Path(file)
    if path.suffix not in {".yaml", ".yml"}:
        raise UsageError.of("unknown-suffix", f"`{file}` is not a spec's name", "such as mine.yaml")
    if path.exists():
        hint = "name another file, or `archcalc init -` to see the text"
        raise UsageError.of("already-there", f"there is a file `{file}` already", hint)
    write_file(path, STARTER.format(file=file))
    return Answer((f"wrote {file}; now: {invocation('show', file)}\n",))
