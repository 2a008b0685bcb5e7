"""What stored tables are: an embedding as a product, and weights that two layers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.arithmetic import Derived
from archcalc.facts import read_facts
from archcalc.ops.embedding import Embedding
from archcalc.ops.linear import Linear
from archcalc.ops.op import Shape
from archcalc.ops.shape import first_of
from archcalc.paths import layer_of
from archcalc.referee.derivations.derivation import DerivedFigure
from archcalc.referee.derivations.lesson import Lesson, figure_of
from archcalc.referee.phrases import listed

if TYPE_CHECKING:
    from archcalc.graph import Graph, Node


def one_hot(_: Graph, node: Node) -> Lesson | None:
    """Write a look-up as a linear layer over vectors of which one element is 1."""
    op, y = node.op, node.y
    if not isinstance(op, Embedding):
        return None
    layer = Linear(units=op.features, bias=False, flatten=False)
    vectors = Shape(op.words, *y.extents)
    return Lesson(
        "A look-up is a product with a one-hot vector",
        (
            figure_of("parameters of that product", "parameters", layer, vectors),
            figure_of("macs of that product", "macs", layer, vectors),
            DerivedFigure.of("of these with a 1", Derived(y.channels) * Derived(y.places)),
        ),
        f"As a linear layer over {op.words:,} inputs, of which one is 1 and all others 0, it has "
        f"the same table. Only the row under the 1 is left of each product, so that nothing needs "
        f"to be multiplied: the look-up has no MACs and no connections.",
    )


def tying(graph: Graph, node: Node) -> Lesson | None:
    """Count what a layer would hold, and the network, if it shared no weights."""
    if not node.shared:
        return None
    taken = {tie.weight for tie in node.shared}
    arrays = [w for w in node.op.weights(first_of(node.xs), node.y) if w.name in taken]
    saved = sum(array.size for array in arrays)
    total = sum(facts.counts.stored - facts.counts.statistics for facts in read_facts(graph.nodes))
    owners = dict.fromkeys(f"`{layer_of(graph.nodes[tie.owner].path)}`" for tie in node.shared)
    turned = ", turned round" if all(tie.transposed for tie in node.shared) else ""
    return Lesson(
        "Weights that two layers share",
        (
            figure_of("parameters if they were its own", "parameters", node.op, *node.xs),
            DerivedFigure.of("parameters of the network then", Derived(total) + Derived(saved)),
        ),
        f"It works with {saved:,} numbers of {listed(owners)}{turned}: the network holds "
        f"{total:,}, not {total + saved:,}. They count once, connect and multiply in both places, "
        f"and are moved by the sum of both gradients.",
    )
