"""`archcalc export` and `archcalc init`: specs to read, to copy and to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archcalc.cli.answer import Answer, invocation
from archcalc.cli.completion import complete_families
from archcalc.cli.delivery import write_file
from archcalc.errors import UsageError

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A network of the library.", autocompletion=complete_families
    ),
]
File = Annotated[str, typer.Argument(metavar="FILE", help="Where to write; - prints it.")]
Published = Annotated[
    bool, typer.Option("--published", help="With its published figures, the second document.")
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


def export(name: Name, *, published: Published = False) -> Answer:
    """Print the spec of a network of the library, to read or to start from.

    \b
    Examples:
      archcalc export lenet5
      archcalc export resnet50 -o mine.yaml
      archcalc export googlenet --published
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.spec.library import find  # noqa: PLC0415 - after the arguments are known to be good

    entry, document = find(name)
    text = document.source.text
    if not published:
        text = text.split("\n---\n")[0].rstrip() + "\n"
    variant = f"#{entry.variant}" if entry.variant else ""
    return Answer(
        (text,), hint=f"save it with -o mine.yaml; then: archcalc show mine.yaml{variant}"
    )


def init(file: File = "mine.yaml") -> Answer:
    """Write a commented spec to start from; it runs as it stands.

    \b
    Examples:
      archcalc init
      archcalc init small.yaml
      archcalc init -
    """  # noqa: D301 - \b keeps the lines apart
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
