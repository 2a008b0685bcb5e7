"""From the layers of a Keras model to its graph, use by use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits
from archcalc.errors import Reason, printable
from archcalc.graph import INPUT, Here
from archcalc.ops.quantities import STORED, WORKED
from archcalc.readers.assembly import Assembly, Unreached, error
from archcalc.readers.keras.call import Call, Unknown, said
from archcalc.readers.keras.order import ordered
from archcalc.readers.keras.refs import Ref
from archcalc.readers.keras.rules import apply, is_weightless
from archcalc.readers.keras.values import Value, shape_of
from archcalc.sharing import arrays
from archcalc.uncounted import Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archcalc.graph import Graph
    from archcalc.ops.op import Shape
    from archcalc.origin import Maker
    from archcalc.readers.keras.entering import Entry
    from archcalc.readers.keras.model import KerasLayer, Model
    from archcalc.readers.keras.order import Turn
    from archcalc.readers.keras.refs import Sizes, Use


class Part(NamedTuple):
    """A model that is applied: its outputs so far, the start of its paths, if it is trained."""

    model: Model
    values: dict[Ref, Value]
    above: str
    trainable: bool


class Walk:
    """Takes a network together. `at_home` tells whether the input is that of the file."""

    def __init__(
        self, model: Model, entries: Sequence[Entry], maker: Maker, inputs: Mapping[str, Shape]
    ) -> None:
        self.model, self.maker = model, maker
        self.net = Assembly(maker.origin, inputs)
        self.at_home = inputs == maker.origin.inputs and all(entry.shape for entry in entries)
        self.entering = [
            entry.value(Here(INPUT - i, shape))
            for i, (entry, shape) in enumerate(zip(entries, inputs.values(), strict=True))
        ]
        self.owners: dict[object, range] = {}
        self.orders: dict[int, list[Turn]] = {}
        self.steps = 0

    def graph(self) -> Graph:
        """Go through all layers. Raises SpecError or ShapeError, with the place."""
        layer = self.model.layer
        try:
            trainable = layer.fields.truth("trainable", default=True)
            found = self.run(self.model, self.entering, "", trainable=trainable)
        except Reason as reason:
            raise error(reason, layer.place()) from None
        builder = self.net.builder
        ends = [v.output if isinstance(v.output, Here) else v.output.before for v in found]
        ends = [builder.here(end.node) for end in ends if end.node >= 0]
        if not builder.nodes:  # all is unknown
            ends = [self.net.add(self.net.names.path("unknown"), "identity", builder.input)]
        ends = ends or [builder.here(len(builder.nodes) - 1)]
        return builder.graph(ends[0], self.maker, outputs=ends[1:])

    def run(
        self, model: Model, entering: Sequence[Value], above: str, *, trainable: bool
    ) -> list[Value]:
        """Apply a model: give its outputs."""
        if len(entering) != len(model.inputs):
            takes = len(model.inputs)
            message = f"`{model.layer.name[:80]}` takes {takes} inputs, and gets {len(entering)}"
            raise Reason("two-inputs", message)
        pairs = zip(model.inputs, entering, strict=True)
        values = {ref.plain: value for ref, value in pairs}
        part = Part(model, values, above, trainable)
        if id(model) not in self.orders:
            self.orders[id(model)] = ordered(model)
        for turn in self.orders[id(model)]:
            self._guarded(turn.layer, turn.use, part)
        return [self._value(ref, part) for ref in model.outputs]

    def _guarded(self, layer: KerasLayer, use: Use, part: Part) -> None:
        self.steps += 1
        try:
            self._bound()
            found = self._use(layer, use, part)
        except Reason as reason:
            raise error(reason, layer.place(*_keys(layer, reason.key))) from None
        for output, value in enumerate(found):
            part.values[Ref(layer.name, use.number, output)] = value

    def _bound(self) -> None:
        if self.steps > limits.now().steps:
            raise limits.too_large("steps", "too many layers, models within models unrolled")

    def _value(self, ref: Ref, part: Part) -> Value:
        found = part.values.get(ref.plain)
        if found is None:
            message = f"there is no output {ref.output} of use {ref.use} of `{ref.layer[:80]}`"
            raise Reason("wrong-input", message)
        return found

    def _use(self, layer: KerasLayer, use: Use, part: Part) -> list[Value]:
        """Apply a layer; of a model each of its own."""
        args = tuple(self._taken(arg, part) for arg in use.args)
        kwargs = {key: self._taken(value, part) for key, value in use.kwargs.items()}
        values = tuple(self._value(ref, part) for ref in use.refs)
        trainable = part.trainable and layer.fields.truth("trainable", default=True)
        path = self.net.names.path(f"{part.above}{layer.name}")
        call = Call(layer, path, self.net, values, args, kwargs, trainable)
        found = self._applied(call, self._stated(call, part, use))
        self._compare(call, found, part, use)
        return found

    def _applied(self, call: Call, stated: Sizes | None) -> list[Value]:
        """Apply a layer, or what it wraps: a model, or a layer at each step by itself."""
        layer = call.layer
        if layer.model is not None:
            self.net.builder.container(call.path, layer.kind)
            return self.run(layer.model, call.values, f"{call.path}/", trainable=call.trainable)
        if layer.kind in WRAPPERS and not layer.is_own:
            return self._wrapped(call, stated)
        start = len(self.net.builder.nodes)
        beyond = [v.output for v in call.values if isinstance(v.output, Unreached)]
        try:
            found = apply(call)
        except Unknown as unknown:
            found = [self._unknown(call, unknown, stated, beyond)]
        self._share(layer, start)
        return found

    def _wrapped(self, call: Call, stated: Sizes | None) -> list[Value]:
        """Apply what a layer wraps, of TimeDistributed at each step."""
        inner, steps = call.layer.wrapped, call.layer.kind == "TimeDistributed"
        if steps and any(not value.inner for value in call.values):
            raise Reason("wrong-rank", "`TimeDistributed` takes one axis or more without the batch")
        trainable = call.trainable and inner.fields.truth("trainable", default=True)
        own = call.stepped(steps)._replace(layer=inner, trainable=trainable)
        if not steps and inner.kind in KEPT:
            call.keeps(("vector", (1, inner.fields.whole(KEPT[inner.kind]))))
        elif not steps:
            why = f"what it keeps beside `{inner.kind[:80]}` is not known"
            return [self._unknown(call, Unknown(why), stated, ())]
        found = self._applied(own, None if steps else stated)
        return [value._replace(lead=value.lead - steps) for value in found]

    def _taken(self, found: object, part: Part) -> object:
        """Put a `Value` for each `Ref`."""
        if isinstance(found, Ref):
            return self._value(found, part)
        if isinstance(found, list):
            return [self._taken(item, part) for item in found]
        if isinstance(found, dict):
            return {key: self._taken(item, part) for key, item in found.items()}
        return found

    def _stated(self, call: Call, part: Part, use: Use, output: int = 0) -> Sizes | None:
        """Give the sizes that the file states of an output, if the input is that of the file."""
        if not self.at_home or any(value.lead for value in call.values):
            return None
        return part.model.stated.get(Ref(call.layer.name, use.number, output))

    def _unknown(
        self,
        call: Call,
        unknown: Unknown,
        stated: Sizes | None,
        beyond: Sequence[Unreached],
    ) -> Value:
        """Count what a layer holds; go on from the sizes of what it gives, if they are known."""
        word = printable(call.layer.kind)[:80]
        case = Case.NOT_REACHED if beyond else Case.UNKNOWN
        before = call.values[0].here() if call.values else self.net.builder.input
        dims = unknown.dims
        if dims is None and stated is not None and None not in stated:
            dims = tuple(size for size in stated if size is not None)
        weightless = is_weightless(call.layer)
        if dims is None:
            found = self.net.miss(
                call.path, word, unknown.why, before, weightless=weightless, case=case
            )
            blame = beyond[0].behind if beyond else call.path
            return Value(found._replace(behind=blame), (1,) * (_lead(call) + 1), 0, _lead(call))
        lacking = WORKED if weightless or unknown.holds is not None else STORED + WORKED
        here = self.net.state(
            call.path,
            word,
            unknown.why,
            before,
            output=shape_of(dims, max(len(dims) - 1, 0)),
            holds=unknown.holds or (),
            unknown=lacking,
            case=case,
        )
        return Value(here, dims, max(len(dims) - 1, 0), _lead(call))

    def _share(self, layer: KerasLayer, start: int) -> None:
        """Let a layer that is applied again take the weights of its first use."""
        nodes = self.net.builder.nodes
        first = self.owners.setdefault((layer.kind, layer.name), range(start, len(nodes)))
        if layer.is_shared:
            self.owners.setdefault(layer, first)
        owners = self.owners.setdefault(layer, range(start, len(nodes)))
        if owners.start != start:
            held, own = (
                [i for i in found if arrays(nodes[i])]
                for found in (range(start, len(nodes)), owners)
            )
            for position, owner in zip(held, own, strict=False):
                self.net.builder.tie(position, owner)

    def _compare(self, call: Call, found: Sequence[Value], part: Part, use: Use) -> None:
        """Refuse a file that states other sizes than come out."""
        for output, value in enumerate(found):
            stated = self._stated(call, part, use, output)
            if stated is None or isinstance(value.output, Unreached):
                continue
            same = len(stated) == len(value.dims) and all(
                own is None or own == size for own, size in zip(stated, value.dims, strict=True)
            )
            if not same:
                told = "x".join("?" if size is None else str(size) for size in stated)
                message = (
                    f"`{call.layer.kind}` gives {said(value.dims)}, the file states {told or 1}"
                )
                raise Reason("unlike-shapes", message)


KEPT = {"Dense": "units", "Embedding": "output_dim", "Conv1D": "filters", "Conv2D": "filters"}
"""What SpectralNormalization keeps a vector for, and how long it is."""
WRAPPERS = {"TimeDistributed", "SpectralNormalization"}
"""Layers that apply another one."""


def _lead(call: Call) -> int:
    return call.values[0].lead if call.values else 0


def _keys(layer: KerasLayer, key: str | None) -> tuple[str, ...]:
    if not key:
        return ()
    return ("config", key) if key in layer.fields.values else (key,)
