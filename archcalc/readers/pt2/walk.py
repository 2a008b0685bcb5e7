"""From the nodes of an exported program to calls, as a pass over a live module records them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc import limits
from archcalc.errors import Reason
from archcalc.readers.pt2.einsum import take_apart
from archcalc.readers.pt2.guard import guarded
from archcalc.readers.pt2.program import sizes_of
from archcalc.readers.pt2.scopes import Scopes
from archcalc.readers.pt2.signatures import complete
from archcalc.readers.pt2.spelling import spell
from archcalc.readers.pytorch import moves
from archcalc.readers.pytorch.call import Call, Value, values_in, word_of
from archcalc.readers.pytorch.tape import Made, Tape, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.readers.pt2.entering import Entering
from archcalc.readers.pt2.program import Json, Program

Names: TypeAlias = dict[str, Made]

_ODD = re.compile(r"\W")
INLINED = {"wrap_with_set_grad_enabled": 1, "wrap_with_autocast": 4}
"""What runs a graph as it stands, under another setting: the arguments before that graph."""


class Target(NamedTuple):
    """What a node calls: `torch.ops.aten.conv2d.default` is `conv2d` of `aten`."""

    domain: str
    name: str
    overload: str = ""


class Walk:
    """Goes through the nodes of a program at one size of its inputs."""

    def __init__(self, program: Program, entering: Entering, file: str) -> None:
        self._program, self._entering, self._file = program, entering, file
        self._tape, self._keys, self._scopes = Tape(), count(), Scopes(program)

    def trace(self) -> Trace:
        """Go through all nodes. Raises SpecError with the name of the node."""
        names: Names = {}
        for stored in self._program.stored:
            value = Value(stored.sizes, names=(stored.called,))
            self._begin(names, stored.name, value, stored.called)
        for constant in self._program.constants:
            self._begin(names, constant.name, Value(self._entering.sizes(constant.sizes)))
        for position, entry in enumerate(self._entering.entries):
            sizes = self._entering.own(entry)
            features = 1 if entry.floats and len(sizes) > 3 else None
            value = Value(sizes, (-1 - position,), held=True, features=features)
            self._begin(names, entry.name, value)
        outputs = self._run(self._program.graph, names, 0)
        return Trace(self._tape.calls, outputs, self._scopes.naming)

    def _begin(self, names: Names, name: str, value: Value, storage: str = "") -> None:
        key = next(self._keys)
        names[name] = Made(key, storage or key, value.shape)
        self._tape.enter(names[name], value)

    def _run(self, graph: Json, names: Names, depth: int) -> list[Value]:
        """Go through the nodes of a graph; give what is known of its outputs."""
        if depth > limits.now().block_depth:
            raise limits.too_large("block_depth", "graphs stand within graphs too deeply")
        for node in graph["nodes"]:
            name = node.get("name") if isinstance(node, dict) else None
            with guarded(self._file, "node", str(name or "?")):
                self._node(graph, node, names, depth)
        found = [name for said in graph["outputs"] for name in _tensors(said)]
        return [self._tape.value(_made(names, name)) for name in found]

    def _node(self, graph: Json, node: Json, names: Names, depth: int) -> None:
        target = _target(node["target"])
        outputs = [name for said in node["outputs"] for name in _tensors(said)]
        if target.domain == "higher_order" and target.name in INLINED:
            self._inline(node, names, outputs, INLINED[target.name], depth)
        elif outputs:
            self._call(graph, node, target, names, outputs)

    def _inline(
        self, node: Json, names: Names, outputs: list[str], before: int, depth: int
    ) -> None:
        """Go through a graph within this one, which is entered by tensors of this one."""
        said = [one["arg"] for one in node["inputs"]]
        inner = said[before]["as_graph"]["graph"]
        given = [name for one in said[before + 1 :] for name in _tensors(one)]
        inside = [name for one in inner["inputs"] for name in _tensors(one)]
        there = {name: _made(names, outer) for name, outer in zip(inside, given, strict=True)}
        self._run(inner, there, depth + 1)
        left = [name for one in inner["outputs"] for name in _tensors(one)]
        for name, from_inner in zip(outputs, left, strict=True):
            names[name] = _made(there, from_inner)

    def _call(
        self, graph: Json, node: Json, target: Target, names: Names, outputs: list[str]
    ) -> None:
        args = {
            one["name"] or f"argument{n}": self._argument(one["arg"], names)
            for n, one in enumerate(node["inputs"])
        }
        word = _word(target)
        word, args = spell(word, args)
        args = complete(word, args)
        read = list(values_in(args))
        held = any(value.held for value in read)
        meta = graph["tensor_values"]
        shapes = [self._entering.sizes(sizes_of(meta[o]), of_sample=held) for o in outputs]
        first = next((name for one in node["inputs"] for name in _tensors(one["arg"])), None)
        mutates = target.name != word_of(target.name) and first is not None
        for name, shape in zip(outputs, shapes, strict=True):
            key = next(self._keys)
            made = Made(key, key, shape)
            if first is not None and (mutates or target.name in moves.VIEWS):
                at = _made(names, first)
                made = Made(at.key if mutates else key, at.storage, shape)
            names[name] = made
        if word == "einsum":
            self._sum(node, args, names[outputs[0]])
            return
        call = Call(word, target.overload, args, [], self._scopes.path(node, word, read))
        found = [names[name] for name in outputs]
        sizes = [prod(shape) for shape in shapes]
        moves_data = moves.is_move(call, sizes) or word in moves.VIEWS
        self._tape.note(call, found, moves_data=moves_data, mutates=mutates)

    def _sum(self, node: Json, args: Json, made: Made) -> None:
        """Take an Einstein's sum apart; what its last call gives is laid out as the sum is."""

        def note(word: str, given: Json, shape: tuple[int, ...]) -> Value:
            path = self._scopes.path(node, word, list(values_in(given)))
            key = next(self._keys)
            inner = Made(key, key, shape)
            call = Call(word, "", complete(word, given), [], path)
            self._tape.note(call, [inner], moves_data=False, mutates=False)
            return self._tape.value(inner)

        found = take_apart(args["equation"], args["tensors"], note)
        self._tape.enter(made, replace(found, shape=made.shape, features=None))

    def _argument(self, said: Json, names: Names) -> Any:
        """Read an argument: tensors as what is known of them, symbols as what they are."""
        ((kind, value),) = said.items()
        if kind == "as_none":
            return None
        if kind in {"as_tensor", "as_tensors", "as_optional_tensor", "as_optional_tensors"}:
            found = [self._known(name, names) for name in _places(said)]
            return found if isinstance(value, list) else found[0]
        if kind == "as_sym_int":
            return self._integer(value)
        if kind == "as_sym_ints":
            return [self._integer(one) for one in value]
        if isinstance(value, dict) or kind in {"as_graph", "as_operator"}:
            return None
        return value

    def _known(self, name: str | None, names: Names) -> Value | None:
        return None if name is None else self._tape.value(_made(names, name))

    def _integer(self, said: Json) -> int | None:
        if "as_int" in said:
            return int(said["as_int"])
        size = self._program.scalars.get(said["as_name"])
        try:
            return None if size is None else self._entering.size(size)
        except Reason:  # it depends on values, which matters only if a rule reads it
            return None


def _target(written: str) -> Target:
    parts = [_ODD.sub("_", part)[:80] for part in written.removeprefix("torch.ops.").split(".")]
    if not written.startswith("torch.ops.") or len(parts) < 2:
        return Target("", parts[-1])
    return Target(parts[0], parts[1], ".".join(parts[2:]))


def _word(target: Target) -> str:
    """Name a call as rules do; one that is not PyTorch's own has none."""
    word = word_of(target.name)
    if target.domain != "aten":
        return f"{target.domain}:{word}" if target.domain else word
    view = word.removesuffix("_copy")
    return view if view in moves.VIEWS else word


def _places(said: Json) -> Iterator[str | None]:
    """Go through the names of tensors of an argument, None for one that is left out."""
    ((kind, value),) = said.items()
    if kind == "as_tensor":
        yield str(value["name"])
    elif kind == "as_optional_tensor":
        yield from _places(value)
    elif kind == "as_none":
        yield None
    elif kind == "as_tensors":
        yield from (str(one["name"]) for one in value)
    elif kind in {"as_optional_tensors", "as_nested_tensors"}:
        for one in value:
            yield from _places({"as_tensors": one} if isinstance(one, list) else one)


def _tensors(said: Json) -> Iterator[str]:
    """Go through the names of tensors of an argument."""
    return (name for name in _places(said) if name is not None)


def _made(names: Names, name: str) -> Made:
    if name not in names:
        hint = "nodes stand in the order in which they run"
        raise Reason("wrong-input", f"no node before it gives `{name[:80]}`", hint)
    return names[name]
