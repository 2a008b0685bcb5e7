"""Keras models by hand: each figure with its arithmetic."""

from __future__ import annotations

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
