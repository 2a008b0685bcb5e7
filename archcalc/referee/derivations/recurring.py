"""What gates and their biases cost, and what it saves to use the same weights at every step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archcalc.ops.gru import Gru
from archcalc.ops.lstm import Lstm
from archcalc.ops.recurrent import Recurrent
from archcalc.ops.rnn import Rnn
from archcalc.referee.derivations.derivation import DerivedFigure, derive
from archcalc.referee.derivations.lesson import Lesson, figure_of, held

if TYPE_CHECKING:
    from archcalc.graph import Graph, Node

SUMS = {3: "Three", 4: "Four"}


def gates(_: Graph, node: Node) -> Lesson | None:
    """Compare an LSTM or a GRU with a plain recurrent layer of as many units."""
    op, x = node.op, node.xs[0]
    if not isinstance(op, Lstm | Gru):
        return None
    one = replace(op, stack=1, bidirectional=False, steps="last")
    plain, other = _plain(one), _other(one)
    name, said = ("a GRU", "A GRU") if isinstance(op, Lstm) else ("an LSTM", "An LSTM")
    figures = (
        figure_of("parameters of one sum", "parameters", plain, x),
        figure_of("parameters of all", "parameters", one, x),
        figure_of(f"parameters of {name}", "parameters", other, x),
    )
    directions = 2 if op.bidirectional else 1
    layers = f" There are {op.stack * directions} of them." if op.stack * directions > 1 else ""
    return Lesson(
        f"{SUMS[op.gates]} weighted sums in each unit",
        figures,
        f"A unit reads the {x.channels:,} numbers of a step and the {op.units:,} states before, "
        f"in {op.gates} weighted sums: a layer has {op.gates} times the weights and the MACs of a "
        f"plain recurrent one. {said} has {other.gates} sums.{layers}",
    )


def two_forms(_: Graph, node: Node) -> Lesson | None:
    """Count with one bias and with two, which libraries do not agree about."""
    op, x = node.op, node.xs[0]
    if not isinstance(op, Lstm | Rnn | Gru) or not op.vectors():
        return None
    one, two = _with_biases(op)
    names = (
        ("reset before the product, as in the paper", "reset after it, as in PyTorch and Keras")
        if isinstance(op, Gru)
        else ("one bias, as in Keras", "two biases, as in PyTorch")
    )
    figures = tuple(
        figure_of(f"with {name}", "parameters", form, x)
        for name, form in zip(names, (one, two), strict=True)
    )
    more = figures[1].value - figures[0].value
    why = (
        "The reset gate then weighs the product with the state, which has a bias of its own"
        if isinstance(op, Gru)
        else "One belongs to the input, one to the state. Only their sum is ever used, so that the "
        "second adds nothing that could be learned"
    )
    title = "Two forms of a GRU" if isinstance(op, Gru) else "One bias or two"
    return Lesson(title, figures, f"{why}: {more:,} parameters more.")


def every_step(_: Graph, node: Node) -> Lesson | None:
    """Compare with a network that has weights of its own for each step."""
    op, steps = node.op, node.xs[0].places
    if not isinstance(op, Recurrent) or steps < 2:
        return None
    found = derive(op, node.xs, node.y)
    own = held(found)
    return Lesson(
        "The same weights at every step",
        (
            replace(own, quantity="parameters"),
            DerivedFigure.of("connections of the unrolled network", found["connections"].derived),
        ),
        f"Unrolled over {steps:,} steps, each of the {own.value:,} numbers connects "
        f"{steps:,} times. A longer row needs as many parameters, and more work only.",
    )


def _plain(op: Lstm | Gru) -> Rnn:
    """Give a plain recurrent layer with as many biases in each sum."""
    bias = {0: False, 1: True, 2: "double"}[op.vectors()]
    return Rnn(units=op.units, bias=bias)  # type: ignore[arg-type]


def _other(op: Lstm | Gru) -> Lstm | Gru:
    """Give the other one of as many units, with as many biases in each sum."""
    if isinstance(op, Lstm):
        return Gru(units=op.units, bias=op.vectors() > 0, reset_after=op.vectors() == 2)
    return Lstm(units=op.units, bias={0: False, 1: True, 2: "double"}[op.vectors()])  # type: ignore[arg-type]


def _with_biases(op: Recurrent) -> tuple[Recurrent, Recurrent]:
    if isinstance(op, Gru):
        return replace(op, reset_after=False), replace(op, reset_after=True)
    return replace(op, bias=True), replace(op, bias="double")  # type: ignore[call-arg]
