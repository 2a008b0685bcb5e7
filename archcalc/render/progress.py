"""A bar that moves while one waits: on a terminal, on standard error, and gone when all is done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from archcalc.render.screen import standard_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress(steps: int | None = None) -> Iterator[Callable[[float, str], None]]:
    """Show how far it is, and the time left; give what is to be called with (steps done, on what).

    Nobody knows how many `steps` there are? Then the bar moves to and fro.

    >>> with progress(2) as tell:
    ...     tell(0.5, "lenet5")
    """
    screen = standard_error()
    if not (screen.live and screen.color):  # a bar that moves is written with escapes
        yield lambda _done, _on: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    console = Console(file=screen.stream)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=steps)
        yield lambda done, on: bar.update(task, completed=done, description=on)
