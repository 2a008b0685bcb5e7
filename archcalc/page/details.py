"""How the figures of every row come about, as texts for a page; equal ones are there once.

>>> from archcalc.page.tree import tree
>>> from archcalc.report import count
>>> report = count("lenet5")
>>> details = Details(report)
>>> details.found[details.of(tree(report)[1])][0]["rows"][1]
['parameters', '6·(1 + 1) = 12']
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from archcalc.paths import layer_of
from archcalc.referee.derivations.explanation import Step, parts_of, sums_of
from archcalc.referee.derivations.lessons import lessons
from archcalc.render.cells import shown
from archcalc.render.tables.explanation import derivations, lesson, part, sums

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.page.tree import Branch
    from archcalc.referee.derivations.explanation import Part
    from archcalc.render.table import Table
    from archcalc.report import Report


class Details:
    """The derivations of a report: `found` lists them as tables.

    `growths` are how receptive fields grow, `lessons` what layers give occasion to.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self.found: list[list[dict[str, Any]]] = []
        self.growths: list[list[list[str]]] = []
        self.lessons: list[dict[str, Any]] = []
        self._places: dict[object, int] = {}

    @cached_property
    def _parts(self) -> dict[str, Part]:
        nodes = range(len(self.report.nodes))
        return {found.path: found for found in parts_of(self.report, nodes)}

    def _of(self, branch: Branch) -> list[Part]:
        layers = dict.fromkeys(layer_of(self.report.nodes[i].path) for i in branch.positions)
        return [self._parts[layer] for layer in layers]

    def of(self, branch: Branch) -> int:
        """Tell where the derivation of a row stands in the list; that of an op is its layer's."""
        parts = self._of(branch)
        if branch.is_leaf:
            return self._of_layer(parts[0])
        above = branch.place.rpartition("/")[0] if branch.kind == "repeats" else branch.place
        table = _plain(sums("", sums_of(parts, above, self.report.graph.place)), "")
        return self._place(str(table), self.found, lambda: [table])

    def _of_layer(self, found: Part) -> int:
        """Derive a layer, once for all that have the same steps on the same shapes."""
        own = len(found.path)
        key = tuple(
            (s.path[own:], id(s.derivation.op), id(s.derivation.shape)) for s in found.steps
        )
        return self._place(
            key, self.found, lambda: [_plain(table, found.path) for table in part(bare(found))]
        )

    def growth(self, branch: Branch) -> int | None:
        """Tell where stands how the receptive field of a layer grows; None where it does not."""
        steps = self._of(branch)[0].steps if branch.is_leaf else ()
        figures = [figure for step in steps for figure in step.derivation.field]
        if not figures:
            return None
        rows = _plain(derivations("", figures), "")["rows"]
        return self._place(("growth", str(rows)), self.growths, lambda: rows)

    def taught(self, branch: Branch) -> list[int]:
        """Tell where stands what a layer, a block or a group gives occasion to teach."""
        if branch.kind in {"op", "repeats"}:
            return []
        found = lessons(self.report.graph, list(branch.positions), branch.row.path)
        tables = [_plain(lesson(each), "") for each in found]
        return [
            self._place(("lesson", str(table)), self.lessons, lambda table=table: table)  # type: ignore[misc]
            for table in tables
        ]

    def _place(self, key: object, listed: list[Any], make: Callable[[], Any]) -> int:
        """Tell where something stands in a list, which takes it up if it is new."""
        place = self._places.setdefault(key, len(listed))
        if place == len(listed):
            listed.append(make())
        return place


def bare(found: Part) -> Part:
    """Leave out how the receptive field grows, in which equal layers differ."""
    steps = (Step(step.path, replace(step.derivation, field=())) for step in found.steps)
    return replace(found, steps=tuple(steps))


def _plain(table: Table, path: str) -> dict[str, Any]:
    """Give a table as plain values, its title without the name of the layer."""
    title = "together" if table.title.startswith("together: ") else table.title.removeprefix(path)
    rows = [
        [shown(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    matrix = {"columns": [column.title for column in table.columns]} if _is_matrix(table) else {}
    return {"title": title, **matrix, "rows": rows, "notes": list(table.captions)}


def _is_matrix(table: Table) -> bool:
    return table.columns[0].name != "quantity"
