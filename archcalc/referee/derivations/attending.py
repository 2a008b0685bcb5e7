"""What attention costs, and what its heads and a mask change in that."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from archcalc.arithmetic import Derived
from archcalc.ops.attention import Attention
from archcalc.ops.linear import Linear
from archcalc.ops.op import Shape
from archcalc.ops.shape import first_of
from archcalc.referee.derivations.derivation import DerivedFigure, derive
from archcalc.referee.derivations.lesson import Lesson, figure_of, held

if TYPE_CHECKING:
    from archcalc.graph import Graph, Node


def products(_: Graph, node: Node) -> Lesson | None:
    """Part the products of activations from those with weights, and see how both grow.

    In each head the scores are a product of L x d numbers with d x S, as of a linear layer whose
    weights the keys are; the mix is one of L x S scores with S x d values.
    """
    op = node.op
    if not isinstance(op, Attention):
        return None
    x = first_of(node.xs)
    found = derive(op, node.xs, node.y)
    asked, features = x.places, _features(op, x)
    given = found["exp"].value // (op.heads * asked)  # keys that a query meets: a score has one exp
    scores = Linear(units=given, bias=False, flatten=False)
    mix = Linear(units=features, bias=False, flatten=False)
    heads, d = op.heads, Shape(features, asked)
    whole, interactions = found["macs"].value, found["interactions"].value
    figures = (
        figure_of("scores: queries with keys", "macs", scores, d, times=heads),
        figure_of("mix: scores with values", "macs", mix, Shape(given, asked), times=heads),
        DerivedFigure.of("macs with weights", Derived(whole) - Derived(interactions)),
    )
    text = (
        f"{interactions:,} of {whole:,} MACs multiply activations with each other, half for the "
        f"scores QKᵀ, half for the mix. No stored number takes part: they are interactions, not "
        f"connections."
    )
    return Lesson(
        "Products without weights", figures, text + _growth(node, op, whole, interactions)
    )


def _growth(node: Node, op: Attention, whole: int, interactions: int) -> str:
    """Say from how many places on the products without weights are the larger part."""
    if len(node.xs) > 1 or op.past:
        return ""
    if op.within is not None:
        return " Within windows of one size they grow as the others do, with the places."
    places = node.y.places
    even = Fraction(whole - interactions, interactions) * places
    return (
        " With twice as many places they are four times as many, those with weights only twice: "
        f"from {ceil(even):,} places on they are half of all and more."
    )


def number_of_heads(_: Graph, node: Node) -> Lesson | None:
    """Count with one head: weights and macs are the same, scores are not."""
    op = node.op
    if not isinstance(op, Attention) or (op.heads == 1 and op.kv_heads is None):
        return None
    x = first_of(node.xs)
    if op.kv_heads not in {None, op.heads}:
        return _shared_heads(node, op)
    one = replace(op, heads=1, kv_heads=None)
    figures = (
        DerivedFigure.of(
            "features of a head", Derived(op.inner or x.channels) // Derived(op.heads)
        ),
        figure_of("parameters with 1 head", "parameters", one, *node.xs),
        figure_of("macs with 1 head", "macs", one, *node.xs),
        figure_of("scores", "exp", op, *node.xs),
        figure_of("scores with 1 head", "exp", one, *node.xs),
    )
    kept = "Neither parameters nor MACs:"
    if figures[1].value != held(derive(op, node.xs, node.y)).value:
        kept = "No MACs, and no parameters but those of distances, which each head has anew:"
    return Lesson(
        "What the number of heads changes",
        figures,
        f"{kept} {op.heads} heads share the features out among themselves, "
        f"{_features(op, x)} each. Each has scores of its own, so that a place takes in the others "
        f"in {op.heads} ways, for {op.heads} times as many exponentials.",
    )


def _shared_heads(node: Node, op: Attention) -> Lesson:
    """Compare with keys and values for every head."""
    full = replace(op, kv_heads=None)
    figures = (
        figure_of("parameters with keys for each head", "parameters", full, *node.xs),
        figure_of("macs with keys for each head", "macs", full, *node.xs),
    )
    own = derive(op, node.xs, node.y)
    saved = [f.value - own[q].value for f, q in zip(figures, ("parameters", "macs"), strict=True)]
    return Lesson(
        "Heads that share keys and values",
        figures,
        f"{op.heads} heads of queries share {op.kv_heads} of keys and values: {saved[0]:,} "
        f"parameters and {saved[1]:,} MACs fewer. The interactions stay as they are; what is kept "
        f"of each place while a text goes on is 1/{op.heads // (op.kv_heads or 1)}.",
    )


def causal_mask(_: Graph, node: Node) -> Lesson | None:
    """Count what a mask leaves where no place takes in what comes behind it."""
    op = node.op
    if not isinstance(op, Attention) or len(node.xs) > 1 or op.within is not None:
        return None
    places, past = Derived(node.y.places), Derived(op.past or 0)
    if places < 2:
        return None
    pairs, left = places * (past + places), places * (places + 1) // 2
    left = past * places + left if past else left
    each = derive(op, node.xs, node.y)["interactions"].value // int(pairs)
    masked = "It is masked:" if op.causal else "With a mask"
    return Lesson(
        "What a causal mask leaves",
        (
            DerivedFigure.of("pairs of places", pairs),
            DerivedFigure.of("pairs that a mask leaves", left),
            DerivedFigure.of("interactions left", Derived(int(left)) * Derived(each)),
        ),
        f"{masked} a place takes in itself and those before it, {left:,} of {pairs:,} pairs. "
        "The whole square is computed all the same, and so counted; a kernel that leaves out what "
        "is masked is what saves the rest.",
    )


def _features(op: Attention, x: Shape) -> int:
    return (op.inner or x.channels) // op.heads
