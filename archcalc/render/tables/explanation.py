"""Explanations, lessons and rules → tables of derivations.

>>> from archcalc.referee.derivations.explanation import explain
>>> for row in explanation(explain("lenet5", "S2"))[0].rows[:3]:
...     print(row[0], row[1])
height, width (28 − 2)/2 + 1 = 14
parameters 6·(1 + 1) = 12
weights 12 − 6 = 6
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archcalc.counts import KINDS
from archcalc.doubts import flattens
from archcalc.ops.shape import LINES, SIDES
from archcalc.render.table import Column, Table
from archcalc.render.tables.columns import shape, window
from archcalc.render.tables.formula import Formula
from archcalc.render.tables.layers import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archcalc.ops.fields import Table as Connections
    from archcalc.referee.derivations.derivation import Derivation, DerivedFigure
    from archcalc.referee.derivations.explanation import Explanation, Part, Step
    from archcalc.referee.derivations.lesson import Lesson
    from archcalc.referee.derivations.symbolic import SymbolicRule

EXTENTS = {f"{line}s" for line in (*LINES, "place")}
NAMES = {
    "connections_in_bounds": "connections in bounds",
    "macs": "MACs",
    "macs without": "MACs without",
    "macs of the squares": "MACs of the squares",
    "add": "additions",
    "mul": "multiplications",
    "div": "divisions",
    "cmp": "comparisons",
    "exp": "exponentials",
    "tanh": "hyperbolic tangents",
    "pow": "powers",
    "sqrt": "square roots",
    "erf": "error functions",
    "log": "logarithms",
    "trig": "sines and cosines",
    "field_size": "receptive field",
    "field_stride": "stride of the field",
    "field_offset": "first pixel of the field",
}
"""What people read for a quantity, where that is another word."""
SUMS = (
    "parameters", "fixed", "statistics", "connections", "neurons", "interactions", "macs", "flops",
)  # fmt: skip
"""What is summed over layers."""
REPEATS = {"weights": "parameters", "connections_in_bounds": "connections"}
"""Figures that say nothing new where they equal the other."""
DERIVED = (Column("quantity", "quantity"), Column("derivation", "derivation", "prose"))
NOTE = Column("note", "note", "prose", 1)
OVERVIEW = (
    Column("layer", "layer", "name"),
    Column("op", "op", hide=2),
    Column("output", "output", hide=3),
    Column("parameters", "parameters", "prose"),
    Column("connections", "connections", "prose", 1),
    Column("macs", "MACs", "prose"),
)


def explanation(found: Explanation) -> list[Table]:
    """Tabulate a layer's derivations in full, or a line for each layer and then the sums."""
    if len(found.parts) == 1:
        tables = list(part(found.parts[0]))
    else:
        tables = [
            _overview(found),
            *([sums(f"sums over {found.scope}", found.sums)] if found.parts else []),
        ]
    return tables + [lesson(each) for each in found.lessons]


def lesson(found: Lesson) -> Table:
    """Tabulate the figures of a lesson, its text below them."""
    return derivations(found.title, found.figures, (found.text,))


def quantities(found: Sequence[Explanation], names: Sequence[str]) -> Table:
    """Tabulate the formulas of some quantities alone, of each layer that was asked for.

    >>> from archcalc.referee.derivations.explanation import explain
    >>> quantities([explain("lenet5", "C3")], ["weights", "biases"]).rows
    (('C3', 'weights', '1,516 − 16 = 1,500'), ('C3', 'biases', '16'))
    """
    rows = tuple(
        (each.path or each.network, _name(name), Formula.of(each.sum(name)))
        for each in found
        for name in names
    )
    return Table((Column("layer", "layer", "name"), *DERIVED), rows)


def rule(found: SymbolicRule) -> list[Table | str]:
    """Give an op's description, its rule in letters, and what other choices change in it."""
    figures = (*found.shape, *found.figures, *found.field)
    title = f"the rule of {found.op}"
    parts: list[Table | str] = [
        found.doc,
        derivations(title, figures, _zero(found.zeros, found.reason)),
    ]
    return parts + [
        derivations(f"with {variant.setting}", (*variant.shape, *variant.figures))
        for variant in found.variants
    ]


def derivations(
    title: str, figures: Iterable[DerivedFigure], captions: tuple[str, ...] = ()
) -> Table:
    """Tabulate figures with how they come about; their notes, if any, in a third column."""
    rows = list(_rows(figures))
    if any(note for _, _, note in rows):
        return Table((*DERIVED, NOTE), tuple(rows), title=title, captions=captions)
    return Table(DERIVED, tuple((name, cell) for name, cell, _ in rows), (), title, captions)


def connections(path: str, table: Connections, inputs: int) -> Table:
    """Draw which input maps (rows) feed which output maps (columns), as Table I of 1998 does.

    >>> for row in connections("C3", ((0, 1), (1,)), 2).rows:
    ...     print(row)
    ('0', 'X', '')
    ('1', 'X', 'X')
    """
    columns = (
        Column("from", ""),
        *(Column(f"to_{output}", str(output)) for output in range(len(table))),
    )
    rows = tuple((str(i), *("X" if i in maps else "" for maps in table)) for i in range(inputs))
    pairs, possible = sum(map(len, table)), inputs * len(table)
    return Table(
        columns,
        rows,
        title=f"{path}: the input maps (rows) that feed each output map (columns)",
        captions=(f"{pairs:,} of {possible:,} pairs of maps are connected",),
    )


def part(found: Part) -> Iterator[Table]:
    """Derive the op of a layer first, then what comes before and after it, then all together."""
    main = next((step for step in found.steps if step.path == found.path), found.steps[-1])
    for step in (main, *(step for step in found.steps if step is not main)):
        derivation = step.derivation
        if derivation.table is not None:
            yield connections(step.path, derivation.table, derivation.inputs[0].channels)
        yield derivations(
            _title(step), _telling(derivation), _zero(derivation.zeros, derivation.reason)
        )
    own = {str(figure) for figure in main.derivation.counts}
    figures = [f for f in found.figures if f.quantity in SUMS and str(f) not in own]
    if len(found.steps) > 1 and figures:
        yield derivations(f"together: {', '.join(step.path for step in found.steps)}", figures)


def _title(step: Step) -> str:
    found = step.derivation
    inputs = ", ".join(map(shape, found.inputs))
    if flattens(found.op, found.inputs[0]):
        inputs += f" = {found.inputs[0].size:,}"
    what = f"{found.op.name} {window(found.op, found.inputs[0])}".strip()
    return f"{step.path}: {what}, {inputs} → {shape(found.output)}"


def _telling(found: Derivation) -> Iterator[DerivedFigure]:
    """Leave out sides that follow from no rule, and figures that repeat another."""
    yield from (side for side in found.shape if side.note or str(side) != f"{side.value:,}")
    values = {figure.quantity: figure.value for figure in found.counts}
    for figure in found.counts:
        if figure.partial and figure.quantity in KINDS:
            continue
        if figure.partial or figure.value != values.get(REPEATS.get(figure.quantity, "")):
            yield figure
    yield from found.field


def _rows(figures: Iterable[DerivedFigure]) -> Iterator[tuple[str, Formula, str]]:
    """Name the figures; rows and columns that are alike, as they mostly are, share a row."""
    waiting = list(figures)
    sizes = Counter(_stem(figure.quantity) for figure in waiting)
    while waiting:
        figure = waiting.pop(0)
        family = [f for f in waiting if _stem(f.quantity) == _stem(figure.quantity)]
        alike = [f for f in family if str(f) == str(figure)]
        waiting = [f for f in waiting if f not in alike]
        whole = sizes[_stem(figure.quantity)] == len(alike) + 1
        yield _together([figure, *alike], whole=whole), Formula.of(figure), figure.note


def _stem(quantity: str) -> str:
    """Give what the figures of several extents have in common."""
    if quantity in SIDES:
        return "side"
    stem, _, line = quantity.rpartition("_")
    return stem if line in EXTENTS else quantity


def _together(figures: list[DerivedFigure], *, whole: bool) -> str:
    """Name figures that are alike: if no other is beside them, by what they have in common."""
    quantities = [figure.quantity for figure in figures]
    stem = _stem(quantities[0])
    if stem == "side":
        return ", ".join(quantities)
    if whole and (len(figures) > 1 or quantities[0].endswith("_places")):
        return NAMES.get(stem, stem)
    words = [quantity.rpartition("_")[2] for quantity in quantities[1:]]
    return ", ".join([_name(quantities[0]), *words])


def _name(quantity: str) -> str:
    """Say a quantity in the words of a reader."""
    stem = _stem(quantity)
    if stem != quantity and quantity not in SIDES:
        return f"{NAMES.get(stem, stem)}, {quantity.rpartition('_')[2]}"
    return NAMES.get(quantity, quantity)


def _zero(quantities: tuple[str, ...], reason: str) -> tuple[str, ...]:
    names = ", ".join(map(_name, quantities))
    return (f"zero: {names} ({reason})",) if quantities else ()


def _overview(found: Explanation) -> Table:
    """Give each layer a line."""
    quantities = [column.name for column in OVERVIEW[3:]]
    rows = tuple(
        (
            part.path,
            part.op,
            shape(part.output),
            *(Formula.of(part[quantity]) for quantity in quantities),
        )
        for part in found.parts
    )
    title = f"{found.network}, {found.path}" if found.path else found.network
    return Table(OVERVIEW, rows, title=title, captions=() if rows else (NOTHING,))


def sums(title: str, figures: Iterable[DerivedFigure]) -> Table:
    """Tabulate what is summed over layers, and how."""
    return derivations(title, [figure for figure in figures if figure.quantity in SUMS])
