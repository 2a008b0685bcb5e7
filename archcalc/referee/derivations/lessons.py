"""What the layer at hand teaches, computed for it: each lesson calls the same rules as a count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.referee.derivations.attending import causal_mask, number_of_heads, products
from archcalc.referee.derivations.factors import factors
from archcalc.referee.derivations.grouping import grouped, separable, turned_round
from archcalc.referee.derivations.locality import (
    even_window,
    fully_connected,
    small_windows,
    sparse_table,
)
from archcalc.referee.derivations.normalising import folding, whose_statistics
from archcalc.referee.derivations.recurring import every_step, gates, two_forms
from archcalc.referee.derivations.reductions import dense_block, reductions
from archcalc.referee.derivations.tables import one_hot, tying

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.graph import Graph, Node
    from archcalc.referee.derivations.lesson import Lesson

OF_A_LAYER: tuple[Callable[[Graph, Node], Lesson | None], ...] = (
    fully_connected, small_windows, even_window, sparse_table, grouped, separable, turned_round,
    products, number_of_heads, causal_mask, gates, two_forms, every_step, one_hot,
    whose_statistics, folding, tying,
)  # fmt: skip
OF_A_STRETCH: tuple[Callable[[Graph, list[int]], Lesson | None], ...] = (
    reductions, factors, dense_block,
)  # fmt: skip


def lessons(graph: Graph, chosen: list[int], path: str) -> tuple[Lesson, ...]:
    """Teach what a layer, or a block or group of layers, gives occasion to.

    >>> from archcalc.spec.unroll import expand
    >>> from archcalc.spec.library import load
    >>> print(lessons(expand(load("lenet5")), [0, 1], "C1")[0].text)
    Local windows leave 122,304 of 4,821,600 connections, 1/39.4; sharing their weights leaves 156
    parameters for these, 1/784.
    """
    found = [node for node in (graph.nodes[i] for i in chosen) if node.path == path][:1]
    taught = [teach(graph, node) for node in found for teach in OF_A_LAYER]
    taught += [teach(graph, chosen) for teach in OF_A_STRETCH]
    return tuple(lesson for lesson in taught if lesson is not None)
