"""`archcalc serve`: the page beside an editor, on this machine alone."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.delivery import write_file
from archcalc.cli.exporting import STARTER
from archcalc.errors import UsageError
from archcalc.spec.library import SUFFIXES, open_source

if TYPE_CHECKING:
    from archcalc.page.server import Draft

PORT = 8642

File = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE",
        help="The spec to edit, the one file that is read and written; it need not be there yet.",
    ),
]
Port = Annotated[
    int,
    typer.Option("--port", "-p", min=0, max=65535, metavar="N", help="The port; 0 takes any."),
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in a browser.")]


def serve(file: File = None, *, port: Port = PORT, open: Open = False) -> Answer:  # noqa: A002
    """Edit a spec in a browser, counted as one types; mistakes stand at their lines.

    Only this machine can reach it. Ctrl-C ends it.

    \b
    Examples:
      archcalc serve
      archcalc serve mine.yaml
      archcalc serve mine.yaml --port 0 --open
    """  # noqa: D301 - \b keeps the lines apart
    try:
        from archcalc.page.server import LOOPBACK  # noqa: PLC0415 - not everybody has it
        from archcalc.page.server import serve as run  # noqa: PLC0415
    except ImportError:
        message = "the page is served by starlette and uvicorn, which are not installed"
        raise UsageError.of("not-installed", message, "pip install 'archcalc[serve]'") from None
    found = draft(file)
    try:
        listening = socket.create_server((LOOPBACK, port))
    except OSError:
        message = f"port {port} is taken, or may not be used"
        raise UsageError.of(
            "port-taken", message, "another with --port, or any with --port 0"
        ) from None
    address = f"http://{LOOPBACK}:{listening.getsockname()[1]}/"
    typer.echo(f"{address} shows {file or 'a new spec'}; Ctrl-C ends it", err=True)
    if open:
        typer.launch(address)
    try:
        run(found, listening)
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
    return Answer(())


def draft(file: str | None) -> Draft:
    """Read the file that is edited; one that is not there yet begins as `archcalc init` has it.

    Raises UsageError for what is no spec, and what reading a file raises.
    """
    from archcalc.page.server import Draft  # noqa: PLC0415 - not everybody has it

    if file is None:
        return Draft(STARTER.format(file="mine.yaml"))
    path = Path(file)
    if path.suffix.lower() not in SUFFIXES:
        hint = f"`archcalc page {file}` shows it" if path.is_file() else "such as mine.yaml"
        raise UsageError.of("unknown-suffix", f"`{file}` is not a spec's name", hint)

    def read() -> str | None:
        return open_source(path).text if path.exists() else None

    there = read()
    text = STARTER.format(file=file) if there is None else there
    return Draft(text, file, read, lambda text: write_file(path, text), there)
