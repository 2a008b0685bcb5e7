"""What windows, and tables of maps, save against a layer that sees everything."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.arithmetic import Derived, known
from archcalc.facts import Facts
from archcalc.ops.conv import Conv
from archcalc.ops.linear import Linear
from archcalc.ops.op import Shape
from archcalc.ops.subsample import Subsample
from archcalc.ops.window import whole_map
from archcalc.referee.derivations.derivation import DerivedFigure, together
from archcalc.referee.derivations.lesson import (
    FullConv,
    Lesson,
    full_conv,
    is_sparse,
    layer_before,
    moves_by_one,
    ratio,
)
from archcalc.referee.derivations.remembered import remember, remember_shape
from archcalc.referee.phrases import listed

if TYPE_CHECKING:
    from archcalc.graph import Graph, Node
    from archcalc.ops.fields import Table

WORDS = {2: "two", 3: "three"}


def fully_connected(_: Graph, node: Node) -> Lesson | None:
    """Compare with a fully connected layer between the same maps."""
    x, y = node.xs[0], node.y
    sees_all = node.op.window(x) == whole_map(x) and not is_sparse(node.op)
    if not isinstance(node.op, Conv | Subsample) or sees_all or not node.op.trainable:
        return None
    counts = Facts.of(node.op, node.xs, y).counts
    full = Linear(units=Derived(y.size), bias=counts.biases > 0)
    needed = full.parameters(remember_shape(x), remember_shape(Shape(y.size, 1, 1)))
    own, left = node.op.parameters(x, y), counts.connections_in_bounds
    if left in (0, needed):
        return None
    padded = left != counts.connections
    beside = f" ({counts.connections:,} with those to padding)" if padded else ""
    text = f"Local windows leave {left:,} of {needed:,} connections{beside}"
    text += f", 1/{ratio(Fraction(needed, left))}"
    if own < counts.connections:
        text += f"; sharing their weights leaves {own:,} parameters for {'all ' * padded}these"
        text += f", 1/{ratio(Fraction(counts.connections, own))}"
    return Lesson(
        "A fully connected layer between the same maps",
        (DerivedFigure.of("parameters and connections", needed),),
        f"{text}.",
    )


def small_windows(graph: Graph, node: Node) -> Lesson | None:
    """Compare two or three 3x3 windows with one window of the same receptive field."""
    stack = _small_ones(graph, node)
    if len(stack) < 2:
        return None
    side, name = 2 * len(stack) + 1, WORDS[len(stack)]
    op = replace(stack[-1].op, kernel=(side, side))
    large = FullConv(op, stack[0].x, stack[-1].y).weights
    small = together(layer.weights for layer in stack)
    less = "fewer" if small < large else "more" if small > large else "as many"
    return Lesson(
        f"{name.capitalize()} 3x3 windows against one {side}x{side}",
        (
            DerivedFigure.of(f"weights of {name} 3x3", small),
            DerivedFigure.of(f"of one {side}x{side}", large),
        ),
        f"Both see {side}x{side} units of the maps before them. The {name} have {less} weights, "
        f"{ratio(Fraction(small, large))} times those of the one, and {name} activations.",
    )


def _small_ones(graph: Graph, node: Node) -> list[FullConv]:
    """Find the 3x3 windows that lead to a layer, at most three, or that could stand for it."""
    run: list[FullConv] = []
    layer, here = full_conv(node), node
    if layer is not None and layer.op.kernel in ((5, 5), (7, 7)) and moves_by_one(layer.op):
        op, inner = replace(layer.op, kernel=(3, 3)), Shape(layer.y.channels, *layer.x[1:])
        first = FullConv(op, layer.x, inner)
        return [first] + [FullConv(op, inner, layer.y)] * (layer.op.kernel[0] // 2 - 1)
    while layer and len(run) < 3 and layer.op.kernel == (3, 3) and moves_by_one(layer.op):
        run.insert(0, layer)
        before = layer_before(graph, here)
        layer, here = full_conv(before), before or here
    return run


def even_window(_: Graph, node: Node) -> Lesson | None:
    """Show why an even window cannot keep a map centred."""
    op, x = node.op, node.xs[0]
    if not isinstance(op, Conv) or set(op.stride) != {1}:
        return None
    spans = remember(op, x).window(remember_shape(x))
    even = [span for span in spans if span.extent % 2 == 0]
    if not even:
        return None
    missing = known(even[0].extent) - 1
    return Lesson(
        "An even window cannot keep a map centred",
        (
            DerivedFigure.of("cells of padding that keep the size", missing),
            DerivedFigure.of("before", known(missing) // 2),
            DerivedFigure.of("after", -(-known(missing) // 2)),
        ),
        f"A window of {even[0].extent} needs padding of {missing} in all, an odd number: one side "
        "gets one more, and the map moves by half a unit. As many on both sides change its size.",
    )


def sparse_table(_: Graph, node: Node) -> Lesson | None:
    """Compare a table of maps with all pairs of maps, and say which maps see which."""
    op, x = node.op, node.xs[0]
    if not isinstance(op, Conv) or op.table is None or op.bias == "untied":
        return None
    full = remember(replace(op, table=None, filters=len(op.table)), x)
    inputs, output = remember_shape(x), remember_shape(node.y)
    figures = (
        DerivedFigure.of("connections with all pairs", full.connections(inputs, output)),
        DerivedFigure.of("parameters with all pairs", full.parameters(inputs, output)),
    )
    own = op.connections(x, node.y), op.parameters(x, node.y)
    left = [f"{n:,} of {figure.value:,}" for n, figure in zip(own, figures, strict=True)]
    alike = len(op.table) - len({frozenset(row) for row in op.table})
    unlike = (
        "" if alike else " No two see the same ones, so that none can learn what another learns."
    )
    return Lesson(
        "Why not every map sees every map",
        figures,
        f"The table leaves {left[0]} connections and {left[1]} parameters. "
        f"{_sights(op.table, x.channels)}{unlike}",
    )


def _sights(table: Table, inputs: int) -> str:
    """Say how many maps see how many, and by how many each map before them is seen."""
    seeing = Counter(len(row) for row in table)
    seen = Counter(sum(i in row for row in table) for i in range(inputs))
    each = [f"{n:,} {'see' if n > 1 else 'sees'} {maps:,}" for maps, n in sorted(seeing.items())]
    by = [f"{n:,} by {maps:,}" for maps, n in sorted(seen.items())]
    these = (
        f"each of these is seen by {max(seen):,}" if len(seen) == 1 else f"seen are {listed(by)}"
    )
    return f"Of the {len(table):,} maps {listed(each)} of the {inputs:,} before them; {these}."
