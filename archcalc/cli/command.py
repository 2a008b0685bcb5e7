"""Turning a function that gives an `Answer` into a command that prints it.

Every command has the same output options; its function never sees them.
"""

from __future__ import annotations

from inspect import Parameter, Signature, cleandoc, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import typer
from typer.core import TyperCommand

from archcalc import limits
from archcalc.cli.delivery import deliver
from archcalc.cli.options import OPTIONS, Output
from archcalc.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from archcalc.cli.answer import Answer

TEXT = {str, str | None, list[str], list[str] | None}


class Direct:
    """A command that takes as given what needs no check: `texts`, and defaults of what is left out.

    Typer has pydantic look at each value, and importing that takes as long as all of archcalc.
    """

    texts: Collection[str] = ()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - the parser's own
        """Read the arguments of a call."""
        _take_as_given(self.get_params(ctx), self.texts)  # type: ignore[attr-defined]
        return super().parse_args(ctx, args)  # type: ignore[misc,no-any-return]


class DirectCommand(Direct, TyperCommand):
    """One command that takes text as given."""


def register(app: typer.Typer, name: str, function: Callable[..., Answer]) -> None:
    """Add a function to an app, together with the output options that it does not have itself."""
    own = signature(function, eval_str=True).parameters
    added = [
        Parameter(key, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for key, (annotation, default) in OPTIONS.items()
        if key not in own
    ]
    names = [parameter.name for parameter in added]

    def run(**values: Any) -> None:  # noqa: ANN401 - whatever the options hold
        output = Output(**{key: values.pop(key) for key in names})
        file = values.get("output", output.output)
        if file not in {None, "-"}:
            check_file(str(file), values, output, own="output" in values)
        with limits.raised(**output.bounds()):
            run_once_or_watch = _watch if output.watch else _once
            status = run_once_or_watch(function, values, output)
        if status:
            raise typer.Exit(status)

    every = [*(p.replace(kind=Parameter.KEYWORD_ONLY) for p in own.values()), *added]
    run.__signature__ = Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
    texts = {each.name for each in every if (get_args(each.annotation) or (None,))[0] in TEXT}
    command = type("Command", (DirectCommand,), {"texts": texts})
    app.command(name, cls=command, help=description(function))(run)


def check_file(file: str, values: Mapping[str, Any], output: Output, *, own: bool) -> None:
    """Refuse to write over a file that is read, and a format that a file of its `own` has not."""
    from archcalc.cli.watching import named_files  # noqa: PLC0415 - most answers are printed

    if own and (asked := "json" if output.json else output.format):
        message = f"`{file}` is no table, which could be written as {asked}"
        raise UsageError.of("conflict", message, "leave --json and --format out")
    results = values.get("results")
    if results and Path(str(results)).absolute() == Path(file).absolute():
        message = f"`{file}` would be both the results and the table"
        raise UsageError.of("conflict", message, "name another file after -o")
    given = [value for key, value in values.items() if key != "output"]
    texts = [str(text) for each in given for text in (each if isinstance(each, list) else [each])]
    code = [f"{text.partition('.py:')[0]}.py" for text in texts if ".py:" in text]
    read = [*named_files(given), *map(Path, code)]
    if any(path.exists() and Path(file).exists() and path.samefile(file) for path in read):
        message = f"`{file}` is read, and would be written over"
        raise UsageError.of("reads-it-too", message, "name another file after -o")


def _take_as_given(parameters: Iterable[Any], texts: Collection[str]) -> None:
    for parameter in parameters:
        if "process_value" not in vars(parameter):
            parameter.process_value = _reading(parameter, text=parameter.name in texts)


def _reading(parameter: Any, *, text: bool) -> Callable[[Any, Any], Any]:  # noqa: ANN401
    check = parameter.process_value

    def process(context: Any, value: Any) -> Any:  # noqa: ANN401
        left_out = value is None or value == parameter.default
        if parameter.required if left_out else not text:
            return check(context, value)
        if value is None and (parameter.multiple or parameter.nargs == -1):
            value = ()
        return parameter.callback(context, parameter, value) if parameter.callback else value

    return process


def description(function: Callable[..., Answer]) -> str:
    """Give what a docstring says, which `python -OO` leaves in the source alone."""
    if function.__doc__ is None:
        from inspect import getsource  # noqa: PLC0415 - nobody else needs it

        return cleandoc(getsource(function).split('"""')[1].replace(r"\b", "\b"))
    return cleandoc(function.__doc__)


def _once(function: Callable[..., Answer], values: dict[str, Any], output: Output) -> int:
    return deliver(function(**values), output)


def _watch(function: Callable[..., Answer], values: dict[str, Any], output: Output) -> int:
    from archcalc.cli.watching import watch  # noqa: PLC0415 - rarely asked for

    return watch(lambda: _once(function, values, output), values, output.error_format, output.color)
