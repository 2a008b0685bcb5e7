"""Live PyTorch modules on the command line: code runs where it is asked for, and nowhere else."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]

pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")


NET = """
from torch import nn

print("a line of its own")

class Net(nn.Sequential):
    def __init__(self, num_classes=7):
        super().__init__(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(7200, num_classes))

def broken():
    return 1 / 0

def leaves():
    raise SystemExit("usage: net.py [-h]")

number = 3
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Write a file with a network."""
    (tmp_path / "net.py").write_text(NET, "utf-8")
    return str(tmp_path / "net.py")


def test_code_runs_where_it_is_asked_for_and_that_is_said_first(archcalc: Call, file: str) -> None:
    arguments = ["show", f"{file}:Net", "--input", "3x32x32", "--set", "num_classes=10", "--json"]
    status, output, errors = archcalc(*arguments)

    report = json.loads(output)
    assert status == 0
    assert errors == f"runs the code of {file}\na line of its own\n"
    assert (report["network"], report["name"]) == (f"{file}:Net", "Net")
    assert report["total"]["parameters"] == 8 * 28 + 10 * 7201


QUANTISED = """
import warnings
import torch
from torch import nn
from torch.ao.quantization import DeQuantStub, QuantStub, convert, get_default_qconfig, prepare

def small():
    warnings.simplefilter("ignore")
    torch.backends.quantized.engine = "fbgemm"
    net = nn.Sequential(QuantStub(), nn.Conv2d(3, 4, 3), nn.ReLU(), DeQuantStub()).eval()
    net.qconfig = get_default_qconfig("fbgemm")
    prepare(net, inplace=True)
    net(torch.rand(1, 3, 8, 8))
    return convert(net, inplace=True)
"""


@pytest.mark.filterwarnings("ignore")  # that it is old
def test_what_is_quantised_where_it_is_made_has_numbers(archcalc: Call, tmp_path: Path) -> None:
    (tmp_path / "quantised.py").write_text(QUANTISED, "utf-8")
    status, output, _ = archcalc("show", f"{tmp_path / 'quantised.py'}:small", "-i", "3x8x8")
    lines = [line.split() for line in output.splitlines()]

    # 4 filters of 3 x 3 x 3 on 6 x 6 places, a bias each
    assert status == 0
    assert lines[1][-4:] == ["parameters", "connections", "MACs", "fixed"]
    assert ["total", "0", "4,032", "3,888", "112"] in lines


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Nett", "error[unknown-name]: `{file}` has no `Nett`\n  hint: did you mean `Net`?\n"),
        (
            "broken",
            (
                "error[model-failed]: `broken` failed: ZeroDivisionError: division by zero "
                "({file}:11: `return 1 / 0`)\n"
            ),
        ),
        (
            "leaves",
            (
                "error[model-failed]: `leaves` failed: SystemExit: usage: net.py [-h] "
                '({file}:14: `raise SystemExit("usage: net.py [-h]")`)\n'
            ),
        ),
        (
            "number",
            (
                "error[wrong-type]: `{file}:number` is no module of PyTorch, but int\n"
                "  hint: name a class, or a function that makes one\n"
            ),
        ),
    ],
)
def test_code_that_makes_no_module(archcalc: Call, file: str, name: str, said: str) -> None:
    status, _, errors = archcalc("show", f"{file}:{name}", "--input", "3x32x32")

    assert status == 2
    assert errors.split("\n", 2)[2] == said.format(file=file)


def test_a_package_that_is_not_there_has_no_line_of_code(archcalc: Call) -> None:
    failed = "ModuleNotFoundError: No module named 'nopackage'"
    assert archcalc("show", "nopackage.module:Net", "--input", "8").errors == (
        "runs the code of nopackage.module\n"
        f"error[model-failed]: `import nopackage.module` failed: {failed}\n"
    )


def test_nothing_runs_by_a_bare_name(archcalc: Call, file: str) -> None:
    status, _, errors = archcalc("show", file)

    assert status == 2
    assert "a line of its own" not in errors


def test_a_spec_cannot_name_code(archcalc: Call, file: str, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(f"input: 3x8x8\nlike: {file}:Net\nlayers: [relu]\n", "utf-8")

    status, _, errors = archcalc("show", str(spec))

    assert status == 2
    assert "a line of its own" not in errors


def test_a_live_module_is_confirmed_by_pytorch_too(archcalc: Call, file: str) -> None:
    status, output, _ = archcalc("confirm", f"{file}:Net", "--input", "3x32x32", "--width", "100")

    assert status == 0
    assert output.partition("\n\nwitness")[2].splitlines() == [
        "            of                                    rule    found  verdict",
        "-------------------------------------------------------------------------------",
        "its tensors        layers with arrays of these sizes        3        3  =",
        "its tensors        trained parameters                  50,631   50,631  =",
        "PyTorch's shapes   layers with this output                  3        3  =",
        "PyTorch's counter  multiply-adds                      244,800  244,800  =",
        "gradients          parameters that one reaches              4        4  =",
    ]


def test_a_live_module_is_run_with_numbers_where_it_is_asked_for(archcalc: Call, file: str) -> None:
    asked = ["confirm", f"{file}:Net", "--input", "3x32x32", "--run", "--width", "100"]
    status, output, _ = archcalc(*asked)

    assert status == 0
    assert output.splitlines()[-1] == (
        "our kernels, with its numbers  layers with PyTorch's values             3        3  ="
    )


UNFIT = """
import torch

torch.library.register_fake("torchvision::nms")(lambda *boxes: None)  # as torchvision itself does
"""
REGISTRY = """
from torch import nn

def list_models():
    return ["seeing"]

def get_model_builder(name):
    def seeing(*, weights="DEFAULT", weights_backbone="DEFAULT", width=2):
        assert weights is weights_backbone is None, "this would be fetched"
        return nn.Linear(3, width)
    return seeing

class get_model_weights:
    def __init__(self, name): pass
    def __iter__(self): yield self
    transforms = None
"""


def test_a_registry_that_does_not_fit_this_torch_is_read_without_weights(
    archcalc: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(UNFIT, "utf-8")
    (tmp_path / "torchvision" / "models.py").write_text(REGISTRY, "utf-8")
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    arguments = ["show", "torchvision:seeing", "--input", "3", "--json", "--set"]

    _, output, _ = archcalc(*arguments, "width=5")
    refused = archcalc(*arguments, "weights_backbone=1")
    for name in ("torchvision", "torchvision.models"):
        sys.modules.pop(name, None)

    assert json.loads(output)["total"]["parameters"] == 5 * 3 + 5
    assert (refused.status, refused.errors) == (
        2,
        (
            "error[no-weights]: `weights_backbone` cannot be set: a model is counted without its "
            "weights\n  hint: none are fetched\n"
        ),
    )


def test_a_sweep_reads_a_module_at_the_first_of_its_inputs(archcalc: Call, file: str) -> None:
    """8·27 multiplications at each of 30·30 places and 7 of 7,200; of other sizes it is none."""
    status, output, _ = archcalc("sweep", f"{file}:Net", "-i", "3x32x32,3x36x36", "--json")
    found = json.loads(output)
    assert status == 0
    assert [row["figures"]["macs"] for row in found["rows"]] == [8 * 27 * 900 + 7 * 7200]
    assert [error["values"]["input"] for error in found["errors"]] == ["3x36x36"]
