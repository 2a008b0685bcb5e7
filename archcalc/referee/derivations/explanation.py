"""How the figures of a network, a block or a layer come about.

>>> explanation = explain("lenet5", "C3")
>>> print(explanation["C3"]["parameters"])
6·(5·5·3 + 1) + 9·(5·5·4 + 1) + 1·(5·5·6 + 1) = 1,516
>>> print(explain("lenet5").sum("parameters"))
156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archcalc.arithmetic import Derived
from archcalc.counts import KINDS
from archcalc.display import Displayed
from archcalc.errors import UnknownName, suggestion
from archcalc.jsonable import jsonable
from archcalc.paths import cut, is_among, layer_of
from archcalc.receptive_field import entering
from archcalc.referee.derivations.derivation import DerivedFigure, behind, derive, together
from archcalc.referee.derivations.lessons import lessons
from archcalc.report import Report, count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from archcalc.graph import Graph, Node
    from archcalc.inputs import Input
    from archcalc.ops.op import Shape
    from archcalc.referee.derivations.derivation import Derivation
    from archcalc.referee.derivations.lesson import Lesson
    from archcalc.spec.spec import Spec

SUMMED = (
    "parameters", "weights", "biases", "gamma", "beta", "slope", "fixed", "statistics",
    "connections", "connections_in_bounds", "neurons", "interactions", "macs", *KINDS[1:], "flops",
)  # fmt: skip
MOST_TERMS = 24
"""A sum of more layers than this is a sum of stages."""


@dataclass(frozen=True, slots=True)
class Step:
    """One op of a layer: its place in the network, and its derivation."""

    path: str
    derivation: Derivation


@dataclass(frozen=True, slots=True, repr=False)
class Part(Displayed, view="tables.explanation:part"):
    """A layer with what comes before and after its op: the steps, and the sums over them."""

    path: str
    op: str
    input: Shape
    output: Shape
    steps: tuple[Step, ...]
    figures: tuple[DerivedFigure, ...]

    def __getitem__(self, quantity: str) -> DerivedFigure:
        """Give the figure of a quantity, summed over the steps; zero if none has it.

        Raises UnknownName for what is no quantity.
        """
        return _find(self.figures, quantity)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "path": self.path,
            "op": self.op,
            "figures": jsonable(self.figures),
            "steps": [{"path": step.path} | step.derivation.to_dict() for step in self.steps],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Displayed, view="tables.explanation:explanation"):
    """The layers of a network, or of the part of it at `path`; the sums over them; the lessons.

    `scope` says what the sums cover.
    """

    network: str
    path: str
    scope: str
    parts: tuple[Part, ...]
    sums: tuple[DerivedFigure, ...]
    lessons: tuple[Lesson, ...]

    def __getitem__(self, path: str) -> Part:
        """Give a layer by its path. Raises UnknownName."""
        for part in self.parts:
            if part.path == path:
                return part
        hint = suggestion(path, [part.path for part in self.parts])
        raise UnknownName.layer(self.network, path, hint)

    def sum(self, quantity: str) -> DerivedFigure:
        """Give the sum of a quantity over all layers; zero if none has it.

        Raises UnknownName for what is no quantity.
        """
        return _find(self.sums, quantity)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "network": self.network,
            "path": self.path,
            "scope": self.scope,
            "layers": jsonable(self.parts),
            "sums": jsonable(self.sums),
            "lessons": jsonable(self.lessons),
        }


def explain(
    net: Spec | Graph | str | Path,
    layer: str | None = None,
    *,
    input: Input | None = None,  # noqa: A002 - the field's own word
    heads: bool = False,
) -> Explanation:
    """Derive the figures of a network, or of a layer, block or group by its path.

    Heads count in the sums of a network only if asked for. Raises what `count` raises, and
    UnknownName if there is no such layer.

    >>> print(explain("lenet5", "S2")["S2"]["connections"])
    6·14·14·(2·2 + 1) = 5,880
    """
    report = count(net, input=input, heads=heads)
    if layer is not None and cut(layer, 1) in report.graph.origin.heads:
        report = count(net, input=input, heads=True)
    everything = list(range(len(report.nodes)))
    chosen = everything if layer is None else _find_nodes(report, layer)
    parts = tuple(parts_of(report, chosen, layer))
    return Explanation(
        report.name,
        layer or "",
        report.scope if layer is None else layer,
        parts,
        parts[0].figures
        if len(parts) == 1
        else tuple(sums_of(parts, _common(layer or ""), report.graph.place)),
        lessons(report.graph, chosen, layer) if layer is not None else (),
    )


def _find_nodes(report: Report, layer: str) -> list[int]:
    """Find the nodes of a layer, also by the name of alike ones in a row: `conv2_x/2..3`."""
    if ".." not in layer:
        return report.index[report[layer].path]
    segments = layer.split("/")
    paths = [report.graph.place(node.path).split("/") for node in report.nodes]
    found = [i for i, path in enumerate(paths) if _fits(path, segments)]
    return found or report.index[report[layer].path]  # which raises


def _common(layer: str) -> str:
    """Leave of a name what all layers that it names have in common."""
    return layer if ".." not in layer else layer.partition("..")[0].rpartition("/")[0]


def _fits(path: list[str], segments: list[str]) -> bool:
    """Tell whether a path lies at or below one that may name a range of numbers."""
    if len(path) < len(segments):
        return False
    return all(map(is_among, path, segments))


def parts_of(report: Report, chosen: Iterable[int], asked: str | None = None) -> Iterator[Part]:
    """Derive nodes, grouped by the layer they belong to; one `asked` for by its name is a layer."""
    groups: dict[str, list[int]] = {}
    known: dict[object, Derivation] = {}
    for i in chosen:
        path = report.nodes[i].path
        groups.setdefault(path if path == asked else layer_of(path), []).append(i)
    for path, members in groups.items():
        nodes = [report.nodes[i] for i in members]
        steps = tuple(Step(node.path, _derive(report, node, known)) for node in nodes)
        main = next((node for node in nodes if node.path == path), nodes[-1])
        figures = tuple(_add(steps))
        yield Part(path, main.op.name, nodes[0].xs[0], nodes[-1].y, steps, figures)


def _derive(report: Report, node: Node, known: dict[object, Derivation]) -> Derivation:
    """Derive a layer; one that equals an earlier one differs in what its input sees alone."""
    field = entering(node, report.fields)
    key = (id(node.op), node.xs, node.shared)
    if key not in known:
        nodes = report.nodes
        shared = {tie.weight: f"`{layer_of(nodes[tie.owner].path)}`" for tie in node.shared}
        known[key] = derive(node.op, node.xs, node.y, field, shared)
    return behind(known[key], field)


def _add(steps: tuple[Step, ...]) -> Iterator[DerivedFigure]:
    """Add up the expressions of the steps, quantity by quantity."""
    for quantity in SUMMED:
        figures = [
            figure
            for step in steps
            for figure in step.derivation.counts
            if figure.quantity == quantity
        ]
        if len(figures) == 1:
            yield figures[0]
        elif figures:
            partial = any(figure.partial for figure in figures)
            yield DerivedFigure.of(quantity, sum(f.derived for f in figures), partial=partial)


def sums_of(
    parts: Sequence[Part], path: str, place: Callable[[str], str]
) -> Iterator[DerivedFigure]:
    """Add up layers below a path, or their stages if there are many; equal ones together."""
    for quantity in SUMMED:
        values = [(part.path, part[quantity].value) for part in parts]
        terms = [(place(where), value) for where, value in values if value]
        if len(terms) > MOST_TERMS:
            terms = _by_stage(terms, len(path) + 1 if path else 0)
        total = together(Derived(value) for _, value in terms)
        partial = any(part[quantity].partial for part in parts)
        if total or partial:
            yield DerivedFigure.of(quantity, total, partial=partial)


def _by_stage(terms: list[tuple[str, int]], start: int) -> list[tuple[str, int]]:
    stages: dict[str, int] = {}
    for path, value in terms:
        stage = cut(path[start:], 1)
        stages[stage] = stages.get(stage, 0) + value
    return list(stages.items())


def _find(figures: tuple[DerivedFigure, ...], quantity: str) -> DerivedFigure:
    if quantity not in SUMMED:
        message = f"no figure is called `{quantity[:80]}`"
        raise UnknownName.of("unknown-quantity", message, suggestion(quantity, SUMMED))
    for figure in figures:
        if figure.quantity == quantity:
            return figure
    return DerivedFigure.of(quantity, 0)
