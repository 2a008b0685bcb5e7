"""How a layer is written: a module, or an expression, and how its input has to lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason
from archcalc.exports.pytorch.writing import Number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.exports.pytorch.layout import Layout
    from archcalc.exports.pytorch.writing import Made


class Form(NamedTuple):
    """How a layer is written: its module, the layouts of its inputs and of what comes out.

    `text` says how it is called, `{m}` being the module and `{0}` the first input.
    """

    module: Made | None
    want: Layout
    gives: Layout
    text: str = "{m}({0})"

    @property
    def is_plain(self) -> bool:
        """Whether it is a module that is called with its only input."""
        return self.module is not None and self.text == "{m}({0})"


def refused(why: str) -> Reason:
    """Say why something cannot be written."""
    return Reason("not-exported", why)


def number(key: str, sizes: Sequence[int]) -> Number:
    """Write sizes as one number where they are alike."""
    return Number(key, sizes[0] if len(set(sizes)) == 1 else tuple(sizes))
