"""Items that follow each other alone are given one width, so that their links can be straight."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.render.pictures.layering import Link


def chains(links: Sequence[Link]) -> list[list[int]]:
    """Find the longest runs of items that are linked one to one, each entered where it is left.

    >>> from archcalc.render.pictures.layering import Link
    >>> chains([Link(0, 1, 5, 5), Link(0, 2, 5, 5), Link(1, 3, 5, 5), Link(3, 4, 5, 5)])
    [[1, 3, 4]]
    """
    leaving = Counter(link.source for link in links)
    entering = Counter(link.target for link in links)
    ports: dict[int, set[float]] = {}
    for link in links:
        ports.setdefault(link.source, set()).add(link.leaves)
        ports.setdefault(link.target, set()).add(link.enters)
    found: dict[int, list[int]] = {}
    for link in sorted(links, key=lambda link: link.source):
        alone = leaving[link.source] == entering[link.target] == 1
        if alone and len(ports[link.source]) == len(ports[link.target]) == 1:
            chain = found.pop(link.source, [link.source])
            found[link.target] = [*chain, link.target]
    return list(found.values())


def margins(widths: Sequence[float], links: Sequence[Link]) -> list[tuple[float, float]]:
    """Tell the room that each item of a chain needs at its left and right to be as wide as all.

    >>> from archcalc.render.pictures.layering import Link
    >>> margins([20, 30], [Link(0, 1, 10, 15)])
    [(5.0, 5.0), (0.0, 0.0)]
    """
    port = {link.target: link.enters for link in links}
    port |= {link.source: link.leaves for link in links}
    found = [(0.0, 0.0)] * len(widths)
    for chain in chains(links):
        left = max(port[number] for number in chain)
        right = max(widths[number] - port[number] for number in chain)
        for number in chain:
            at = port[number]
            found[number] = (float(left - at), float(right - (widths[number] - at)))
    return found
