"""What a picture says of a layer: its name, its op and its counts, in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.render.cells import said
from archcalc.render.tables.columns import counted, window
from archcalc.spec.names import loose

if TYPE_CHECKING:
    from archcalc.counts import Counts
    from archcalc.render.pictures.flow import Box
    from archcalc.report import Report
    from archcalc.row import Row

KINDS = {"weighted": "weights", "pool": "pool", "join": "join"}
"""Roles of ops that are drawn each in a way of its own."""


def called(report: Report) -> str:
    """Name a network, and the variant where its name does not say it.

    >>> from archcalc.report import count
    >>> called(count("lenet5")), called(count("resnet18"))
    ('LeNet-5', 'ResNet (resnet18)')
    """
    origin = report.graph.origin
    return origin.name if loose(origin.id) == loose(origin.name) else f"{origin.name} ({origin.id})"


def about(report: Report) -> str:
    """Say a network's name and totals in one line.

    >>> from archcalc.report import count
    >>> about(count("lenet5"))
    'LeNet-5: 60,000 parameters, 840 fixed weights, 325,680 MACs'
    """
    return ": ".join(filter(None, (report.name, ", ".join(figures(report.total)))))


def kind(row: Row) -> str:
    """Tell what kind of thing a row is: weights, pool, join, block or other.

    >>> from archcalc.report import count
    >>> [kind(row) for row in count("resnet18").fold(1)[:3]]
    ['weights', 'pool', 'block']
    """
    if row.layer is None:
        return "block"
    return KINDS.get(row.layer.role, "other")


def heading(title: str, times: int) -> str:
    """Name a box, and how often it stands there."""
    return title if times == 1 else f"{title} × {times}"


def what(row: Row, title: str) -> str:
    """Say the op and its window, or the block and how often it is repeated; not what the name says.

    >>> from archcalc.report import count
    >>> [what(row, row.path) for row in count("resnet18").fold(1)[:3]]
    ['conv 7x7/2 p3', 'maxpool 3x3/2 p1', 'basic × 2']
    """
    op = "" if row.op == "group" else row.op
    said = " ".join(filter(None, (op, window(row.layer, row.input))))
    if row.repeats > 1 and said:
        said = f"{said} × {row.repeats}"
    return "" if said == title.rstrip("0123456789") else said


def figures(counts: Counts, times: int = 1) -> list[str]:
    """Say the parameters and MACs that there are, and fixed weights.

    >>> from archcalc.report import count
    >>> figures(count("lenet5")["C1"]), figures(count("lenet5")["OUTPUT"])
    (['156 parameters', '117,600 MACs'], ['840 fixed weights'])
    """
    each = "" if times == 1 else f"{times} × "
    found = (("parameters", "parameters"), ("fixed", "fixed weights"), ("macs", "MACs"))
    cells = [(counted(counts, name), word) for name, word in found]
    return [f"{each}{said(cell)} {word}" for cell, word in cells if cell]


def lines(box: Box) -> list[str]:
    """Say all that stands in a box, its name first.

    >>> from archcalc.render.pictures.flow import flow
    >>> from archcalc.report import count
    >>> [lines(box)[0] for box in flow(count("inception-v4")).boxes()][:2]
    ['Stem', 'Inception-A × 4']
    """
    groups = box.row.repeats if box.row.op == "group" else 1
    said = [heading(box.title, box.times * groups), what(box.row, box.title)]
    return [line for line in said if line] + figures(box.row, box.times)
