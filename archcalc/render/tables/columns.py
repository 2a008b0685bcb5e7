"""What a line about a layer can show: every column by the name that `--columns` takes."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from archcalc.counts import KINDS
from archcalc.errors import UnknownName, suggestion
from archcalc.ops.quantities import STORED
from archcalc.render.table import AtLeast, Column, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from archcalc.counts import Counts
    from archcalc.ops.op import Op, Shape
    from archcalc.ops.span import Span
    from archcalc.render.table import Cell
    from archcalc.render.tables.folding import FoldedRow
    from archcalc.report import Report
    from archcalc.row import Row

BYTES = 4
"""Of an element in single precision."""


class Quantity(NamedTuple):
    """A column and how to fill it: `of` a line of the table, `total` of the sums."""

    column: Column
    of: Callable[[FoldedRow, Report], Cell]
    total: Callable[[Counts, Report], Cell] = lambda _, __: None


def choose(names: Iterable[str] = (), bytes_each: int = BYTES) -> list[Quantity]:
    """Find the columns of these names; those with a `+` are added to the usual ones.

    Those in bytes count `bytes_each` for a number. Raises UnknownName, with the nearest name.

    >>> [quantity.column.name for quantity in choose(["parameters", "flops"])]
    ['layer', 'parameters', 'flops']
    >>> [quantity.column.name for quantity in choose(["+flops"])][-2:]
    ['share', 'flops']
    """
    return [
        _sized(quantity, bytes_each) if quantity.column.name.endswith("_bytes") else quantity
        for quantity in _find([name for name in names if name])
    ]


def _find(wanted: list[str]) -> list[Quantity]:
    if wanted == ["all"]:
        return list(QUANTITIES.values())
    added = all(name.startswith("+") for name in wanted)
    chosen = list(USUAL) if added else ["layer"]
    chosen += [_known(name.removeprefix("+")) for name in wanted]
    if added:
        return [
            _asked(name) if f"+{name}" in wanted else QUANTITIES[name]
            for name in dict.fromkeys(chosen)
        ]
    return [_asked(name) for name in dict.fromkeys(chosen)]


def _known(name: str) -> str:
    word = name.strip().replace("-", "_").replace(" ", "_").lower()
    if word not in QUANTITIES:
        hint = suggestion(word, QUANTITIES) or f"the columns: {', '.join(QUANTITIES)}"
        raise UnknownName.of("unknown-column", f"there is no column `{name[:80]}`", hint)
    return word


def _asked(name: str) -> Quantity:
    """Find a column that was asked for by name: such a column is never hidden."""
    quantity = QUANTITIES[name]
    kept = Column(quantity.column.name, quantity.column.title, quantity.column.kind)
    return quantity._replace(column=kept)


def shape(found: Shape | str) -> str:
    """Say a shape, or shorten the text of one: of a vector it is the length alone.

    >>> from archcalc.ops.op import Shape
    >>> shape(Shape(120, 1, 1)), shape("16x10x10")
    ('120', '16x10x10')
    """
    channels, *extents = str(found).split("x")
    return channels if extents == ["1", "1"] else str(found)


def entering(inputs: Mapping[str, Shape]) -> str:
    """Say what enters a network: a shape, or several with their names."""
    if len(inputs) == 1:
        return shape(next(iter(inputs.values())))
    return ", ".join(f"{name} {shape(found)}" for name, found in inputs.items())


def window(op: Op | None, x: Shape) -> str:
    """Say the window of an op as `5x5`, `3x3/2 p1`: kernel, stride, padding, dilation, groups.

    Of a convolution that is turned round it is the window that lies over the output.

    >>> from archcalc.ops.conv import Conv
    >>> from archcalc.ops.op import Shape
    >>> window(Conv(filters=64, kernel=(3, 3), stride=(2, 2), padding=(1, 1, 1, 1)), Shape(3, 8, 8))
    '3x3/2 p1'
    """
    spans = getattr(op, "turned", op.window)(x) if op and hasattr(op, "kernel") else None
    if op is None or spans is None:
        return ""
    parts = ["x".join(str(span.kernel) for span in spans)]
    if any(span.stride != 1 for span in spans):
        parts[0] += f"/{_size(span.stride for span in spans)}"
    if any(span.before or span.after for span in spans):
        parts.append(f"p{_padding(spans)}")
    if any(span.dilation != 1 for span in spans):
        parts.append(f"d{_size(span.dilation for span in spans)}")
    if getattr(op, "groups", 1) != 1:
        parts.append(f"g{op.groups}")  # type: ignore[attr-defined]
    return " ".join(parts)


def _size(numbers: Iterable[int]) -> str:
    """Write a number for each extent, or one if they are all the same."""
    found = [*numbers]
    return str(found[0]) if len(set(found)) == 1 else "x".join(map(str, found))


def _padding(spans: Iterable[Span]) -> str:
    pads = [(span.before, span.after) for span in spans]
    if all(before == after for before, after in pads):
        return _size(before for before, _ in pads)
    cells = pads[0] if len(set(pads)) == 1 else chain.from_iterable(pads)
    return f"[{','.join(map(str, cells))}]"


def _op(line: FoldedRow) -> str:
    times = line.times * line.row.repeats
    shared = f", shared with {', '.join(line.row.shared_with)}" if line.row.shared_with else ""
    return f"{line.row.op} × {times}{shared}" if times > 1 else f"{line.row.op}{shared}"


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


def _field(row: Row, name: str) -> str | None:
    return None if row.field is None else _size(getattr(row.field, name))


def _counted(name: str, title: str = "", hide: int = 0) -> Quantity:
    column = Column(name, title or name.replace("_", " "), "number", hide)
    return Quantity(
        column, lambda line, _: counted(line.row, name), lambda counts, _: counted(counts, name)
    )


def counted(counts: Counts, name: str) -> Cell:
    """Give a quantity as a cell: of one that is partial, what is known."""
    return figure(getattr(counts, name), partial=name in counts.unknown)


def _worked(kind: str) -> Quantity:
    column = Column(kind, kind, "number")

    def of(counts: Counts) -> Cell:
        return figure(getattr(counts.work, kind), partial=kind in counts.unknown)

    return Quantity(column, lambda line, _: of(line.row), lambda counts, _: of(counts))


def _kept(name: str, numbers: Callable[[Counts, Report], int], *parts: str) -> Quantity:
    """Make a column of numbers kept in memory: of these parts, which may be known in part alone.

    `choose` gives those in bytes their size.
    """
    column = Column(name, name.replace("_", " "), "number")

    def of(counts: Counts, report: Report) -> Cell:
        partial = not counts.unknown.keys().isdisjoint(parts)
        return figure(numbers(counts, report), partial=partial)

    return Quantity(column, lambda line, report: of(line.row, report), of)


def _sized(quantity: Quantity, bytes_each: int) -> Quantity:
    of, total = quantity.of, quantity.total
    return quantity._replace(
        of=lambda line, report: _times(of(line, report), bytes_each),
        total=lambda counts, report: _times(total(counts, report), bytes_each),
    )


def _times(cell: Cell, bytes_each: int) -> Cell:
    if not isinstance(cell, int):
        return cell
    return figure(bytes_each * cell, partial=isinstance(cell, AtLeast))


def _shared(name: str, quantity: str, hide: int) -> Quantity:
    column = Column(
        name, f"share of {quantity}" if quantity != "macs" else "share of MACs", "bar", hide
    )

    def of(counts: Counts, report: Report) -> Cell:
        """Give nothing where the whole is not known."""
        if quantity in report.total.unknown:
            return None
        return _share(getattr(counts, quantity), getattr(report.total, quantity))

    return Quantity(column, lambda line, report: of(line.row, report), of)


_ALL = (
    Quantity(Column("layer", "layer", "name"), lambda line, _: line.row.path),
    Quantity(Column("op", "op", hide=4), lambda line, _: _op(line)),
    Quantity(Column("input", "input", hide=7), lambda line, _: shape(line.row.input)),
    Quantity(Column("output", "output", hide=2), lambda line, _: shape(line.row.output)),
    Quantity(
        Column("kernel", "kernel", hide=5), lambda line, _: window(line.row.layer, line.row.input)
    ),
    _counted("parameters"),
    _counted("weights"),
    _counted("biases"),
    _counted("gamma"),
    _counted("beta"),
    _counted("slope"),
    _counted("fixed"),
    _counted("statistics"),
    _counted("connections", hide=3),
    _counted("connections_in_bounds"),
    _counted("neurons"),
    _counted("interactions", hide=3),
    _counted("macs", "MACs"),
    _counted("flops"),
    *map(_worked, KINDS),
    _shared("share", "parameters", 6),
    _shared("share_macs", "macs", 6),
    _shared("share_connections", "connections", 6),
    _kept("activations", lambda counts, report: counts.activations * report.batch, "activations"),
    _kept("parameter_bytes", lambda counts, _: counts.parameters, "parameters"),
    _kept("stored_bytes", lambda counts, _: counts.stored, *STORED),
    _kept(
        "activation_bytes", lambda counts, report: counts.activations * report.batch, "activations"
    ),
    _kept(
        "memory_bytes",
        lambda counts, report: counts.stored + counts.activations * report.batch,
        *STORED,
        "activations",
    ),
    Quantity(Column("field", "field"), lambda line, _: _field(line.row, "size")),
    Quantity(Column("field_stride", "field stride"), lambda line, _: _field(line.row, "stride")),
    Quantity(Column("field_offset", "field offset"), lambda line, _: _field(line.row, "offset")),
)
QUANTITIES = {quantity.column.name: quantity for quantity in _ALL}
"""Every column by its name, in the order in which `--columns all` shows them."""
RARE = frozenset({"slope", "interactions"})
"""Columns that are left out where a network has nothing of them, unless asked for by name."""
USUAL = (
    "layer", "op", "output", "kernel", "parameters", "connections", "interactions", "macs", "share",
)  # fmt: skip
"""What is shown unless somebody asks for something else; of the rare ones what occurs."""
