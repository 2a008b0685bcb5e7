"""What may not have been meant is counted, and said."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc

IMAGE = "is read as channels x height x width:"
READ = [
    ("28x28x1", "conv: 6, kernel: 3, padding: 1", f"{IMAGE} 28 channels of 28x1 places"),
    ("224x224x3", "conv: 6, kernel: 3", f"{IMAGE} 224 channels of 224x3 places"),
    ("384", "conv: 6, kernel: 3, padding: half", f"{IMAGE} 384 channels of one place"),
    # what is meant is silent: images, vectors, maps that are 1 wide, windows of one place
    ("3x224x224", "conv: 6, kernel: 3", None),
    ("1x28x28", "linear: 10", None),
    ("784", "linear: 10", None),
    ("64x100x1", "conv: 6, kernel: 3x1", None),
    ("384", "conv: 6, kernel: 1", None),
    ("3x3x3", "conv: 6, kernel: 3", None),
    ("1", "conv: 6, kernel: 3, padding: half", None),
]


def report(given: str, layers: str) -> archcalc.Report:
    return archcalc.count(archcalc.load(StringIO(f"input: {given}\nlayers: [{layers}]")))


@pytest.mark.parametrize(("given", "layer", "said"), READ)
def test_the_order_of_axes_is_said_where_another_may_be_meant(
    given: str, layer: str, said: str | None
) -> None:
    found = report(given, f"{{{layer}}}")
    whole = str(found.input)
    assert found.notes == ((f"input {whole} {said}",) if said else ())


def test_a_linear_layer_tells_how_many_numbers_it_makes_of_maps() -> None:
    layers = "{conv: 2, kernel: 3}, {name: a, linear: 5}, {name: b, linear: 5}"
    assert report("1x8x8", layers).flattenings == ("a flattens 2x6x6 = 72",)
    assert report("1x8x8", f"{layers[:20]}, flatten, {{linear: 5}}").flattenings == ()
    assert report("1x8x8", layers).to_dict()["notes"] == ["a flattens 2x6x6 = 72"]
