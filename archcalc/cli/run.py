"""One run of the command line: from arguments to an exit code, whatever happens.

0 fine, 1 a check failed, 2 a wrong call or a wrong spec, 3 a bug in archcalc, 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

from archcalc.cli import INTERRUPTED
from archcalc.cli.streams import Dispensable, ReaderLeft, forget, open_closed_streams
from archcalc.errors import ArchcalcError, Diagnostic, printable, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

WRONG, BUG = 2, 3
TOO_LARGE = ("array is too big", "Maximum allowed dimension")
"""What NumPy says of an array that no machine could hold."""


def run(arguments: Sequence[str]) -> int:
    """Run a command and give its exit code; no mistake of a user ends in a traceback.

    Nothing that becomes of standard error changes the exit code.
    """
    open_closed_streams()
    with redirect_stderr(Dispensable(sys.stderr)):
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    try:
        status = _dispatch(arguments)
        sys.stdout.flush()
    except ArchcalcError as error:
        return _complain(error.diagnostics, arguments, WRONG)
    except BrokenPipeError as left:  # quietly: the reader of a pipe has seen enough
        forget(sys.stdout)
        return left.status if isinstance(left, ReaderLeft) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        forget(sys.stdout)
        message = f"the output cannot be written: {error.strerror or error}"
        return _complain([Diagnostic("unwritable", message)], arguments, WRONG)
    except Exception as error:  # noqa: BLE001 - the last resort
        return _too_much(error, arguments) or _bug(error, arguments)
    return status


def _dispatch(arguments: Sequence[str]) -> int:
    import typer  # noqa: PLC0415 - slow to import

    from archcalc.cli.app import app  # noqa: PLC0415

    try:
        status = typer.main.get_command(app).main(
            _operands(arguments), prog_name="archcalc", standalone_mode=False
        )
    except (typer.Abort, EOFError):
        return INTERRUPTED
    except SystemExit as leaving:  # how a completion ends, and the parser's answer to a closed pipe
        if isinstance(leaving.__context__, BrokenPipeError):
            raise leaving.__context__ from None
        raise
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _complain([_usage(error, arguments)], arguments, WRONG)
    return status if isinstance(status, int) else 0


def _operands(arguments: Sequence[str]) -> list[str]:
    """Spell a variant of standard input so that the parser takes it for no option.

    >>> _operands(["show", "-#small", "--json"])
    ['show', './-#small', '--json']
    """
    return [f"./{given}" if given.startswith("-#") else given for given in arguments]


def _usage(error: Exception, arguments: Sequence[str]) -> Diagnostic:
    """Say a mistake in the call in the form of all other mistakes."""
    from archcalc.cli.app import COMMANDS  # noqa: PLC0415

    command = arguments[0] if arguments else ""
    path = f"archcalc {command}" if command in COMMANDS else "archcalc"
    help_of_it = f"`{path} --help`"
    if hasattr(error, "possibilities"):  # the parser knows no such option, and guesses
        option = str(getattr(error, "option_name", ""))
        near = suggestion(option, error.possibilities or ())
        return Diagnostic("usage", f"no such option: {option}", None, near or help_of_it)
    message = " ".join(error.format_message().split()).rstrip(".")  # type: ignore[attr-defined]
    sentence = re.split(r"[\s.]*\((?=Possible options|Did you mean)", message, maxsplit=1)[0]
    said = sentence[:1].lower() + sentence[1:].replace("'", "`")
    said = re.sub(r": Input should be ([^,]*).*", r": it should be \1", said)  # not --input
    near = None if command in COMMANDS else suggestion(command, COMMANDS)
    return Diagnostic("usage", said, None, near or help_of_it)


def _complain(diagnostics: Sequence[Diagnostic], arguments: Sequence[str], status: int) -> int:
    from archcalc.cli.complaint import complain  # noqa: PLC0415 - only mistakes need it

    complain(
        diagnostics,
        option(arguments, "--error-format", "text"),
        option(arguments, "--color", "auto"),
    )
    return status


def option(arguments: Sequence[str], name: str, default: str) -> str:
    """Find the value of an option, even if the call itself is the mistake.

    >>> option(["show", "lenet5", "--error-format", "json"], "--error-format", "text")
    'json'
    """
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument == name:
            default = following
        elif argument.startswith(f"{name}="):
            default = argument.partition("=")[2]
    return default


def _too_much(error: Exception, arguments: Sequence[str]) -> int:
    """Say that a network cannot be run here; 0 if the error is another one."""
    large = isinstance(error, MemoryError) or str(error).startswith(TOO_LARGE)
    if not large:
        return 0
    message = "the arrays of this network are too large to be run here"
    hint = "a smaller --input or --batch; counting needs no arrays: `archcalc show`"
    return _complain([Diagnostic("out-of-memory", message, None, hint)], arguments, WRONG)


def _bug(error: Exception, arguments: Sequence[str]) -> int:
    if os.environ.get("ARCHCALC_DEBUG"):
        from traceback import print_exception  # noqa: PLC0415

        print_exception(error)
    what = printable(f"{type(error).__name__}: {error}".rstrip(": "))
    hint = "this is a bug in archcalc: please report it; ARCHCALC_DEBUG=1 shows where it happened"
    return _complain([Diagnostic("internal", what, None, hint)], arguments, BUG)
