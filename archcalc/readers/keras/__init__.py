"""Keras models → Graph: JSON as `to_json` writes it, and .keras archives, by Keras 2 and 3.

Sizes are in Keras's order of axes, features last unless a layer says otherwise; so they are shown.
Neither weights nor code are read: what a Lambda or a class of somebody's own does stays unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.errors import Place, UsageError
from archcalc.origin import Origin
from archcalc.readers.archive import content, opened
from archcalc.readers.assembly import Rereading
from archcalc.readers.keras.document import parse
from archcalc.readers.keras.entering import entries, shapes
from archcalc.readers.keras.model import KerasLayer
from archcalc.readers.keras.walk import Walk
from archcalc.readers.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.files import File
    from archcalc.graph import Graph
    from archcalc.inputs import Input
    from archcalc.ops.op import Shape
    from archcalc.origin import Maker
    from archcalc.readers.keras.document import Path

ARCHIVE = b"PK"
WITHIN = ("modelTopology", "model_config")
"""Where TensorFlow.js puts what Keras says of a model."""


def read(file: File, given: Input | None) -> Graph:
    """Read a model from its file, at its own input or at the one that is given.

    Raises SpecError or ShapeError, with the place, and UsageError where the file does not say how
    large its input is, and nothing is given.
    """
    if file.head.startswith(ARCHIVE):
        with opened(file) as archive:
            text = content(archive, "config.json").decode("utf-8-sig", "replace")
        source = Text(f"{file.name}/config.json", text)
        return read_text(source, file.stem, given)
    return read_text(text_of(file), file.stem, given)


def read_model(model: Any, given: Input | None) -> Graph:  # noqa: ANN401 - a Keras model
    """Read a live model by what it says of itself; it runs nothing and no weight is looked at.

    Raises UsageError where it cannot say what it is, as classes of somebody's own often cannot.
    """
    name = " ".join(str(model.name).split())[:80] or "model"
    try:
        text = model.to_json()
    except Exception as error:  # noqa: BLE001 - whatever a configuration of its own raises
        message = f"`{name}` does not say what its layers are: `to_json` fails"
        hint = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:120]}"
        raise UsageError.of("model-failed", message, hint) from None
    return read_text(Text(name, text), name, given)


def read_text(source: Text, name: str, given: Input | None) -> Graph:
    """Read a model from its JSON."""
    layer = KerasLayer(source, *_model_in(parse(source)))
    if str(layer.values.get("keras_version", "")).startswith("1."):
        layer.fail("the form of Keras 1 is not read", "keras_version", code="not-read")
    model = layer.model
    if model is None:
        layer.fail(
            f"`{layer.kind[:80]}` is a class of somebody's own: its layers are not in the file",
            code="not-read",
        )
    entering = entries(model)
    inputs = shapes(entering, given, Place(source.name, 0, 0))
    own = {entry.name: entry.shape or inputs[entry.name] for entry in entering}
    title = " ".join(layer.name.split())[:80]
    origin = Origin(
        id=name,
        name=title if title and title.isprintable() else name,
        inputs=own,
        text=source.text,
        kind="Keras model",
        flat=True,
    )

    def make(maker: Maker, inputs: Mapping[str, Shape]) -> Graph:
        return Walk(model, entering, maker, inputs).graph()

    return Rereading(origin, make).at(inputs, heads=True)


def _model_in(found: object) -> tuple[Path, object]:
    """Find the model in what a file says, and its way there: TensorFlow.js writes more around it.

    >>> _model_in({"modelTopology": {"model_config": {"class_name": "Sequential"}}})
    (('modelTopology', 'model_config'), {'class_name': 'Sequential'})
    """
    path: Path = ()
    for key in WITHIN:
        if (
            isinstance(found, dict)
            and "class_name" not in found
            and isinstance(found.get(key), dict)
        ):
            path, found = (*path, key), found[key]
    return path, found
