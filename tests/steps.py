"""What a call costs, in lines of Python: the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def steps(call: Callable[[], object]) -> int:
    """Count the lines that a call runs, each turn of a loop or comprehension anew."""
    taken = 0

    def trace(_frame: object, event: str, _argument: object) -> Any:  # noqa: ANN401
        nonlocal taken
        taken += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return taken
