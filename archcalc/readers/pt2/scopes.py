"""Where the nodes of an exported program stand: within the modules that the file names for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.builder import check_length
from archcalc.readers.naming import path_of
from archcalc.readers.pytorch.naming import Frame, Naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.readers.pt2.program import Json, Program
    from archcalc.readers.pytorch.call import Value


class Scopes:
    """Gives nodes paths. A file that names no modules has paths by the names of its nodes."""

    def __init__(self, program: Program) -> None:
        self.naming = Naming(_label(program))
        owners = [stored.called.rpartition(".")[0] for stored in program.stored]
        self._parents = {above for name in (*program.modules, *owners) for above in _above(name)}
        self._frames: dict[tuple[str, ...], Frame] = {}

    def path(self, node: Json, op: str, read: list[Value]) -> str:
        """Name a node by the modules around it, as a call of a live module is."""
        frame = None
        keys: tuple[str, ...] = ()
        for key, name, label in modules_of(node):
            keys = (*keys, key)
            if keys not in self._frames:
                check_length(name)
                is_leaf = name not in self._parents
                self._frames[keys] = self.naming.enter(frame, name, label, is_leaf=is_leaf)
            frame = self._frames[keys]
        if frame:
            return self.naming.path(frame, op, read)
        name = path_of(str(node.get("name") or op))
        check_length(name)
        return name


def modules_of(node: Json) -> Iterator[tuple[str, str, str]]:
    """Go through the modules around a node: what tells calls apart, the name, the class.

    >>> stack = "L__self__,,net.Net;L__self__conv@1,conv,torch.nn.modules.conv.Conv2d"
    >>> list(modules_of({"metadata": {"nn_module_stack": stack}}))
    [('L__self__', '', 'Net'), ('L__self__conv@1', 'conv', 'Conv2d')]
    """
    said = (node.get("metadata") or {}).get("nn_module_stack") or ""
    for part in said.split(";"):
        key, _, rest = part.partition(",")
        name, comma, label = rest.rpartition(",")
        if comma:
            yield key, name, label.rstrip("'>").rpartition(".")[2] or "Module"


def _label(program: Program) -> str:
    """Name the class of the whole, as the first node tells it."""
    for node in program.graph["nodes"]:
        for _, name, label in modules_of(node):
            if not name:
                return label
    return "Module"


def _above(name: str) -> Iterator[str]:
    while name:
        name = name.rpartition(".")[0]
        yield name
