"""Whose mean and variance a normalisation takes, and what is left of a batch norm at inference."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.ops.batchnorm import Batchnorm
from archcalc.ops.conv import Conv
from archcalc.ops.linear import Linear
from archcalc.ops.normalisation import Normalisation
from archcalc.referee.derivations.derivation import derive
from archcalc.referee.derivations.lesson import Lesson, figure_of, held, ratio

if TYPE_CHECKING:
    from archcalc.graph import Graph, Node


def whose_statistics(_: Graph, node: Node) -> Lesson | None:
    """Compare with a batch norm over the same maps."""
    op, x = node.op, node.xs[0]
    if not isinstance(op, Normalisation):
        return None
    batch = Batchnorm(scale=op.scale, shift=op.shift)
    own = derive(op, node.xs, node.y)["flops"].value
    figures = (
        figure_of("parameters of a batch norm", "parameters", batch, x),
        figure_of("its running statistics", "statistics", batch, x),
        figure_of("its flops at inference", "flops", batch, x),
    )
    stretches = op.stretches(x)
    times = ratio(Fraction(own, figures[2].value))
    return Lesson(
        "Whose mean and variance",
        figures,
        f"This layer takes {stretches:,} of each, of the sample at hand, over "
        f"{x.size // stretches:,} elements, at inference too: {own:,} operations, {times} times "
        f"those of a batch norm. "
        f"A batch norm takes them of each map over the samples of a batch, and keeps running ones "
        f"for inference, when they are one factor and one term for a map; what it gives a sample "
        f"in training hangs on the others beside it.",
    )


def folding(graph: Graph, node: Node) -> Lesson | None:
    """Fold a batch norm into the convolution or linear layer that it alone reads."""
    (position, *_) = node.inputs
    if not isinstance(node.op, Batchnorm) or position < 0:
        return None
    before = graph.nodes[position]
    readers = graph.readers[position]
    if not isinstance(before.op, Conv | Linear) or len(readers) != 1 or before.shared:
        return None
    apart = [derive(each.op, each.xs, each.y) for each in (before, node)]
    stored = sum(held(each).value + each["statistics"].value for each in apart)
    whole = figure_of(
        "parameters of both in one", "parameters", replace(before.op, bias=True), *before.xs
    )
    return Lesson(
        "At inference a batch norm is a part of what it reads",
        (whole,),
        f"With running statistics it is one factor and one term for each map. The factor goes into "
        f"the weights of `{before.path}`, the term into its bias: {whole.value:,} numbers, where "
        f"both hold {stored:,}, and no operation of its own. Exports do so, by default.",
    )
