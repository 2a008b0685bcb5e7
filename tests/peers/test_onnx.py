"""The networks inside the package `onnx`, against figures on which two other counts agree.

pip install -e '.[peers]' torchvision onnxscript && pytest -m peers tests/peers/test_onnx.py
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from archcalc import ArchcalcError, count
from archcalc.files import File
from archcalc.readers.onnx import read
from archcalc.readers.onnx.rules import MOVES, RULES

onnx = pytest.importorskip("onnx", reason="onnx is not installed")
pytestmark = pytest.mark.peers


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        ("bvlc_alexnet", 60_965_224, 654_560_384),
        ("densenet121", 8_062_504, 2_834_161_664),
        ("inception_v1", 6_998_552, 1_431_556_352),
        ("inception_v2", 11_214_888, 2_018_851_840),
        ("resnet50", 25_557_032, 4_089_184_256),
        ("shufflenet", 1_393_320, 124_664_528),
        ("squeezenet", 1_235_496, 349_151_936),
        ("vgg19", 143_667_240, 19_632_062_464),
        ("zfnet512", 87_250_536, 1_481_727_008),
    ],
)
def test_networks_of_the_package(name: str, parameters: int, macs: int) -> None:
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    found = count(folder / f"light_{name}.onnx").total
    assert (found.parameters, found.macs, dict(found.unknown)) == (parameters, macs, {})


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # onnx makes its cases so
def test_shapes_of_the_node_tests() -> None:
    """Each op's own tests state what comes out: a rule that gives another shape is an error."""
    cases = import_module("onnx.backend.test.case.node").collect_testcases(None)
    whole, wrong = 0, []
    for case in cases:
        if not {node.op_type for node in case.model.graph.node} <= {*RULES, *MOVES}:
            continue
        try:
            report = count(read(File("x.onnx", case.model.SerializeToString()), None))
            whole += not report.total.unknown
        except ArchcalcError as error:
            if error.diagnostics[0].code != "no-input":  # sequences, and sizes of 0
                wrong.append((case.name, str(error)))
    assert wrong == []
    assert whole > 800


EXPORTED = (
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "mnasnet0_5",
    "mobilenet_v3_small", "regnet_y_400mf", "resnet18", "shufflenet_v2_x1_0", "squeezenet1_1",
    "vgg11",
)  # fmt: skip
OLDER, NEWER = (7, 9, 11, 13, 15, 17, 20), (18, 21, 23, 25)
"""The opsets of PyTorch's two exporters that are tried."""


@pytest.mark.filterwarnings("ignore")  # what the exporters say of themselves
@pytest.mark.parametrize("opset", [*OLDER, *(-opset for opset in NEWER)])
@pytest.mark.parametrize("name", EXPORTED)
def test_exports_of_torchvision(name: str, opset: int, tmp_path: Path) -> None:
    """Multiply-adds are those of the live module; opsets of the newer exporter have a minus."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript" if opset < 0 else "onnx")
    zoo = pytest.importorskip("tests.peers.zoo")
    if name not in zoo.classifiers():
        pytest.skip("torchvision is not installed")
    given, file = torch.zeros(1, 3, 224, 224), tmp_path / "net.onnx"
    module = zoo.models().get_model(name, weights=None, **LEAN.get(name, {})).eval()
    try:
        torch.onnx.export(
            module, (given,), file, dynamo=opset < 0, opset_version=abs(opset), verbose=False
        )
    except (RuntimeError, torch.onnx.errors.OnnxExporterError) as error:
        pytest.skip(f"the exporter cannot: {str(error)[:80]}")
    found = count(file)
    assert found.total.macs == count(module, input=given).total.macs
    assert not found.total.unknown


LEAN = {"googlenet": {"init_weights": False}}
"""What is left out where a network is built, since it takes minutes."""
