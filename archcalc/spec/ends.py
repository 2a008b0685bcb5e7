"""Reading what enters a network, and which outputs are its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.fields import shown
from archcalc.ops.given import read_shape
from archcalc.ops.op import Shape
from archcalc.spec.checker import is_empty
from archcalc.spec.expression import settle, waits
from archcalc.spec.names import BAD_NAME, is_name
from archcalc.spec.reader import Mapping, Sequence
from archcalc.spec.spec import Item

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from archcalc.spec.checker import Checker
    from archcalc.spec.reader import Tree
    from archcalc.spec.values import Value

ONE = Shape(1, 1, 1)
"""Stands for an input that could not be read."""


def read_inputs(
    checker: Checker, whole: Mapping, tree: Tree | None, values: AnyMapping[str, Value]
) -> dict[str, Shape]:
    """Read the input of a `whole` spec; of several each has a name."""
    if not isinstance(tree, Mapping):
        return {"input": _input(checker, whole, tree, values)}
    for name, mark in tree.keys.items():
        if not is_name(name):
            message = f"{shown(name)} cannot be the name of an input"
            checker.complain("bad-name", message, mark, BAD_NAME)
    if not tree.entries:
        checker.complain("missing-key", "`input` names no input", tree)
        return {"input": ONE}
    return {name: _input(checker, whole, entry, values) for name, entry in tree.entries.items()}


def _input(
    checker: Checker, whole: Mapping, tree: Tree | None, values: AnyMapping[str, Value]
) -> Shape:
    if tree is None:
        message = "a spec needs its `input`, such as 3x224x224"
        checker.complain("missing-key", message, whole)
        return ONE
    template = checker.template(tree, values, lambda value: value)
    if checker.mistakes and (template is None or waits(template)):
        return ONE  # what follows from an earlier mistake is not another one
    return checker.attempt(tree, lambda: read_shape(settle(template, values))) or ONE


def read_outputs(checker: Checker, tree: Tree | None) -> tuple[Item, ...]:
    """Read which layers' outputs are the network's, beside that of the last."""
    if tree is None:
        return ()
    marks = tree.items if isinstance(tree, Sequence) else [tree]
    if not marks or is_empty(tree):
        checker.complain("missing-key", "`outputs` names no layer", tree)
    words = [(checker.word(mark, "an output"), mark) for mark in marks]
    return tuple(Item(name=None, mark=mark, sources=(word,)) for word, mark in words)
