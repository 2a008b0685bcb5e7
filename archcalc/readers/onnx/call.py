"""A node with what it reads: the arrays and maps behind the names, its attributes by type."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from archcalc.errors import Reason
from archcalc.graph import Here
from archcalc.ops import make
from archcalc.readers.assembly import lacks
from archcalc.readers.onnx.known import whole_numbers
from archcalc.readers.onnx.proto import OWN
from archcalc.readers.onnx.values import Array, Maps, dims_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.ops.shape import Shape
    from archcalc.readers.assembly import Assembly
    from archcalc.readers.onnx.proto import Node
    from archcalc.readers.onnx.values import Dims, Value


class Call(NamedTuple):
    """A node in its place: `path` is that of its layer, `batch` how many samples the file has."""

    node: Node
    path: str
    values: tuple[Value | None, ...]
    net: Assembly
    opset: int
    batch: int

    @property
    def x(self) -> Maps:
        """The first maps that enter."""
        return next(value for value in self.values if isinstance(value, Maps))

    @property
    def maps(self) -> list[Maps]:
        """All maps that enter."""
        return [value for value in self.values if isinstance(value, Maps)]

    def has(self, position: int) -> bool:
        """Tell whether there is an input at this position."""
        return position < len(self.values) and self.values[position] is not None

    def value(self, position: int) -> Value:
        """Give an input. Raises a `Reason` if there is none."""
        found = self.values[position] if position < len(self.values) else None
        if found is None:
            message = f"`{self.node.op}` needs {position + 1} inputs, and has {len(self.values)}"
            raise Reason("missing-key", message)
        return found

    def array(self, position: int) -> Array | None:
        """Give an input if it is an array; None if it is not there, or maps."""
        found = self.values[position] if position < len(self.values) else None
        return found if isinstance(found, Array) else None

    def first(self, rank: int = 0) -> Maps:
        """Give the maps that stand first. Raises a `Reason` if none do, or of too few axes."""
        found = self.value(0)
        if not isinstance(found, Maps):
            raise Unknown("its first input is stored, and another is not")
        if len(found.dims) < rank:
            message = f"`{self.node.op}` of {list(found.dims)}: it takes {rank} axes or more"
            raise Reason("wrong-rank", message)
        return found

    def whole(self, key: str, default: int) -> int:
        """Read an attribute that is a whole number."""
        found = self.node.attributes.get(key, default)
        if not isinstance(found, int):
            raise Reason("wrong-type", f"`{key}` is no whole number", key=key)
        return found

    def wholes(self, key: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Read an attribute that is a row of whole numbers."""
        found = self.node.attributes.get(key)
        if found is None:
            return default
        if not isinstance(found, tuple) or not all(isinstance(n, int) for n in found):
            raise Reason("wrong-type", f"`{key}` is no row of whole numbers", key=key)
        return cast("tuple[int, ...]", found)

    def exact(self, key: str, default: str) -> Fraction:
        """Read an attribute that is a number, as the decimal of 7 digits that it was."""
        found = self.node.attributes.get(key, 0.0)
        if not isinstance(found, int | float) or not isfinite(found):
            raise Reason("wrong-type", f"`{key}` is no number", key=key)
        return Fraction(f"{found:.7g}") if key in self.node.attributes else Fraction(default)

    def word(self, key: str, default: str = "") -> str:
        """Read an attribute that is a text."""
        found = self.node.attributes.get(key, default)
        if not isinstance(found, str):
            raise Reason("wrong-type", f"`{key}` is no text", key=key)
        return found

    def told(self, key: str, position: int) -> list[int] | None:
        """Read whole numbers that are an attribute or an input; None where they are neither.

        Raises a `Reason` if they are an input that is not known.
        """
        if key in self.node.attributes:
            found = self.node.attributes[key]
            return [found] if isinstance(found, int) else list(self.wholes(key))
        if not self.has(position):
            return None
        values = whole_numbers(self.array(position))
        if values is None:
            raise Unknown(f"its `{key}` depends on the values of an input")
        return values

    def number(self, position: int) -> float | None:
        """Give the only number of an array."""
        array = self.array(position)
        values = array.values() if array and array.size == 1 else None
        return values[0] if values else None

    def axis(self, rank: int, default: int, key: str = "axis") -> int:
        """Read an axis."""
        return within(self.whole(key, default), rank)

    # What comes of it.

    def shape(self, maps: Maps, axis: int | None = None) -> Shape:
        """Give the shape of one sample of maps."""
        axis, rank = maps.features if axis is None else axis, len(maps.dims)
        if rank and not 0 <= axis < rank:
            message = f"`{self.node.op}` of {list(maps.dims)}, which has {rank} axes"
            raise Reason("wrong-rank", message)
        return shape_of(maps.dims, axis, self.batch)

    def here(self, maps: Maps, axis: int | None = None) -> Here:
        """Give maps to go on from, read with their features along an axis."""
        node = maps.output.node if isinstance(maps.output, Here) else maps.output.before.node
        return Here(node, self.shape(maps, axis))

    def add(
        self,
        word: str,
        *inputs: Maps,
        axis: int | None = None,
        dims: Dims | None = None,
        **fields: Any,  # noqa: ANN401 - what an op has
    ) -> Maps:
        """Add a layer by the word of its op, which reads features along an axis.

        What comes out has the axes of what goes in, unless it is told which sizes it has.
        """
        x = inputs[0]
        axis = x.features if axis is None else axis
        if dims is None and lacks(word):
            dims = x.dims
        if lacks(word):
            output = shape_of(dims or x.dims, axis, self.batch)
            why = f"{lacks(word)}, {self.said}"
            inner = tuple(self.here(maps, min(axis, len(maps.dims) - 1)) for maps in inputs)
            here = self.net.state(self.path, word, why, *inner, output=output)
            return Maps(here, dims or x.dims, axis)
        feeding = tuple(self.here(maps, axis - len(x.dims) + len(maps.dims)) for maps in inputs)
        here = self.net.put(self.path, make(word, **fields), *feeding)
        return Maps(here, dims or dims_of(here.shape, x.dims, axis, self.batch), axis)

    def does(
        self,
        dims: Dims,
        axis: int | None = None,
        holds: tuple[tuple[str, Dims], ...] = (),
        figures: Mapping[str, int] | None = None,
        **more: int,
    ) -> Maps:
        """Add a layer of which all that it does is stated, for one sample, though it is no op."""
        found, figures = Maps(self.x.output, dims, axis), {**(figures or {}), **more}
        op = make(
            "opaque",
            output=(*self.shape(found),),
            holds=holds,
            does=tuple((key, n) for key, n in figures.items() if n or key == "interactions"),
        )
        here = self.net.put(self.path, op, *[self.here(maps) for maps in self.maps])
        return Maps(here, dims, axis)

    def each(self, **times: int) -> Maps:
        """Add a layer that does this for each element of its input."""
        n = self.sample(self.x.dims)
        return self.does(self.x.dims, self.x.axis, (), {key: n * k for key, k in times.items()})

    def sample(self, dims: Dims) -> int:
        """Count the elements of one sample."""
        return shape_of(dims, 0, self.batch).size if dims else 1

    @property
    def said(self) -> str:
        """The node, to be named in a sentence."""
        return f"node `{self.node.name or ', '.join(self.node.outputs)}`"[:120]


class Unknown(Exception):  # noqa: N818 - it is no error: the layer is named, and stays unknown
    """Why it is not known what a node does; `dims` is what comes out, where that is known."""

    def __init__(self, why: str, dims: Dims | None = None) -> None:
        super().__init__(why)
        self.why, self.dims = why, dims


def within(axis: int, rank: int) -> int:
    """Count an axis from the first. Raises a `Reason` if there is none such."""
    if not -rank <= axis < rank:
        raise Reason("wrong-type", f"axis {axis} of something with {rank} axes", key="axis")
    return axis % rank


def holding(arrays: list[Array]) -> tuple[tuple[str, Dims], ...]:
    """Name what a node without an op holds: stored arrays, neither sizes nor one number."""
    found: dict[str, Dims] = {}
    for array in arrays:
        if array.name and array.size > 1 and not array.whole:
            name = array.name.rpartition(".")[2][:80] or "weight"
            name = name if name.isprintable() and name.strip() else "weight"
            name = f"{name}#{len(found) + 1}" if name in found else name
            found[name] = array.stored
    return tuple(found.items())


def own_numbers(node: Node) -> tuple[tuple[str, Dims], ...]:
    """Name what an op that is not ONNX's own holds as attributes: rows of reals.

    So do linear models and trees of `ai.onnx.ml`.
    """
    if node.domain in OWN:
        return ()
    rows = {
        key: (len(value),)
        for key, value in node.attributes.items()
        if isinstance(value, tuple) and len(value) > 1 and any(isinstance(n, float) for n in value)
    }
    return tuple(rows.items())
