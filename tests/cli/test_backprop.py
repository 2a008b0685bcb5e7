"""`archcalc backprop`, as a user types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from archcalc import ops

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

AVERAGED = """\
avgpool, kernel 2: what enters
x =  1  8  4  3
     7  2  1  9
     6  1  2  4
     8  7  6  0

forward: y = the mean of the window
y =  4.5  4.25
     5.5     3

the residual that arrives: δ = ∂E/∂y
δ =   8  4
     16  4

back, at the input: ∂E/∂x = of each window δ divided by its cells, added up where windows overlap
δ at x =  2  2  1  1
          2  2  1  1
          4  4  1  1
          4  4  1  1
"""


def test_an_op_is_worked_through(archcalc: Callable[..., Outcome]) -> None:
    assert archcalc("backprop", "--op", "avgpool", "--kernel", "2") == (0, AVERAGED, "")
    assert archcalc("backprop", "avgpool", "--kernel", "2") == (0, AVERAGED, "")


def test_latex_sets_matrices_with_their_rules(archcalc: Callable[..., Outcome]) -> None:
    _, output, _ = archcalc("backprop", "--op", "maxpool", "--format", "latex")
    partial = r"\ensuremath{\partial}"
    assert (
        r"the residual that arrives: \ensuremath{\delta} = "
        f"{partial}E/{partial}y\n"
        r"\[ \text{\ensuremath{\delta}} = \left(\begin{array}{rr}" + "\n"
        r"  7 & 3 \\" + "\n"
        r"  1 & 4 \\" + "\n"
        r"\end{array}\right) \]"
    ) in output


def test_latex_says_how_wide_a_matrix_is(archcalc: Callable[..., Outcome]) -> None:
    """A pmatrix holds ten columns; the matrix of a convolution of two 3x3 maps has 18."""
    _, output, _ = archcalc("backprop", "--op", "conv", "-i", "2x3x3", "--format", "latex")
    assert rf"\text{{W}} = \left(\begin{{array}}{{{'r' * 18}}}" in output


@pytest.mark.parametrize("op", sorted(ops.runnable() - {"opaque"}))
def test_latex_has_no_sign_that_its_fonts_lack(archcalc: Callable[..., Outcome], op: str) -> None:
    status, output, errors = archcalc("backprop", "--op", op, "--format", "latex")
    assert (status, errors, output.isascii()) == (0, "", True)


def test_numbers_of_ones_own(archcalc: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text("1,2\n3,4\n")
    (tmp_path / "all.yaml").write_text(
        "input: [[[1, 2], [3, 4]], [[0, 1], [1, 0]]]\n"
        "kernel: [[1, 0, 0, 1], [0, 1, 1, 0]]\nbias: 0.5\nresidual: -2\n"
    )
    _, output, _ = archcalc("backprop", "--op", "relu", "-i", str(tmp_path / "map.csv"), "--json")
    assert json.loads(output)["steps"][0]["numbers"] == {"x": [[[1, 2], [3, 4]]]}
    _, output, _ = archcalc("backprop", "--op", "conv", "-i", str(tmp_path / "all.yaml"), "--json")
    found = {k: v for s in json.loads(output)["steps"] for k, v in s["numbers"].items()}
    assert found["y"] == [[[7.5]]]  # 1 + 4 + 1 + 1 + 0.5
    assert found["δ at x"] == [[[-2, 0], [0, -2]], [[0, -2], [-2, 0]]]


def test_a_sample_goes_through_a_network(archcalc: Callable[..., Outcome]) -> None:
    status, output, errors = archcalc("backprop", "five-layer-cnn", "--step", "0.01")
    lines = output.splitlines()
    assert (status, errors) == (0, "")
    assert lines[2].split()[:6] == [
        "C1",
        "conv",
        "6x24x24",
        *lines[2].split()[3:4],
        "kernel",
        "6x1x5x5",
    ]
    assert "δ = ∂E/∂y at the output of each layer; w after is w - 0.01·∂E/∂w" in lines


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "",
            (
                "error[usage]: `backprop` takes either an op or a network\n"
                "  hint: `archcalc backprop conv`, or `archcalc backprop five-layer-cnn`\n"
            ),
        ),
        (
            "dense",
            "error[unknown-op]: there is no op `dense`\n  hint: it is called `linear` here\n",
        ),
        (
            "--op gemm",
            "error[unknown-op]: there is no op `gemm`\n  hint: it is called `linear` here\n",
        ),
        (
            "lenet5 --kernel 2",
            (
                "error[conflict]: `--kernel` is for one op: a network has its own\n"
                "  hint: `archcalc backprop conv --kernel ...`\n"
            ),
        ),
        (
            "--op maxpool --set kernel",
            "error[wrong-type]: `--set kernel` is not NAME=VALUE\n  hint: as in `--set kernel=2`\n",
        ),
        (
            "--op relu --input 3x3x",
            (
                "error[wrong-type]: expected an input such as 3x224x224 (channels x height x "
                "width), not `3x3x`\n"
                "  hint: a shape such as 1x4x4, or a file of numbers: .csv or .yaml\n"
            ),
        ),
        (
            "--op relu --input 1000000000",
            (
                "error[too-large]: an input of 1,000,000,000 numbers\n"
                "  hint: `--limit items=N` raises the bound of 100,000\n"
            ),
        ),
    ],
)
def test_a_call_without_meaning_is_refused(
    archcalc: Callable[..., Outcome], call: str, message: str
) -> None:
    status, output, errors = archcalc("backprop", *call.split())
    assert (status, output, errors) == (2, "", message)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "1 2\n3\n", "`input` should be rows of equal length, of numbers alone"),
        ("a.csv", "", "`input` should be numbers, and some"),
        ("a.csv", "nan", "`input` should be numbers, and some"),
        ("a.yaml", "[1]", "is no mapping of names to numbers"),
        ("a.yaml", "input: {a: 1}", "expected a value, not a mapping"),
    ],
)
def test_a_file_without_numbers_is_refused(
    archcalc: Callable[..., Outcome], tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)
    status, output, errors = archcalc("backprop", "--op", "relu", "-i", str(tmp_path / name))
    assert (status, output) == (2, "")
    assert message in errors.partition("\n")[0]
