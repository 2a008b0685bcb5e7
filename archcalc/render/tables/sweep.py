"""A sweep → tables: the variants that were asked for, and those that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import in_a_row
from archcalc.ops.fields import written
from archcalc.render.table import Column, Table, figure
from archcalc.render.tables.columns import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.referee.sweeps.plan import Outcome
    from archcalc.referee.sweeps.quartiles import Quartiles
    from archcalc.referee.sweeps.sweep import Sweep
    from archcalc.render.table import Cell


SPREAD_TITLE = "quartiles of what fits"
SPREAD = (
    Column("of", "of"),
    Column("many", "variants", "number", hide=1),
    Column("least", "least", "number"),
    Column("lower", "lower", "number"),
    Column("median", "median", "number"),
    Column("upper", "upper", "number"),
    Column("most", "most", "number"),
)


def sweep(found: Sweep) -> tuple[Table, ...]:
    """Give a row to each variant: what varies, and its figures; then those that cannot be.

    >>> from archcalc.referee.sweeps.sweep import sweep as run
    >>> sweep(run("lenet5", inputs="32,10"))[0].rows
    ((32, 60000, 325680),)
    """
    names = [axis.name for axis in found.plan.space.axes]
    varied = tuple(Column(name, name) for name in names)
    figures = tuple(Column(name, _title(name), "number") for name in found.columns)
    rows = tuple((*_values(one, names), *_figures(one, found)) for one in found.outcomes)
    tables = [Table((*varied, *figures), rows, captions=tuple(_captions(found)))]
    if found.quartiles:
        tables.append(Table(SPREAD, tuple(map(_spread, found.quartiles)), title=SPREAD_TITLE))
    if found.errors:
        reasons = tuple((*_values(one, names), one.error) for one in found.errors)
        failed = (*varied, Column("error", "why it cannot be", "prose"))
        tables.append(Table(failed, reasons, title=_failed(found)))
    return tuple(tables)


def _spread(one: Quartiles) -> tuple[Cell, ...]:
    return (one.of, one.many, one.least, one.lower, one.median, one.upper, one.most)


def _title(name: str) -> str:
    return QUANTITIES[name].column.title if name in QUANTITIES else name


def _values(one: Outcome, names: list[str]) -> Iterator[Cell]:
    """Give what varies: whole numbers as such to programs, all else as it is written."""
    for name in names:
        value = one.values[name]
        yield value if type(value) is int else written(value)


def _figures(one: Outcome, found: Sweep) -> Iterator[Cell]:
    return (figure(one.figures[name], partial=name in one.partial) for name in found.columns)


def _failed(found: Sweep) -> str:
    first = len(found.errors)
    many = f"{found.failed:,} variants cannot be" if found.failed > 1 else "1 variant cannot be"
    return f"{many}; the first {first:,}" if first < found.failed else many


def _captions(found: Sweep) -> Iterator[str]:
    """Say how many there are, and which of them are shown."""
    space, shown = found.plan.space, len(found.outcomes)
    drawn = "" if space.draws is None else f" drawn of {space.combinations:,}, seed {space.seed}"
    of = "" if found.tried == space.size else f" of {space.size:,}"
    fit = "" if found.fitting + found.failed == found.tried else f", {found.fitting:,} fit"
    many = "variant" if space.size == 1 else "variants"
    yield f"{found.tried:,}{of} {many} of {found.plan.subject.id}{drawn}{fit}"
    if found.selection.unjudged:
        names = in_a_row([_title(name) for name in sorted(found.selection.unjudged)])
        yield f"whether a variant fits is not known where {names} are known in part"
    if found.selection.front:
        aims = ", ".join(
            f"{'large' if a.large else 'small'} {a.name}" for a in found.selection.front
        )
        first = f"the first {shown:,} of " if shown < found.selection.unbeaten else ""
        yield f"{first}{found.selection.unbeaten:,} that none beats: {aims}"
    elif shown < found.fitting:
        yield f"the first {shown:,} of them"
    if found.plan.batch != 1:
        yield f"batch {found.plan.batch}: operations are those of all samples"
