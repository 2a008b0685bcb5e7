"""`archcalc gradients`, as a user types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def test_bars_stand_side_by_side(archcalc: Callable[..., Outcome]) -> None:
    status, output, errors = archcalc("gradients", "sigmoid-mlp", "sigmoid-mlp-with-norm")
    lines = output.splitlines()

    assert (status, errors) == (0, "")
    assert lines[0].split() == ["layer", "sigmoid-mlp", "sigmoid-mlp-with-norm"]
    assert [line.split()[0] for line in lines[2:8]] == [f"hidden/{i}" for i in range(1, 6)] + [
        "output"
    ]
    assert all(line.count("█") > 1 for line in lines[3:8])
    assert "a batch of 4 images of noise" in output


def test_json_holds_the_norms(archcalc: Callable[..., Outcome]) -> None:
    status, output, _ = archcalc("gradients", "lenet5", "--batch", "2", "--seed", "1", "--json")
    (network,) = json.loads(output)["networks"]

    assert status == 0
    assert network["network"] == "lenet5"
    assert [layer["path"] for layer in network["layers"]] == ["C1", "C3", "C5", "F6"]
    assert all(layer["norm"] > 0 for layer in network["layers"])


@pytest.mark.parametrize("layers", ["[]", "[relu, globalavgpool]"])
def test_a_network_without_weights_says_so(
    archcalc: Callable[..., Outcome], tmp_path: Path, layers: str
) -> None:
    (tmp_path / "off.yaml").write_text(f"input: 2x2x2\nlayers: {layers}\n")
    said = "no layer has a kernel or a matrix of weights\n"
    assert archcalc("gradients", str(tmp_path / "off.yaml")) == (0, said, "")
