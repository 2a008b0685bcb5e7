"""Comparisons, differences and budgets of networks → tables."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from archcalc.counts import QUANTITIES
from archcalc.errors import UnknownName, suggestion
from archcalc.inputs import say
from archcalc.memory import partial
from archcalc.ops.op import Shape
from archcalc.origin import told_apart
from archcalc.paths import turns
from archcalc.referee.comparisons.comparison import ratios
from archcalc.referee.phrases import value
from archcalc.render.caption import batched
from archcalc.render.cells import said
from archcalc.render.table import UNKNOWN, Column, Table, figure
from archcalc.render.tables.columns import BYTES, counted, shape
from archcalc.uncounted import abridged, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.referee.comparisons.budget import Budget, Check
    from archcalc.referee.comparisons.comparison import ComparedLine, Comparison
    from archcalc.referee.comparisons.difference import Change, Difference
    from archcalc.render.table import Cell
    from archcalc.report import Report

USUAL = ("parameters", "connections", "neurons", "macs")
BY_LINE = ("parameters", "macs")
"""The quantities of which a comparison by stage or op makes a table each."""
CHANGED = {"parameters": 0, "connections": 3, "macs": 0}
"""The quantities whose changes a difference shows, and when each is hidden."""

STORED = {"parameters": "parameters", "fixed": "fixed weights", "statistics": "running statistics"}
"""What of a network is kept in memory before it runs."""
SIDES = {"before": "preceded by", "after": "followed by"}


def comparison(found: Comparison, quantities: Sequence[str] = ()) -> Iterator[Table]:
    """Tabulate the totals; then each quantity by line, if there are lines: by stage or by op.

    Raises UnknownName for a quantity that does not exist.

    >>> from archcalc.referee.comparisons.comparison import compare
    >>> (table,) = comparison(compare("lenet5", "lenet5-textbook"))
    >>> table.rows[0]
    ('parameters', 60000, 61706, Fraction(30853, 30000))
    """
    chosen = [known(name) for name in quantities]
    yield _totals(found, chosen or USUAL)
    for name in (chosen or BY_LINE) if found.lines else ():
        rows = tuple(_compared(line.label, _cells(line, name)) for line in found.lines)
        total = _compared("total", _cells(found.total, name))
        yield Table(_side_by_side(found), rows, (total,), title=f"{title(name)} by {found.by}")


def difference(found: Difference, depth: int | None = None, *, names: bool = False) -> Table:
    """Tabulate what changed, layer by layer or below each path of `depth` segments.

    Layers that only have another name are listed with `names`, and else counted.

    >>> from archcalc.referee.comparisons.difference import diff
    >>> difference(diff("lenet5", "lenet5-textbook")).rows[2][-3:]
    (900, 90000, 90000)
    """
    kinds = Counter(change.kind for change in found.layers)
    renamed = kinds["renamed"]
    told = f", and under other names: {renamed} (`--names` lists them)" if renamed else ""
    return Table(
        columns=(
            Column("layer", "layer", "name"),
            Column("change", "change", hide=2),
            Column("details", "what", "prose", 1),
            *(Column(name, title(name), "change", hide) for name, hide in CHANGED.items()),
        ),
        rows=tuple(
            _changed(path, changes) for path, changes in _repeats(found.fold(depth, names=names))
        ),
        totals=(
            (
                "total",
                None,
                None,
                *(UNKNOWN if found.is_partial(n) else found.change(n) for n in CHANGED),
            ),
        ),
        title="from {} to {}".format(*_ids(found.before, found.after)),
        captions=(
            *(["no layer differs"] if kinds["same"] + renamed == len(found.layers) else []),
            f"layers that are the same: {kinds['same']}{told}",
            *_scopes(found.before, found.after),
        ),
    )


def budget(found: Budget) -> Iterator[Table]:
    """Tabulate the limits; then, for each that is passed, the layers that cost most.

    >>> from archcalc.referee.comparisons.budget import budget as hold
    >>> [table.rows[0] for table in budget(hold("lenet5", max_parameters="50k"))]
    [('parameters', 50000, 60000, 'over by 10,000'), ('C5', 48120, Fraction(401, 500))]
    """
    columns = (
        Column("quantity", "quantity"),
        Column("limit", "limit", "number"),
        Column("used", "used", "number"),
        Column("verdict", "verdict"),
    )
    memory = any(check.quantity == "memory" for check in found.checks)
    yield Table(
        columns,
        tuple(_checked(check) for check in found.checks),
        title=f"{found.report.graph.origin.id}, input {say(found.report.inputs)}",
        captions=(*_scopes(found.report), *([_memory(found)] if memory else [])),
        tones=tuple("good" if check.within else "bad" for check in found.checks),
    )
    yield from (_costliest(check) for check in found.checks if check.over)


def _memory(found: Budget) -> str:
    """Say what the memory of running forward consists of."""
    memory = found.report.memory(found.bytes_each)
    unknown = partial(found.report.total.unknown)
    parts = {**STORED, "live": "the largest set of outputs alive at once"}
    cells = [
        (figure(getattr(memory, kind), partial=kind in unknown), words)
        for kind, words in parts.items()
    ]
    told = [f"{said(cell)} of {words}" for cell, words in cells if cell]
    return f"memory in bytes: {' + '.join(told)}"


def known(name: str) -> str:
    """Find a quantity by its name."""
    word = name.lower().replace("-", "_").replace(" ", "_")
    if word not in QUANTITIES:
        hint = suggestion(word, QUANTITIES) or f"the quantities: {', '.join(QUANTITIES)}"
        raise UnknownName.of("unknown-column", f"there is no quantity `{name[:80]}`", hint)
    return word


def title(quantity: str) -> str:
    """Say a quantity above its column."""
    return "MACs" if quantity == "macs" else quantity.replace("_", " ")


def _totals(found: Comparison, quantities: Sequence[str]) -> Table:
    memories = [(one.memory(BYTES), partial(one.total.unknown)) for one in found.reports]
    rows = [_compared(title(name), _cells(found.total, name)) for name in quantities]
    for kind, words in (STORED | {"outputs": "outputs", "live": "largest live set"}).items():
        values = [figure(getattr(one, kind), partial=kind in unknown) for one, unknown in memories]
        if any(values) or kind not in {"fixed", "statistics"}:
            rows.append(_compared(f"bytes of {words}", values))
    return Table(
        _side_by_side(found),
        tuple(rows),
        captions=(f"bytes: {BYTES} for each number", *_scopes(*found.reports)),
    )


def _side_by_side(found: Comparison) -> tuple[Column, ...]:
    first, *others = _ids(*found.reports)
    columns = [Column("label", "", "name"), Column(first, first, "number")]
    for name in others:
        columns.append(Column(name, name, "number"))
        columns.append(Column(f"{name}/{first}", f"/ {first}", "ratio", 1))
    return tuple(columns)


def _cells(line: ComparedLine, quantity: str) -> list[Cell]:
    """Give a quantity of each network; of a partial one, what is known."""
    return [None if counts is None else counted(counts, quantity) for counts in line.counts]


def _compared(label: str, values: Sequence[Cell]) -> tuple[Cell, ...]:
    """Put the ratios to the first beside the others, where both are known."""
    whole = [cell if type(cell) is int else None for cell in values]
    cells: list[Cell] = [label, values[0]]
    for cell, ratio in list(zip(values, ratios(whole), strict=True))[1:]:
        cells += [cell, ratio]
    return tuple(cells)


def _repeats(groups: Mapping[str, Sequence[Change]]) -> Iterator[tuple[str, Sequence[Change]]]:
    """Put blocks together that follow each other by number and change alike."""
    for (level, *_), run in groupby(groups.items(), lambda group: _alike(*group)):
        paths, changes = zip(*run, strict=True)
        if level is None or len(paths) == 1:
            yield from zip(paths, changes, strict=True)
        else:
            yield turns(paths[0], paths[-1]), [c for cs in changes for c in cs]


def _alike(path: str, changes: Sequence[Change]) -> tuple[object, ...]:
    """Say what blocks must share to be put together; a path without a number is like no other."""
    level, _, number = path.rpartition("/")
    if not number.isdecimal():
        return None, path
    return level, [(change.kind, *map(change.change, CHANGED)) for change in changes]


def _changed(path: str, changes: Sequence[Change]) -> tuple[Cell, ...]:
    sums: list[Cell] = [
        UNKNOWN
        if any(change.is_partial(name) for change in changes)
        else sum(change.change(name) for change in changes)
        for name in CHANGED
    ]
    if len(changes) > 1 or changes[0].path != path:
        kinds = Counter(change.kind for change in changes)
        return path, ", ".join(f"{n} {kind}" for kind, n in kinds.items()), "", *sums
    return path, changes[0].kind, "; ".join(_details(changes[0])), *sums


def _details(change: Change) -> Iterator[str]:
    """Say what differs; of an added or removed layer, what it is."""
    if change.before and change.after and change.before.path != change.after.path:
        yield f"was {change.before.path}"
    for detail in change.details:
        side = SIDES.get(detail.name)
        if side and detail.after is None:
            yield f"not {side} {value(detail.before)}"
        else:
            before, after = map(_short, (detail.before, detail.after))
            yield str(detail._replace(name=side or detail.name, before=before, after=after))
    row = change.after or change.before
    if change.kind in {"added", "removed"} and row:
        yield f"{row.op} {shape(row.output)}"


def _short(found: object) -> object:
    return shape(found) if isinstance(found, Shape) else found


def _checked(check: Check) -> tuple[Cell, ...]:
    more = check.used - check.limit
    if check.unknown:
        what = f"over by {more:,} at least" if check.over else "not known"
        verdict = f"{what}: a part is unknown ({abridged(check.unknown)})"
    else:
        verdict = f"over by {more:,}" if check.over else "within"
    used = figure(check.used, partial=bool(check.unknown))
    return title(check.quantity), check.limit, used, verdict


def _costliest(check: Check) -> Table:
    columns = (
        Column("layer", "layer", "name"),
        Column("used", title(check.quantity), "number"),
        Column("share", "share", "bar", 1),
    )
    rows = tuple(
        (cost.path, cost.used, Fraction(cost.used, check.used)) for cost in check.costliest
    )
    return Table(columns, rows, title=f"layers that cost most {title(check.quantity)}")


def _ids(*reports: Report) -> list[str]:
    origins = [report.graph.origin for report in reports]
    return told_apart([origin.id for origin in origins], origins)


def _scopes(*reports: Report) -> Iterator[str]:
    """Say for each network what its totals cover."""
    said = []
    for name, report in zip(_ids(*reports), reports, strict=True):
        inputs = f"{say(report.inputs)}{batched(report)}"
        said.append(f"{name}: input {inputs}, {report.scope}")
        said += [f"{name}: {line}" for line in told(report.uncounted)]
        said += [f"{name}: {note}" for note in report.notes]
    yield from dict.fromkeys(said)
