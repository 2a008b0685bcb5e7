"""What a layer is applied to, as Keras 2 and Keras 3 write it, made alike.

>>> wiring = Wiring({"conv": 1}, frozenset())
>>> use = wiring.use([["conv", 0, 0, {"training": False}]])
>>> use.refs, use.kwargs
((Ref(layer='conv', use=0, output=0, sizes=None),), {'training': False})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc.errors import Reason
from archcalc.ops.fields import shown
from archcalc.readers.keras.fields import Fields, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Sizes: TypeAlias = "tuple[int | None, ...]"
"""The sizes of a sample, None for one that is free."""
MOST_AXES = 16
DEEPEST = 32
"""Lists within lists among what a layer is applied to."""
CONSTANT = "_CONSTANT_VALUE"


class Ref(NamedTuple):
    """An output: of which layer, of which of its uses, which of its outputs; its stated sizes."""

    layer: str
    use: int
    output: int
    sizes: Sizes | None = None

    @property
    def plain(self) -> Ref:
        """The same without its sizes."""
        return self._replace(sizes=None)

    @property
    def source(self) -> Ref:
        """The use that gives it."""
        return Ref(self.layer, self.use, 0)


class Use(NamedTuple):
    """A layer applied, once more: what it is called with, with a `Ref` for each tensor."""

    number: int
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    refs: tuple[Ref, ...]

    @classmethod
    def of(cls, number: int, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Use:
        """Find all tensors among what it is called with."""
        return cls(number, args, kwargs, (*refs_of(args), *refs_of(kwargs)))


def refs_of(found: object) -> Iterator[Ref]:
    """List the tensors among what something is called with."""
    if isinstance(found, Ref):
        yield found
    elif isinstance(found, list | tuple | dict):
        for item in found.values() if isinstance(found, dict) else found:
            yield from refs_of(item)


class Wiring(NamedTuple):
    """How many uses each layer of a model has, and of which of them they are counted from 1.

    These are models, whose own making was a use: in Keras 2 all models, in Keras 3 those that are
    no Sequential, and only where it lists a model's outputs.
    """

    uses: Mapping[str, int]
    models: frozenset[str]

    def use(self, node: object, number: int = 0) -> Use:
        """Read what a layer is applied to. Raises a `Reason`."""
        if isinstance(node, dict) and isinstance(node.get("args"), list):
            args, kwargs = self.taken(node["args"]), self.taken(node.get("kwargs") or {})
            return Use.of(number, tuple(args), kwargs)
        if isinstance(node, dict):
            return Use.of(number, (self.taken(node),), {})
        if not isinstance(node, list) or not node:
            raise Reason("not-keras", f"a layer is applied to tensors, not to {shown(node)}")
        tensors = [node] if isinstance(node[0], str) else node
        with_more = (t[3] for t in tensors if _is_old(t) and len(t) > 3 and isinstance(t[3], dict))
        kwargs = next(with_more, {})
        taken = [self.taken(t[:3] if _is_old(t) else t) for t in tensors]
        return Use.of(number, (taken if len(taken) > 1 else taken[0],), self.taken(kwargs))

    def taken(self, found: object, depth: int = 0) -> Any:  # noqa: ANN401 - whatever is given
        """Put a `Ref` for each tensor."""
        if depth > DEEPEST:
            raise Reason("too-deep", "what a layer is applied to is nested too deep")
        if isinstance(found, dict):
            if found.get("class_name") == "__keras_tensor__":
                return self._tensor(Fields(found).within("config"))
            return {key: self.taken(value, depth + 1) for key, value in found.items()}
        if not isinstance(found, list):
            return found
        if _is_old(found) and found[0] == CONSTANT:
            return found[2]
        if _is_old(found) and isinstance(found[2], int):
            return self._ref("inbound_nodes", found)
        return [self.taken(item, depth + 1) for item in found]

    def _tensor(self, config: Fields) -> Ref:
        history = config.values.get("keras_history")
        if not isinstance(history, list) or len(history) != 3 or not isinstance(history[0], str):
            message = f"`keras_history` is a layer and two numbers, not {shown(history)}"
            raise Reason("not-keras", message)
        return self._ref("keras_history", history, sizes_of(config.values.get("shape")))

    def _ref(self, key: str, found: list[Any], sizes: Sizes | None = None) -> Ref:
        use, output = whole(key, found[1], 0), whole(key, found[2], 0)
        first = use - (found[0] in self.models)
        in_range = 0 <= first < self.uses.get(found[0], 0)
        return Ref(found[0], first if in_range else use, output, sizes)


def _is_old(found: object) -> bool:
    """Tell whether this is how Keras 2 names a tensor."""
    return isinstance(found, list) and len(found) in {3, 4} and isinstance(found[0], str)


def sizes_of(found: object) -> Sizes | None:
    """Read the sizes of a sample from those of a batch; None where there are none.

    >>> sizes_of([None, 28, 28, 1]), sizes_of([None, None, 3]), sizes_of([[None, 4], [None, 4]])
    ((28, 28, 1), (None, 3), None)
    """
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_AXES:
        return None
    sizes = [n if isinstance(n, int) and not isinstance(n, bool) else None for n in found]
    if any(n is not None and s is None for n, s in zip(found, sizes, strict=True)):
        return None
    return tuple(sizes[1:])
