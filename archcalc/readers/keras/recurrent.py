"""Keras's recurrent layers, and what wraps them.

A gate has one bias; a GRU that resets after the product has two. What is no plain `tanh` and
`sigmoid`, or runs at each step of another row, is counted by the same rules in stated figures.

Source: keras/src/layers/rnn.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.errors import Reason
from archcalc.ops import make
from archcalc.ops.op import Shape
from archcalc.readers.keras.activations import word_of, work_of
from archcalc.readers.keras.call import Call, Unknown
from archcalc.readers.keras.windows import places_of, window_of

if TYPE_CHECKING:
    from archcalc.ops.op import Op
    from archcalc.readers.keras.fields import Fields
    from archcalc.readers.keras.values import Value
    from archcalc.readers.sizes import Dims

WORDS = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn"}
"""The op of each kind."""
INNER = {"LSTM": ("sigmoid", 3, 2), "GRU": ("sigmoid", 2, 1), "SimpleRNN": ("", 0, 1)}
"""The activation of gates unless told, how many gates a unit has, and how many states."""
CELL: dict[str, dict[str, int]] = {
    "LSTM": {"mul": 3, "add": 1},
    "GRU": {"mul": 3, "add": 2},
    "SimpleRNN": {},
}
"""What a unit does at a step beside its sums and its activations."""


class Cell(NamedTuple):
    """A recurrent layer as its configuration has it; `all_steps` come out, and the last state."""

    kind: str
    fields: Fields
    all_steps: bool
    with_state: bool

    @property
    def states(self) -> int:
        """How many states it has."""
        return 2 if self.kind.endswith("LSTM") or self.kind.startswith("ConvLSTM") else 1

    def op(self, *, ways: int) -> Op:
        """Make the op that it is."""
        more: dict[str, Any] = {}
        if self.kind == "GRU":
            more["reset_after"] = self.fields.truth("reset_after", default=True)
        return make(
            WORDS[self.kind],
            units=self.fields.whole("units"),
            bias=self.fields.truth("use_bias", default=True),
            steps="all" if self.all_steps else "last",
            bidirectional=ways == 2,
            **more,
        )

    def plain(self) -> bool:
        """Tell whether gates and states have the activations that the op has."""
        word, gates, _ = INNER[self.kind]
        own = word_of(self.fields.values.get("recurrent_activation", word))
        state = word_of(self.fields.values.get("activation", "tanh"))
        return state == "tanh" and (own == "sigmoid" or not gates)

    def elementwise(self) -> dict[str, int]:
        """Count what a unit does at a step beside its sums. Raises `Unknown`."""
        word, gates, states = INNER[self.kind]
        found = dict(CELL[self.kind])
        if self.kind == "GRU" and self.fields.truth("reset_after", default=True):
            found["add"] += 1
        own = word_of(self.fields.values.get("recurrent_activation", word))
        state = word_of(self.fields.values.get("activation", "tanh"))
        for name, times in ((own, gates), (state, states)):
            each = work_of(name)
            if each is None:
                raise Unknown(f"archcalc does not know the activation `{name[:80]}`")
            for kind, n in each.items():
                found[kind] = found.get(kind, 0) + n * times
        return found


def cell_of(call: Call) -> list[Cell]:
    """Read which cells a layer has: of one of its own, of those that it is given."""
    fields, kind = call.fields, call.layer.kind.removeprefix("CuDNN")
    every = fields.truth("return_sequences", default=False)
    state = fields.truth("return_state", default=False)
    if kind != "RNN":
        return [Cell(kind, fields, every, state)]
    inner = call.layer.inner("cell")
    cells = [inner]
    if inner.kind == "StackedRNNCells":
        listed = inner.fields.values.get("cells")
        if not isinstance(listed, list) or not listed:
            raise Reason("missing-key", "`StackedRNNCells` needs its `cells`", key="cell")
        cells = inner.each("cells")
    found = [
        Cell(one.kind.removesuffix("Cell"), one.fields, all_steps=True, with_state=state)
        for one in cells
    ]
    unknown = [cell.kind for cell in found if cell.kind not in WORDS]
    if unknown:
        raise Unknown(f"archcalc does not know the cell `{unknown[0][:80]}`")
    return [*found[:-1], found[-1]._replace(all_steps=every)]


def recurrent(call: Call) -> list[Value]:
    """Read a recurrent layer: its output, and its states if they are asked for."""
    *before, last = cell_of(call)
    if len(call.values) > 1:
        call = call._replace(values=(_begun(call),))
    for i, cell in enumerate(before, 1):
        call = call._replace(values=(run(call, cell, beside=f"cell{i}"), *call.values[1:]))
    y = run(call, last)
    return [y, *_states(y, last, call.x.lead, 1)] if last.with_state else [y]


def _begun(call: Call) -> Value:
    """Let what enters wait for the states with which the layer begins."""
    x = call.x
    return call.does(x.dims, x.axis, beside="begin")


def _states(y: Value, cell: Cell, lead: int, ways: int) -> list[Value]:
    dims = (*y.dims[:lead], cell.fields.whole("units"))
    state = y._replace(dims=dims, axis=lead)
    return [state] * (cell.states * ways)


def run(call: Call, cell: Cell, *, ways: int = 1, beside: str = "") -> Value:
    """Add a recurrent layer in one direction, or two side by side."""
    x, op = call.ranked(2), cell.op(ways=ways)
    units = cell.fields.whole("units") * ways
    dims = (*x.dims[:-1], units) if cell.all_steps else (*x.dims[:-2], units)
    if cell.plain() and not x.lead:
        fields = {name: value for name, value in vars(op).items() if name != "trainable"}
        found = call.add(op.name, x, axis=1, dims=dims, beside=beside, **fields)
        return found._replace(axis=len(dims) - 1)
    one = Shape(x.dims[-1], x.dims[-2])
    y = op.shape(one)
    holds = tuple((array.name, array.shape) for array in op.weights(one, y))
    rows, work = prod(x.dims[: x.lead]), op.work(one, y)
    cells = units * one.places
    biases = op.connections(one, y) - work.mac
    figures = {kind: n * cells for kind, n in cell.elementwise().items()}
    figures["add"] = figures.get("add", 0) + biases
    figures |= {"mac": work.mac, "connections": work.mac + biases, "neurons": op.neurons(one, y)}
    figures = {kind: n * rows for kind, n in figures.items()}
    return call.does(dims, None, holds, figures, beside=beside, inputs=(x,))


def bidirectional(call: Call) -> list[Value]:
    """Read a layer that runs in both directions, and how the two become one."""
    inner = call.layer.inner("layer")
    if inner.kind.removeprefix("CuDNN") not in {*WORDS, "RNN"}:
        raise Unknown(f"`{inner.kind[:80]}` in both directions")
    own = call._replace(layer=inner)
    cells = cell_of(own)
    other = call.fields.values.get("backward_layer")
    if len(cells) > 1 or (isinstance(other, dict) and _unlike(other, inner.fields)):
        raise Unknown("its two directions differ, or have several cells")
    mode = call.fields.values.get("merge_mode", "concat")
    if len(own.values) > 1:
        own = own._replace(values=(_begun(own),))
    y = run(own, cells[0], ways=2)
    states = _states(y, cells[0], call.x.lead, 2) if cells[0].with_state else []
    half = y._replace(dims=(*y.dims[:-1], y.dims[-1] // 2))
    if mode is None:
        return [half, half, *states]
    if mode == "concat":
        return [y, *states]
    kinds = {"sum": {"add": 1}, "mul": {"mul": 1}, "ave": {"add": 1, "mul": 1}}
    if mode not in kinds:
        raise Reason(
            "wrong-type", "`merge_mode` is concat, sum, mul, ave or null", key="merge_mode"
        )
    work = {kind: n * half.size for kind, n in kinds[mode].items()}
    merged = call.does(half.dims, None, (), work, beside="merge", inputs=(y,))
    return [merged, *states]


def _unlike(other: dict[str, Any], fields: Fields) -> bool:
    """Tell whether the layer of the way back differs in what is counted."""
    config = other.get("config")
    keys = ("units", "use_bias", "reset_after", "activation", "recurrent_activation")
    return isinstance(config, dict) and any(
        config.get(key) != fields.values.get(key) for key in keys
    )


def convolutional(rank: int) -> Any:  # noqa: ANN401 - a rule
    """Read an LSTM whose products are convolutions, over so many extents.

    Source: Shi, Chen, Wang, Yeung, Wong, Woo 2015, equation 3 without its peepholes.
    """

    def rule(call: Call) -> list[Value]:
        x = call.ranked(rank + 2)
        inner = call._replace(values=(x._replace(lead=x.lead + 1),))
        maps, outputs = places_of(inner, rank)
        filters, window = call.fields.whole("filters"), window_of(call, rank)
        taps, steps = prod(window["kernel"]), x.dims[x.lead]
        bias = call.fields.truth("use_bias", default=True)
        holds: list[tuple[str, Dims]] = [
            ("kernel", (*window["kernel"], maps, 4 * filters)),
            ("state", (*window["kernel"], filters, 4 * filters)),
        ]
        holds += [("bias", (4 * filters,))] * bias
        cells = steps * prod(outputs) * filters * prod(x.dims[: x.lead])
        cell = Cell("LSTM", call.fields, all_steps=True, with_state=False)
        figures = {kind: n * cells for kind, n in cell.elementwise().items()}
        mac, biases = 4 * cells * taps * (maps + filters), 4 * cells * bias
        figures["add"] = figures.get("add", 0) + biases
        figures |= {"mac": mac, "connections": mac + biases, "neurons": 4 * cells}
        first = call.fields.word("data_format", "channels_last") == "channels_first"
        inside = (filters, *outputs) if first else (*outputs, filters)
        every = call.fields.truth("return_sequences", default=False)
        dims = (*x.dims[: x.lead], *((steps,) if every else ()), *inside)
        axis = len(dims) - len(inside) if first else len(dims) - 1
        y = call.does(dims, axis, tuple(holds), figures)
        if not call.fields.truth("return_state", default=False):
            return [y]
        state = y._replace(dims=(*x.dims[: x.lead], *inside))
        return [y, state, state]

    return rule
