"""`archcalc confirm`, as a user types it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archcalc.ops.batchnorm import Batchnorm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]


def words(text: str) -> str:
    """Join lines and columns."""
    return " ".join(text.split())


def test_rule_and_witness_stand_side_by_side(archcalc: Call) -> None:
    status, output, errors = archcalc("confirm", "lenet5")
    said = words(output)

    assert (status, errors) == (0, "")
    assert said.startswith("lenet5: rule and witness agree")
    assert "C3 conv 16x10x10 1,516 151,600 151,600 150,000 = 52 figures" in said
    assert "connections 340,908 340,908 = equal" in said
    assert "MACs 325,680 325,680 = equal" in said
    assert "additions 14,482 14,482 = equal" in said
    assert "hyperbolic tangents 8,084 8,084 = equal" in said
    assert "divisions" not in said
    assert "C5 conv 120 48,120" in said
    assert "not measured: memory not measured: receptive fields beyond the image" in said


def test_what_was_not_counted_one_by_one_is_not_said_to_be_equal(archcalc: Call) -> None:
    said = words(archcalc("confirm", "resnet18").output)

    # 1,000 biases, 2,483,712 shifts, 777,216 sums of branches and of the mean; none of the softmax
    assert "additions 3,261,928 3,261,928 = equal" in said
    assert "multiplications of units, one by one 0 not measured" in said


def test_many_networks_have_a_line_each(archcalc: Call) -> None:
    status, output, _ = archcalc("confirm", "lenet1", "zip1989")
    said = words(output)

    assert status == 0
    assert "lenet1 10 10 2,578 98,442 98,442 91,520 = agree" in said
    assert "zip1989 8 8 9,760 64,660" in said


def test_a_wrong_rule_is_told_and_fails(archcalc: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batchnorm, "weights", lambda *_: ())
    status, output, _ = archcalc("confirm", "resnet20")
    said = words(output)

    assert status == 1
    assert "resnet20: rule and witness differ in 19 of 71 ops: conv1.batchnorm," in said
    assert "≠ conv1.batchnorm statistics: 0, found 32" in said
    assert "statistics 0 1,376 ≠ differs" in said
    assert archcalc("confirm", "resnet20", "lenet1").status == 1


def test_a_layer_too_large_is_not_run_and_not_said_to_differ(
    archcalc: Call, tmp_path: Path
) -> None:
    large = tmp_path / "large.yaml"
    large.write_text("input: 3x1x1\nlayers: [relu, {name: A, linear: 99999999999}]\n", "utf-8")
    status, output, _ = archcalc("confirm", str(large))
    said = words(output)

    assert status == 0
    assert "large: rule and witness agree in 1 of 2 ops; not run: A" in said
    assert "A was not run: an array of 99999999999x3 is too large to be run here" in said
    assert "1 of 2 ops were run" in said
    assert "≠" not in said
    assert "agree in 1 of 2 ops; not run: A" in words(
        archcalc("confirm", str(large), "lenet1").output
    )


PARTIAL = """
input: "x" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layer { name: "a" type: "Convolution" bottom: "x" top: "a"
        convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "odd" type: "Python" bottom: "a" top: "odd" }
layer { name: "b" type: "Convolution" bottom: "odd" top: "b"
        convolution_param { num_output: 4 kernel_size: 3 } }
"""


def test_what_is_not_counted_is_no_agreement(archcalc: Call, tmp_path: Path) -> None:
    (tmp_path / "part.prototxt").write_text(PARTIAL, "utf-8")
    status, output, _ = archcalc("confirm", str(tmp_path / "part.prototxt"))
    said = words(output)

    assert status == 0
    assert said.startswith(
        "part: rule and witness agree in what is counted; not counted: odd, b layer"
    )
    assert "1 op was run, at full size" in said
    both = archcalc("confirm", str(tmp_path / "part.prototxt"), "lenet1")
    assert "agree in what is counted; not counted: odd, b lenet1" in words(both.output)
    plain = archcalc("confirm", str(tmp_path / "part.prototxt"), "--json").output
    (network,) = json.loads(plain)["networks"]
    assert (network["agrees"], network["not_counted"]) == (None, ["odd", "b"])


def test_progress_goes_on_from_network_to_network(
    archcalc: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []

    @contextmanager
    def progress(_steps: int) -> Iterator[Callable[[float, str], None]]:
        yield lambda done, _on: told.append(done)

    monkeypatch.setattr("archcalc.render.progress.progress", progress)
    archcalc("confirm", "lenet1", "lenet5")
    assert told == sorted(told)
    assert (told[0] > 0, told[-1]) == (True, 2)


def test_json_holds_every_claim(archcalc: Call) -> None:
    status, output, _ = archcalc("confirm", "lenet1", "--json")
    (network,) = json.loads(output)["networks"]

    assert status == 0
    assert network["network"] == "lenet1"
    assert network["total"]["claims"]["connections"]["witness"] == 98_442


def test_either_names_or_all(archcalc: Call) -> None:
    for arguments in ([], ["lenet5", "--all"]):
        status, _, errors = archcalc("confirm", *arguments)
        assert status == 2
        assert "error[nothing-to-confirm]: name the networks to confirm, or say --all" in errors
