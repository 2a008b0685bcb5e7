"""Conventions and the figures of networks by them → tables, and columns of other tables."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from archcalc.ops import names
from archcalc.render.table import Column, Table
from archcalc.render.table import figure as cell
from archcalc.render.tables.columns import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.convention.convention import Convention
    from archcalc.convention.figure import Figure
    from archcalc.counts import Counts
    from archcalc.render.table import Cell
    from archcalc.render.tables.folding import FoldedRow
    from archcalc.report import Report

_RANGE = re.compile(r"(\d+)\.\.(\d+)")


def listing(conventions: Sequence[Convention]) -> Table:
    """Tabulate conventions: what each counts, in which unit, and by whose rules.

    The first sentence of the notes has a column of its own, so that there is room for it.

    >>> from archcalc.convention.library import conventions
    >>> listing(conventions()).rows[0][:3]
    ('macs', 'operations', 'multiply-accumulate')
    """
    columns = (
        Column("convention", "convention"),
        Column("figures", "counts", hide=3),
        Column("unit", "unit", "prose", 2),
        Column("summary", "in short", "prose", 1),
        Column("notes", "notes", "prose", 5),
        Column("tool", "tool", hide=3),
        Column("aliases", "also called", hide=4),
    )
    rows = tuple(
        (c.name, c.figures, c.unit, *_sentences(c.notes), tool(c), ", ".join(c.aliases))
        for c in conventions
    )
    return Table(columns, rows, captions=(f"{len(rows)} convention{'s' if len(rows) > 1 else ''}",))


def rules(convention: Convention) -> Table:
    """Tabulate what one convention counts of each op, or why nothing.

    >>> from archcalc.convention.library import find
    >>> rules(find("macs-conv")).rows[0]
    ('conv', 'mac', None)
    """
    named = dict.fromkeys((*convention.rules, *convention.zeros, *convention.failures))
    rows = [(op, *_rule(convention, op)) for op in (*named, *sorted(names() - named.keys()))]
    rows += [("every layer", f"also {convention.each.text}", None)] if convention.each else []
    return Table(
        (
            Column("op", "op"),
            Column("rule", "counts", "prose"),
            Column("reason", "why nothing", "prose", 1),
        ),
        tuple(rows),
        title=f"{convention.name}: {convention.figures}",
        captions=tuple(_about(convention)),
    )


def variables() -> Table:
    """Tabulate what a rule may read."""
    from archcalc.convention.variables import VARIABLES  # noqa: PLC0415 - rarely asked for

    columns = (Column("variable", "variable"), Column("meaning", "meaning", "prose"))
    return Table(columns, tuple(VARIABLES.items()))


def tool(convention: Convention) -> str:
    """Name the tool and its version, or else the source."""
    return f"{convention.tool} {convention.version}".strip() or convention.source


def figures(found: Sequence[Figure]) -> Table:
    """Tabulate the figures of one network, a line for each convention.

    >>> from archcalc.convention.figure import apply
    >>> from archcalc.report import count
    >>> figures([apply(count("lenet5"), "macs")]).rows[0][:3]
    ('macs', 325680, 'operations')
    """
    columns = (
        Column("convention", "convention"),
        Column("figure", "figure", "number"),
        Column("figures", "counts", hide=3),
        Column("unit", "unit", "prose", 1),
        Column("tool", "tool", "prose", 2),
    )
    rows = tuple(
        (
            _name(f),
            cell(f.total, partial=f.partial),
            f.convention.figures,
            f.convention.unit,
            tool(f.convention),
        )
        for f in found
    )
    return Table(columns, rows, captions=tuple(_unknown(found)))


def column(figure: Figure, *, ops: bool = False) -> Quantity:
    """Make a column of the figures of one convention for a network's layers, or for its ops."""

    def total(counts: Counts, report: Report) -> Cell:
        if counts is report.total:
            return cell(figure.total, partial=figure.partial)
        heads = [name for name, found in report.heads.items() if found is counts]
        known, whole = figure.known_of_head(heads[0] if heads else None)
        return cell(known, partial=not whole)

    def of(line: FoldedRow, report: Report) -> Cell:  # noqa: ARG001 - the form of every column
        found = [figure.known(path, alone=ops) for path in unfolded(line.row.path)]
        return cell(sum(known for known, _ in found), partial=not all(whole for _, whole in found))

    return Quantity(Column(figure.convention.name, _name(figure), "number"), of, total)


def unfolded(path: str) -> Iterator[str]:
    """Give every path that a folded one stands for.

    >>> list(unfolded("conv2_x/1..3/conv1"))
    ['conv2_x/1/conv1', 'conv2_x/2/conv1', 'conv2_x/3/conv1']
    """
    segments = [_numbers(segment) for segment in path.split("/")]
    yield from map("/".join, product(*segments))


def notes(found: Sequence[Figure]) -> Iterator[str]:
    """Say what each convention is, and what it could not count."""
    for figure in found:
        convention = figure.convention
        unit = f" ({convention.unit})" if convention.unit else ""
        said = f": {convention.notes}" if convention.notes else ""
        yield f"{convention.name}{unit}{said}"
    yield from _unknown(found)


def _sentences(notes: str) -> tuple[str, str]:
    """Part the first sentence from the others."""
    first, _, others = notes.partition(". ")
    return first, others


def _rule(convention: Convention, op: str) -> tuple[str, str | None]:
    """Say the rule of an op, and the reason of a zero."""
    rule = convention.rule(op)
    if op in convention.failures:
        return "unknown", f"the tool fails: {convention.failures[op]}"
    if rule is not None:
        return rule.text, None
    return ("0", convention.zeros[op]) if op in convention.zeros else ("unknown", None)


def _about(convention: Convention) -> Iterator[str]:
    for key in ("unit", "per", "notes", "tool", "version", "source"):
        said = getattr(convention, key)
        if said:
            yield f"{key}: {said}"


def _name(figure: Figure) -> str:
    return f"{figure.convention.name} (partial)" if figure.partial else figure.convention.name


def _unknown(found: Sequence[Figure]) -> Iterator[str]:
    """Say why figures are partial, those together that are so for the same reason."""
    names: dict[str, list[str]] = {}
    for figure in found:
        for reason in figure.reasons:
            names.setdefault(reason, []).append(figure.convention.name)
    for reason, those in names.items():
        yield f"at least this many by {', '.join(those)}: {reason}"


def _numbers(segment: str) -> list[str]:
    found = _RANGE.fullmatch(segment)
    if found is None:
        return [segment]
    return [str(number) for number in range(int(found[1]), int(found[2]) + 1)]
