"""Worked examples of back-propagation → tables: every array as the matrix that it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archcalc.render.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.backpropagation.network import Descent, Moved
    from archcalc.backpropagation.step import Numbers, Step, Worked
    from archcalc.model.layer import Array


def worked(example: Worked) -> list[Table]:
    """Lay an example out: a heading for each step, then its matrices."""
    tables = [table for step in example.steps for table in _step(step)]
    fields = f", {example.fields}" if example.fields else ""
    heading = f"{example.op}{fields}: {tables[0].title}"
    return [replace(tables[0], title=heading), *tables[1:]]


def _step(step: Step) -> Iterator[Table]:
    heading = f"{step.title}: {step.rule}" if step.rule else step.title
    for place, (name, rows) in enumerate(part for each in step.numbers for part in _matrices(each)):
        yield _matrix(name, rows, heading if place == 0 else "")


def _matrices(numbers: Numbers) -> Iterator[tuple[str, Array]]:
    """Split an array into matrices; what has one place for each map is a row."""
    name, array = numbers
    if array.ndim < 2 or array[0].size == 1:
        yield name, array.reshape(1, -1)
        return
    stack = array.reshape(-1, *array.shape[-2:])
    leading = array.shape[:-2]
    for place, matrix in enumerate(stack):
        yield (f"{name}[{_index(place, leading)}]" if len(stack) > 1 else name), matrix


def _index(place: int, leading: Sequence[int]) -> str:
    """Say where a matrix stands: `1, 0` is the first input map of the second filter."""
    found: list[str] = []
    for size in reversed(leading):
        place, rest = divmod(place, size)
        found.insert(0, str(rest))
    return ", ".join(found)


def _matrix(name: str, rows: Array, heading: str) -> Table:
    cells = tuple(
        (f"{name} =" if place == 0 else None, *map(said, row))
        for place, row in enumerate(rows.tolist())
    )
    columns = (Column("name", ""), *(Column(str(n), "", "number") for n in range(rows.shape[1])))
    return Table(columns, cells, title=heading, matrix=name)


def said(number: float) -> str:
    """Say a number with four digits behind the point, and none that are not there.

    >>> said(7.0), said(4.25), said(-1 / 3), said(1e-7), said(0.0), said(-0.0)
    ('7', '4.25', '-0.3333', '1e-07', '0', '0')
    """
    if number and not 0.00005 <= abs(number) < 10**9:
        return f"{number:.4g}"
    return f"{number or 0.0:.4f}".rstrip("0").rstrip(".")


def descent(found: Descent) -> list[Table]:
    """Lay out one sample's way through a network, then the arrays that are short."""
    columns = (
        Column("layer", "layer", "name"),
        Column("op", "op"),
        Column("output", "output"),
        Column("residual", "norm of δ", "number"),
        Column("weights", "weights"),
        Column("before", "norm of w", "number"),
        Column("gradient", "of ∂E/∂w", "number"),
        Column("after", "of w after", "number"),
    )
    rows = [
        (layer.path, layer.op, "x".join(map(str, layer.output)), said(layer.residual), *moved)
        if place == 0
        else (None, None, None, None, *moved)
        for layer in found.layers
        for place, moved in enumerate([_moved(each) for each in layer.moved] or [(None,) * 4])
    ]
    captions = (
        f"δ = ∂E/∂y at the output of each layer; w after is w - {found.rate:g}·∂E/∂w",
        f"the loss of this sample, whose class is {found.label}: {said(found.before)}",
        f"after the step: {said(found.after)}",
    )
    return [Table(columns, tuple(rows), captions=captions), *_short_arrays(found)]


def _moved(moved: Moved) -> tuple[str, str, str, str]:
    shape = "x".join(map(str, moved.before.shape))
    before, gradient, after = map(_norm, moved[1:])
    return f"{moved.name} {shape}", before, gradient, after


def _norm(array: Array) -> str:
    return said(float((array * array).sum() ** 0.5))


def _short_arrays(found: Descent) -> Iterator[Table]:
    """Show what has few numbers, one by one."""
    from archcalc.backpropagation.network import FEW  # noqa: PLC0415 - it needs NumPy

    for layer in found.layers:
        if layer.few is not None:
            yield _matrix(f"δ at {layer.path}", layer.few.reshape(1, -1), "")
        for moved in layer.moved:
            if moved.before.size <= FEW:
                for what, array in zip(("w", "∂E/∂w", "w after"), moved[1:], strict=True):
                    yield _matrix(f"{what}, {layer.path} {moved.name}", array.reshape(1, -1), "")
