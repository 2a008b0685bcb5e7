"""How outputs are called where they are read: by a name of the same level, or further out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason
from archcalc.exports.outline import Part, input_names, own_name
from archcalc.graph import INPUT
from archcalc.paths import first_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.exports.outline import Item
    from archcalc.graph import Graph


class Hidden(Reason):
    """Why an output cannot be named: a name further in, `by`, hides its own."""

    def __init__(self, path: str, by: str) -> None:
        self.by = by
        super().__init__("not-exported", f"`{path}` cannot be named where it is read")


class Context(NamedTuple):
    """A place: what is called `input` there, and the prefixes of its levels, the inner first."""

    entering: int | None
    levels: tuple[str, ...]

    def inside(self, prefix: str) -> Context:
        """Go into a level."""
        return self._replace(levels=(prefix, *self.levels))


class Naming:
    """The paths that a spec will give to the nodes and parts of a network."""

    def __init__(self, graph: Graph, items: Sequence[Item]) -> None:
        self.graph = graph
        self._inputs = input_names(graph)
        self.paths: dict[int, str] = {}
        """By a node."""
        self.prefixes: dict[int, str] = {}
        """By the first node of a part and the number of its nodes."""
        self._names: dict[int, list[str]] = {}
        self._taken: dict[str, set[str]] = {}
        self._add(items, "")

    def _add(self, items: Sequence[Item], prefix: str) -> None:
        self._taken.setdefault(prefix, set()).update(item.name for item in items)
        for item in items:
            path = prefix + item.name
            self._names.setdefault(item.positions[-1], []).append(path)
            if isinstance(item, Part):
                self.prefixes[id(item)] = f"{path}/"
                self._add(item.items, f"{path}/")
                continue
            for branch in item.branches:
                self._add(branch, f"{path}/")
            for i in item.chain:
                beside = self.graph.nodes[i].path.rpartition(".")[2]
                self.paths[i] = path if i == item.main else f"{path}.{beside}"
                self._names.setdefault(i, []).append(self.paths[i])

    def name(self, position: int, context: Context) -> str:
        """Name an output as it is found from a place. Raises Hidden where it cannot be."""
        if position == context.entering:
            return "input"
        if position < 0:
            return self._inputs[INPUT - position]
        hiding = ""
        for number, prefix in enumerate(context.levels):
            paths = [path for path in self._names[position] if path.startswith(prefix)]
            if not paths:
                continue
            name = min(paths, key=len).removeprefix(prefix)
            first = first_name(name)
            if f"{prefix}{first}/" in context.levels:  # which has no name before it ends
                break
            inner = [level for level in context.levels[:number] if first in self._taken[level]]
            if not inner:
                return name
            hiding = hiding or inner[0] + first
        raise Hidden(self.graph.nodes[position].path, hiding)

    def owner(self, position: int, context: Context) -> str:
        """Name the layer whose weights are taken. Raises a Reason where it cannot be."""
        path = self.paths[position]
        for prefix in context.levels:
            if path.startswith(prefix):
                return path.removeprefix(prefix)
        raise Reason("not-exported", f"`{path}` cannot be named where its weights are shared")


def renamed(items: Sequence[Item], prefix: str, hiding: set[str]) -> tuple[Item, ...]:
    """Give other names to what hides names further out."""
    taken = {item.name for item in items}
    found: list[Item] = []
    for item in items if hiding else ():
        hides = prefix + item.name in hiding
        name = own_name(f"layer {item.name}", taken) if hides else item.name
        if isinstance(item, Part):
            inner = renamed(item.items, f"{prefix}{name}/", hiding)
            found.append(item._replace(name=name, items=inner))
        else:
            found.append(item._replace(name=name))
    return tuple(found) if hiding else tuple(items)
