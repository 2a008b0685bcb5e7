"""A layer applied: what it reads, and the ops that it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc import ops
from archcalc.errors import Reason
from archcalc.ops import make
from archcalc.readers.keras.values import Arrays, Value, dims_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.graph import Here
    from archcalc.ops.op import Op
    from archcalc.readers.assembly import Assembly
    from archcalc.readers.keras.fields import Fields
    from archcalc.readers.keras.model import KerasLayer
    from archcalc.readers.sizes import Dims


class Unknown(Exception):  # noqa: N818 - it is no error: the layer is named, and stays unknown
    """Why it is not known what a layer does.

    `dims` are the sizes of what comes out, `holds` its arrays, where they are known.
    """

    def __init__(self, why: str, dims: Dims | None = None, holds: Arrays | None = None) -> None:
        super().__init__(why)
        self.why, self.dims, self.holds = why, dims, holds


class Call(NamedTuple):
    """A layer in its place: `path` is that of its row, `values` are the tensors that it reads.

    `args` and `kwargs` are all that it is called with, a `Value` for each tensor.
    """

    layer: KerasLayer
    path: str
    net: Assembly
    values: tuple[Value, ...]
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    trainable: bool = True

    @property
    def fields(self) -> Fields:
        """The layer's configuration."""
        return self.layer.fields

    @property
    def x(self) -> Value:
        """The first tensor that enters."""
        if not self.values:
            raise Unknown("it reads no output of a layer")
        return self.values[0]

    def ranked(self, *ranks: int) -> Value:
        """Give the first tensor. Raises a `Reason` if it has another number of axes."""
        if len(self.x.inner) not in ranks:
            takes = " or ".join(map(str, ranks))
            given = said(self.x.inner)
            message = f"`{self.layer.kind}` takes {takes} axes without the batch, and gets {given}"
            raise Reason("wrong-rank", message)
        return self.x

    def add(
        self,
        word: str,
        *inputs: Value,
        axis: int | None = None,
        dims: Dims | None = None,
        beside: str = "",
        **fields: Any,  # noqa: ANN401 - what an op has
    ) -> Value:
        """Add a layer by the word of its op, which reads features along an axis.

        What comes out has the axes of what goes in, unless it is told which sizes it has. `beside`
        is the name of what belongs to the layer, and stands beside it, `along` the op's own axis.
        """
        x, *others = inputs or (self.x,)
        axis = x.axis if axis is None else axis
        if not self.trainable and "trainable" in ops.field_types(word):
            fields["trainable"] = False
        if "along" in fields:
            fields["axis"] = fields.pop("along")
        feeding = [x.here(axis), *(other.here() for other in others)]
        path = f"{self.path}.{beside}" if beside else self.path
        here = self._put(path, make(word, **fields), feeding)
        if dims is None:
            dims = dims_of(here.shape, x.dims, axis)
        return Value(here, dims, min(axis, max(len(dims) - 1, 0)), x.lead)

    def does(  # noqa: PLR0913 - what is known of a layer
        self,
        dims: Dims,
        axis: int | None = None,
        holds: Arrays = (),
        figures: Mapping[str, int] | None = None,
        *,
        beside: str = "",
        inputs: tuple[Value, ...] = (),
        **more: int,
    ) -> Value:
        """Add a layer of which all that it does is stated, for one sample, though it is no op."""
        inputs, figures = inputs or self.values, {**(figures or {}), **more}
        axis = max(len(dims) - 1, 0) if axis is None else axis
        op = make(
            "opaque",
            output=(*shape_of(dims, axis),),
            holds=holds,
            does=tuple((key, n) for key, n in figures.items() if n or key == "interactions"),
            trainable=self.trainable,
        )
        path = f"{self.path}.{beside}" if beside else self.path
        here = self._put(path, op, [value.here() for value in inputs])
        return Value(here, dims, axis, inputs[0].lead)

    def _put(self, path: str, op: Op, feeding: list[Here]) -> Here:
        """Add a layer; note where what enters is read along other axes than it was written."""
        here, builder = self.net.put(path, op, *feeding), self.net.builder
        for read in feeding:
            own = builder.here(read.node).shape
            if own != read.shape and not (own.is_vector and read.shape.is_vector):
                builder.moved.add(here.node)
        return here

    def stepped(self, steps: bool) -> Call:  # noqa: FBT001 - one step, or none
        """Give the same call on each step of what enters, which lie along its first axis."""
        values = tuple(value._replace(lead=value.lead + steps) for value in self.values)
        return self._replace(values=values, args=values, kwargs={})

    def keeps(self, *holds: tuple[str, Dims]) -> None:
        """Add arrays that the layer keeps, does not train, and does not read at inference."""
        op = make("unread", holds=holds, trainable=False)
        self.net.put(f"{self.path}.kept", op, self.x.here())

    def each(self, **times: int) -> Value:
        """Add a layer that does this for each element of its input."""
        n = self.x.size
        return self.does(self.x.dims, self.x.axis, figures={k: n * t for k, t in times.items()})

    def features(self) -> int:
        """Tell along which axis of the sizes the features lie, by the layer's `data_format`."""
        first = self.fields.word("data_format", "channels_last") == "channels_first"
        return self.x.lead if first else len(self.x.dims) - 1


def said(dims: Dims) -> str:
    """Write sizes.

    >>> said((28, 28, 1)), said(())
    ('28x28x1', 'one number')
    """
    return "x".join(map(str, dims)) or "one number"
