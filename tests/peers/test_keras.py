"""Keras's own applications and layers, against Keras: parameters, and the output of every layer.

pip install -e '.[peers]' && KERAS_BACKEND=torch pytest -m peers tests/peers/test_keras.py
"""

from __future__ import annotations

import json
import os
from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any

import pytest

from archcalc import Report, count
from archcalc.readers.keras import read
from tests.readers.keras_writer import enters, file_of, layer, row
from tests.readers.test_keras import LAYERS

if TYPE_CHECKING:
    from archcalc.ops.shape import Shape

os.environ.setdefault("KERAS_BACKEND", "torch")
keras: Any = pytest.importorskip("keras", reason="keras is not installed")
torch: Any = pytest.importorskip("torch", reason="PyTorch, which runs Keras, is not installed")
FlopCounterMode: Any = import_module("torch.utils.flop_counter").FlopCounterMode
pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]  # those of its backend

APPLICATIONS = (
    "VGG16", "ResNet50", "ResNet152V2", "InceptionV3", "InceptionResNetV2", "Xception",
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "DenseNet121", "NASNetMobile",
    "EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny",
)  # fmt: skip


class AnyBackend:
    """Keras's backend, which NASNet does not know: it refuses PyTorch, though not to be made."""

    @staticmethod
    def backend() -> str:
        """Name a backend that NASNet does not refuse."""
        return "another"

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(import_module("keras.src.backend"), name)


def sizes(weights: list[Any]) -> int:
    return sum(prod(weight.shape) for weight in weights)


def check(model: Any, report: Report) -> None:  # noqa: ANN401
    """Compare what is trained, what is not, and what each layer puts out that is applied once."""
    total = report.total
    assert not total.unknown
    assert total.parameters == sizes(model.trainable_weights)
    assert total.fixed + total.statistics == sizes(model.non_trainable_weights)
    for one in model.layers:
        if one.name in report and len(one._inbound_nodes) == 1:  # noqa: SLF001
            assert like(report[one.name].output, one.output.shape), one.name


def like(found: Shape, shape: tuple[int | None, ...]) -> bool:
    """Tell whether a shape is Keras's, or None is left free there; one place is one place."""
    *extents, features = shape[1:]
    own = [*found.extents] if not found.is_vector else [1] * len(extents)
    same = len(own) == len(extents) and all(
        n in {None, size} for n, size in zip(extents, own, strict=True)
    )
    return same and features == found.channels


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras tells what is held, its layers' shapes; PyTorch, which runs them, the products."""
    monkeypatch.setattr(import_module("keras.src.applications.nasnet"), "backend", AnyBackend())
    model = getattr(keras.applications, name)(weights=None)
    entering = tuple(size or 224 for size in model.input_shape[1:])
    report = count(read(file_of(model.to_json()), "x".join(map(str, entering))))

    check(model, report)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *entering))
    assert report.total.macs * 2 == counter.get_total_flops()
    assert count(model, input=entering).total == report.total


@pytest.mark.parametrize(
    ("kind", "entering", "config"),
    [case[:3] for case in LAYERS if hasattr(keras.layers, case[0])],
    ids=[f"{i}-{case[0]}" for i, case in enumerate(LAYERS) if hasattr(keras.layers, case[0])],
)
def test_layers(kind: str, entering: tuple[int, ...], config: dict[str, Any]) -> None:
    """What the tests count by hand, Keras makes from the same JSON."""
    text = json.dumps(row(enters(*entering), layer(kind, "x", **config)))
    if kind == "LeakyReLU":
        text = text.replace('"alpha"', '"negative_slope"')
    model = keras.models.model_from_json(text)
    report = count(read(file_of(model.to_json()), None))

    assert report.total.parameters == sizes(model.trainable_weights)
    assert report.total.fixed + report.total.statistics == sizes(model.non_trainable_weights)
    first = "channels_first" in config.values() or config.get("axis") == 1 != len(entering)
    first = first and kind in {"Conv2D", "BatchNormalization"}
    shape = model.output_shape
    assert like(report["x"].output, (shape[0], *shape[2:], shape[1]) if first else shape)
