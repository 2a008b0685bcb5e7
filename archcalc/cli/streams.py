"""Standard output and standard error where they are closed, full, or left by their reader."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class ReaderLeft(BrokenPipeError):  # noqa: N818 - it is what happened
    """The reader of an answer has seen enough; the answer's verdict stands: `status`."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class Dispensable:
    """A stream that may fail: what is said there is lost, and nothing else comes of it.

    >>> with open("/dev/full", "w") as full:
    ...     print("lost", file=Dispensable(full), flush=True)
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text if that can be done."""
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Write what is waiting if that can be done."""
        self._try(self._stream.flush)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError:
            forget(self._stream)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a stream has
        return getattr(self._stream, name)


def forget(stream: IO[str]) -> None:
    """Send what is still waiting to be written nowhere, so that leaving does not fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_closed_streams() -> None:
    """Send what goes to a closed stream nowhere."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
