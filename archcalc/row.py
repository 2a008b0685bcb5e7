"""The counts of a part of a network, and what they are of."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from dataclasses import field as field_of
from functools import cache
from typing import TYPE_CHECKING

from archcalc.counts import Counts
from archcalc.errors import UnknownName, UsageError, suggestion
from archcalc.graph import Container
from archcalc.paths import cut, layer_of, positions_by, shared_levels
from archcalc.receptive_field import one_pixel
from archcalc.sharing import owners
from archcalc.uncounted import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.ops.op import Op, Shape
    from archcalc.receptive_field import Field
    from archcalc.report import Report


def summed() -> int:
    """Declare a field that follows from the others."""
    return field_of(init=False, repr=False, compare=False)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Counts):
    """The counts of one layer, or of all layers below one path.

    `op` is the word of the op, or the name of the block; `repeats` tells how often the block stands
    there; `layer` is the op itself where the row is one layer. `shared_with` are what has weights
    that this takes: they count there.
    """

    path: str
    op: str
    repeats: int = 1
    layer: Op | None = None
    input: Shape
    output: Shape
    field: Field | None = None
    head: str | None = None
    shared_with: tuple[str, ...] = ()
    parameters: int = summed()
    macs: int = summed()
    flops: int = summed()

    def __post_init__(self) -> None:
        """Keep the sums as fields, which a data frame of rows has as columns."""
        for name in ("parameters", "macs", "flops"):
            object.__setattr__(self, name, getattr(Counts, name).fget(self))


def content(row: Row) -> tuple[object, ...]:
    """Say what rows must share to be repetitions of one another: all but their paths and fields."""
    counts = tuple([getattr(row, name) for name in counted()])
    shapes = row.input, row.output
    return row.op, row.repeats, row.layer, row.head, shapes, tuple(row.unknown), counts


@cache
def counted() -> tuple[str, ...]:
    """Name what is counted of a row, without its sums."""
    return tuple(each.name for each in fields(Counts) if each.name != "uncounted")


def row_of(report: Report, path: str, positions: Sequence[int], total: Counts) -> Row:
    """Say what stands at these positions, all of them below one path, with their sum.

    They may be a stretch of a layer without its own node, such as what stands before a join.
    """
    nodes = [report.nodes[position] for position in positions]
    layer = next((node.op for node in nodes if node.path == path), None)
    container = report.graph.containers.get(path)
    label, repeats = container or Container((layer or nodes[-1].op).name)
    end = report.graph.ends[path] if container else positions[-1]
    return Row(
        **{name: getattr(total, name) for name in Counts.__slots__},
        path=path,
        op=label,
        repeats=repeats,
        layer=layer,
        input=nodes[0].xs[0],
        output=report.graph.shape_of(end),
        field=one_pixel(report.graph.shape_of(end)) if end < 0 else report.fields[end],
        head=nodes[0].head,
        shared_with=owners(report.nodes, positions, path),
    )


def rows_at(report: Report, depth: int | None) -> tuple[Row, ...]:
    """Sum what is below each path of `depth` segments; None: each layer as written.

    Segments that all layers share, as in the scope of a whole network, are not among these.
    """
    if depth is not None and depth < 1:
        raise UsageError.of("wrong-type", f"a depth is 1 or more, not {depth}")
    if depth is None:
        groups = positions_by(layer_of(node.path) for node in report.nodes)
        return tuple(report.row(path, positions) for path, positions in groups.items())
    places = [report.graph.place(node.path) for node in report.nodes]
    depth += shared_levels(places)
    groups = positions_by(cut(place, depth) for place in places)
    return tuple(row_at(report, place, positions) for place, positions in groups.items())


def row_at(report: Report, place: str, positions: list[int]) -> Row:
    """Say what stands at a place; in a flat network a layer and what comes after it, or a group."""
    if not report.graph.places or place in report.graph.containers:
        return report.row(place, positions)
    from archcalc.levels import is_quiet  # noqa: PLC0415 - most networks have paths

    nodes = [report.nodes[position] for position in positions]
    first = layer_of(nodes[0].path)
    beside = [node for node in nodes if layer_of(node.path) != first]
    row = report.row(first, positions)
    if not beside:
        return row
    if all(map(is_quiet, beside)):
        return replace(row, path=place)
    return replace(row, path=place, op="group", layer=None)


def no_row(report: Report, path: str) -> UnknownName:
    """Say that there is no such row, and where one might be meant."""
    hidden = () if report.with_heads else report.graph.origin.heads
    blocks = [inner for inner in report.graph.containers if cut(inner, 1) not in hidden]
    hint = (
        suggestion(path, [*blocks, *(row.path for row in report.rows)])
        or "`archcalc show` lists the layers, `--depth` unfolds blocks"
    )
    if cut(path, 1) in hidden:
        hint = "it is of a head: `--heads`, or `count(..., heads=True)`, counts heads too"
    elif not_counted := [layer for layer in report.uncounted if layer.path == path]:
        hint = "it is not counted: " + told(not_counted)[0].removeprefix("at least, since ")
    elif path in report.graph.ends:
        hint = "no layer of it is in place: what is switched off or empty hands its input on"
    return UnknownName.layer(report.name, path, hint)
