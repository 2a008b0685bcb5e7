"""Calls of PyTorch → Graph: each is a layer, by an op of ours or with what is stated of it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.builder import Builder, Misfit
from archcalc.errors import Reason, ShapeError, UsageError
from archcalc.graph import INPUT, Here, Tie
from archcalc.ops import make
from archcalc.readers.naming import path_of
from archcalc.readers.pytorch import stated
from archcalc.readers.pytorch.call import Value
from archcalc.readers.pytorch.layout import shape_of
from archcalc.readers.pytorch.lowering import lower

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archcalc.graph import Graph
    from archcalc.ops.shape import Shape
    from archcalc.origin import Maker, Origin
    from archcalc.readers.pytorch.call import Call
    from archcalc.readers.pytorch.step import Step
    from archcalc.readers.pytorch.tape import Trace


class Assembly:
    """Takes a network together from the calls of one pass.

    `arrays` are the sizes of the parameters by name, `trained` those that are.
    """

    def __init__(
        self,
        origin: Origin,
        inputs: Mapping[str, Shape],
        arrays: dict[str, tuple[int, ...]],
        trained: frozenset[str],
    ) -> None:
        self.builder = Builder(origin, inputs)
        self._arrays, self._trained = arrays, trained
        self._owners: dict[str, int] = {}
        self._left: dict[str, int] = {}
        self._nodes: dict[int, int] = {}

    def assemble(self, trace: Trace, maker: Maker | None = None) -> Graph:
        """Add every call, and give the graph."""
        self._unique = trace.naming.unique
        for position, call in enumerate(trace.calls):
            path = self._unique(call.path, call.name)
            try:
                self._nodes[position] = self._add(path, call)
            except Reason as reason:
                kind = ShapeError if isinstance(reason, Misfit) else UsageError
                raise kind.of(reason.code, f"{path}: {reason.message}", reason.hint) from None
        self._add_unread()
        self._label(trace)
        ends = list(dict.fromkeys(end for value in trace.outputs for end in self._ends(value)))
        first, *others = [self.builder.here(end) for end in ends] or [self.builder.input]
        return self.builder.graph(first, maker, outputs=others)

    def _add_unread(self) -> None:
        """Add what the module holds and this pass does not read, by its modules."""
        here = self.builder.here(len(self.builder.nodes) - 1)
        unread = {name for name in self._arrays if name not in self._owners}
        parts = _parts(self._arrays, unread)
        rest = {
            name: left for name, left in self._left.items() if left > 0 and name in self._arrays
        }
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
        step = lower(call, self._trained.__contains__) if held else None
        if step is None:
            return self._state(path, call, held=held)
        feeding = [Here(self._node(v), x) for v, x in zip(step.inputs, step.xs, strict=True)]
        here = self.builder.put(path, step.op, tuple(feeding))
        self._compare(call, step, here.shape)
        self._own(here.node, call)
        return here.node

    def _state(self, path: str, call: Call, *, held: bool) -> int:
        """Add a call without an op: what it puts out, what it holds, what is known of its work."""
        y = shape_of(call.outputs[0])
        own = self._unread(call)
        holds = tuple((_array(name, own), self._arrays[name]) for name in own)
        does = stated.state(call)
        if does is None and not path.rpartition("/")[2].partition("#")[0].endswith(call.name):
            path = f"{path}.{call.name}"
        figures = (
            None
            if does is None
            else tuple((k, n) for k, n in does.items() if n or k == "interactions")
        )
        frozen = bool(own) and not any(name in self._trained for name in own)
        op = make("opaque", output=tuple(y), holds=holds, does=figures, trainable=not frozen)
        inputs = [value for value in call.tensors() if value.held or not held]
        feeding = tuple(Here(self._node(value), shape_of(value)) for value in inputs)
        here = self.builder.put(path, op, feeding or (self.builder.input,))
        for name in own:
            self._owners[name], self._left[name] = here.node, 0
        if not held:
            self.builder.hung.add(here.node)
        return here.node

    def _compare(self, call: Call, step: Step, y: Shape) -> None:
        """Compare our rule's shape with what PyTorch put out."""
        found = shape_of(call.outputs[0])
        if found != y and not (found.is_vector and y.is_vector and found.size == y.size):
            message = f"`{step.op.name}` gives {y}, PyTorch's `{call.name}` {found}"
            raise Misfit(
                "unlike-shapes", message, "this is a fault of the reader: please report it"
            )

    def _own(self, position: int, call: Call) -> None:
        """Note whose the weights of a layer are; those that an earlier one has are shared.

        A slice is the layer's own as long as slices do not overlap.
        """
        read = [call.args[key] for key in ARRAYS if isinstance(call.args.get(key), Value)]
        node = self.builder.nodes[position]
        ours = [array.name for array in node.op.weights(node.xs[0], node.y)]
        shared = []
        for value, weight in zip([v for v in read if not v.held], ours, strict=False):
            for name in value.names:
                self._left.setdefault(name, prod(self._arrays.get(name, ())))
                fresh = name not in self._owners or (not value.whole and self._left[name] > 0)
                self._left[name] -= value.size
                if not fresh:
                    shared.append(Tie(weight, self._owners[name]))
                self._owners.setdefault(name, position)
        if shared:
            self.builder.nodes[position] = node._replace(shared=tuple(shared))

    def _unread(self, call: Call) -> list[str]:
        names = dict.fromkeys(n for v in call.tensors() if not v.held for n in v.names)
        return [n for n in names if n in self._arrays and n not in self._owners]

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


ARRAYS = ("weight", "bias", "mat2", "other", "running_mean", "running_var", "self")
"""The arguments of calls that are weights, in the order of our ops' arrays."""


def _array(name: str, own: Sequence[str]) -> str:
    """Name an array by the last part of its name, or whole where two share that."""
    last = name.rpartition(".")[2]
    return last if sum(other.rpartition(".")[2] == last for other in own) == 1 else name
