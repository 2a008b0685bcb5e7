"""Calls of PyTorch → Graph: each is a layer, by an op of ours or with what is stated of it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.builder import Builder, Misfit
from archcalc.errors import Reason, ShapeError, UsageError
from archcalc.graph import INPUT, MODULE, Here, Tie
from archcalc.ops import make
from archcalc.ops.quantities import WORKED
from archcalc.readers.naming import path_of
from archcalc.readers.pytorch import attention, stated
from archcalc.readers.pytorch.layout import shape_of
from archcalc.readers.pytorch.lowering import lower
from archcalc.readers.pytorch.ownership import Ownership
from archcalc.readers.pytorch.ruling import lacking, ruled, unknown
from archcalc.readers.pytorch.step import Stored
from archcalc.uncounted import Case, Uncounted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archcalc.graph import Graph
    from archcalc.live import Rules
    from archcalc.ops.fields import Figures
    from archcalc.ops.shape import Shape
    from archcalc.origin import Maker, Origin
    from archcalc.readers.pytorch.call import Call, Value
    from archcalc.readers.pytorch.step import Step
    from archcalc.readers.pytorch.tape import Trace


class Assembly:
    """Takes a network together from the calls of one pass.

    `arrays` are the sizes of parameters by name, `trained` those that are, `rules` the caller's.
    `steps` has for each layer with an op what it was made of, and the call.
    """

    def __init__(
        self,
        origin: Origin,
        inputs: Mapping[str, Shape],
        arrays: dict[str, tuple[int, ...]],
        trained: frozenset[str],
        rules: Rules | None = None,
    ) -> None:
        self.builder = Builder(origin, inputs)
        self._rules = rules or {}
        self._arrays, self._trained = arrays, trained
        self._stored = Stored(arrays.keys(), trained)
        self._standing: dict[str | int, int] = {}
        self.owned = Ownership(arrays)
        self.steps: dict[int, tuple[Step, Call]] = {}
        self._nodes: dict[int, int] = {}

    def assemble(self, trace: Trace, maker: Maker | None = None) -> Graph:
        """Add every call, and give the graph."""
        self._unique = trace.naming.unique
        fused = attention.modules(trace.calls, trace.naming.labels, trace.outputs)
        for position, own in enumerate(trace.calls):
            call = fused.get(position, own)
            if call is None:
                continue
            path = self._unique(call.path, call.name)
            try:
                node = self._nodes[position] = self._add(path, call)
            except Reason as reason:
                kind = ShapeError if isinstance(reason, Misfit) else UsageError
                raise kind.of(reason.code, f"{path}: {reason.message}", reason.hint) from None
            if call.way != MODULE:
                self.builder.ways[node] = call.way
        if trace.stopped:
            last = (
                self.builder.nodes[-1].path
                if self.builder.nodes
                else next(iter(self.builder.inputs))
            )
            name, path = self.builder.origin.name, f"behind {last}"
            beyond = Uncounted(path, name, Case.NOT_REACHED, WORKED, trace.stopped)
            self.builder.uncounted.append(beyond)
        self._add_unread()
        self._label(trace)
        ends = list(dict.fromkeys(end for value in trace.outputs for end in self._ends(value)))
        first, *others = [self.builder.here(end) for end in ends] or [self.builder.input]
        return self.builder.graph(first, maker, outputs=others)

    def _add_unread(self) -> None:
        """Add what the module holds and this pass does not read, by its modules."""
        here = self.builder.here(len(self.builder.nodes) - 1)
        parts = _parts(self._arrays, self.owned.unread())
        rest = self.owned.rests()
        for part, names in (parts | {name: [name] for name in rest}).items():
            sizes = self._arrays | {name: (left,) for name, left in rest.items()}
            holds = tuple((n.removeprefix(f"{part}."), sizes[n]) for n in names)
            frozen = not any(name in self._trained for name in names)
            path = self._unique(
                path_of(part.replace(".", "/") or self.builder.origin.name), "unread"
            )
            op = make("unread", holds=holds, trainable=not frozen)
            self.builder.hung.add(self.builder.put(path, op, (here,)).node)

    def _add(self, path: str, call: Call) -> int:
        held = any(value.held for value in call.tensors())
        figures = ruled(call, self._rules)
        ours = held and figures is None and not call.is_complex
        step = lower(call, self._stored) if ours else None
        named = None if step is None else self.owned.named(step)
        if step is None or named is None:
            return self._state(path, call, figures, held=held)
        pairs = tuple(zip(step.inputs, step.xs, strict=True))
        if getattr(step.op, "flatten", False):
            pairs = tuple([(value, self._unflattened(value, x)) for value, x in pairs])
        above = path.rpartition("/")[0]
        feeding = [self._branch(value, x, self._beside(step, value), above) for value, x in pairs]
        here = self.builder.put(path, step.op, tuple(feeding))
        self._compare(call, step, here.shape)
        node = self.builder.nodes[here.node]
        self.builder.nodes[here.node] = self.owned.own(node, here.node, step, named)
        self.steps[here.node] = step, call
        self._note_moves(here.node, step)
        return here.node

    def _state(self, path: str, call: Call, figures: Figures | None, *, held: bool) -> int:
        """Add a call without an op: what it puts out, what it holds, what is known of its work."""
        y = shape_of(call.outputs[0])
        own = self.owned.free(call.tensors())
        holds = tuple((_array(name, own), self._arrays[name]) for name in own)
        does = stated.state(call) if figures is None and not call.is_complex else None
        if does is not None:
            figures = tuple((k, n) for k, n in does.items() if n or k == "interactions")
        elif figures is None:
            if not path.rpartition("/")[2].partition("#")[0].endswith(call.name):
                path = f"{path}.{call.name}"
            missing = Uncounted(path, call.name, Case.UNKNOWN, unknown(call), lacking(call))
            self.builder.uncounted.append(missing)
        frozen = bool(own) and not any(name in self._trained for name in own)
        op = make("opaque", output=tuple(y), holds=holds, does=figures, trainable=not frozen)
        inputs = [value for value in call.tensors() if value.held or not held]
        feeding = tuple(Here(self._node(value), shape_of(value)) for value in inputs)
        here = self.builder.put(path, op, feeding or (self.builder.input,))
        for name in own:
            self.owned.take(name, here.node)
        if not held:
            self.builder.hung.add(here.node)
        return here.node

    def _compare(self, call: Call, step: Step, y: Shape) -> None:
        """Compare our rule's shape with what PyTorch put out."""
        found = step.output(call).shape
        if found != y and not (found.is_vector and y.is_vector and found.size == y.size):
            message = f"`{step.op.name}` gives {y}, PyTorch's `{call.name}` {found}"
            raise Misfit(
                "unlike-shapes", message, "this is a fault of the reader: please report it"
            )

    def _beside(self, step: Step, value: Value) -> Here:
        """Give what enters a branch that is stored: what enters the first one that is not."""
        held = next((v for v in step.inputs if v.held), value)
        return self.builder.here(self._node(held))

    def _branch(self, value: Value, x: Shape, beside: Here, above: str) -> Here:
        """Give what a branch comes from; a parameter that is one is a layer by itself."""
        if value.held or value.sources:
            return Here(self._node(value), x)
        key = next((name for name in value.names if name in self._arrays), None)
        if key is None:
            return Here(self._constant(value, x, beside, above), x)
        if key not in self._standing:
            self._standing[key] = self._learned(key, value, x, beside)
        return Here(self._standing[key], x)

    def _constant(self, value: Value, x: Shape, beside: Here, above: str) -> int:
        """Add what neither comes in nor is trained: a mask, a buffer."""
        key: str | int = value.names[0] if value.names else id(value)
        if key not in self._standing:
            named = path_of(value.names[0].replace(".", "/")) if value.names else "constant"
            path = named if value.names or not above else f"{above}/{named}"
            op = make("opaque", output=tuple(x), does=())
            path = self._unique(path, "constant")
            self._standing[key] = self.builder.put(path, op, (beside,)).node
        return self._standing[key]

    def _learned(self, name: str, value: Value, x: Shape, beside: Here) -> int:
        """Add a parameter that is a branch, whole; what reads it may read a part."""
        sizes = self._arrays[name]
        size = prod(sizes)
        values = tuple(x) if value.whole and x.size == size else sizes
        values = values if 1 <= len(values) <= 4 else (size,)
        frozen = {"trainable": False} if self._stored.is_frozen([name]) else {}
        path = self._unique(path_of(name.replace(".", "/")), "learned")
        node = self.builder.put(path, make("learned", values=values, **frozen), (beside,)).node
        owner = self.owned.take(name, node)
        if owner != node:
            tied = self.builder.nodes[node]._replace(shared=(Tie("values", owner),))
            self.builder.nodes[node] = tied
        return node

    def _unflattened(self, value: Value, x: Shape) -> Shape:
        """Give a vector that was maps as these maps: whoever reads it all reads them."""
        before = self.builder.here(self._node(value)).shape
        whole = value.whole and value.placed and not value.output and before.size == x.size
        return before if whole and x.is_vector else x

    def _note_moves(self, position: int, step: Step) -> None:
        """Note a layer that reads something in another place or order than it was put out in."""
        node = self.builder.nodes[position]
        for value, i, x in zip(step.inputs, node.inputs, node.xs, strict=True):
            if x != self.builder.here(i).shape or not value.placed or value.output:
                self.builder.moved.add(position)

    def _node(self, value: Value) -> int:
        """Give the node, or the input, that a tensor comes from; others that are in it are read."""
        ends = self._ends(value)
        self.builder.hung.update(end for end in ends[:-1] if end >= 0)
        return ends[-1] if ends else INPUT

    def _ends(self, value: Value) -> list[int]:
        return [self._nodes[s] if s >= 0 else s for s in value.sources]

    def _label(self, trace: Trace) -> None:
        for path, label in trace.naming.labels.items():
            if path and path not in self.builder.ends:
                self.builder.container(path, label)
        above = {
            path.rpartition("/")[0][:end]
            for path in self.builder.ends
            for end in range(len(path) + 1)
            if path[end : end + 1] in {"/", ""}
        }
        for path in set(self.builder.containers) - above:
            del self.builder.containers[path]


def _parts(arrays: Mapping[str, object], unread: set[str]) -> dict[str, list[str]]:
    """Group names by the outermost modules of which nothing is read; others stand alone.

    >>> _parts({"a.b.w": 1, "a.c.w": 1, "d.v": 1, "d.w": 1}, {"a.b.w", "a.c.w", "d.v"})
    {'a': ['a.b.w', 'a.c.w'], 'd.v': ['d.v']}
    """
    read = {above for name in arrays if name not in unread for above in _above(name)}
    found: dict[str, list[str]] = {}
    for name in arrays:
        if name in unread:
            part = next((above for above in _above(name) if above not in read), name)
            found.setdefault(part, []).append(name)
    return found


def _above(name: str) -> list[str]:
    """List the modules above a parameter, the outermost first."""
    parts = name.split(".")[:-1]
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def _array(name: str, own: Sequence[str]) -> str:
    """Name an array by the last part of its name, or whole where two share that."""
    last = name.rpartition(".")[2]
    return last if sum(other.rpartition(".")[2] == last for other in own) == 1 else name
