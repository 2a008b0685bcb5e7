"""Writes Keras's JSON for tests: layers in a row, or with what each reads, as Keras 2 and 3 do."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from archcalc.files import File

if TYPE_CHECKING:
    from collections.abc import Sequence


def layer(kind: str, name: str = "", **config: Any) -> dict[str, Any]:  # noqa: ANN401
    named = {"name": name} if name else {}
    return {"module": "keras.layers", "class_name": kind, "config": {**named, **config}}


def enters(*sizes: int | None, name: str = "input") -> dict[str, Any]:
    return layer("InputLayer", name, batch_shape=[None, *sizes])


def row(*layers: dict[str, Any], name: str = "net", **config: Any) -> dict[str, Any]:  # noqa: ANN401
    """Layers one after the other, each named by its number unless it has a name."""
    named = [
        {**one, "config": {"name": f"{one['class_name'].lower()}{i}", **one["config"]}}
        for i, one in enumerate(layers)
    ]
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": name, "layers": named, **config},
    }


def tensor(name: str, use: int = 0, output: int = 0, *sizes: int | None) -> dict[str, Any]:
    shape = {"shape": [None, *sizes]} if sizes else {}
    return {
        "class_name": "__keras_tensor__",
        "config": {**shape, "dtype": "float32", "keras_history": [name, use, output]},
    }


def reads(one: dict[str, Any], *uses: Sequence[Any], **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
    """Say what a layer is applied to: a list of what it is called with for each use."""
    nodes = [{"args": list(use), "kwargs": kwargs} for use in uses]
    return {**one, "name": one["config"]["name"], "inbound_nodes": nodes}


def graph(
    *layers: dict[str, Any],
    inputs: object,
    outputs: object,
    name: str = "net",
) -> dict[str, Any]:
    entries = [{"inbound_nodes": [], **one} for one in layers]
    config = {"name": name, "layers": entries, "input_layers": inputs, "output_layers": outputs}
    return {"module": "keras", "class_name": "Functional", "config": config}


def file_of(model: object, name: str = "model.json") -> File:
    text = model if isinstance(model, str) else json.dumps(model)
    return File(name, text.encode())


def archive(*members: tuple[str, str | bytes], **more: Any) -> File:  # noqa: ANN401
    stream = BytesIO()
    with ZipFile(stream, "w", **more) as written:
        for name, content in members:
            written.writestr(name, content)
    return File("model.keras", stream.getvalue())
