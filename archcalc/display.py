"""How a result shows itself: as its tables, in text and in a notebook.

Results know by name which function of `archcalc.render` makes their tables; it is imported here,
when somebody looks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from archcalc.render.table import Table


class Displayed:
    """What shows as its tables: `str` and `print` as text, notebooks as HTML.

    `view` names what makes them, as `module:function` below `archcalc.render`.

    >>> from archcalc import count
    >>> print(str(count("lenet5")).partition("C3")[0])
    LeNet-5 (lenet5), input 1x32x32
    layer   op         output    kernel  parameters  connections     MACs  share of parameters
    ------------------------------------------------------------------------------------------
    C1      conv       6x28x28   5x5            156      122,304  117,600                 0.3%
    S2      subsample  6x14x14   2x2/2           12        5,880        0                <0.1%
    <BLANKLINE>
    """

    __slots__ = ()

    _view: ClassVar[str]

    def __init_subclass__(cls, view: str = "", **options: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**options)
        if view:  # a dataclass with slots is made twice, the second time from what the first has
            cls._view = view

    def _parts(self) -> tuple[Table | str, ...]:
        from archcalc.render.table import Table  # noqa: PLC0415 - only who looks needs tables

        module, _, function = self._view.partition(":")
        found = getattr(import_module(f"archcalc.render.{module}"), function)(self)
        return (found,) if isinstance(found, Table) else tuple(found)

    def __str__(self) -> str:
        from archcalc.render.export import export  # noqa: PLC0415

        return export("plain", self._parts(), {}).rstrip("\n")

    def __repr__(self) -> str:
        first = str(self).partition("\n")[0]
        return f"<{type(self).__name__}: {' '.join(first.split())}>"

    def _repr_html_(self) -> str:
        from archcalc.render.markup import fragment  # noqa: PLC0415

        return fragment(self._parts())

    def _repr_pretty_(self, printer: Any, cycle: object) -> None:  # noqa: ANN401, ARG002
        """Show the tables at the prompt of IPython, too."""
        printer.text(str(self))
