"""What a lesson is, and what lessons compare: convolutions that see all maps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

from archcalc.arithmetic import Derived
from archcalc.ops.conv import Conv
from archcalc.ops.op import Weighted
from archcalc.ops.window import one_place
from archcalc.referee.derivations.derivation import DerivedFigure, derive
from archcalc.referee.derivations.remembered import remember, remember_shape

if TYPE_CHECKING:
    from fractions import Fraction

    from archcalc.graph import Graph, Node
    from archcalc.ops.op import Op, Shape
    from archcalc.referee.derivations.derivation import Derivation


@dataclass(frozen=True, slots=True)
class Lesson:
    """Figures beside those of the layer, and the sentence that they prove."""

    title: str
    figures: tuple[DerivedFigure, ...]
    text: str


def figure_of(name: str, quantity: str, op: Op, *xs: Shape, times: int = 1) -> DerivedFigure:
    """Derive a quantity of an op that might stand there, and give it a name of its own.

    >>> from archcalc.ops.linear import Linear
    >>> from archcalc.ops.op import Shape
    >>> print(figure_of("of a smaller one", "parameters", Linear(units=10), Shape(84)))
    10·(84 + 1) = 850
    """
    found = derive(op, xs, op.shape(*xs))
    figure = held(found) if quantity == "parameters" else found[quantity]
    value = Derived(times) * figure.derived if times != 1 else figure.derived
    return DerivedFigure.of(name, value, partial=figure.partial)


def held(found: Derivation) -> DerivedFigure:
    """Give the parameters of an op, whether they are trained or fixed."""
    fixed = isinstance(found.op, Weighted) and not found.op.trainable
    return found["fixed" if fixed else "parameters"]


class FullConv(NamedTuple):
    """A convolution that sees all maps, between two shapes."""

    op: Conv
    x: Shape
    y: Shape

    @property
    def weights(self) -> int:
        """Count the weights without the biases, remembering the expression."""
        op = remember(replace(self.op, bias=False), self.x)
        return op.parameters(remember_shape(self.x), remember_shape(self.y))

    @property
    def macs(self) -> int:
        """Count the multiply-accumulates, remembering the expression."""
        op = remember(self.op, self.x)
        return op.work(remember_shape(self.x), remember_shape(self.y)).mac


def full_conv(node: Node | None) -> FullConv | None:
    """Take a node as such a convolution, if it is one."""
    if node is None or not isinstance(node.op, Conv) or is_sparse(node.op):
        return None
    return FullConv(node.op, node.xs[0], node.y)


def is_sparse(op: Op) -> bool:
    """Tell whether an op connects an output map with only some of the input maps."""
    return isinstance(op, Conv) and (op.groups > 1 or op.table is not None)


def moves_by_one(op: Conv) -> bool:
    """Tell whether no window is passed over and no cell within one."""
    return {*op.stride, *op.dilation} == {1}


def layer_before(graph: Graph, node: Node) -> Node | None:
    """Find the layer whose maps reach a node, through what works on single elements."""
    while len(node.inputs) == 1 and node.inputs[0] >= 0:
        node = graph.nodes[node.inputs[0]]
        if not _is_elementwise(node):
            return node
    return None


def _is_elementwise(node: Node) -> bool:
    single = len(node.inputs) == 1 and node.y == node.xs[0] and not isinstance(node.op, Conv)
    return single and node.op.window(node.xs[0]) == one_place(node.xs[0])


def ratio(value: Fraction) -> str:
    """Write a ratio in three figures, or whole if it is a whole number.

    >>> from fractions import Fraction
    >>> ratio(Fraction(784)), ratio(Fraction(197, 5)), ratio(Fraction(12345, 2))
    ('784', '39.4', '6,170')
    """
    if value.denominator == 1:
        return f"{value.numerator:,}"
    whole = floor(value)
    digits = 3 - len(str(whole)) if whole else 2 + len(str(ceil(1 / value) - 1))
    rounded = round(value, digits)
    return f"{rounded.numerator:,}" if digits <= 0 else f"{float(rounded):,.{digits}f}"
