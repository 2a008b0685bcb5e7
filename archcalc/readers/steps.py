"""What a recurrent layer does at one step, where a file does not tell how many there are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.ops.op import Op, Shape

ONE = "all steps but one: how many there are is not in the file"
"""Why what comes after the first step is left out."""


def figures(
    parts: Iterable[tuple[Op, Shape]], times: int = 1, **more: int
) -> tuple[tuple[str, int], ...]:
    """Add up what ops do, each with what enters it, and more, for so many samples side by side.

    >>> from archcalc.ops import make
    >>> from archcalc.ops.op import Shape
    >>> figures([(make("linear", units=4), Shape(3)), (make("relu"), Shape(4))])
    (('connections', 16), ('neurons', 4), ('mac', 12), ('add', 4), ('cmp', 4))
    """
    found: Counter[str] = Counter(more)
    for op, x in parts:
        y = op.shape(x)
        found["connections"] += op.connections(x, y)
        found["neurons"] += op.neurons(x, y)
        found.update(op.work(x, y)._asdict())
    return tuple((name, n * times) for name, n in found.items() if n)
