"""The drawings of a network for a page: as planes or as a U where it is one, and at every depth."""

from __future__ import annotations

from itertools import count as numbers
from typing import TYPE_CHECKING, NamedTuple

from archcalc.render.pictures import drawing, levels, planes, svg
from archcalc.render.pictures.flow import flow
from archcalc.render.pictures.labels import about

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.report import Report

BOXES = 300
"""More boxes than this are not looked at beside a table."""
FEW = 30
"""So many boxes at most are shown first."""


class Drawings(NamedTuple):
    """Drawings in SVG by their names, and the one to show first."""

    found: dict[str, str]
    first: str


def drawings(report: Report) -> Drawings:
    """Draw a network; not at depths that have too many boxes.

    >>> from archcalc.report import count
    >>> made = drawings(count("resnet18"))
    >>> list(made.found), made.first
    (['depth 1', 'depth 2', 'depth 3'], 'depth 2')
    >>> list(drawings(count("lenet5")).found), list(drawings(count("unet")).found)[0]
    (['planes', 'depth 1'], 'u')
    """
    found, depths = dict(_special(report)), dict(_depths(report))
    few = [depth for depth, boxes in depths.items() if boxes <= FEW] or list(depths)[:1]
    first = next(iter(found), f"depth {few[-1]}" if few else "")
    return Drawings(found | {f"depth {n}": drawing.draw(report, n) for n in depths}, first)


def _special(report: Report) -> Iterator[tuple[str, str]]:
    """Draw what has a form of its own: a small chain, a net whose maps grow again."""
    if planes.is_small_chain(report):
        yield "planes", planes.draw(report)
    if levels.grows_again(report):
        piece = levels.sketch(report)
        yield "u", svg.document(piece.shapes, piece.width, piece.height, about(report))


def _depths(report: Report) -> Iterator[tuple[int, int]]:
    """Give the depths at which a drawing shows more than at the one before, and how many boxes."""
    seen = 0
    deepest = max((node.path.count("/") for node in report.nodes), default=0) + 1
    for depth in numbers(1):
        boxes = sum(1 for _ in flow(report, depth).boxes())
        if depth > deepest or boxes > BOXES:
            return
        if boxes > seen:
            yield depth, boxes
        seen = max(seen, boxes)
