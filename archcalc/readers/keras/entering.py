"""What enters a Keras model: the sizes that its file states or leaves free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Diagnostic, Reason, SpecError, UsageError
from archcalc.inputs import read_inputs
from archcalc.readers.keras.refs import sizes_of
from archcalc.readers.keras.values import Value, shape_of
from archcalc.readers.naming import input_name
from archcalc.readers.sizes import of_rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.errors import Place
    from archcalc.graph import Here
    from archcalc.inputs import Input
    from archcalc.ops.shape import Shape
    from archcalc.readers.keras.model import KerasLayer, Model
    from archcalc.readers.keras.refs import Sizes

STATED = ("batch_shape", "batch_input_shape")


class Entry(NamedTuple):
    """An input: its name as it is shown, its sizes in the file, the axis of its features."""

    name: str
    sizes: Sizes | None
    axis: int

    @property
    def shape(self) -> Shape | None:
        """The shape of a sample; None where a size is free."""
        if self.sizes is None or None in self.sizes:
            return None
        return shape_of(self.sizes, self.axis)  # type: ignore[arg-type]

    @property
    def alike(self) -> Shape:
        """A shape of the same order of axes, with a 1 where a size is free."""
        sizes = tuple(size or 1 for size in self.sizes or (1,))
        return shape_of(sizes, self.axis)

    def value(self, here: Here) -> Value:
        """Give what enters, with its sizes in the order of the file. Raises a UsageError."""
        rank = len(self.sizes) if self.sizes is not None else None
        sizes = of_rank(here.shape, _rank(here.shape) if rank is None else rank)
        if sizes is None:
            message = f"the input `{self.name}` has {rank} axes without the batch, not {here.shape}"
            raise UsageError.because(Reason("wrong-rank", message))
        channels, *extents = sizes
        axis = min(self.axis, len(sizes) - 1) if self.sizes is not None else len(sizes) - 1
        return Value(here, (*extents[:axis], channels, *extents[axis:]), axis)


def _rank(shape: Shape) -> int:
    """Tell how many axes are meant where a file does not say."""
    return 1 if shape.is_vector and shape.rank == 2 else len(shape)


def entries(model: Model) -> list[Entry]:
    """List the inputs of a model."""
    found = [_entry(model, number) for number in range(len(model.inputs))]
    if len({entry.name for entry in found}) < len(found):
        found = [entry._replace(name=f"input{i}") for i, entry in enumerate(found)]
    for entry in found:
        if entry.sizes is not None and any(n is not None and n < 1 for n in entry.sizes):
            place = model.layer.place()
            message = f"the input `{entry.name}` has the sizes {list(entry.sizes)}"
            raise SpecError([Diagnostic("wrong-type", message, place)])
    return found


def _entry(model: Model, number: int) -> Entry:
    ref = model.inputs[number]
    layer = model.by_name.get(ref.layer)
    sizes = _sizes(layer or model.layers[0])
    if sizes is None and model.chain:
        sizes = sizes_of(model.layer.fields.values.get("build_input_shape"))
    first = sizes is not None and len(sizes) > 1 and _features_first(model)
    axis = 0 if first or not sizes else len(sizes) - 1
    return Entry(input_name(ref.layer, number), sizes, axis)


def _sizes(layer: KerasLayer) -> Sizes | None:
    """Read what a layer says of its input, or the first within it."""
    for key in STATED:
        found = sizes_of(layer.fields.values.get(key))
        if found is not None:
            return found
    if layer.kind != "InputLayer" and layer.model is not None:
        return _entry(layer.model, 0).sizes
    return sizes_of(layer.built())


def _features_first(model: Model) -> bool:
    """Tell whether all layers that say where features lie have them first."""
    formats = {layer.fields.values.get("data_format") for layer in _all(model)}
    return formats - {None} == {"channels_first"}


def _all(model: Model) -> list[KerasLayer]:
    return [
        inner
        for layer in model.layers
        for inner in (_all(layer.model) if layer.model is not None else [layer])
    ]


def shapes(entries: Sequence[Entry], given: Input | None, place: Place) -> Mapping[str, Shape]:
    """Give the shapes of one sample. Raises UsageError where a size is free and not given."""
    own = {entry.name: entry.shape or entry.alike for entry in entries}
    free = [entry for entry in entries if entry.shape is None]
    named = _named(given, own) if given is not None else set()
    for entry in free:
        if entry.name not in named:
            raise _free(entry, len(entries), place)
    return read_inputs(given, own)


def _named(given: Input, own: Mapping[str, Shape]) -> set[str]:
    """Tell which inputs are given."""
    if len(own) == 1:
        return set(own)
    return set(given) if isinstance(given, Mapping) else set(read_inputs(given))


def _free(entry: Entry, number: int, place: Place) -> UsageError:
    sizes = entry.sizes or ()
    written = "x".join("?" if n is None else str(n) for n in sizes) or "?"
    guess = "x".join(str(n or 224) for n in sizes) or "224x224x3"
    prefix = f"{entry.name}=" if number > 1 else ""
    message = f"the sizes of the input `{entry.name}` are free in the file: {written}"
    hint = f"say it: `--input {prefix}{guess}`, or `input=` in Python, without the batch"
    return UsageError([Diagnostic("no-input", message, place, hint)])
