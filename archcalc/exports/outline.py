"""Graph → Outline: the tree that the paths of its layers tell of, as whoever writes it needs it.

A layer stands with what is before and after its op, below the groups and blocks that its path
names. Each has a name of its own at its level, which is that of its path wherever this can be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count, groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archcalc.errors import Reason
from archcalc.paths import layer_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.graph import Graph


class Layer(NamedTuple):
    """The nodes of one layer by their positions; without a main one a join had one branch.

    `branches` are what stands below a join that has a name, by its inputs.
    """

    name: str
    before: tuple[int, ...]
    main: int | None
    after: tuple[int, ...]
    branches: tuple[tuple[Item, ...], ...] = ()

    @property
    def chain(self) -> tuple[int, ...]:
        """Its op with what stands before and after it."""
        return *self.before, *(() if self.main is None else (self.main,)), *self.after

    @property
    def positions(self) -> tuple[int, ...]:
        """All of its nodes, in their order."""
        inner = (i for items in self.branches for item in items for i in item.positions)
        return *self.before, *inner, *self.chain[len(self.before) :]


class Part(NamedTuple):
    """What stands below one path: `label` is the word of its block, `group` for none."""

    name: str
    path: str
    label: str
    items: tuple[Item, ...]
    positions: tuple[int, ...]


Item: TypeAlias = Layer | Part


def inner_items(item: Item) -> tuple[Item, ...]:
    """Give what stands below an item."""
    if isinstance(item, Part):
        return item.items
    return tuple(each for branch in item.branches for each in branch)


def parts_of(items: Sequence[Item]) -> Iterator[Part]:
    """Go through all parts, the outer before the inner."""
    for item in items:
        if isinstance(item, Part):
            yield item
        yield from parts_of(inner_items(item))


def height(item: Item) -> int:
    """Tell how many levels there are at and below an item."""
    return 1 + max(map(height, inner_items(item)), default=0)


@dataclass(frozen=True)
class Outline:
    """The items of the main path, and what each head is."""

    items: tuple[Item, ...]
    heads: dict[str, Item]
    readers: Mapping[int, tuple[int, ...]]
    """By an output, or an input: the nodes that read it."""

    @property
    def parts(self) -> list[Part]:
        """All parts, those of the heads last."""
        return [*parts_of(self.items), *parts_of(tuple(self.heads.values()))]

    def in_order(self, graph: Graph) -> list[Item]:
        """Give the items with each head behind what it hangs from; behind all if some share.

        A head is also what ends in another output than the first, and is read by nobody.
        """
        nodes, heads = graph.nodes, list(self.heads.values())
        if any(nodes[at].shared for head in heads for at in head.positions):
            return [*self.items, *heads]
        beside = {end for end in graph.outputs[1:] if end not in self.readers}
        found = [item for item in self.items if item.positions[-1] not in beside]
        waiting = [*(item for item in self.items if item.positions[-1] in beside), *heads]
        for head in waiting:
            read = {i for at in head.positions for i in nodes[at].inputs}.difference(head.positions)
            hung = [n for n, item in enumerate(found, 1) if not read.isdisjoint(item.positions)]
            found.insert(max(hung, default=len(found)), head)
        return found


def ends_of(graph: Graph) -> list[int]:
    """List what a network gives: its outputs, the main path's first, and the end of each head.

    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> graph = expand(load("googlenet"))
    >>> [graph.nodes[end].path for end in ends_of(graph)]
    ['linear.softmax', 'aux1/classifier.softmax', 'aux2/classifier.softmax']
    """
    return [*graph.outputs, *graph.head_ends.values()]


def without_heads(graph: Graph) -> Graph:
    """Give the main path alone.

    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> graph = without_heads(expand(load("googlenet")))
    >>> [graph.nodes[end].path for end in ends_of(graph)]
    ['linear.softmax']
    """
    nodes = tuple(node for node in graph.nodes if node.head is None)
    ends = {path: end for path, end in graph.ends.items() if end < len(nodes)}
    return replace(graph, origin=replace(graph.origin, heads=()), nodes=nodes, ends=ends)


def outline(graph: Graph) -> Outline:
    """Lay out the layers of a network as their paths say.

    Raises a Reason for what is not reached: nobody can write it.

    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> found = outline(expand(load("resnet18")))
    >>> [item.name for item in found.items][:3], found.items[2].items[1].label
    (['conv1', 'pool1', 'conv2_x'], 'basic')
    """
    for beside in graph.uncounted:
        if beside.quantities and beside.path not in graph.ends:
            raise Reason(
                "not-exported", f"`{beside.path}` cannot be written: {beside.case} ({beside.why})"
            )
    builder = _Outlining(graph, graph.readers)
    main = [i for i, node in enumerate(graph.nodes) if node.head is None]
    others = [i for i, node in enumerate(graph.nodes) if node.head is not None]
    heads = {item.name: item for item in builder.items(others, 0, set())}
    return Outline(
        builder.items(main, 0, {"input", *graph.inputs, *input_names(graph)}), heads, graph.readers
    )


class _Outlining:
    def __init__(self, graph: Graph, readers: Mapping[int, tuple[int, ...]]) -> None:
        self.graph = graph
        self.readers = readers

    def items(self, positions: Sequence[int], depth: int, taken: set[str]) -> tuple[Item, ...]:
        """Take together what has the same name at a depth, run by run."""
        nodes = self.graph.nodes
        split = {i: layer_of(nodes[i].path).split("/") for i in positions}
        found: list[Item] = []
        for name, run in groupby(positions, key=lambda i: split[i][depth]):
            found += self._run(name, list(run), split, depth, taken)
        return tuple(found)

    def _run(
        self,
        name: str,
        run: list[int],
        split: dict[int, list[str]],
        depth: int,
        taken: set[str],
    ) -> Iterator[Item]:
        if all(len(split[i]) == depth + 1 for i in run):
            yield from self._layers(name, run, taken)
            return
        path = "/".join(split[run[0]][: depth + 1])
        join = self._join(name, run, split, depth)
        if join:
            yield join._replace(name=own_name(name, taken))
            return
        if any(len(split[i]) == depth + 1 for i in run):
            yield from self._beside_one_another(name, run, split, depth, taken)
            return
        items = self.items(run, depth + 1, set())
        container = self.graph.containers.get(path)
        yield Part(
            own_name(name, taken),
            path,
            container.label if container else "group",
            items,
            tuple(run),
        )

    def _beside_one_another(
        self, name: str, run: list[int], split: dict[int, list[str]], depth: int, taken: set[str]
    ) -> Iterator[Item]:
        """Lay what stands below a layer beside it: a layer of a spec has nothing below it."""
        for deeper, stretch in groupby(run, key=lambda i: split[i][depth + 1 : depth + 2]):
            positions = list(stretch)
            if deeper:
                yield from self._run(f"{name} {deeper[0]}", positions, split, depth + 1, taken)
            else:
                yield from self._layers(name, positions, taken)

    def _join(
        self, name: str, run: list[int], split: dict[int, list[str]], depth: int
    ) -> Layer | None:
        """Take a join together with its branches, each of which ends in one of its inputs."""
        nodes = self.graph.nodes
        own = [i for i in run if len(split[i]) == depth + 1]
        inner = [i for i in run if len(split[i]) > depth + 1]
        layer = Layer(name, (), own[0], tuple(own[1:])) if own else None
        if not layer or nodes[own[0]].op.role != "join" or own[0] < inner[-1]:
            return None
        waiting = list(self.items(inner, depth + 1, set()))
        branches = []
        for source in nodes[own[0]].inputs:
            ends = [item.positions[-1] for item in waiting]
            length = ends.index(source) + 1 if source in ends else 0
            branches.append(tuple(waiting[:length]))
            waiting = waiting[length:]
        return (
            layer._replace(branches=tuple(branches))
            if self._is_chain(layer) and not waiting
            else None
        )

    def _layers(self, name: str, run: list[int], taken: set[str]) -> Iterator[Layer]:
        """Take one layer together, or each of its nodes by itself where others read between."""
        nodes = self.graph.nodes
        main = next((i for i in run if "." not in nodes[i].path), None)
        before = tuple(i for i in run if main is not None and i < main)
        after = tuple(i for i in run if main is None or i > main)
        layer = Layer(own_name(name, taken), before, main, after)
        if self._is_chain(layer):
            yield layer
            return
        taken.discard(layer.name)
        for i in run:
            own = nodes[i].path.rpartition("/")[2].replace(".", " ")
            yield Layer(own_name(own, taken), (), i, ())

    def _is_chain(self, layer: Layer) -> bool:
        """Tell whether each node of a layer reads the one before it, which no other reads."""
        nodes, positions = self.graph.nodes, layer.chain
        pairs = pairwise(positions)
        if any(nodes[i].inputs[0] != before or not self._is_inner(before) for before, i in pairs):
            return False
        beside = [i for i in positions if i != layer.main]
        return all(len(nodes[i].inputs) == 1 for i in beside)

    def _is_inner(self, position: int) -> bool:
        """Tell whether one node alone reads an output, and nobody outside."""
        ends = {self.graph.end, *self.graph.outputs}
        return len(self.readers.get(position, ())) == 1 and position not in ends


def own_name(name: str, taken: set[str]) -> str:
    """Give a name that nothing has at its level, and that a spec can have.

    >>> taken = {"conv1"}
    >>> own_name("conv1", taken), own_name("a.b", taken), sorted(taken)
    ('conv1 2', 'a b', ['a b', 'conv1', 'conv1 2'])
    """
    bare = (
        "".join(c if c.isprintable() and c not in "/." else " " for c in name).strip(" =")
        or "layer"
    )
    numbered = (f"{bare} {n}" for n in count(2))
    while bare in taken or bare == "input":
        bare = next(numbered)
    taken.add(bare)
    return bare


def unmoved(path: str) -> Reason:
    """Refuse a layer that reads something cut, or laid out otherwise, which is no layer's doing."""
    message = f"`{path}` cannot be written: what it reads is cut or laid out anew, by no layer"
    return Reason(
        "not-exported", message, "`--to yaml` writes it: a stated `layout` stands for that"
    )


def input_names(graph: Graph) -> list[str]:
    """Give the inputs names that a spec can have."""
    taken = set[str]()
    return [own_name(name, taken) for name in graph.inputs]
