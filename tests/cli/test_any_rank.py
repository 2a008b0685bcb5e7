"""A sequence and a volume go through every command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

import archcalc as library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

AUDIO = """\
name: ears
input: 1x400
layers:
  - {conv: 4, kernel: 20, stride: 4, after: [batchnorm, relu]}
  - {maxpool: 4}
  - {name: res, add: [[{conv: 4, kernel: 3, padding: 1}], []], after: [relu]}
  - {name: gate, add: [[], [globalavgpool, {linear: 4}]]}
  - {avgpool: , output: 5}
  - globalavgpool
  - {linear: 3, after: [softmax]}
"""
VIDEO = """\
name: eyes
input: 3x6x10x12
defaults: {conv: {padding: half, after: [batchnorm, relu]}}
layers:
  - {conv: 4, kernel: 3x5x5, stride: 1x2x2}
  - {maxpool: 1x2x2}
  - {name: res, add: [[{conv: 4, kernel: 3}, {conv: 4, kernel: 3, after: []}], []], after: [relu]}
  - {conv: 8, kernel: 3x3}
  - {avgpool: 2}
  - {linear: 5, flatten: false}
  - {linear: 3}
"""


@pytest.fixture(params=[AUDIO, VIDEO], ids=["audio", "video"], name="network")
def _network(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / "network.yaml"
    path.write_text(request.param, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "command",
    [
        ["show"],
        ["show", "--all", "--columns", "all"],
        ["show", "--convention", "torchinfo"],
        ["explain"],
        ["explain", "conv1"],
        ["explain", "res"],
        ["confirm"],
        ["draw"],
        ["draw", "--format", "mermaid"],
        ["plot", "-o", "plot.svg"],
        ["reconcile", "resnet20"],
        ["reconcile", "123456"],
        ["diff", "lenet5"],
        ["compare", "lenet1"],
        ["conventions"],
        ["gradients"],
        ["backprop"],
        ["budget", "--max-parameters", "1M"],
    ],
    ids=" ".join,
)
def test_every_command_takes_it(
    archcalc: Run,
    command: list[str],
    network: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if command[0] == "plot":
        pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    first, *others = command
    result = archcalc(first, network, *others)

    unlike = first in {"reconcile", "diff"}  # another network, a number that nothing gives
    assert result.status == 0 or (unlike and result.status == 1), result.output + result.errors


def test_json_has_a_number_for_each_extent(archcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "audio.yaml"
    path.write_text(AUDIO, encoding="utf-8")
    rows = json.loads(archcalc("show", str(path), "--json").output)["rows"]

    assert rows[0]["input"] == [1, 400]
    assert rows[0]["output"] == [4, 96]
    assert rows[0]["receptive_field"] == {"size": [20], "stride": [4], "offset": [0]}
    assert rows[-1]["output"] == [3, 1, 1]


def test_a_chain_of_sequences_is_drawn_as_planes(archcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "audio.yaml"
    path.write_text("input: 1x64\nlayers: [{conv: 4, kernel: 5}, {linear: 2}]", encoding="utf-8")
    drawn = archcalc("draw", str(path), "--style", "planes").output

    assert "conv1: f. maps 4@60" in drawn
    assert "INPUT 64" in drawn


def test_explain_names_the_extents(archcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "video.yaml"
    path.write_text(VIDEO, encoding="utf-8")
    told = archcalc("explain", str(path), "conv1", "--width", "200").output

    assert "depth" in told
    assert "height" in told
    assert "receptive field, frames " in told
    assert "receptive field, rows, columns " in told


@pytest.mark.parametrize(("text", "layer"), [(AUDIO, "conv2"), (VIDEO, "conv1")])
def test_a_convolution_of_any_rank_is_unrolled(text: str, layer: str, tmp_path: Path) -> None:
    path = tmp_path / "network.yaml"
    path.write_text(text, encoding="utf-8")
    path_of = {"conv2": "res/conv1"}.get(layer, layer)
    model = library.build(str(path), dtype="float64")
    at = next(i for i, found in enumerate(model.layers) if found.path == path_of)
    found = model.layers[at]
    matrix = library.unroll(str(path), path_of)
    node = library.expand(library.load(str(path))).nodes[at]
    x = np.random.default_rng(0).standard_normal((1, *node.xs[0]))
    y, _ = found.forward([x])
    dense = np.zeros(matrix.shape)
    dense[matrix.row, matrix.column] = found.weights["kernel"].ravel()[matrix.weight]
    bias = np.repeat(found.weights.get("bias", np.zeros(len(y[0]))), y[0, 0].size)

    assert np.allclose(dense @ x.ravel() + bias, y.ravel())
