"""Keras models by hand: each figure with its arithmetic."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc import Report, count
from archcalc.readers.keras import read
from tests.readers.keras_writer import (
    archive,
    enters,
    file_of,
    layer,
    row,
)


def counted(model: object, given: str | None = None) -> Report:
    return count(read(file_of(model), given))


TINY = row(
    enters(28, 28, 1),
    layer("Conv2D", "conv", filters=6, kernel_size=[5, 5], activation="relu"),
    layer("MaxPooling2D", pool_size=[2, 2]),
    layer("Flatten"),
    layer("Dense", "fc", units=10, activation="softmax"),
)


def test_a_row_of_layers() -> None:
    """6·(5·5 + 1) = 156; 24·24·6·26 = 89,856; 10·(12·12·6 + 1) = 8,650."""
    report = counted(TINY)

    rows = {row.path: (row.op, str(row.output), row.parameters) for row in report.rows}
    assert rows == {
        "conv": ("conv", "24x24x6", 156),
        "maxpooling2d2": ("maxpool", "12x12x6", 0),
        "flatten3": ("flatten", "864", 0),
        "fc": ("linear", "10", 8650),
    }
    assert report.total.connections == 89_856 + 8_650
    assert [node.path for node in report.nodes] == [
        "conv", "conv.relu", "maxpooling2d2", "flatten3", "fc", "fc.softmax",
    ]  # fmt: skip


def test_an_archive_holds_the_same() -> None:
    text = file_of(TINY).content()
    found = count(read(archive(("metadata.json", "{}"), ("config.json", text)), None))

    assert found.total == counted(TINY).total


def test_the_form_of_tensorflow_js_has_the_same_within() -> None:
    wrapped = {"format": "layers-model", "modelTopology": {"model_config": TINY}}

    assert counted(wrapped).total == counted(TINY).total


def test_the_form_of_keras_2_0() -> None:
    """3·9·2 + 6·8 + 8 = 110: no name for the row, no InputLayer."""
    config = {
        "name": "s", "batch_input_shape": [None, 16, 16, 3], "filters": 8, "kernel_size": [3, 3],
        "strides": [1, 1], "padding": "valid", "depth_multiplier": 2, "use_bias": True,
    }  # fmt: skip
    model = {
        "class_name": "Sequential",
        "config": [{"class_name": "SeparableConv2D", "config": config}],
        "keras_version": "2.0.8",
    }

    report = counted(model)
    assert (report["s"].parameters, str(report["s"].output)) == (110, "14x14x8")
    assert report.total.macs == 14 * 14 * (3 * 9 * 2 + 6 * 8)


def one(kind: str, *sizes: int, **config: Any) -> Report:  # noqa: ANN401
    """Count a layer alone, whose row is `x`."""
    return counted(row(enters(*sizes), layer(kind, "x", **config)))


LAYERS: list[tuple[str, tuple[int, ...], dict[str, Any], str, int, dict[str, int]]] = [
    # 4·(3·3 + 1); 2 steps before, so as many as enter
    ("Conv1D", (20, 3), {"filters": 4, "kernel_size": [3], "padding": "causal"}, "20x4", 40,
     {"macs": 20 * 36}),
    # 4·(2·27 + 1) at 4·5·5 places: ⌈8/2⌉, ⌈9/2⌉, ⌈10/2⌉
    ("Conv3D", (8, 9, 10, 2), {"filters": 4, "kernel_size": [3, 3, 3], "strides": [2, 2, 2],
     "padding": "same"}, "4x5x5x4", 220, {"macs": 100 * 216}),
    # 2 groups of 2 maps: 4·(2·9 + 1)
    ("Conv2D", (5, 5, 4), {"filters": 4, "kernel_size": 3, "groups": 2}, "3x3x4", 76, {}),
    ("Conv2D", (3, 6, 7), {"filters": 4, "kernel_size": 3, "data_format": "channels_first"},
     "4x4x5", 112, {"macs": 20 * 108}),
    # of each of 3 maps 2: 6·(9 + 1)
    ("DepthwiseConv2D", (6, 6, 3), {"kernel_size": 3, "depth_multiplier": 2}, "4x4x6", 60, {}),
    # 3·9·2 + 6·8 + 8
    ("SeparableConv2D", (16, 16, 3), {"filters": 8, "kernel_size": 3, "depth_multiplier": 2},
     "14x14x8", 110, {"macs": 196 * (54 + 48)}),
    # 2·5 + 3 - 2 = 11; 4·(3·9) + 4; a mac for each of 25 places and weight
    ("Conv2DTranspose", (5, 5, 3), {"filters": 4, "kernel_size": 3, "strides": 2}, "11x11x4",
     112, {"macs": 25 * 108}),
    ("Conv2DTranspose", (5, 6, 3), {"filters": 4, "kernel_size": 3, "strides": 2,
     "padding": "same"}, "10x12x4", 112, {}),
    ("Conv2DTranspose", (5, 5, 3), {"filters": 1, "kernel_size": 2, "strides": 3,
     "padding": "same", "use_bias": False}, "15x15x1", 12, {}),
    ("Conv2DTranspose", (5, 5, 3), {"filters": 1, "kernel_size": 3, "strides": 2,
     "padding": "same", "output_padding": 1, "use_bias": False}, "10x10x1", 27, {}),
    ("Conv1DTranspose", (5, 3), {"filters": 2, "kernel_size": 2, "strides": 3}, "15x2", 14, {}),
    # 3·3 places of 2 units with 4 taps of 1 map and a bias
    ("LocallyConnected2D", (4, 4, 1), {"filters": 2, "kernel_size": 2}, "3x3x2", 90,
     {"connections": 90}),
    ("LocallyConnected1D", (6, 2), {"filters": 3, "kernel_size": 2, "strides": 2}, "3x3", 45, {}),
    ("MaxPooling2D", (7, 7, 2), {"pool_size": 2, "padding": "same"}, "4x4x2", 0, {}),
    ("AveragePooling1D", (7, 2), {"pool_size": 3, "strides": 2}, "3x2", 0, {}),
    ("GlobalAveragePooling2D", (4, 5, 6), {}, "6", 0, {"add": 6 * 19, "div": 6}),
    ("GlobalMaxPooling3D", (2, 3, 4, 6), {"keepdims": True}, "6", 0, {}),
    ("AdaptiveAveragePooling2D", (8, 8, 3), {"output_size": 4}, "4x4x3", 0, {}),
    ("ZeroPadding2D", (4, 5, 2), {"padding": [[1, 0], [2, 3]]}, "5x10x2", 0, {}),
    ("ZeroPadding1D", (4, 2), {"padding": [1, 2]}, "7x2", 0, {}),
    ("Cropping2D", (6, 7, 2), {"cropping": [1, 2]}, "4x3x2", 0, {}),
    ("Cropping3D", (6, 7, 8, 2), {"cropping": [[1, 0], [0, 1], [2, 2]]}, "5x6x4x2", 0, {}),
    ("UpSampling2D", (4, 5, 2), {"size": [2, 3]}, "8x15x2", 0, {}),
    ("UpSampling2D", (4, 4, 1), {"size": 2, "interpolation": "bilinear"}, "8x8x1", 0,
     {"mul": 256}),
    ("Resizing", (4, 4, 1), {"height": 6, "width": 3}, "6x3x1", 0, {"mul": 72}),
    ("CenterCrop", (8, 8, 3), {"height": 4, "width": 6}, "4x6x3", 0, {}),
    # on maps at each place
    ("Dense", (9, 5), {"units": 4}, "9x4", 24, {"macs": 180, "connections": 216}),
    ("Dense", (5,), {"units": 4, "use_bias": False}, "4", 20, {"neurons": 4}),
    ("EinsumDense", (9, 5), {"equation": "abc,cde->abde", "output_shape": [None, 2, 3],
     "bias_axes": "de"}, "9x2x3", 36, {"macs": 270, "connections": 324, "neurons": 54}),
    ("Embedding", (12,), {"input_dim": 50, "output_dim": 8}, "12x8", 400, {"connections": 0}),
    ("Embedding", (3, 12), {"input_dim": 50, "output_dim": 8}, "3x12x8", 400, {}),
    ("BatchNormalization", (4, 4, 6), {"scale": False}, "4x4x6", 6, {"statistics": 12}),
    ("BatchNormalization", (5, 4, 4), {"axis": 1}, "5x4x4", 10, {"statistics": 10}),
    ("LayerNormalization", (4, 6), {"axis": [-1]}, "4x6", 12, {"sqrt": 4}),
    ("LayerNormalization", (4, 5, 6), {"axis": [2, 3], "center": False}, "4x5x6", 30, {"sqrt": 4}),
    ("LayerNormalization", (4, 6), {"axis": [1, 2]}, "4x6", 48, {"sqrt": 1}),
    ("RMSNormalization", (4, 6), {}, "4x6", 6, {"sqrt": 4}),
    ("GroupNormalization", (4, 6), {"groups": -1}, "4x6", 12, {"sqrt": 6}),
    ("UnitNormalization", (4, 6), {}, "4x6", 0, {"sqrt": 4}),
    # a mean and a variance for each map, and how many were seen
    ("Normalization", (4, 4, 3), {}, "4x4x3", 0, {"statistics": 6, "fixed": 1, "div": 48}),
    ("Normalization", (4, 4, 3), {"mean": 1.5, "variance": 2}, "4x4x3", 0, {"statistics": 0}),
    ("Rescaling", (4, 4, 3), {"scale": 0.25, "offset": 0}, "4x4x3", 0, {"mul": 48, "add": 0}),
    ("Rescaling", (4, 4, 3), {"scale": 0.25, "offset": -1}, "4x4x3", 0, {"mul": 48, "add": 48}),
    # 4 gates of 5 units: 4·5·(3 + 5 + 1), at 9 steps
    ("LSTM", (9, 3), {"units": 5}, "5", 180, {"connections": 1620, "neurons": 180, "tanh": 90}),
    ("LSTM", (9, 3), {"units": 5, "recurrent_activation": "hard_sigmoid",
     "return_sequences": True}, "9x5", 180, {"connections": 1620, "neurons": 180, "tanh": 90}),
    # 3 gates: 3·5·(3 + 5 + 2), or with one bias 3·5·(3 + 5 + 1)
    ("GRU", (9, 3), {"units": 5}, "5", 150, {}),
    ("GRU", (9, 3), {"units": 5, "reset_after": False}, "5", 135, {}),
    ("SimpleRNN", (9, 3), {"units": 5, "activation": "relu"}, "5", 45, {"cmp": 45, "tanh": 0}),
    ("Bidirectional", (9, 3), {"layer": layer("LSTM", units=5)}, "10", 360, {}),
    ("Bidirectional", (9, 3), {"layer": layer("GRU", units=5, return_sequences=True),
     "merge_mode": "sum"}, "9x5", 300, {}),
    # 4·6·(4 + 6 + 1), then 4·5·(6 + 5 + 1)
    ("RNN", (9, 4), {"cell": layer("StackedRNNCells", cells=[
        layer("LSTMCell", units=6), layer("LSTMCell", units=5)])}, "5", 264 + 240, {}),
    # 4·5 maps of 9 taps on 3 + 5 maps, and a bias: 4·5·(9·8 + 1)
    ("ConvLSTM2D", (4, 8, 8, 3), {"filters": 5, "kernel_size": 3, "padding": "same"}, "8x8x5",
     1460, {"macs": 4 * 64 * 20 * 72, "neurons": 4 * 64 * 20}),
    ("TimeDistributed", (4, 8, 8, 3), {"layer": layer("Conv2D", filters=2, kernel_size=3)},
     "4x6x6x2", 56, {"macs": 4 * 36 * 54}),
    ("TimeDistributed", (4, 8, 8, 3), {"layer": layer("Flatten")}, "4x192", 0, {}),
    ("TimeDistributed", (4, 8, 8, 3), {"layer": layer("GlobalAveragePooling2D")}, "4x3", 0,
     {"add": 12 * 63}),
    # 4·(5·6·7): the weights of an LSTM of 2 units on 3 features, at each of 4 rows
    ("TimeDistributed", (4, 6, 3), {"layer": layer("LSTM", units=2)}, "4x2", 48,
     {"macs": 4 * 6 * 40, "neurons": 4 * 6 * 8}),
    ("SpectralNormalization", (5, 5, 3), {"layer": layer("Conv2D", filters=4, kernel_size=3)},
     "3x3x4", 112, {"fixed": 4}),
    ("Reshape", (4, 4, 8), {"target_shape": [16, -1]}, "16x8", 0, {}),
    ("Permute", (3, 4, 5), {"dims": [3, 1, 2]}, "5x3x4", 0, {}),
    ("RepeatVector", (5,), {"n": 3}, "3x5", 0, {}),
    ("Flatten", (3, 4, 5), {}, "60", 0, {}),
    ("Masking", (4, 6), {}, "4x6", 0, {"cmp": 24, "mul": 24}),
    ("ReLU", (6,), {"max_value": 6.0}, "6", 0, {"cmp": 12}),
    ("ReLU", (6,), {"negative_slope": 0.1}, "6", 0, {"mul": 6}),
    ("LeakyReLU", (6,), {"alpha": 0.3}, "6", 0, {"mul": 6}),
    ("PReLU", (4, 4, 6), {"shared_axes": [1, 2]}, "4x4x6", 6, {}),
    ("PReLU", (4, 4, 6), {}, "4x4x6", 96, {}),
    ("PReLU", (4, 4, 6), {"shared_axes": [1]}, "4x4x6", 24, {}),
    ("Softmax", (4, 6), {"axis": 1}, "4x6", 0, {"exp": 24, "add": 18}),
    ("Activation", (6,), {"activation": "exponential"}, "6", 0, {"exp": 6}),
    ("Activation", (6,), {"activation": "hard_silu"}, "6", 0, {}),
    ("SpatialDropout2D", (4, 4, 6), {"rate": 0.2}, "4x4x6", 0, {"activations": 96}),
    ("GaussianNoise", (6,), {"stddev": 0.2}, "6", 0, {}),
    ("RandomFlip", (4, 4, 6), {}, "4x4x6", 0, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "sizes", "config", "output", "parameters", "figures"),
    LAYERS,
    ids=[f"{i}-{case[0]}" for i, case in enumerate(LAYERS)],
)
def test_layers(  # noqa: PLR0917 - a table
    kind: str,
    sizes: tuple[int, ...],
    config: dict[str, Any],
    output: str,
    parameters: int,
    figures: dict[str, int],
) -> None:
    report = one(kind, *sizes, **config)
    total = report.total

    assert (str(report["x"].output), total.parameters) == (output, parameters)
    assert not total.unknown
    assert {name: figure(total, name) for name in figures} == figures


def figure(total: Any, name: str) -> int:  # noqa: ANN401
    found = getattr(total, name, None)
    return int(getattr(total.work, name) if found is None else found)
