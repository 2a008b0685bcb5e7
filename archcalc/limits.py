"""The bounds that keep a stranger's spec from exhausting the machine, all in one place.

A spec that multiplies is refused within two seconds and 500 MB. One that is merely long takes time
in proportion to its length: 100,000 layers need two seconds if they are repeated, eight if they are
written out. Whoever needs more raises a bound for one stretch of code, as with the precision of
`decimal`, and who trusts less lowers one, such as `file_bytes`; other threads keep theirs:

    >>> with raised(layers=1_000_000):
    ...     now().layers
    1000000
    >>> now().layers
    150000
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from archcalc.errors import Reason, UsageError, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of everything there may be."""

    file_bytes: int = 16_000_000
    """A spec of 100,000 layers, one per line, has about 4 MB."""

    values: int = 720_000
    """Values of a file, aliases followed: an alias of aliases multiplies. A layer such as
    `{conv: 4, kernel: 3, padding: 1}` has 7, and there may be 100,000 of them."""

    nesting: int = 64
    """Brackets and indents within each other; the networks of the library need 8."""

    variables: int = 200
    """Parameters and columns of loops that one expression can see."""

    expression_length: int = 1_000
    """Characters of one expression."""

    expressions: int = 1_000_000
    """Characters of all expressions of a file; what is written more than once counts once. Each
    takes some 300 bytes when it is read."""

    integer_bits: int = 1_024
    """Size of an integer in a spec. Counts made from it are exact at any size."""

    text_length: int = 200
    """Characters of a name."""

    path_length: int = 250
    """Characters of a layer's path."""

    items: int = 100_000
    """Items of a list that expressions make, and of all parameters together."""

    around: int = 100
    """Layers before or after one layer; networks have 2 or 3."""

    layers: int = 150_000
    """Layers after blocks and repetitions are unrolled; ResNet-1202 has 4,208."""

    steps: int = 400_000
    """What the unrolling does: layers, branches and turns of loops that it visits, switched off or
    empty too, blocks (11 steps, and one for each parameter), expressions that it evaluates, and
    every 16 items that these read. A chain of 100,000 layers, each with an expression, needs
    200,000. The parameters of a family have as many steps again."""

    block_depth: int = 32
    """Blocks within blocks."""

    mistakes: int = 100
    """Mistakes that are reported in one run."""


_IN_FORCE: ContextVar[Limits] = ContextVar("limits", default=Limits())  # noqa: B039 - it is frozen


def now() -> Limits:
    """Give the limits in force."""
    return _IN_FORCE.get()


@contextmanager
def raised(**bounds: int) -> Iterator[None]:
    """Put other bounds in force within a `with`. Raises UsageError for a bound there is none of.

    >>> with raised(layer=5):
    ...     pass
    Traceback (most recent call last):
    archcalc.errors.UsageError: error[not-a-choice]: there is no limit `layer`
      hint: did you mean `layers`?
    """
    names = [field.name for field in fields(Limits)]
    for name, bound in bounds.items():
        if name not in names:
            hint = suggestion(name, names) or f"one of {', '.join(names)}"
            raise UsageError.of("not-a-choice", f"there is no limit `{name[:80]}`", hint)
        if bound < 1:
            raise UsageError.of("wrong-type", f"the limit `{name}` is 1 or more, not {bound}")
    token = _IN_FORCE.set(replace(now(), **bounds))
    try:
        yield
    finally:
        _IN_FORCE.reset(token)


def too_large(name: str, message: str) -> Reason:
    """Say that a bound is passed, and how to raise it."""
    return Reason(
        "too-large", message, f"`--limit {name}=N` raises the bound of {getattr(now(), name):,}"
    )
