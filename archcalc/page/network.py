"""Report → all that a page shows of a network, as plain values: its rows, and what is behind them.

Rows are lists in the order of `FIELDS`, the tree in order of execution, each with its level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.errors import ArchcalcError
from archcalc.exports.yaml.text import yaml
from archcalc.inputs import say
from archcalc.ops.fields import written
from archcalc.page.details import Details
from archcalc.page.drawings import drawings
from archcalc.page.figures import Figures
from archcalc.page.tree import tree
from archcalc.paths import layer_of
from archcalc.receptive_field import images_of
from archcalc.referee.published.printed import as_printed
from archcalc.render.caption import changes
from archcalc.render.cells import shown
from archcalc.render.table import Column
from archcalc.render.tables.columns import shape, window
from archcalc.render.tables.layers import captions
from archcalc.render.tables.ledger import printed, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.page.tree import Branch
    from archcalc.receptive_field import Field
    from archcalc.referee.published.ledger import Finding
    from archcalc.report import Report

FIELDS = (
    "level", "name", "kind", "path", "op", "times", "input", "output", "kernel", "head", "shared",
    "figures", "detail", "field", "growth", "reads",
    "lessons",
)  # fmt: skip
"""What a row holds; `figures`, `detail`, `field`, `growth`, `lessons` are places in their lists."""

EXACT = Column("exact", "exact", "number")


def network(report: Report, findings: Iterable[Finding] = ()) -> dict[str, Any]:
    """Give a report with every figure, derivation, drawing and published figure there is.

    >>> from archcalc.report import count
    >>> found = network(count("lenet5"))
    >>> found["columns"][0]["name"], found["total"][0], len(found["rows"])
    ('parameters', 60000, 19)
    """
    origin, rows = report.graph.origin, _Rows(report)
    written_rows, drawn = rows.all(), drawings(report)
    return {
        "id": origin.id,
        "name": origin.name,
        "source": origin.source,
        "changes": changes(origin),
        "input": say(report.inputs),
        "image": _image(report),
        "batch": report.batch,
        "scope": report.scope,
        "notes": [note for note in captions(report) if not note.startswith("scope: ")],
        "hash": origin.fingerprint,
        "kind": origin.kind,
        "text": origin.text.split("\n---\n")[0] if origin.kind == "spec" else "",
        "yaml": _yaml(report),
        "columns": [
            {"name": each.column.name, "title": each.column.title} for each in rows.figures.columns
        ],
        "conventions": [
            {"name": found.convention.name, "reasons": list(found.reasons)}
            for found in rows.figures.conventions
        ],
        "total": rows.figures.total(),
        "fields": list(FIELDS),
        "rows": written_rows,
        "figures": rows.found_figures,
        "details": rows.details.found,
        "receptive": rows.found_fields,
        "growths": rows.details.growths,
        "lessons": rows.details.lessons,
        "published": [_finding(each) for each in findings],
        "drawings": drawn.found,
        "drawing": drawn.first,
    }


class _Rows:
    """Writes rows; what many of them have in common is listed once."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.figures = Figures(report)
        self.details = Details(report)
        self.found_figures: list[list[Any]] = []
        self.found_fields: list[dict[str, list[int]]] = []
        self._places: dict[object, int] = {}

    def all(self) -> list[list[Any]]:
        """Write the whole tree, parents before what is below them."""
        branches = [pair for branch in tree(self.report) for pair in branch.walk()]
        return [self._row(level, branch) for level, branch in branches]

    def _row(self, level: int, branch: Branch) -> list[Any]:
        row = branch.row
        counted = self.figures.of(row, branch.positions)
        found = {
            "level": level,
            "name": branch.name,
            "kind": branch.kind,
            "path": row.path,
            "op": row.op,
            "times": branch.times * row.repeats,
            "input": shape(row.input),
            "output": shape(row.output),
            "kernel": window(row.layer, row.input) if branch.is_leaf else "",
            "head": row.head or "",
            "shared": list(row.shared_with),
            "figures": self._place(
                "figures", tuple(map(str, counted)), self.found_figures, counted
            ),
            "detail": self.details.of(branch),
            "field": self._field(row.field),
            "growth": self.details.growth(branch),
            "lessons": self.details.taught(branch),
            "reads": self._reads(branch) if branch.is_leaf else [],
        }
        return [found[field] for field in FIELDS]

    def _field(self, field: Field | None) -> int | None:
        if field is None:
            return None
        found = {name: list(numbers) for name, numbers in field._asdict().items()}
        return self._place("field", field, self.found_fields, found)

    def _place(self, kind: str, key: object, found: list[Any], value: object) -> int:
        """Tell where a value stands in a list, which takes it up if it is new."""
        place = self._places.setdefault((kind, key), len(found))
        if place == len(found):
            found.append(value)
        return place

    def _reads(self, branch: Branch) -> list[str]:
        """Name the layers that a layer or an op reads, the inputs by their names."""
        nodes, inside = self.report.nodes, set(branch.positions)
        sources = [i for own in branch.positions for i in nodes[own].inputs if i not in inside]
        inputs = list(self.report.inputs)
        named = (layer_of(nodes[i].path) if i >= 0 else inputs[-1 - i] for i in sources)
        return list(dict.fromkeys(named))


def _image(report: Report) -> list[int] | None:
    """Give the extents that receptive fields lie on; None where inputs have unlike ones."""
    return list(report.input.extents) if images_of(report.graph) is None else None


def _yaml(report: Report) -> str:
    """Write the network as a spec of its own; nothing where that cannot be."""
    try:
        return yaml(report.graph)
    except ArchcalcError:
        return ""


def _finding(found: Finding) -> dict[str, Any]:
    """Give a published figure beside the count, in the words of `archcalc published`."""
    record, setting = found.record, found.setting
    parameters = setting.parameters if setting else {}
    with_heads = ["heads"] if setting and setting.heads else []
    return {
        "layer": record.layer or "",
        "figure": record.figure.text,
        "printed": printed(record),
        "exact": shown(as_printed(found.exact), EXACT),
        "verdict": verdict(found),
        "holds": found.holds,
        "with": [*(f"{key}={written(value)}" for key, value in parameters.items()), *with_heads],
        "why": ": ".join(text for text in (record.why, record.note) if text),
        "key": record.key,
        "source": record.source,
        "where": record.where,
    }
