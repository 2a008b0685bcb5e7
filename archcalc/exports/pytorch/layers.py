"""Layers → the modules that they keep, and expressions that call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.exports.pytorch.forms import form_of
from archcalc.exports.pytorch.joins import join
from archcalc.exports.pytorch.layout import Value, dimension, laid
from archcalc.exports.pytorch.variables import Variables
from archcalc.exports.pytorch.writing import Call, Chain, identifier, unique
from archcalc.ops import is_join
from archcalc.ops.shape import first_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archcalc.exports.outline import Layer, Outline
    from archcalc.exports.pytorch.form import Form
    from archcalc.exports.pytorch.layout import Layout
    from archcalc.exports.pytorch.writing import Made
    from archcalc.graph import Graph, Node

FUNCTIONS = {
    "nn.ReLU": "F.relu({0})",
    "nn.GELU": "F.gelu({0})",
    "nn.SiLU": "F.silu({0})",
    "nn.Sigmoid": "torch.sigmoid({0})",
    "nn.Tanh": "torch.tanh({0})",
}
"""What is called as a function where it follows an expression."""


class Layers(Variables):
    """Writes single layers: a module, several one behind the other, or an expression."""

    def __init__(
        self, graph: Graph, outline: Outline, label: str, entering: dict[int, Value], ends: set[int]
    ) -> None:
        super().__init__(graph, outline, label, entering, ends)
        self.names: set[str] = set()
        self.places: dict[int, str] = {}
        """By a node: the attributes that lead to its module."""
        self.kept: dict[str, tuple[tuple[int, ...], dict[int, Made]]] = {}
        """By an attribute of a part: its nodes, and their modules."""
        self.made: dict[int, Made] = {}

    def write_layer(self, layer: Layer, prefix: str) -> None:
        """Write a layer with what stands before and after its op."""
        nodes = self.graph.nodes
        main = nodes[layer.chain[0] if layer.main is None else layer.main]
        own = identifier(prefix + layer.name, main.op.name)
        first = nodes[layer.chain[0]].inputs[0]
        value = self.values[first]
        pending: list[tuple[int, Made]] = []
        for position in layer.chain:
            node = nodes[position]
            inputs = [value, *(self.values[i] for i in node.inputs[1:])]
            form = self._form(node, inputs)
            entering = laid(value, form.want) if form else value
            if pending and not (form and form.is_plain and entering == value):
                value = inputs[0] = self._apply(pending, own, value)
                pending = []
            if form and form.module is not None and form.is_plain:
                pending.append((position, form.module))
                value = Value(laid(value, form.want).text, node.y, form.gives)
            else:
                value = self._expression(position, own, inputs, form)
        if pending:
            value = self._apply(pending, own, value)
        self.assign(layer.positions[-1], value, nodes[layer.positions[0]].inputs[0])

    def _form(self, node: Node, inputs: Sequence[Value]) -> Form | None:
        """Find how an op is written; joins and tensors of their own are written otherwise."""
        if is_join(node.op.name) or node.op.name == "learned":
            return None
        return self.form(node, [each.layout for each in inputs])

    def form(self, node: Node, lies: Sequence[Layout]) -> Form:
        """Find how an op is written. Raises a Reason that names its path."""
        try:
            return form_of(node, lies)
        except Reason as reason:
            message = f"`{node.path}` cannot be written: {reason.message}"
            raise Reason(reason.code, message, reason.hint) from None

    def _expression(
        self, position: int, own: str, inputs: Sequence[Value], form: Form | None
    ) -> Value:
        node = self.graph.nodes[position]
        if form is None:
            if position in self.rolls:
                source, by, axis = self.rolls[position]
                text, _, layout = self.values[source]
                dim = dimension(axis, node.y, layout)
                return Value(f"torch.roll({text}, {by}, {dim})", node.y, layout)
            if is_join(node.op.name):
                return join(node, inputs)
            return self._learned(position, own, inputs[0])
        given = [laid(each, form.want) for each in inputs]
        if form.module is None:
            texts = [_closed(each.text) for each in given]
            return Value(form.text.format(*texts), node.y, form.gives)
        name = self._attribute(own, [(position, form.module)])
        text = form.text.format(*(each.text for each in given), m=f"self.{name}")
        return Value(text, node.y, form.gives)

    def _apply(self, pending: list[tuple[int, Made]], own: str, value: Value) -> Value:
        """Call modules one behind the other; what follows an expression may be a function."""
        (_, made), *others = pending
        bare = isinstance(made, Call) and not made.arguments and not others
        if (
            bare
            and isinstance(made, Call)
            and made.name in FUNCTIONS
            and not value.text.isidentifier()
        ):
            return value._replace(text=FUNCTIONS[made.name].format(value.text))
        return value._replace(text=f"self.{self._attribute(own, pending)}({value.text})")

    def _attribute(self, own: str, pending: list[tuple[int, Made]]) -> str:
        """Keep modules under an attribute, which is that of the layer, or tells the op too."""
        positions = tuple(at for at, _ in pending)
        if name := self.again(positions, dict(pending)):
            before, theirs = self.kept[name]
            for at, other in zip(positions, before, strict=True):
                self.places[at], self.made[at] = self.places[other], theirs[other]
            return name
        first = self.graph.nodes[pending[0][0]]
        is_main = any("." not in self.graph.nodes[at].path for at, _ in pending)
        free = is_main and own not in self.names
        name = unique(own if free else f"{own.rstrip('_')}_{first.op.name}", self.names)
        modules: list[Made] = []
        for position, made in pending:
            several = isinstance(made, Chain)
            alone = len(pending) == 1
            self.places[position] = name if alone else f"{name}.{len(modules)}"
            self.made[position] = made
            if several and not alone:
                # its modules stand among the others
                self.places[position] = f"{name}.+{len(modules)}"
                modules += made.modules if isinstance(made, Chain) else ()
            else:
                modules.append(made)
        self.kept[name] = positions, dict(pending)
        self.instance.modules.append(
            (name, modules[0] if len(modules) == 1 else Chain(tuple(modules)))
        )
        return name

    def again(self, positions: Sequence[int], made: Mapping[int, Made]) -> str:
        """Find the attribute of a like part, or layer, whose weights are all that these have."""
        if not any(self.graph.nodes[at].shared for at in positions):
            return ""
        own = [made.get(at) for at in positions]
        for name, (before, theirs) in self.kept.items():
            if own == [theirs.get(at) for at in before] and self._is_again(positions, before):
                return name
        return ""

    def _is_again(self, positions: Sequence[int], before: Sequence[int]) -> bool:
        """Tell whether nodes do what others did, with all the weights of these."""
        if len(positions) != len(before):
            return False
        inner = dict(zip(positions, before, strict=True))
        for at, other in inner.items():
            one, two = self.graph.nodes[at], self.graph.nodes[other]
            ties = {tie.weight for tie in one.shared if tie.owner == other and not tie.transposed}
            held = {weight.name for weight in two.op.weights(first_of(two.xs), two.y)}
            read = [[inner.get(i, i) for i in one.inputs], list(two.inputs)]
            same = [[i for i in inputs if i in before] for inputs in read]
            if one.op != two.op or not held <= ties or same[0] != same[1]:
                return False
        return True

    def _learned(self, position: int, own: str, x: Value) -> Value:
        """Keep a tensor, which joins spread over the samples; others need one for each."""
        node: Node = self.graph.nodes[position]
        rows = node.y.rank == 1
        shape = (1, *node.y.extents, node.y.channels) if rows else (1, *node.y)
        trained = "" if getattr(node.op, "trainable", True) else ", requires_grad=False"
        sizes = ", ".join(map(str, shape))
        made = Call("nn.Parameter", (f"torch.zeros({sizes}){trained}",))
        name = self._attribute(own, [(position, made)])
        self.inline.add(position)
        text = f"self.{name}"
        if not self._is_spread(position):
            text = f"{text}.expand(len({x.text}){', -1' * (len(shape) - 1)})"
        return Value(text, node.y, "rows" if rows else "maps")

    def _is_spread(self, position: int) -> bool:
        """Tell whether all that read an output spread it over the samples."""
        for reader in self.outline.readers.get(position, ()):
            op = self.graph.nodes[reader].op
            if op.name in {"slice", "split"}:
                self.inline.add(reader)
                if not self._is_spread(reader):
                    return False
            elif not is_join(op.name) or op.name == "concat":
                return False
        return True


def _closed(text: str) -> str:
    """Put an expression in brackets where more than one word stands."""
    return f"({text})" if " " in text and not text.endswith(")") else text
