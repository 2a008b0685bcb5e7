"""One run of the command line: from arguments to an exit code, whatever happens.

0 fine, 1 a check failed, 2 a wrong call or a wrong spec, 3 a bug in archcalc, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from archcalc.errors import ArchcalcError, Diagnostic

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, WRONG, BUG, INTERRUPTED = 1, 2, 3, 130


def run(arguments: Sequence[str]) -> int:
    """Run a command and give its exit code; no mistake of a user ends in a traceback."""
    try:
        status = _dispatch(arguments)
        sys.stdout.flush()
    except ArchcalcError as error:
        return _complain(error.diagnostics)
    except BrokenPipeError:
        return _reader_left()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort
        return _bug(error)
    return status


def _dispatch(arguments: Sequence[str]) -> int:
    import typer  # noqa: PLC0415 - slow to import

    from archcalc.cli.app import app  # noqa: PLC0415

    try:
        status = typer.main.get_command(app).main(
            list(arguments), prog_name="archcalc", standalone_mode=False
        )
    except (typer.Abort, EOFError):
        return INTERRUPTED
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _complain([_usage(error)])
    return status if isinstance(status, int) else 0


def _usage(error: Exception) -> Diagnostic:
    """Say a mistake in the call in the form of all other mistakes."""
    message = error.format_message().rstrip(".")  # type: ignore[attr-defined]
    first, _, rest = message.partition(". ")
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "archcalc"
    message = " ".join(first.split())
    return Diagnostic("usage", message[:1].lower() + message[1:], None, rest or f"`{path} --help`")


def _complain(diagnostics: Sequence[Diagnostic]) -> int:
    from archcalc.render.screen import standard_error  # noqa: PLC0415

    screen = standard_error()
    screen.print("".join(f"{diagnostic}\n" for diagnostic in diagnostics))
    return WRONG


def _reader_left() -> int:
    """Leave quietly when the reader of a pipe has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _bug(error: Exception) -> int:
    if os.environ.get("ARCHCALC_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    hint = "this is a bug in archcalc: please report it; ARCHCALC_DEBUG=1 shows where it happened"
    _complain([Diagnostic("internal", what, None, hint)])
    return BUG
