"""Calls of a file → Graph: as those of a module, but a file may say what no call is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.readers.pt2.guard import guarded
from archcalc.readers.pytorch.assembly import Assembly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.ops.shape import Shape
    from archcalc.origin import Origin
    from archcalc.readers.pt2.program import Program
    from archcalc.readers.pytorch.call import Call


class FileAssembly(Assembly):
    """Takes a network together from the calls of a program; mistakes are told with the layer."""

    def __init__(
        self, origin: Origin, inputs: Mapping[str, Shape], program: Program, file: str
    ) -> None:
        arrays = {one.called: one.sizes for one in program.stored if one.is_parameter}
        trained = frozenset(one.called for one in program.stored if one.trained)
        super().__init__(origin, inputs, arrays, trained)
        self._file = file

    def _add(self, path: str, call: Call) -> int:
        with guarded(self._file, "layer", path):
            return super()._add(path, call)
