"""The commands: each lives in a module of its own, which is imported when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from archcalc.cli.command import Direct, register

if TYPE_CHECKING:
    from collections.abc import Callable


class Entry(NamedTuple):
    """A command: the module and function it lives in, and what it does in one line."""

    home: str
    summary: str


COMMANDS = {
    "list": Entry("listing:list_networks", "List the networks of the library."),
    "show": Entry("show:show", "Count a network, layer by layer."),
    "explain": Entry("explain:explain", "Show how every figure of a layer comes about."),
    "published": Entry("published:published", "Compare published figures with the exact ones."),
    "conventions": Entry(
        "conventions:conventions", "List the ways to count; count by all of them."
    ),
    "reconcile": Entry("reconcile:reconcile", "Tell why two figures differ."),
    "confirm": Entry("confirm:confirm", "Measure every figure on the network itself."),
    "gradients": Entry("gradients:gradients", "Show the gradient of each layer at the start."),
    "backprop": Entry("backprop:backprop", "Work back-propagation through, number by number."),
    "table": Entry("table:table", "Count networks for a table with a row for each."),
    "compare": Entry("compare:compare", "Put networks side by side."),
    "diff": Entry("compare:diff", "Tell layer by layer what differs between two networks."),
    "sweep": Entry("sweep:sweep", "Count many variants of a network; keep those that fit."),
    "budget": Entry("budget:budget", "Check that a network keeps within limits."),
    "draw": Entry("draw:draw", "Draw a network as boxes and arrows, or as planes."),
    "plot": Entry("plot:plot", "Chart where parameters, operations and activations sit."),
    "page": Entry("page:page", "Write a page that shows networks in a browser."),
    "serve": Entry("serve:serve", "Edit a spec in a browser, counted as one types."),
    "export": Entry("exporting:export", "Write a network out, whatever it was read from."),
    "init": Entry("exporting:init", "Write a commented spec to start from."),
    "schema": Entry("schema:schema", "Print a JSON Schema of specs or of reports."),
    "explain-error": Entry("explain_error:explain_error", "Explain the code of a mistake."),
}
"""Every command, in the order of the help."""

HELP = """\
Count the parameters, connections and operations of a neural network, and show by which rule.

\b
  archcalc list                   the networks it knows
  archcalc show lenet5            the counts of each layer
  archcalc explain lenet5 C3      how each comes about
  archcalc init                   a spec: mine.yaml
  archcalc show mine.yaml --watch counts on every save
"""
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(Direct, TyperGroup):
    """A group that knows its commands by name, and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - the parser's own class
        """List the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        """Give a stand-in that knows its name and summary: enough for the help."""
        entry = COMMANDS.get(cmd_name)
        return entry and TyperCommand(cmd_name, help=entry.summary, rich_markup_mode=None)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Find the command that is called, and import it."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and load(str(name)), rest


def load(name: str) -> Any:  # noqa: ANN401 - the parser's own class
    """Import a command and make it ready to be called."""
    module, _, function = COMMANDS[name].home.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"archcalc.cli.{module}"), function)
    single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=SETTINGS)
    register(single, name, found)
    return typer.main.get_command(single)


def _version(wanted: bool) -> None:  # noqa: FBT001 - the parser calls it so
    """Print the version and leave."""
    if wanted:
        from archcalc import __version__  # noqa: PLC0415

        typer.echo(f"archcalc {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    help=HELP,
    rich_markup_mode=None,
    no_args_is_help=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


Version = Annotated[
    bool,
    typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
]


@app.callback()
def start(context: typer.Context, *, version: Version = False) -> None:  # noqa: ARG001 - acts by itself
    """Show the help if no command is called."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
