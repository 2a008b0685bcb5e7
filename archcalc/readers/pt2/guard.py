"""Mistakes of a file, told with their place, whatever it says that PyTorch does not write."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from archcalc.errors import Place, Reason, printable
from archcalc.readers.assembly import error

if TYPE_CHECKING:
    from collections.abc import Iterator

WRONG = (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError)
"""What is raised where a file is not as PyTorch writes it."""


@contextmanager
def guarded(file: str, where: str = "", name: str = "") -> Iterator[None]:
    """Raise SpecError or ShapeError for what is wrong in a file, at a node or layer by its name."""
    try:
        yield
    except Reason as reason:
        raise error(reason, _place(file, where, name)) from None
    except WRONG as wrong:
        said = f"{type(wrong).__name__}: {str(wrong)[:100]}"
        mistake = Reason("not-pt2", f"this is not as PyTorch writes it: {said}")
        raise error(mistake, _place(file, where, name)) from None


def _place(file: str, where: str, name: str) -> Place:
    at = f"{file}: {where} `{printable(name)[:80]}`" if where else file
    return Place(at, 0, 0)
