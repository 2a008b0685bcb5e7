"""Calls of a file → Graph: as those of a module, but a file may say what no call is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Place, Reason
from archcalc.readers import assembly
from archcalc.readers.pytorch.assembly import Assembly
from archcalc.readers.pytorch.call import WRONG, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.errors import ArchcalcError
    from archcalc.graph import Graph
    from archcalc.ops.shape import Shape
    from archcalc.origin import Maker, Origin
    from archcalc.readers.pt2.program import Program
    from archcalc.readers.pytorch.call import Call
    from archcalc.readers.pytorch.tape import Trace


class FileAssembly(Assembly):
    """Takes a network together from the calls of a program; mistakes are told with their place."""

    def __init__(
        self, origin: Origin, inputs: Mapping[str, Shape], program: Program, file: str
    ) -> None:
        arrays = {one.called: one.sizes for one in program.stored if one.is_parameter}
        trained = frozenset(one.called for one in program.stored if one.trained)
        super().__init__(origin, inputs, arrays, trained)
        self._file = file

    def assemble(self, trace: Trace, maker: Maker | None = None) -> Graph:
        """Add every call, and give the graph. Raises SpecError, or ShapeError, with the layer."""
        try:
            return super().assemble(trace, maker)
        except Reason as reason:
            raise assembly.error(reason, Place(self._file, 0, 0)) from None
        except WRONG as error:
            raise assembly.error(wrong("it", error), Place(self._file, 0, 0)) from None

    def _add(self, path: str, call: Call) -> int:
        try:
            return super()._add(path, call)
        except Reason as reason:
            raise self._error(path, reason) from None
        except WRONG as error:
            raise self._error(path, wrong(f"`{call.name}`", error)) from None

    def _error(self, path: str, reason: Reason) -> ArchcalcError:
        return assembly.error(reason, Place(f"{self._file}: layer `{path}`", 0, 0))
