"""Kernels on sequences and volumes: values by hand, gradients by differences."""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import Any

import numpy as np
import pytest

from archcalc.kernels import add, avgpool, conv, maxpool, pad_channels

STEP = 1e-6


def test_a_convolution_of_a_sequence() -> None:
    x = np.array([[[1.0, 2, 3, 4]]])
    y, _ = conv.forward(x, kernel=np.array([[[1.0, 0, -1]]]), padding=(1, 1))

    assert y.tolist() == [[[-2, -2, -2, 3]]]  # 0 - 2, 1 - 3, 2 - 4, 3 - 0


def test_a_window_of_one_frame_is_a_window_of_an_image() -> None:
    rng = np.random.default_rng(0)
    clip, kernel = rng.standard_normal((2, 3, 4, 6, 5)), rng.standard_normal((4, 3, 3, 3))
    frames = [conv.forward(clip[:, :, i], kernel=kernel, padding=(1, 1))[0] for i in range(4)]

    for filters in (kernel, kernel[:, :, None]):
        padding = (1, 1) if filters.ndim == 4 else (0, 0, 1, 1, 1, 1)
        y, _ = conv.forward(clip, kernel=filters, padding=padding)
        assert np.allclose(y, np.stack(frames, axis=2))


def test_pools_of_a_volume() -> None:
    x = np.arange(8.0).reshape(1, 1, 2, 2, 2)

    assert maxpool.forward(x, kernel=(2,))[0].tolist() == [[[[[7]]]]]
    assert avgpool.forward(x, kernel=(2, 1, 1))[0].ravel().tolist() == [2, 3, 4, 5]
    assert avgpool.forward(x, output=(1, 2, 1))[0].ravel().tolist() == [2.5, 4.5]
    assert pad_channels.forward(x, filters=2, stride=(2,))[0].ravel().tolist() == [0, 0]


def test_a_place_and_a_map_are_spread() -> None:
    place, row = np.array([[[[10.0]], [[20.0]]]]), np.array([[[1.0, 2, 3]]])
    y, saved = add.forward(place, row)
    d_place, d_row = add.backward(np.ones_like(y), saved)[0]

    assert y.tolist() == [[[11, 12, 13], [21, 22, 23]]]
    assert d_place.tolist() == [[[[3]], [[3]]]]
    assert d_row.tolist() == [[[2, 2, 2]]]


CASES: list[tuple[str, dict[str, Any]]] = [
    ("conv", {"filters": 4, "kernel": (2,), "stride": (2,), "padding": (1, 0), "groups": 2}),
    ("conv", {"filters": 2, "kernel": (3,), "padding": "same", "bias": "untied"}),
    ("conv", {"table": ((0,), (1, 0)), "kernel": (2,), "dilation": (2,)}),
    ("maxpool", {"kernel": (2,), "padding": (1, 0), "ceil": True}),
    ("avgpool", {"kernel": (2,), "stride": (1,), "padding": (1, 1), "count_padding": False}),
    ("avgpool", {"output": (2,)}),
    ("globalavgpool", {}),
    ("subsample", {"kernel": (2,)}),
    ("batchnorm", {}),
    ("lrn", {"size": 3}),
    ("lrn", {"size": 3, "within": True}),
    ("softmax", {}),
    ("linear", {"units": 3}),
    ("linear", {"units": 3, "flatten": False}),
    ("rbf", {"units": 3}),
    ("pad_channels", {"filters": 3, "stride": (2,)}),
    ("flatten", {}),
]


@pytest.mark.parametrize("shape", [(2, 5), (2, 3, 4, 3)], ids=["sequence", "volume"])
@pytest.mark.parametrize(("op", "fields"), CASES)
def test_gradients_are_slopes(op: str, fields: dict[str, Any], shape: tuple[int, ...]) -> None:
    kernel, rng = import_module(f"archcalc.kernels.{op}"), np.random.default_rng(1)
    if len(shape) > 2 and isinstance(fields.get("padding"), tuple):
        fields = {**fields, "padding": fields["padding"] * 3}
    arrays = {
        name: rng.standard_normal(size) for name, size in kernel.weights(shape, **fields).items()
    }
    takes = signature(kernel.forward).parameters.keys() - arrays.keys()
    given = {name: value for name, value in fields.items() if name in takes}
    if op == "batchnorm":
        given |= {"training": True, "mean": np.zeros(2), "variance": np.ones(2)}
    arrays["x"] = rng.standard_normal((3, *shape))

    def run() -> tuple[Any, Any]:
        others = {name: array for name, array in arrays.items() if name != "x"}
        found: tuple[Any, Any] = kernel.forward(arrays["x"], **{**given, **others})
        return found

    y, saved = run()
    dy = rng.standard_normal(y.shape)
    (dx,), gradients = kernel.backward(dy, saved)
    for name, gradient in {"x": dx, **gradients}.items():
        assert gradient.shape == arrays[name].shape
        for place in rng.integers(arrays[name].size, size=4):
            flat = arrays[name].reshape(-1)
            before = flat[place]
            slopes = []
            for sign in (1, -1):
                flat[place] = before + sign * STEP
                slopes.append(float((run()[0] * dy).sum()))
            flat[place] = before
            slope = (slopes[0] - slopes[1]) / (2 * STEP)
            assert gradient.reshape(-1)[place] == pytest.approx(slope, rel=1e-5, abs=1e-6)
